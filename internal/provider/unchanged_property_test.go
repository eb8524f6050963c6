package provider

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// TestUnchanged_answersAsTheFramework plans random objects of every resource, from random configurations and states,
// with the short way and without it. Every answer is the same, byte for byte: the planned state, private state,
// diagnostics, what requires a replacement. Objects of one run want the same things from each other.
func TestUnchanged_answersAsTheFramework(t *testing.T) {
	t.Parallel()
	const runs, objects = 6, 30
	for i, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(platform))
			shortened := 0
			for seed := range uint64(runs) {
				shortened += newRandomPlans(t, p, uint64(i*runs)+seed).compare(objects)
			}
			if share := float64(shortened) / (runs * objects); share < 0.08 {
				t.Errorf("only %.0f %% of the plans took the short way, so this shows little", 100*share)
			}
		})
	}
}

// The same when the portal no longer answers: little is checked then, and of an unchanged object nothing is said.
func TestUnchanged_answersAsTheFramework_withoutPortal(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	for seed := range uint64(4) {
		p.Inject(nil)
		r := newRandomPlans(t, p, seed) // a provider whose portal is away from the beginning is not configured
		p.Inject(func(*http.Request) *portaltest.Fault { return portaltest.CloseBefore() })
		r.compare(10)
	}
}

// randomPlans makes random requests to plan, and has them answered twice.
type randomPlans struct {
	*rand.Rand

	t       *testing.T
	schemas *tfprotov6.GetProviderSchemaResponse
	picture string // a file

	short, long                 tfprotov6.ProviderServer
	shortProvider, longProvider *switchboardProvider
	way                         *countedWay
}

func newRandomPlans(t *testing.T, p *portaltest.Portal, seed uint64) *randomPlans {
	t.Helper()
	r := &randomPlans{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, picture: pictureFile(t, "")} //nolint:gosec // a test that can be run again
	configured := func(fast bool) (*protocol, *switchboardProvider) {
		o := quickOptions()
		o.fastPlan = fast
		inner := &switchboardProvider{options: o}
		server := providerserver.NewProtocol6(inner)()
		schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
		if err != nil {
			t.Fatal(err)
		}
		drive := &protocol{t: t, server: server, schemas: schemas}
		drive.configureBlock(map[string]any{"endpoint": p.URL, "token": p.Token, "coalesce_reads": false}) // so that each read is one request
		return drive, inner
	}
	long, outer := configured(false)
	short, inner := configured(true)
	r.shortProvider, r.longProvider = inner, outer
	framework, ok := short.server.(frameworkServer)
	if !ok {
		t.Fatal("the framework's server does less than it did")
	}
	r.way = &countedWay{frameworkServer: framework}
	r.schemas, r.long, r.short = long.schemas, long.server, newShortWay(inner, r.way)
	return r
}

// compare plans some objects and returns how many plans took the short way.
func (r *randomPlans) compare(objects int) (shortened int) {
	r.t.Helper()
	types := []string{
		"switchboard_user", "switchboard_user", "switchboard_user", "switchboard_sip_account", "switchboard_permission_group",
		"switchboard_permission_group_member", "switchboard_user_group", "switchboard_pbx_reload",
	}
	for range objects {
		before := len(r.way.types)
		r.compareOne(r.request(types[r.IntN(len(types))]))
		if len(r.way.types) == before {
			shortened++
		}
	}
	return shortened
}

func (r *randomPlans) compareOne(req *tfprotov6.PlanResourceChangeRequest) {
	r.t.Helper()
	short, err := r.short.PlanResourceChange(r.t.Context(), req)
	if err != nil {
		r.t.Fatal(err)
	}
	long, err := r.long.PlanResourceChange(r.t.Context(), req)
	if err != nil {
		r.t.Fatal(err)
	}
	if difference := cmp.Diff(answerOf(long), answerOf(short)); difference != "" {
		config, _ := req.Config.Unmarshal(r.schemas.ResourceSchemas[req.TypeName].ValueType())
		prior, _ := req.PriorState.Unmarshal(r.schemas.ResourceSchemas[req.TypeName].ValueType())
		r.t.Errorf("%s is answered otherwise (-framework +short way):\n%s\nconfiguration %s\nstate %s", req.TypeName, difference, config, prior)
	}
}

// answerOf is an answer in a form that shows everything.
func answerOf(resp *tfprotov6.PlanResourceChangeResponse) map[string]any {
	answer := map[string]any{
		"state": resp.PlannedState, "private": resp.PlannedPrivate, "identity": resp.PlannedIdentity, "deferred": resp.Deferred,
		"legacy": resp.UnsafeToUseLegacyTypeSystem, //nolint:staticcheck // deprecated, and an answer all the same
	}
	for i, path := range resp.RequiresReplace {
		answer[fmt.Sprintf("replace %d", i)] = path.String()
	}
	for i, d := range resp.Diagnostics {
		answer[fmt.Sprintf("diagnostic %d", i)] = []string{d.Severity.String(), d.Summary, d.Detail, d.Attribute.String()}
	}
	return answer
}

// request is a plan of an object that is in the state: mostly of one that stays as it is, or nearly.
func (r *randomPlans) request(typeName string) *tfprotov6.PlanResourceChangeRequest {
	schema := r.schemas.ResourceSchemas[typeName]
	prior := r.object(schema.ValueType(), schema.Block.Attributes, "")
	config := r.configured(schema.ValueType(), schema.Block.Attributes, prior)
	proposed := proposeBlock(schema, prior, config)
	switch r.IntN(16) {
	case 0: // somebody changed it in the portal
		prior = r.changed(schema, prior)
		proposed = proposeBlock(schema, prior, config)
	case 1: // ignore_changes proposes what the configuration does not say
		config = r.changed(schema, config)
	case 5: // the same of what has one owner
		if values := children(config); values["permission_group_ids"].Type() != nil {
			values["permission_group_ids"] = r.value(values["permission_group_ids"].Type(), "permission_group_ids")
			config = tftypes.NewValue(config.Type(), values)
		}
	case 2: // the end
		null := tftypes.NewValue(schema.ValueType(), nil)
		config, proposed = null, null
	case 3: // the beginning
		prior = tftypes.NewValue(schema.ValueType(), nil)
		proposed = proposeBlock(schema, prior, config)
	case 4:
		config = r.secretUnknown(schema, config)
	}
	if r.IntN(2) == 0 && !config.IsNull() {
		proposed = withSecrets(schema.Block.Attributes, proposed, config) // as Terraform 1.11 does
	}
	return &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: r.encode(prior), Config: r.encode(config), ProposedNewState: r.encode(proposed),
		PriorPrivate: r.private(), ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{},
	}
}

// private is private state: mostly as a Read leaves it.
func (r *randomPlans) private() []byte {
	private := []string{
		`{"etag":"IjEi"}`, `{"etag":"IjEi"}`, `{"etag":"IjEi"}`, `{"etag":"IjEi"}`, `{"etag":"IjEi"}`, `{".f":"e30=","etag":"MQ=="}`, "",
		`{ "etag":"IjEi"}`, `{}`, `{"etag":""}`, `{"etag":"IjEi",".f":"e30="}`, `{"etag":"bm8gSlNPTg=="}`, `{"schema_version":"0"}`, `{`,
	}
	return []byte(private[r.IntN(len(private))])
}

// encode encodes as Terraform does, which is not as terraform-plugin-go does.
func (r *randomPlans) encode(value tftypes.Value) *tfprotov6.DynamicValue {
	r.t.Helper()
	converted, kind := inTerraform(r.t, value)
	encoded, err := ctymsgpack.Marshal(converted, kind)
	if err != nil {
		r.t.Fatal(err)
	}
	return &tfprotov6.DynamicValue{MsgPack: encoded}
}

// inTerraform is a value as Terraform has it in memory.
func inTerraform(t testing.TB, value tftypes.Value) (cty.Value, cty.Type) {
	t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(value.Type())
	if err != nil {
		t.Fatal(err)
	}
	kind, err := ctyjson.UnmarshalType(text)
	if err != nil {
		t.Fatal(err)
	}
	converted, err := ctymsgpack.Unmarshal(encoded.MsgPack, kind)
	if err != nil {
		t.Fatal(err)
	}
	return converted, kind
}

// object is a random object as a state has it: no secrets, nothing unknown.
func (r *randomPlans) object(kind tftypes.Type, attributes []*tfprotov6.SchemaAttribute, prefix string) tftypes.Value {
	values := map[string]tftypes.Value{}
	for _, a := range attributes {
		path := prefix + a.Name
		switch {
		case a.WriteOnly || a.Optional && r.IntN(3) == 0 || path != "id" && r.IntN(40) == 0 || (path == "webcare.avatar_file" || path == "timeouts") && r.IntN(4) > 0:
			values[a.Name] = tftypes.NewValue(a.ValueType(), nil)
		case a.NestedType != nil:
			values[a.Name] = r.object(a.ValueType(), a.NestedType.Attributes, path+".")
		default:
			values[a.Name] = r.value(a.ValueType(), path)
		}
	}
	return tftypes.NewValue(kind, values)
}

func (r *randomPlans) value(kind tftypes.Type, path string) tftypes.Value {
	switch {
	case path == "deletion_protection":
		return tftypes.NewValue(kind, r.IntN(5) == 0)
	case kind.Is(tftypes.Bool):
		return tftypes.NewValue(kind, r.IntN(2) == 0)
	case kind.Is(tftypes.Number):
		return tftypes.NewValue(kind, big.NewFloat(float64(r.IntN(70000)-200)))
	case kind.Is(tftypes.String):
		return tftypes.NewValue(kind, r.text(path))
	case kind.Is(tftypes.Set{}):
		elements := map[string]tftypes.Value{}
		for range r.IntN(3) {
			text := r.text(path)
			elements[text] = tftypes.NewValue(tftypes.String, text)
		}
		set := []tftypes.Value{}
		for _, element := range elements {
			set = append(set, element)
		}
		return tftypes.NewValue(kind, set)
	default:
		elements := map[string]tftypes.Value{}
		if r.IntN(3) > 0 { // one at most: terraform-plugin-go writes the elements of a map in another order every time
			elements["key"] = tftypes.NewValue(tftypes.String, r.text(path))
		}
		return tftypes.NewValue(kind, elements)
	}
}

// text is one out of few for what objects want alone, so that they clash, and else anything.
func (r *randomPlans) text(path string) string {
	few := map[string]string{
		"id": "usr_%d", "user_id": "usr_%d", "email": "Person%d@example.com", "username": "person%d", "name": "Name %d", "extension": "%d", "telephony.extension": "%d",
		"telephony.sip_account_ids": "sip_%d", "permission_group_id": "grp_%d", "permission_group_ids": "grp_%d", "telephony.forward_numbers": "+31 85 123 45 %d",
	}
	switch pattern, known := few[path]; {
	case known:
		return fmt.Sprintf(pattern, 10+r.IntN(25))
	case path == "status" || path == "invited_at" || path == "last_login_at":
		return []string{"", "active", "active", "active", "active", "active", "active", "active"}[r.IntN(8)]
	case path == "on_destroy":
		return []string{onDestroyDelete, onDestroyDelete, onDestroyDelete, onDestroyKeep, onDestroyDisable}[r.IntN(5)]
	case path == "webcare.avatar_file":
		return []string{r.picture, "missing.png", ""}[r.IntN(3)]
	default:
		return []string{"", "value", "2m", "Ünïcödé", "+31851234567", "a rather long text that takes more than thirty-two bytes"}[r.IntN(6)]
	}
}

// configured is a configuration that has an object as it is: it gives what it has to, and of the rest some.
func (r *randomPlans) configured(kind tftypes.Type, attributes []*tfprotov6.SchemaAttribute, object tftypes.Value) tftypes.Value {
	has := children(object)
	values := map[string]tftypes.Value{}
	for _, a := range attributes {
		value := has[a.Name]
		switch {
		case a.WriteOnly && r.IntN(2) == 0:
			value = tftypes.NewValue(a.ValueType(), "a secret")
		case a.Computed && (!a.Optional || r.IntN(4) == 0):
			value = tftypes.NewValue(a.ValueType(), nil)
		case a.NestedType != nil && !value.IsNull():
			value = r.configured(a.ValueType(), a.NestedType.Attributes, value)
		}
		values[a.Name] = value
	}
	return tftypes.NewValue(kind, values)
}

// changed is an object of which one attribute is another, or is gone.
func (r *randomPlans) changed(schema *tfprotov6.Schema, object tftypes.Value) tftypes.Value {
	values := children(object)
	a := schema.Block.Attributes[r.IntN(len(schema.Block.Attributes))]
	switch {
	case a.WriteOnly || a.Required && r.IntN(2) == 0:
	case a.NestedType != nil && r.IntN(2) == 0:
		values[a.Name] = r.object(a.ValueType(), a.NestedType.Attributes, a.Name+".")
	case a.NestedType == nil && r.IntN(2) == 0:
		values[a.Name] = r.value(a.ValueType(), a.Name)
	case !a.Required:
		values[a.Name] = tftypes.NewValue(a.ValueType(), nil)
	}
	return tftypes.NewValue(object.Type(), values)
}

// withSecrets is what is proposed, with the secrets of the configuration.
func withSecrets(attributes []*tfprotov6.SchemaAttribute, proposed, config tftypes.Value) tftypes.Value {
	values, given := children(proposed), children(config)
	for _, a := range attributes {
		switch {
		case a.WriteOnly:
			values[a.Name] = given[a.Name]
		case a.NestedType != nil && !values[a.Name].IsNull() && !given[a.Name].IsNull():
			values[a.Name] = withSecrets(a.NestedType.Attributes, values[a.Name], given[a.Name])
		}
	}
	return tftypes.NewValue(proposed.Type(), values)
}

// secretUnknown has a secret that is not known yet, which a state never shows.
func (r *randomPlans) secretUnknown(schema *tfprotov6.Schema, config tftypes.Value) tftypes.Value {
	values := children(config)
	for _, a := range schema.Block.Attributes {
		if a.WriteOnly {
			values[a.Name] = tftypes.NewValue(a.ValueType(), tftypes.UnknownValue)
		}
	}
	return tftypes.NewValue(config.Type(), values)
}
