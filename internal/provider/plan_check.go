package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// plannedChange is a planned write of one object, as the rule set sees it.
type plannedChange[T any] struct {
	noun portal.Noun
	id   string // "" on creation
	// before is the object in state, nil on creation.
	before *T
	// after is the planned object. What the configuration leaves out is absent on creation and as in state on update.
	after  *T
	config tftypes.Value
	// unchanged says that the plan is the state: there is nothing to check, but it keeps what it has.
	unchanged bool
	// stock looks up those objects of the organisation that the planned one refers to.
	stock func(context.Context, *rules.Inventory) error
}

// check evaluates the platform's rule set on the change, completes the planned object with the defaults that the portal will apply, and reports
// every finding at its attribute. It reports whether the plan is to be settled: not if nothing changes. It has to be settled whether or not the portal could
// be asked what the organisation has: Terraform plans once more when it applies, and takes another plan than the first for a bug.
func (c plannedChange[T]) check(ctx context.Context, v *view, diags *diag.Diagnostics) bool {
	organization, set, err := v.rules(ctx)
	if err != nil {
		addPortalError(diags, "planning the "+c.noun.Title(), c.noun, err)
		return false
	}
	unknown := unknownPaths(c.config)
	change := rules.Change{Noun: c.noun, After: c.after, Unknown: unknown, Given: givenPaths(c.config), Scopes: organization.Scopes, UserID: organization.UserID}
	if c.before != nil {
		change.Before = c.before
		rules.FillFrom(c.after, c.before)
		set.Normalize(c.noun, c.before)
	} else if err := set.CompleteKnown(c.noun, c.after, unknown); err != nil {
		diags.AddError("Broken rule set", err.Error()+". Please report this.")
		return false
	}
	set.Normalize(c.noun, c.after)
	wanted := slices.DeleteFunc(set.Claims(c.noun, c.after), func(claim rules.Claim) bool { return unknown(claim.Field) })
	v.claims.add(c.noun, c.id, wanted, diags)
	if c.unchanged {
		return false
	}
	inventory := rules.Inventory{Organization: organization}
	if err = c.stock(ctx, &inventory); err == nil {
		inventory.Holders, err = c.holders(ctx, v, set, wanted, unknown, diags)
	}
	if err == nil {
		err = v.noteAdministration(ctx, set, change, &inventory)
	}
	if err != nil {
		c.warnUnchecked(err, diags)
		return true
	}
	for _, finding := range set.Check(inventory, change) {
		if finding.Severity == rules.SeverityWarning {
			diags.AddAttributeWarning(attributePath(finding.Field), "Worth a look", capital(finding.Message, "")+".")
			continue
		}
		addFinding(diags, "", c.noun, portal.FieldError{Field: finding.Field, Code: finding.Code, Message: finding.Message, ExistingID: finding.ExistingID})
	}
	return true
}

// holders looks up who has what the planned object wants to be unique. An object that is to be created and is there already, exactly as
// planned, may be what an interrupted run has made: the portal knows, and then hands it over instead of refusing.
func (c plannedChange[T]) holders(ctx context.Context, v *view, set *rules.Set, wanted []rules.Claim, unknown func(string) bool, diags *diag.Diagnostics) (map[string]map[string]rules.Holder, error) {
	if c.before != nil {
		had := set.Claims(c.noun, c.before)
		wanted = slices.DeleteFunc(slices.Clone(wanted), func(claim rules.Claim) bool { return slices.Contains(had, claim) })
	}
	owners, err := v.owners(ctx, set, wanted)
	if err != nil {
		return nil, err
	}
	holders := map[string]map[string]rules.Holder{}
	for _, claim := range wanted {
		who, taken := owners[claim.Field]
		if !taken {
			continue
		}
		if stored, same := who.object.(*T); c.before == nil && same && rules.SameAsKnown(c.after, stored, unknown) {
			diags.AddAttributeWarning(attributePath(claim.Field), "There already, exactly as planned", fmt.Sprintf(
				"The portal has a %s with %q (%s) that is exactly as planned. If an interrupted run made it, the apply takes it up; otherwise the apply is refused, "+
					"and you import it or delete it.", c.noun.Title(), claim.Key, who.ID))
			continue
		}
		holders[claim.Field] = map[string]rules.Holder{claim.Key: who.Holder}
	}
	return holders, nil
}

func (c plannedChange[T]) warnUnchecked(err error, diags *diag.Diagnostics) {
	if c.unchanged {
		return
	}
	diags.AddWarning("Not checked against the portal", fmt.Sprintf(
		"The portal could not be asked what the organisation has, so the planned %s was not checked against it; the portal checks it at apply.\n\n%v", c.noun.Title(), err))
}

// unknownPaths returns whether the configuration of a field is not known yet. A set is not known as long as any element is not; nothing in an
// object is known before the object itself.
func unknownPaths(config tftypes.Value) func(path string) bool {
	unknown := map[string]bool{}
	collectUnknown("", config, unknown)
	return func(path string) bool {
		for path != "" {
			if unknown[path] {
				return true
			}
			path = path[:max(strings.LastIndexByte(path, '.'), 0)]
		}
		return false
	}
}

// givenPaths returns whether the configuration gives a value, known or not, at a dotted path.
func givenPaths(config tftypes.Value) func(path string) bool {
	return func(path string) bool {
		value := config
		for name := range strings.SplitSeq(path, ".") {
			attributes := map[string]tftypes.Value{}
			if value.IsNull() || !value.IsKnown() || value.As(&attributes) != nil {
				return !value.IsNull()
			}
			value = attributes[name]
		}
		return !value.IsNull()
	}
}

func collectUnknown(path string, value tftypes.Value, unknown map[string]bool) {
	if value.IsFullyKnown() {
		return
	}
	attributes := map[string]tftypes.Value{}
	if !value.Type().Is(tftypes.Object{}) || !value.IsKnown() || value.As(&attributes) != nil {
		unknown[strings.TrimSuffix(path, "_wo")] = true // a secret's field is named without the suffix of its write-only attribute
		return
	}
	for name, attribute := range attributes {
		collectUnknown(strings.TrimPrefix(path+"."+name, "."), attribute, unknown)
	}
}

// settle replaces what is unknown in a plan by what the portal is going to answer, wherever the configuration leaves it to the portal. So the
// plan shows defaults, and null for what the platform does not have, instead of "(known after apply)".
func settle(plan, config, answer tftypes.Value) tftypes.Value {
	switch {
	case !plan.IsKnown():
		if config.IsNull() {
			return answer
		}
		return plan
	case plan.IsNull() || !plan.Type().Is(tftypes.Object{}) || config.IsNull() || !config.IsKnown() || answer.IsNull() || !answer.IsKnown():
		return plan
	}
	var planned, configured, answered map[string]tftypes.Value
	if plan.As(&planned) != nil || config.As(&configured) != nil || answer.As(&answered) != nil {
		return plan
	}
	settled := make(map[string]tftypes.Value, len(planned))
	for name, value := range planned {
		settled[name] = settle(value, configured[name], answered[name])
	}
	return tftypes.NewValue(plan.Type(), settled)
}

// settlePlan writes what the portal is going to answer into the plan of a resource. The answer is a pointer to the resource's model.
func settlePlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, answer any) {
	expected := tfsdk.State{Schema: req.Plan.Schema, Raw: req.Plan.Raw}
	resp.Diagnostics.Append(expected.Set(ctx, answer)...)
	if !resp.Diagnostics.HasError() {
		resp.Plan.Raw = settle(req.Plan.Raw, req.Config.Raw, expected.Raw)
	}
}
