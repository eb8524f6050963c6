package provider

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// instance is a resource as Terraform keeps it in the state between two runs.
type instance struct {
	typeName string
	state    tftypes.Value // null if there is none
	private  []byte
}

// plannedInstance is what a plan makes of an instance.
type plannedInstance struct {
	instance
	prior  tftypes.Value
	config *tfprotov6.DynamicValue
}

// changes are the attributes that a plan changes, as dotted paths.
func (p plannedInstance) changes() []string { return differences(p.prior, p.state) }

// noInstance is a resource that is not created yet.
func (d *protocol) noInstance(typeName string) instance {
	return instance{typeName: typeName, state: tftypes.NewValue(d.schemas.ResourceSchemas[typeName].ValueType(), nil)}
}

// planChange refreshes an instance and plans what a configuration makes of it, as `terraform plan` does; nil attributes
// plan its end. An error, and a plan to replace it, ends the test.
func (d *protocol) planChange(prior instance, attributes map[string]any) plannedInstance {
	d.t.Helper()
	plan, diagnostics := d.tryChange(prior, attributes)
	d.noError("plan", diagnostics)
	return plan
}

// tryChange is planChange, with what the plan has to say: if that has an error, there is no plan.
func (d *protocol) tryChange(prior instance, attributes map[string]any) (plannedInstance, []*tfprotov6.Diagnostic) {
	d.t.Helper()
	schema := d.schemas.ResourceSchemas[prior.typeName]
	config := d.encode(tftypes.NewValue(schema.ValueType(), nil))
	if attributes != nil {
		config = d.value(schema, attributes)
	}
	return d.tryPlan(d.refresh(prior), config)
}

// tryPlan plans an instance that was refreshed before.
func (d *protocol) tryPlan(prior instance, config *tfprotov6.DynamicValue) (plannedInstance, []*tfprotov6.Diagnostic) {
	d.t.Helper()
	schema := d.schemas.ResourceSchemas[prior.typeName]
	given := d.decode(prior.typeName, config)
	if !given.IsNull() {
		validated, err := d.server.ValidateResourceConfig(d.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
			TypeName: prior.typeName, Config: config, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		if err != nil {
			d.t.Fatal(err)
		}
		if len(validated.Diagnostics) > 0 {
			return plannedInstance{}, validated.Diagnostics // Terraform goes no further either
		}
	}
	proposed := proposeBlock(schema, prior.state, given)
	planned, err := d.server.PlanResourceChange(d.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: prior.typeName, Config: config, PriorState: d.encode(prior.state), PriorPrivate: prior.private, ProposedNewState: d.encode(proposed),
		ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	if len(planned.RequiresReplace) > 0 {
		d.t.Fatalf("the plan replaces the %s, because of %v", prior.typeName, planned.RequiresReplace)
	}
	return plannedInstance{
		instance: instance{prior.typeName, d.decode(prior.typeName, planned.PlannedState), planned.PlannedPrivate},
		prior:    prior.state, config: config,
	}, d.sound(schema, prior, given, planned)
}

// sound fails the test if Terraform would call a plan invalid. An error comes without a plan.
func (d *protocol) sound(schema *tfprotov6.Schema, prior instance, config tftypes.Value, planned *tfprotov6.PlanResourceChangeResponse) []*tfprotov6.Diagnostic {
	d.t.Helper()
	if !hasErrors(planned.Diagnostics) {
		for _, fault := range planFaults(schema, prior.state, config, d.decode(prior.typeName, planned.PlannedState)) {
			d.t.Errorf("invalid plan of a %s: %s", prior.typeName, fault)
		}
	}
	return planned.Diagnostics
}

func hasErrors(diagnostics []*tfprotov6.Diagnostic) bool {
	return slices.ContainsFunc(diagnostics, func(diagnostic *tfprotov6.Diagnostic) bool {
		return diagnostic.Severity == tfprotov6.DiagnosticSeverityError
	})
}

// refresh reads an instance.
func (d *protocol) refresh(prior instance) instance {
	d.t.Helper()
	if prior.state.IsNull() {
		return prior
	}
	read, err := d.server.ReadResource(d.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: prior.typeName, CurrentState: d.encode(prior.state), Private: prior.private, ClientCapabilities: &tfprotov6.ReadResourceClientCapabilities{},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.noError("read", read.Diagnostics)
	return instance{prior.typeName, d.decode(prior.typeName, read.NewState), read.Private}
}

// applyChange does what was planned. As in Terraform, what the plan knew is what comes out.
func (d *protocol) applyChange(plan plannedInstance) instance {
	d.t.Helper()
	applied, err := d.server.ApplyResourceChange(d.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: plan.typeName, Config: plan.config, PriorState: d.encode(plan.prior), PlannedState: d.encode(plan.state), PlannedPrivate: plan.private,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.noError("apply", applied.Diagnostics)
	result := instance{plan.typeName, d.decode(plan.typeName, applied.NewState), applied.Private}
	for _, fault := range slices.Concat(resultFaults(d.schemas.ResourceSchemas[plan.typeName], result.state), deviations("", plan.state, result.state)) {
		d.t.Errorf("inconsistent result of a %s after the apply: %s", plan.typeName, fault)
	}
	return result
}

// tryApply is applyChange, with what the apply has to say.
func (d *protocol) tryApply(plan plannedInstance) []*tfprotov6.Diagnostic {
	d.t.Helper()
	applied, err := d.server.ApplyResourceChange(d.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: plan.typeName, Config: plan.config, PriorState: d.encode(plan.prior), PlannedState: d.encode(plan.state), PlannedPrivate: plan.private,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return applied.Diagnostics
}

// idOf is the id of an instance.
func (d *protocol) idOf(i instance) (id string) {
	d.t.Helper()
	if err := children(i.state)["id"].As(&id); err != nil {
		d.t.Fatal(err)
	}
	return id
}

func (d *protocol) noError(doing string, diagnostics []*tfprotov6.Diagnostic) {
	d.t.Helper()
	for _, diagnostic := range diagnostics {
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
			d.t.Fatalf("%s: %s at %q: %s", doing, diagnostic.Summary, at(diagnostic), diagnostic.Detail)
		}
	}
}

func (d *protocol) encode(value tftypes.Value) *tfprotov6.DynamicValue {
	d.t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		d.t.Fatal(err)
	}
	return &dynamic
}

func (d *protocol) decode(typeName string, dynamic *tfprotov6.DynamicValue) tftypes.Value {
	d.t.Helper()
	value, err := dynamic.Unmarshal(d.schemas.ResourceSchemas[typeName].ValueType())
	if err != nil {
		d.t.Fatal(err)
	}
	return value
}

// proposeBlock is what Terraform proposes as new state: the configuration, and what the provider computes where the
// configuration says nothing (ProposedNew in Terraform's internal/plans/objchange).
func proposeBlock(schema *tfprotov6.Schema, prior, config tftypes.Value) tftypes.Value {
	if config.IsNull() {
		return config
	}
	return propose(schema.ValueType(), schema.Block.Attributes, prior, config)
}

func propose(kind tftypes.Type, attributes []*tfprotov6.SchemaAttribute, prior, config tftypes.Value) tftypes.Value {
	before, given := children(prior), children(config)
	proposed := make(map[string]tftypes.Value, len(attributes))
	for _, attribute := range attributes {
		was, ok := before[attribute.Name]
		if !ok {
			was = tftypes.NewValue(attribute.ValueType(), nil)
		}
		value := given[attribute.Name]
		switch {
		case attribute.WriteOnly:
			value = tftypes.NewValue(attribute.ValueType(), nil)
		case attribute.Computed && value.IsNull():
			if !holdsConfigured(attribute, was) {
				value = was
			}
		case attribute.NestedType != nil && attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle && !value.IsNull() && value.IsKnown():
			value = propose(attribute.ValueType(), attribute.NestedType.Attributes, was, value)
		}
		proposed[attribute.Name] = value
	}
	return tftypes.NewValue(kind, proposed)
}

// holdsConfigured reports whether an object holds what only a configuration can have put there. Terraform then takes it
// for removed when the configuration has it no more.
func holdsConfigured(attribute *tfprotov6.SchemaAttribute, prior tftypes.Value) bool {
	if !attribute.Optional || attribute.NestedType == nil || prior.IsNull() {
		return false
	}
	before := children(prior)
	return slices.ContainsFunc(attribute.NestedType.Attributes, func(child *tfprotov6.SchemaAttribute) bool {
		return !child.Computed && !before[child.Name].IsNull()
	})
}

// children are the attributes of an object; none if it is null or unknown.
func children(object tftypes.Value) map[string]tftypes.Value {
	attributes := map[string]tftypes.Value{}
	if object.IsNull() || !object.IsKnown() || object.As(&attributes) != nil {
		return map[string]tftypes.Value{}
	}
	return attributes
}

// differences are the attributes in which two values differ, as dotted paths, without the objects around them.
func differences(a, b tftypes.Value) []string {
	if a.Type().Is(tftypes.Object{}) && !a.IsNull() && !b.IsNull() && a.IsKnown() && b.IsKnown() {
		before, after := children(a), children(b)
		var names []string
		for name := range before {
			for _, below := range differences(before[name], after[name]) {
				names = append(names, strings.TrimSuffix(name+"."+below, "."))
			}
		}
		slices.Sort(names)
		return names
	}
	if a.Equal(b) {
		return nil
	}
	return []string{""}
}
