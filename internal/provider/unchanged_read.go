package provider

import (
	"context"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// ReadResource implements tfprotov6.ResourceServer.
func (s *shortWay) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	kind, shortened := s.kinds[req.TypeName]
	a := s.provider.access.Load()
	if !shortened || !a.ready() || req.ProviderMeta != nil || req.CurrentIdentity != nil || req.CurrentState == nil {
		return s.frameworkServer.ReadResource(ctx, req)
	}
	values, known := readPrivate(req.Private)
	state, ok := field.ReadKnown(req.CurrentState.MsgPack)
	if !known || !ok || kind.holdsSecret(state) || state.Object("timeouts")["read"] != nil {
		return s.frameworkServer.ReadResource(ctx, req)
	}
	etag, same, anew := kind.reads(ctx, a, state)
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
		if key != etagKey && key != field.SpellingKey || !json.Valid(value) || !utf8.Valid(value) {
			return nil, false
		}
	}
	return values, true
}

// reads does what Read does of an object that is as the state has it. If it is not, it returns the context with which
// the framework reads it, which then asks the portal no second time.
func (k kind[T]) reads(ctx context.Context, a *access, state field.Tree) (etag string, same bool, anew context.Context) {
	id := state.Text("id")
	if id == "" {
		return "", false, ctx
	}
	limited, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()
	object, err := k.calls(a.client).get(limited, id)
	if err == nil && k.table.Same(state, k.read(object, state)) {
		return (*object).Meta().ETag, true, ctx
	}
	return "", false, context.WithValue(ctx, readBefore[T]{}, alreadyRead[T]{object, err})
}

// readBefore is the key under which the context of a Read has what the portal answered just before, and alreadyRead is
// that answer. The framework offers no other way through.
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
