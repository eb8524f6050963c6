package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// plannedChange is a planned write of one object, as the rule set sees it.
type plannedChange[T portal.Object] struct {
	noun portal.Noun
	id   string // "" on creation
	// before is the object in state, nil on creation.
	before *T
	// after is the planned object. What the configuration leaves out is absent on creation and as in state on update.
	after  *T
	config field.Paths
	// adopts is the id of the object that a creation takes over; then before is that object.
	adopts string
	// adopting is adopt_existing.
	adopting any
	// goes judges the deletion of an object of the state that a creation replaces.
	goes func(context.Context, storedObject, *diag.Diagnostics)
	// unchanged says that the plan is the state: there is nothing to check, but it keeps what it has.
	unchanged bool
	// wanted is what the planned object is to have besides what the rule set says.
	wanted footprint
	// stock looks up those objects of the organisation that the planned one refers to. Holder is the id under which the
	// planned object has what it has already: its own, or that of the object which it replaces.
	stock func(ctx context.Context, inventory *rules.Inventory, holder string) error
}

// check evaluates the platform's rule set on the change, completes the planned object with the defaults that the portal
// will apply, and reports every finding at its attribute. It reports whether the plan is to be settled: not if nothing
// changes. It has to be settled whether or not the portal could be asked what the organisation has: Terraform plans
// once more when it applies, and takes another plan than the first for a bug.
func (c plannedChange[T]) check(ctx context.Context, v *view, diags *diag.Diagnostics) bool {
	c.config.NullElements(func(path, element string) {
		diags.AddAttributeError(attributePath(path), summary(portal.CodeMalformed), element+" is null; give it a value, or leave it out.")
	})
	organization, set, err := v.rules(ctx)
	if err != nil {
		addPortalError(diags, "planning the "+c.noun.Title(), c.noun, err)
		return false
	}
	unknown := c.config.Unknown
	change := rules.Change{
		Noun: c.noun, After: c.after, Unknown: unknown, Partial: c.config.Partial, Given: c.config.Given, Scopes: organization.Scopes, UserID: organization.UserID,
	}
	if c.before != nil {
		change.Before = c.before
		rules.FillFrom(c.after, c.before)
		set.Normalize(c.noun, c.before)
	} else if err := set.CompleteKnown(c.noun, c.after, unknown); err != nil {
		diags.AddError("Broken rule set", err.Error()+". Please report this.")
		return false
	}
	set.Normalize(c.noun, c.after)
	c.wanted.claims = slices.DeleteFunc(set.Claims(c.noun, c.after), func(claim rules.Claim) bool {
		return unknown(claim.Field) || c.shares(organization, claim, diags)
	})
	inventory, holder := rules.Inventory{Organization: organization}, c.id
	if c.before != nil && c.adopts == "" {
		v.state.keep(object{c.noun, c.id}, c.wanted, plannedFrom(ctx).described, diags)
		if c.unchanged {
			return false
		}
		inventory.Holders, err = c.holders(ctx, v, set, v.manager(organization))
	} else {
		holder, inventory.Holders, err = c.create(ctx, v, set, organization, diags)
	}
	if err == nil {
		err = c.stock(ctx, &inventory, holder)
	}
	if err == nil {
		err = v.noteAdministration(ctx, set, change, &inventory)
	}
	if err != nil {
		c.warnUnchecked(err, diags)
		return true
	}
	if diags.HasError() {
		return false // of what exists already, the rules would only say so once more
	}
	for _, finding := range set.Check(inventory, change) {
		if finding.Severity == rules.SeverityWarning {
			addWarning(diags, finding)
			continue
		}
		addFinding(diags, "", c.noun, finding.FieldError())
	}
	return true
}

// shares warns that other users have what this one claims and keeps, since before both spellings of it were one. Nobody
// else gets it; so it is claimed for none of them.
func (c plannedChange[T]) shares(organization portal.Organization, claim rules.Claim, diags *diag.Diagnostics) bool {
	shared := sharedKeys(organization, c.noun, c.id)
	i := slices.IndexFunc(shared, func(key portal.SharedKey) bool { return key.Field == claim.Field && key.Value == claim.Key })
	if i < 0 {
		return false
	}
	diags.AddAttributeWarning(attributePath(claim.Field), "Several users have this "+claim.Field, fmt.Sprintf(
		"The users %s have one and the same %s, %q, in different spellings. They were made before the portal compared all spellings. Each of them can still be changed and deleted. "+
			"Give all but one another %s, or delete those who are the same person.", strings.Join(shared[i].UserIDs, " and "), claim.Field, claim.Key, claim.Field))
	return true
}

// sharedKeys are what a user has although others have it too.
func sharedKeys(organization portal.Organization, noun portal.Noun, id string) []portal.SharedKey {
	if noun != portal.NounUser || id == "" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(organization.SharedKeys), func(key portal.SharedKey) bool { return !slices.Contains(key.UserIDs, id) })
}

// holders looks up who has what the planned object wants to be unique and did not have before.
func (c plannedChange[T]) holders(ctx context.Context, v *view, set *rules.Set, manager string) (map[string]map[string]rules.Holder, error) {
	had := set.Claims(c.noun, c.before)
	wanted := slices.DeleteFunc(slices.Clone(c.wanted.claims), func(claim rules.Claim) bool { return slices.Contains(had, claim) })
	owners, err := v.owners(ctx, set, wanted)
	if err != nil {
		return nil, err
	}
	return heldBy(wanted, owners, "", manager), nil
}

// heldBy is what others than one object hold of what is wanted, and do not hand over.
func heldBy(wanted []rules.Claim, owners map[string]owner, but, manager string) map[string]map[string]rules.Holder {
	holders := map[string]map[string]rules.Holder{}
	for _, claim := range wanted {
		if who, taken := owners[claim.Field]; taken && who.ID != but && !grants(claim, who, manager) {
			holders[claim.Field] = map[string]rules.Holder{claim.Key: who.Holder}
		}
	}
	return holders
}

func (c plannedChange[T]) warnUnchecked(err error, diags *diag.Diagnostics) {
	if c.unchanged {
		return
	}
	diags.AddWarning("Not checked against the portal", fmt.Sprintf(
		"The portal could not be asked what the organisation has, so the planned %s was not checked against it; the portal checks it at apply.\n\n%v", c.noun.Title(), err))
}

// settle replaces what is unknown in a plan by what the portal is going to answer, wherever the configuration leaves it
// to the portal. So the plan shows defaults, and null for what the platform does not have, instead of "(known after
// apply)".
func settle(plan, config, answer any) any {
	planned, isObject := plan.(field.Tree)
	configured, given := config.(field.Tree)
	answered, there := answer.(field.Tree)
	switch {
	case plan == field.Unknown{} && config == nil:
		return answer
	case !isObject || !given || !there:
		return plan
	}
	settled := make(field.Tree, len(planned))
	for name, value := range planned {
		settled[name] = settle(value, configured[name], answered[name])
	}
	return settled
}
