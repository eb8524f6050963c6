package provider

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// planCalls stands in front of everything that answers Terraform. It notes in the plan state which objects Terraform
// asks for, and answers nothing itself. It also marks every object that is planned: Terraform hands the mark back if it
// goes on to plan the replacement of that object.
type planCalls struct {
	frameworkServer

	provider *switchboardProvider
	nouns    map[string]portal.Noun // that resources stand for, by resource type
}

func newPlanCalls(p *switchboardProvider, next frameworkServer) *planCalls {
	s := &planCalls{frameworkServer: next, provider: p, nouns: map[string]portal.Noun{}}
	for _, k := range kinds() {
		s.nouns[typeName(k)] = k.noun()
	}
	return s
}

// stateOf returns the plan state, and the kind of object that a resource type stands for. It reports false for another
// resource, and before the provider is configured.
func (s *planCalls) stateOf(typeName string) (*planState, portal.Noun, bool) {
	noun, managed := s.nouns[typeName]
	a := s.provider.access.Load()
	if !managed || a == nil {
		return nil, "", false
	}
	return a.state, noun, true
}

// UpgradeResourceState implements tfprotov6.ResourceServer. Terraform calls it before it does anything else with an
// object of the state.
func (s *planCalls) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if state, noun, ok := s.stateOf(req.TypeName); ok && req.RawState != nil {
		var stored storedObject
		if json.Unmarshal(req.RawState.JSON, &stored) == nil && stored.ID != "" {
			state.see(noun, stored)
		}
	}
	return s.frameworkServer.UpgradeResourceState(ctx, req)
}

// ReadResource implements tfprotov6.ResourceServer.
func (s *planCalls) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	if state, noun, ok := s.stateOf(req.TypeName); ok {
		if id := idOf(req.CurrentState); id != "" {
			if _, seen := state.inState(object{noun, id}); !seen {
				if stored, ok := storedIn(req.CurrentState); ok {
					state.see(noun, stored)
				}
			}
			state.read(object{noun, id})
		}
	}
	return s.frameworkServer.ReadResource(ctx, req)
}

// ImportResourceState implements tfprotov6.ResourceServer. An object that is imported is in the state from then on.
func (s *planCalls) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	resp, err := s.frameworkServer.ImportResourceState(ctx, req)
	if state, noun, ok := s.stateOf(req.TypeName); ok && err == nil {
		for _, imported := range resp.ImportedResources {
			if stored, ok := storedIn(imported.State); ok && stored.ID != "" {
				state.see(noun, stored)
			}
		}
	}
	return resp, err
}

// ValidateResourceConfig implements tfprotov6.ResourceServer.
func (s *planCalls) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	if state, _, ok := s.stateOf(req.TypeName); ok && req.Config != nil {
		state.pending.validated(req.TypeName, req.Config.MsgPack)
	}
	return s.frameworkServer.ValidateResourceConfig(ctx, req)
}

// plannedCall is the key under which the context of a plan has what Terraform has said about it beyond its values.
type plannedCall struct{}

// planned is what Terraform has said about a plan beyond its values.
type planned struct {
	replaces  string      // the id of the object that the planned one replaces, if Terraform says so
	described *validation // see validations
}

func plannedFrom(ctx context.Context) planned {
	said, _ := ctx.Value(plannedCall{}).(planned)
	return said
}

// PlanResourceChange implements tfprotov6.ResourceServer.
func (s *planCalls) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	state, _, ok := s.stateOf(req.TypeName)
	if !ok || isNull(req.ProposedNewState) {
		return s.frameworkServer.PlanResourceChange(ctx, req)
	}
	var said planned
	if req.Config != nil {
		said.described = state.pending.planned(req.TypeName, req.Config.MsgPack)
	}
	var mark string
	unmarked := *req
	unmarked.PriorPrivate, mark = withoutMark(req.PriorPrivate)
	id := idOf(req.PriorState)
	if id == "" {
		said.replaces = state.marked(mark)
	}
	resp, err := s.frameworkServer.PlanResourceChange(context.WithValue(ctx, plannedCall{}, said), &unmarked)
	if err == nil && id != "" {
		resp.PlannedPrivate = withMark(resp.PlannedPrivate, state.mark(id))
	}
	return resp, err
}

// ApplyResourceChange implements tfprotov6.ResourceServer.
func (s *planCalls) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	state, noun, ok := s.stateOf(req.TypeName)
	if !ok {
		return s.frameworkServer.ApplyResourceChange(ctx, req)
	}
	if isNull(req.PlannedState) {
		var diags diag.Diagnostics
		if state.keepsAdopted(object{noun, idOf(req.PriorState)}, &diags); diags.HasError() {
			return &tfprotov6.ApplyResourceChangeResponse{NewState: req.PriorState, Private: req.PlannedPrivate, Diagnostics: wireDiagnostics(diags)}, nil
		}
	}
	state.apply()
	unmarked := *req
	unmarked.PlannedPrivate, _ = withoutMark(req.PlannedPrivate)
	resp, err := s.frameworkServer.ApplyResourceChange(ctx, &unmarked)
	if err == nil && isNull(req.PlannedState) && isNull(resp.NewState) {
		state.ended(object{noun, idOf(req.PriorState)})
	}
	return resp, err
}

// wireDiagnostics are diagnostics without an attribute, as Terraform receives them.
func wireDiagnostics(diags diag.Diagnostics) []*tfprotov6.Diagnostic {
	wire := make([]*tfprotov6.Diagnostic, 0, len(diags))
	for _, d := range diags {
		wire = append(wire, &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: d.Summary(), Detail: d.Detail()})
	}
	return wire
}

// markKey is where the private state of a plan has the mark of the object.
const markKey = "planned"

// withMark adds a mark to private state, which is a JSON object of values in base64. Private state that is none stays
// as it is.
func withMark(private []byte, mark string) []byte {
	values := map[string][]byte{}
	if len(private) > 0 && json.Unmarshal(private, &values) != nil {
		return private
	}
	text, err := json.Marshal(mark)
	if err != nil {
		return private
	}
	values[markKey] = text
	marked, err := json.Marshal(values)
	if err != nil {
		return private
	}
	return marked
}

// withoutMark takes the mark out of private state.
func withoutMark(private []byte) (rest []byte, mark string) {
	if !bytes.Contains(private, []byte(`"`+markKey+`"`)) {
		return private, ""
	}
	var values map[string][]byte
	if json.Unmarshal(private, &values) != nil || json.Unmarshal(values[markKey], &mark) != nil {
		return private, ""
	}
	delete(values, markKey)
	if len(values) == 0 {
		return nil, mark
	}
	rest, err := json.Marshal(values)
	if err != nil {
		return private, ""
	}
	return rest, mark
}

// storedIn is what a state has of an object.
func storedIn(state *tfprotov6.DynamicValue) (stored storedObject, ok bool) {
	if isNull(state) {
		return stored, false
	}
	value, err := field.ReadMsgPack(state.MsgPack)
	tree, ok := value.(field.Tree)
	field.Decode(tree, &stored)
	return stored, err == nil && ok
}

// isNull reports whether a value is null.
func isNull(value *tfprotov6.DynamicValue) bool {
	if value == nil {
		return true
	}
	null, err := value.IsNull()
	return err == nil && null
}

// idOf is the id of an object, empty if it has none or it is not known.
func idOf(value *tfprotov6.DynamicValue) string {
	if isNull(value) {
		return ""
	}
	d := msgpack.NewDecoder(bytes.NewReader(value.MsgPack))
	n, err := d.DecodeMapLen()
	if err != nil {
		return ""
	}
	for range n {
		name, err := d.DecodeString()
		if err != nil {
			return ""
		}
		if name != "id" {
			if d.Skip() != nil {
				return ""
			}
			continue
		}
		id, err := d.DecodeString()
		if err != nil {
			return ""
		}
		return id
	}
	return ""
}
