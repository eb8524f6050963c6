package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// shortWay answers Terraform in place of the framework where nothing changes, which in a run over thousands of people
// is nearly everywhere and where the framework takes milliseconds to find that out. It answers only what the framework
// would answer too, and whatever is out of the ordinary goes the long way: what is unknown, what is yet to be read or
// judged, and everything that there is something to say about.
type shortWay struct {
	frameworkServer

	provider *switchboardProvider
	kinds    map[string]shortKind   // by resource type
	stored   map[string]storedState // by resource type
	quiet    map[string]quiet       // by resource type
}

// frameworkServer is all that the framework's server does. Embedded as a mere ProviderServer, it would lose what
// terraform-plugin-go asks for separately.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// shortKind is a kind of objects with what of its table each call asks for.
type shortKind struct {
	anyKind

	secrets  []string
	defaults map[string]any
}

func newShortWay(p *switchboardProvider, framework frameworkServer) *shortWay {
	schemas := p.resourceSchemas()
	s := &shortWay{
		frameworkServer: framework, provider: p, kinds: map[string]shortKind{}, stored: storedStates(schemas), quiet: quietConfigs(schemas),
	}
	for _, k := range kinds() {
		s.kinds[typeName(k)] = shortKind{k, k.fields().Secrets(), k.fields().Defaults()}
	}
	return s
}

// PlanResourceChange implements tfprotov6.ResourceServer.
func (s *shortWay) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	if !s.stays(ctx, req) {
		return s.frameworkServer.PlanResourceChange(ctx, req)
	}
	resp := &tfprotov6.PlanResourceChangeResponse{PlannedState: req.PriorState}
	if len(req.PriorPrivate) > 0 {
		resp.PlannedPrivate = req.PriorPrivate
	}
	return resp, nil
}

// stays reports whether an object stays as it is, and nothing is to be said about that.
func (s *shortWay) stays(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) bool {
	kind, known := s.kinds[req.TypeName]
	a := s.provider.access.Load()
	if !known && req.TypeName != memberTypeName || !a.ready() || req.ProviderMeta != nil || req.PriorIdentity != nil || !isPlainPrivate(req.PriorPrivate) {
		return false
	}
	if req.PriorState == nil || req.ProposedNewState == nil || req.Config == nil {
		return false
	}
	state, ok := field.ReadKnown(req.PriorState.MsgPack)
	if !ok {
		return false
	}
	if !known {
		return bytes.Equal(req.PriorState.MsgPack, req.ProposedNewState.MsgPack) && stayingMember(a, state)
	}
	if kind.holdsSecret(state) || !kind.proposesState(state, req) {
		return false
	}
	config, ok := field.ReadKnown(req.Config.MsgPack)
	if !ok {
		return false
	}
	for name, value := range kind.defaults {
		if config[name] == nil && state[name] != value {
			return false
		}
	}
	return kind.stays(ctx, a, state, config)
}

// proposesState reports whether what Terraform proposes is the state, but for the secrets of the configuration, which
// are to be in neither.
func (k shortKind) proposesState(state field.Tree, req *tfprotov6.PlanResourceChangeRequest) bool {
	if bytes.Equal(req.PriorState.MsgPack, req.ProposedNewState.MsgPack) {
		return true
	}
	proposed, ok := field.ReadKnown(req.ProposedNewState.MsgPack)
	if !ok || !k.holdsSecret(proposed) {
		return false
	}
	for _, path := range k.secrets {
		if object, name := proposed.Holder(path); object != nil {
			object[name] = nil
		}
	}
	return reflect.DeepEqual(state, proposed)
}

// holdsSecret reports whether a tree has what no state is to have.
func (k shortKind) holdsSecret(tree field.Tree) bool {
	return slices.ContainsFunc(k.secrets, func(path string) bool {
		object, name := tree.Holder(path)
		return object[name] != nil
	})
}

// isPlainPrivate reports whether the framework would write private state exactly as it is: it reads and writes it
// again, even if nobody changes it.
func isPlainPrivate(private []byte) bool {
	if len(private) == 0 {
		return true
	}
	var values map[string][]byte
	if err := json.Unmarshal(private, &values); err != nil || len(values) == 0 {
		return false
	}
	for _, value := range values {
		if !utf8.Valid(value) || !json.Valid(value) {
			return false
		}
	}
	again, err := json.Marshal(values)
	return err == nil && bytes.Equal(private, again)
}

// stays does what ModifyPlan does of an object that stays as it is: it keeps what it claims for itself alone. It
// reports false if there may be anything to say; then it is done once more the long way, which changes nothing.
func (k kind[T]) stays(ctx context.Context, a *access, state, config field.Tree) bool {
	stored := k.decode(state)
	id := stored.Meta().ID
	var diags diag.Diagnostics
	if id == "" || !k.hooks.stays(a, &stored, config, &diags) || len(diags) > 0 { // then the long way claims nothing either
		return false
	}
	organization, set, err := a.view.rules(ctx)
	if err != nil {
		return len(diags) == 0 // nothing is checked then, and of what stays as it is nobody is told
	}
	if len(sharedKeys(organization, k.noun(), id)) > 0 {
		return false
	}
	set.Normalize(k.noun(), &stored)
	a.state.keep(object{k.noun(), id}, footprint{
		title: "the " + k.noun().Title() + " " + k.named(state), claims: set.Claims(k.noun(), &stored), uses: k.hooks.refers(&stored, config),
	}, plannedFrom(ctx).described, &diags)
	return len(diags) == 0
}

func stayingMember(a *access, state field.Tree) bool {
	var diags diag.Diagnostics
	userID := state.Text("user_id")
	if userID == "" {
		return false
	}
	a.state.memberships.claimOne(userID, &diags)
	a.state.keepMembership(userID, state.Text("permission_group_id"), &diags)
	return len(diags) == 0
}
