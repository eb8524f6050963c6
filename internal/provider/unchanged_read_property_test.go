package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// TestUnchanged_readsAsTheFramework reads random objects with the short way and without it, from a portal that answers
// nearly what the state has. Every answer is the same, and so is every request.
func TestUnchanged_readsAsTheFramework(t *testing.T) {
	t.Parallel()
	const runs, objects = 4, 150
	for seed := range uint64(runs) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t)
			r := newRandomPlans(t, p, seed)
			reads := 0
			for range objects {
				typeName := []string{"switchboard_user", "switchboard_user", "switchboard_user", "switchboard_sip_account", "switchboard_permission_group"}[r.IntN(5)]
				r.compareRead(p, typeName)
				reads++
			}
			if shortened := reads - len(r.way.types); shortened < reads/10 {
				t.Errorf("only %d of %d reads took the short way, so this shows little", shortened, reads)
			}
		})
	}
}

func (r *randomPlans) compareRead(p *portaltest.Portal, typeName string) {
	r.t.Helper()
	schema := r.schemas.ResourceSchemas[typeName]
	state := r.encode(r.object(schema.ValueType(), schema.Block.Attributes, ""))
	req := &tfprotov6.ReadResourceRequest{TypeName: typeName, CurrentState: state, Private: r.private(), ClientCapabilities: &tfprotov6.ReadResourceClientCapabilities{}}
	status, body := r.answer(typeName, state)
	p.Inject(func(*http.Request) *portaltest.Fault {
		return portaltest.Answer(status, http.Header{"Content-Type": {"application/json"}}, body)
	})
	before := len(p.Requests())
	short, err := r.short.ReadResource(r.t.Context(), req)
	if err != nil {
		r.t.Fatal(err)
	}
	between := len(p.Requests())
	long, err := r.long.ReadResource(r.t.Context(), req)
	if err != nil {
		r.t.Fatal(err)
	}
	requests := p.Requests()
	if difference := cmp.Diff(requests[between:], requests[before:between]); difference != "" {
		r.t.Errorf("%s is read with other requests (-framework +short way):\n%s", typeName, difference)
	}
	if difference := cmp.Diff(r.readOf(typeName, long), r.readOf(typeName, short)); difference != "" {
		prior, _ := state.Unmarshal(schema.ValueType())
		r.t.Errorf("%s is read otherwise (-framework +short way):\n%s\nstate %s\nportal %s", typeName, difference, prior, body)
	}
}

// readOf is an answer in a form that shows everything. Sets come in the portal's order or in Terraform's, which
// Terraform does not tell apart.
func (r *randomPlans) readOf(typeName string, resp *tfprotov6.ReadResourceResponse) map[string]any {
	r.t.Helper()
	answer := map[string]any{"private": string(resp.Private), "identity": resp.NewIdentity, "deferred": resp.Deferred}
	if resp.NewState != nil {
		value, err := resp.NewState.Unmarshal(r.schemas.ResourceSchemas[typeName].ValueType())
		if err != nil {
			r.t.Fatal(err)
		}
		answer["state"] = r.encode(value).MsgPack
	}
	for i, d := range resp.Diagnostics {
		answer[fmt.Sprintf("diagnostic %d", i)] = []string{d.Severity.String(), d.Summary, d.Detail, d.Attribute.String()}
	}
	return answer
}

// answer is what the portal says of an object: mostly what the state has, spelled as the portal spells it.
func (r *randomPlans) answer(typeName string, state *tfprotov6.DynamicValue) (status int, body string) {
	r.t.Helper()
	var object any = &portal.User{}
	switch typeName {
	case "switchboard_sip_account":
		object = &portal.SIPAccount{}
	case "switchboard_permission_group":
		object = &portal.PermissionGroup{}
	}
	tree, ok := field.ReadKnown(state.MsgPack)
	if !ok {
		r.t.Fatal("the state cannot be read")
	}
	field.Decode(tree, object)
	value := reflect.ValueOf(object).Elem()
	value.FieldByName("ETag").SetString(`"2"`)
	r.versions(value, tree)
	r.respell(value)
	switch r.IntN(8) {
	case 0:
		return http.StatusNotFound, `{"code":"not_found","title":"There is none"}`
	case 1:
		return http.StatusForbidden, `{"code":"forbidden","title":"No"}`
	case 2, 3:
		r.alter(value)
	}
	text, err := json.Marshal(object)
	if err != nil {
		r.t.Fatal(err)
	}
	return http.StatusOK, string(text)
}

// versions has the portal know the versions of secrets that the state has, others, or none.
func (r *randomPlans) versions(object reflect.Value, state field.Tree) {
	for f, value := range object.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case portal.WithSecret(f):
			var version int64
			if known, ok := state[attributeName(name)].(int64); ok {
				version = known
			}
			if r.IntN(16) == 0 {
				version++
			} else if state[attributeName(name)] == nil || r.IntN(3) == 0 {
				continue
			}
			value.Set(reflect.ValueOf(&version))
		case f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct && !value.IsNil():
			r.versions(value.Elem(), state.Object(name))
		}
	}
}

// respell has numbers and lists as the portal has them.
func (r *randomPlans) respell(object reflect.Value) {
	for i := range object.NumField() {
		switch field := object.Field(i).Interface().(type) {
		case *string:
			if field != nil {
				*field = plainNumber(*field)
			}
		case []string:
			for j := range field {
				field[j] = plainNumber(field[j])
			}
			if r.IntN(2) == 0 {
				slices.Reverse(field)
			}
		default:
			if nested := object.Field(i); nested.Kind() == reflect.Pointer && nested.Type().Elem().Kind() == reflect.Struct && !nested.IsNil() {
				r.respell(nested.Elem())
			}
		}
	}
}

func plainNumber(text string) string {
	if number, err := portal.ParsePhoneNumber(text); err == nil {
		return string(number)
	}
	return text
}

// alter changes one field of an object, or of one inside.
func (r *randomPlans) alter(object reflect.Value) {
	field := object.Field(r.IntN(object.NumField()))
	switch {
	case field.Kind() == reflect.Pointer && field.Type().Elem().Kind() == reflect.Struct && !field.IsNil() && r.IntN(3) > 0:
		r.alter(field.Elem())
	case field.Kind() == reflect.Pointer && !field.IsNil() && r.IntN(2) == 0:
		field.SetZero()
	case field.Kind() == reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
	case field.Kind() == reflect.Slice && field.Len() > 1 && r.IntN(2) == 0: // the same twice, which no portal should say
		field.Index(0).Set(field.Index(1))
	case field.Kind() == reflect.Slice && field.Len() > 0 && r.IntN(3) > 0:
		field.Set(field.Slice(1, field.Len()))
	case field.Kind() == reflect.Slice && field.IsNil():
		field.Set(reflect.MakeSlice(field.Type(), 0, 0))
	case field.Kind() == reflect.Map && field.IsNil():
		field.Set(reflect.MakeMap(field.Type()))
	case field.Kind() == reflect.String && field.Len() == 0:
		field.SetString("another")
	case field.Kind() == reflect.Bool:
		field.SetBool(!field.Bool())
	default:
		field.SetZero()
	}
}
