package provider

import (
	"context"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// reading does what the Read of a resource does of an object that is as the state has it. If it is not, it returns the context with which the framework reads it,
// which then asks the portal no second time.
type reading func(ctx context.Context, a *access, state wireTree, kind unchangedKind) (etag string, same bool, anew context.Context)

// ReadResource implements tfprotov6.ResourceServer.
func (s *shortWay) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	kind := s.unchanged[req.TypeName]
	a := s.provider.access.Load()
	if kind.read == nil || !a.ready() || req.ProviderMeta != nil || req.CurrentIdentity != nil || req.CurrentState == nil || !isOnlyETag(req.Private) {
		return s.frameworkServer.ReadResource(ctx, req)
	}
	state, ok := readWireTree(req.CurrentState.MsgPack)
	if !ok || kind.holdsSecret(state) || state.object("timeouts")["read"] != nil {
		return s.frameworkServer.ReadResource(ctx, req)
	}
	etag, same, anew := kind.read(ctx, a, state, kind)
	if !same {
		return s.frameworkServer.ReadResource(anew, req)
	}
	private, err := json.Marshal(map[string][]byte{etagKey: []byte(strconv.QuoteToASCII(etag))})
	if err != nil {
		return nil, err
	}
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: private}, nil
}

// isOnlyETag reports whether private state has nothing that a read would keep.
func isOnlyETag(private []byte) bool {
	if len(private) == 0 {
		return true
	}
	var values map[string][]byte
	err := json.Unmarshal(private, &values)
	return err == nil && len(values) == 1 && json.Valid(values[etagKey]) && utf8.Valid(values[etagKey])
}

// readingOf is the reading of what the portal knows under an id.
func readingOf[T any](get func(*access) func(context.Context, string) (*T, error), etag func(*T) string) reading {
	return func(ctx context.Context, a *access, state wireTree, kind unchangedKind) (string, bool, context.Context) {
		id, _ := state["id"].(string)
		if id == "" {
			return "", false, ctx
		}
		limited, cancel := context.WithTimeout(ctx, defaultTimeout)
		defer cancel()
		object, err := get(a)(limited, id)
		if err == nil && kind.sameAsState(state, object) {
			return etag(object), true, ctx
		}
		return "", false, context.WithValue(ctx, readBefore[T]{}, alreadyRead[T]{object, err})
	}
}

// readBefore is the key under which the context of a Read has what the portal answered just before, and alreadyRead is that answer. The framework offers no other
// way through.
type (
	readBefore[T any]  struct{}
	alreadyRead[T any] struct {
		object *T
		err    error
	}
)

// readOnce asks the portal for an object, unless that was done just now for the same Read.
func readOnce[T any](ctx context.Context, id string, get func(context.Context, string) (*T, error)) (*T, error) {
	if before, ok := ctx.Value(readBefore[T]{}).(alreadyRead[T]); ok {
		return before.object, before.err
	}
	return get(ctx, id)
}

func readingUser() reading {
	return readingOf(func(a *access) func(context.Context, string) (*portal.User, error) { return a.client.GetUser },
		func(u *portal.User) string { return u.ETag })
}

func readingSIPAccount() reading {
	return readingOf(func(a *access) func(context.Context, string) (*portal.SIPAccount, error) {
		return a.client.GetSIPAccount
	},
		func(account *portal.SIPAccount) string { return account.ETag })
}

func readingPermissionGroup() reading {
	return readingOf(func(a *access) func(context.Context, string) (*portal.PermissionGroup, error) {
		return a.client.GetPermissionGroup
	},
		func(g *portal.PermissionGroup) string { return g.ETag })
}
