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
	if kind.read == nil || !a.ready() || req.ProviderMeta != nil || req.CurrentIdentity != nil || req.CurrentState == nil {
		return s.frameworkServer.ReadResource(ctx, req)
	}
	values, known := readPrivate(req.Private)
	state, ok := readWireTree(req.CurrentState.MsgPack)
	if !known || !ok || kind.holdsSecret(state) || state.object("timeouts")["read"] != nil {
		return s.frameworkServer.ReadResource(ctx, req)
	}
	etag, same, anew := kind.read(ctx, a, state, kind)
	if !same {
		return s.frameworkServer.ReadResource(anew, req)
	}
	values[etagKey] = []byte(strconv.QuoteToASCII(etag))
	private, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: private}, nil
}

// readPrivate reads private state, and reports whether it has nothing but what a read replaces or keeps as it is.
func readPrivate(private []byte) (values map[string][]byte, ok bool) {
	values = map[string][]byte{}
	if len(private) == 0 {
		return values, true
	}
	if err := json.Unmarshal(private, &values); err != nil || values[etagKey] == nil {
		return nil, false
	}
	for key, value := range values {
		if key != etagKey && key != spellingKey || !json.Valid(value) || !utf8.Valid(value) {
			return nil, false
		}
	}
	return values, true
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
