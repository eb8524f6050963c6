package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/defaults"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// shortWay answers Terraform in place of the framework where nothing changes, which in a run over thousands of people is nearly everywhere and where the framework
// takes milliseconds to find that out. It answers only what the framework would answer too, and whatever is out of the ordinary goes the long way:
// what is unknown, what is yet to be read or judged, and everything that there is something to say about.
type shortWay struct {
	frameworkServer

	provider  *switchboardProvider
	unchanged map[string]unchangedKind // by resource type
	stored    map[string]storedState   // by resource type
	quiet     map[string]quiet         // by resource type
}

// frameworkServer is all that the framework's server does. Embedded as a mere ProviderServer, it would lose what terraform-plugin-go asks for separately.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// unchangedKind is what has to be known of a resource type in order to tell that an object stays as it is. Its functions are nil where the framework is left to it.
type unchangedKind struct {
	plan stay
	read reading

	defaults map[string]any                    // attribute → its default, which the framework plans where the configuration says nothing
	secrets  []string                          // dotted paths of write-only attributes, which the framework takes out of whatever state it sees
	shapes   map[string]func(a, b string) bool // dotted path → whether two texts say the same
}

// stay does what the ModifyPlan of a resource does of an object that stays as it is. It reports false if that may have anything to say; then it is
// done once more the long way, which changes nothing.
type stay func(ctx context.Context, a *access, state []byte, config wireTree) bool

func newShortWay(p *switchboardProvider, framework frameworkServer) *shortWay {
	schemas := p.resourceSchemas()
	s := &shortWay{
		frameworkServer: framework, provider: p, unchanged: map[string]unchangedKind{}, stored: storedStates(schemas), quiet: quietConfigs(schemas),
	}
	for typeName, kind := range map[string]unchangedKind{
		"switchboard_permission_group": {
			plan: staying(portal.NounPermissionGroup, func(g *portal.PermissionGroup) string { return g.ID }, nil), read: readingPermissionGroup(),
		},
		"switchboard_permission_group_member": {plan: stayingMember},
		"switchboard_sip_account": {
			plan: staying(portal.NounSIPAccount, func(a *portal.SIPAccount) string { return a.ID }, nil), read: readingSIPAccount(),
		},
		"switchboard_user": {
			plan: staying(portal.NounUser, func(u *portal.User) string { return u.ID }, stayingUser), read: readingUser(),
		},
	} {
		attributes := schemas[typeName].Attributes
		kind.defaults, kind.shapes = wireDefaults(attributes), map[string]func(a, b string) bool{}
		kind.describe("", attributes)
		s.unchanged[typeName] = kind
	}
	return s
}

// describe finds the secrets and the shapes among the attributes of a resource.
func (k *unchangedKind) describe(prefix string, attributes map[string]schema.Attribute) {
	for name, attribute := range attributes {
		if attribute.IsWriteOnly() {
			k.secrets = append(k.secrets, prefix+name)
		}
		switch a := attribute.(type) {
		case schema.StringAttribute:
			for _, modifier := range a.PlanModifiers {
				if s, ok := modifier.(shape); ok {
					k.shapes[prefix+name] = s.same
				}
			}
		case schema.SetAttribute:
			for _, modifier := range a.PlanModifiers {
				if s, ok := modifier.(shape); ok {
					k.shapes[prefix+name] = s.same
				}
			}
		case schema.SingleNestedAttribute:
			k.describe(prefix+name+".", a.Attributes)
		}
	}
}

// wireDefaults are the defaults of a resource's attributes, as a wireTree has them. All are of attributes outside of objects, and bools or texts: a test says so.
func wireDefaults(attributes map[string]schema.Attribute) map[string]any {
	ctx := context.Background()
	values := map[string]any{}
	for name, attribute := range attributes {
		switch a := attribute.(type) {
		case schema.BoolAttribute:
			if a.Default != nil {
				var resp defaults.BoolResponse
				a.Default.DefaultBool(ctx, defaults.BoolRequest{}, &resp)
				values[name] = resp.PlanValue.ValueBool()
			}
		case schema.StringAttribute:
			if a.Default != nil {
				var resp defaults.StringResponse
				a.Default.DefaultString(ctx, defaults.StringRequest{}, &resp)
				values[name] = resp.PlanValue.ValueString()
			}
		}
	}
	return values
}

// holdsSecret reports whether a state has what no state is to have.
func (k unchangedKind) holdsSecret(state wireTree) bool {
	return slices.ContainsFunc(k.secrets, func(path string) bool {
		object, name := state.at(path)
		return object[name] != nil
	})
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
	kind := s.unchanged[req.TypeName]
	a := s.provider.access.Load()
	if kind.plan == nil || !a.ready() || req.ProviderMeta != nil || req.PriorIdentity != nil || !isPlainPrivate(req.PriorPrivate) {
		return false
	}
	if req.PriorState == nil || req.ProposedNewState == nil || req.Config == nil {
		return false
	}
	state, ok := readWireTree(req.PriorState.MsgPack)
	if !ok || kind.holdsSecret(state) || !kind.proposesState(state, req) {
		return false
	}
	config, ok := readWireTree(req.Config.MsgPack)
	if !ok {
		return false
	}
	for name, value := range kind.defaults {
		if config[name] == nil && state[name] != value {
			return false
		}
	}
	return kind.plan(ctx, a, req.PriorState.MsgPack, config)
}

// proposesState reports whether what Terraform proposes is the state, but for the secrets of the configuration, which are to be in neither.
func (k unchangedKind) proposesState(state wireTree, req *tfprotov6.PlanResourceChangeRequest) bool {
	if bytes.Equal(req.PriorState.MsgPack, req.ProposedNewState.MsgPack) {
		return true
	}
	proposed, ok := readWireTree(req.ProposedNewState.MsgPack)
	if !ok || !k.holdsSecret(proposed) {
		return false
	}
	for _, path := range k.secrets {
		if object, name := proposed.at(path); object != nil {
			object[name] = nil
		}
	}
	return reflect.DeepEqual(state, proposed)
}

// isPlainPrivate reports whether the framework would write private state exactly as it is: it reads and writes it again, even if nobody changes it.
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

// staying is the stay of what the portal knows under an id: it keeps what it claims for itself alone.
func staying[T any](noun portal.Noun, id func(*T) string, more func(*access, *T, wireTree, *diag.Diagnostics) bool) stay {
	return func(ctx context.Context, a *access, state []byte, config wireTree) bool {
		var stored T
		if !readWire(state, &stored) || id(&stored) == "" {
			return false
		}
		var diags diag.Diagnostics
		if more != nil && (!more(a, &stored, config, &diags) || len(diags) > 0) { // then the long way claims nothing either
			return false
		}
		organization, set, err := a.view.rules(ctx)
		if err != nil {
			return len(diags) == 0 // nothing is checked then, and of what stays as it is nobody is told
		}
		if len(sharedKeys(organization, noun, id(&stored))) > 0 {
			return false
		}
		set.Normalize(noun, &stored)
		a.state.keep(object{noun, id(&stored)}, set.Claims(noun, &stored), plannedFrom(ctx).described, &diags)
		return len(diags) == 0
	}
}

// stayingUser leaves a picture to the long way, which looks whether the file is still the one that the portal has.
func stayingUser(a *access, user *portal.User, config wireTree, diags *diag.Diagnostics) bool {
	if config.object("webcare")["avatar_file"] != nil {
		return false
	}
	if config["permission_group_ids"] == nil {
		return true
	}
	configured, ok := textsOf(config["permission_group_ids"])
	if !ok || user.PermissionGroupIDs == nil || !slices.Equal(configured, user.PermissionGroupIDs) {
		return false // ignore_changes makes the plan another than the configuration, or the two only come in another order
	}
	a.state.memberships.claimAll(user.ID, valueOf(user.Email), diags)
	return true
}

func stayingMember(_ context.Context, a *access, state []byte, _ wireTree) bool {
	var member struct {
		UserID string `json:"user_id"`
	}
	if !readWire(state, &member) || member.UserID == "" {
		return false
	}
	var diags diag.Diagnostics
	a.state.memberships.claimOne(member.UserID, &diags)
	return len(diags) == 0
}
