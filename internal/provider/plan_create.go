package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// interruptedRun is how long ago an interrupted run may have made what the next one finds.
const interruptedRun = 24 * time.Hour

// owner is an object of the organisation that has something alone.
type owner struct {
	rules.Holder
	noun portal.Noun
	meta portal.Meta
}

// mayBeOfInterruptedRun reports whether an object is as an interrupted run of this configuration would have left it.
func mayBeOfInterruptedRun(o portal.Meta, manager string, now time.Time) bool {
	made, err := time.Parse(time.RFC3339, o.CreatedAt)
	return err == nil && o.ManagedBy != "" && o.ManagedBy == manager && o.Untouched && now.Sub(made) < interruptedRun
}

// owners returns who has those of the claimed things that are taken, by the field that claims them. Only kinds of
// objects that can have the thing are searched: an extension may be a user's or a SIP account's (ALL-02), anything else
// is of the claiming object's own kind.
func (v *view) owners(ctx context.Context, set *rules.Set, wanted []rules.Claim) (map[string]owner, error) {
	found := map[string]owner{}
	for _, claim := range wanted {
		if !claim.Unique {
			continue
		}
		for _, kind := range []portal.Noun{portal.NounPermissionGroup, portal.NounSIPAccount, portal.NounUserGroup, portal.NounUser} {
			if !set.Shares(kind, claim.Stock) {
				continue
			}
			who, taken, err := v.owner(ctx, set, kind, thing{claim.Stock, claim.Key})
			if err != nil {
				return nil, err
			}
			if taken {
				found[claim.Field] = who
			}
		}
	}
	return found, nil
}

// owner is who has something, of one kind of objects.
func (v *view) owner(ctx context.Context, set *rules.Set, noun portal.Noun, what thing) (owner, bool, error) {
	switch noun {
	case portal.NounPermissionGroup:
		return v.groups.owner(ctx, set, what)
	case portal.NounSIPAccount:
		return v.accounts.owner(ctx, set, what)
	case portal.NounUserGroup:
		return v.userGroups.owner(ctx, set, what)
	default:
		return v.users.owner(ctx, set, what)
	}
}

// identifies reports whether a claim is about what tells objects of its kind apart: an e-mail address, a username, a
// name, or the extension of a SIP account.
func identifies(noun portal.Noun, claim rules.Claim) bool {
	return strings.HasPrefix(claim.Stock, string(noun)+".") || noun == portal.NounSIPAccount && claim.Stock == string(rules.FormatExtension)
}

// create plans a creation: it notes what the object wants, refuses one that exists already, and returns which object it
// takes the place of, if any, and who else has what it wants to be unique.
func (c plannedChange[T]) create(
	ctx context.Context, v *view, set *rules.Set, organization portal.Organization, diags *diag.Diagnostics,
) (takes string, holders map[string]map[string]rules.Holder, err error) {
	said := plannedFrom(ctx)
	place, certain := object{noun: c.noun, id: c.adopts}, false
	if said.replaces != "" {
		place.id, certain = said.replaces, true
	}
	owners, err := v.owners(ctx, set, c.wanted.claims)
	if err != nil {
		v.state.create(c.noun, c.wanted, place, certain, said.described, diags)
		return place.id, nil, err
	}
	for _, claim := range c.wanted.claims {
		who, taken := owners[claim.Field]
		if !taken || who.noun != c.noun || who.ID == place.id || !identifies(c.noun, claim) {
			continue
		}
		switch v.state.judge(object{c.noun, who.ID}, claim, diags) {
		case foreign:
			refuseExisting(claim, who, v.manager(organization), v.now(), diags)
		case replaced:
			place.id = who.ID
		case conflicting: // which was said
		}
	}
	if diags.HasError() {
		return place.id, nil, nil
	}
	v.state.create(c.noun, c.wanted, place, certain, said.described, diags)
	if place.id != "" && c.adopts == "" {
		c.judgeReplacement(ctx, v, place, diags)
	}
	return place.id, heldBy(c.wanted.claims, owners, place.id, v.manager(organization)), nil
}

// refuseExisting refuses to create what exists already, in the words that fit: it may be an object of this
// configuration whose address has changed, one that an interrupted run has made, or somebody else's.
func refuseExisting(claim rules.Claim, who owner, manager string, now time.Time, diags *diag.Diagnostics) {
	title, from := who.noun.Title(), who.meta
	is := fmt.Sprintf("%s: the organisation has a %s with %q already (%s)", claim.Field, title, claim.Key, who.ID)
	at := attributePath(claim.Field)
	importIt := "import it:\n\n" + importBlockOf(who.noun, who.ID)
	switch {
	case mayBeOfInterruptedRun(from, manager, now):
		diags.AddAttributeError(at, "Exists already, perhaps from an interrupted run", fmt.Sprintf(
			"%s. It was made at %s under the name of this configuration (managed_by = %q), and nothing has changed it "+
				"since: a run that was interrupted before it could save its state may have made it. To manage it, set "+
				"adopt_existing = true, or %s\n\nIf the state has it, and its block, its key of for_each or its module "+
				"was renamed, say so instead:\n\n%s", is, from.CreatedAt, manager, importIt, movedBlock(who.noun)))
	case from.ManagedBy != "" && from.ManagedBy == manager:
		diags.AddAttributeError(at, managedAlready, fmt.Sprintf(
			"%s, and it is managed under the name of this configuration (managed_by = %q). If a block, a key of for_each or a module was renamed, say so, and the %s stays as it is:\n\n%s\n\n"+
				"If no state has it any more, %s\n\nIf another configuration manages it, give that one another managed_by.", is, manager, title, movedBlock(who.noun), importIt))
	default:
		by := "which no configuration is known to manage"
		if from.ManagedBy != "" {
			by = fmt.Sprintf("which is managed by %q", from.ManagedBy)
		}
		diags.AddAttributeError(at, summary(portal.CodeAlreadyExists), fmt.Sprintf(
			"%s, %s. To manage it with this resource, set adopt_existing = true, or %s\n\nIf its block was renamed, say so:\n\n%s", is, by, importIt, movedBlock(who.noun)))
	}
}

// judgeReplacement judges the deletion of an object that a creation replaces, and says what it costs.
func (c plannedChange[T]) judgeReplacement(ctx context.Context, v *view, place object, diags *diag.Diagnostics) {
	stored, seen := v.state.inState(place)
	if !seen {
		return
	}
	title, name := c.noun.Title(), stored.title()
	c.goes(ctx, stored, diags)
	if diags.HasError() {
		return
	}
	if c.adopting == true {
		diags.AddError("Cannot be replaced with adopt_existing", fmt.Sprintf(
			"The plan replaces the %s %s, and adopt_existing = true would take the old one over again. Apply adopt_existing = false together with the replacement.", title, name))
		return
	}
	lost := map[portal.Noun]string{
		portal.NounUser:            "The password, the second factor, open sessions and whatever else the portal keeps about the person go with it, and the person is invited anew where that is configured.",
		portal.NounSIPAccount:      "The new one has another SIP username and another password, so that every phone that registers with it has to be set up again.",
		portal.NounPermissionGroup: "The new one has another id.",
		portal.NounUserGroup:       "The new one and its subgroups have other ids.",
	}
	diags.AddWarning("Replaced by a new "+title, fmt.Sprintf(
		"The %s %s is deleted and a new one is made in its place. %s If that is not wanted, leave -replace and replace_triggered_by out, or run terraform untaint. "+
			"With create_before_destroy the portal refuses the new one where both cannot be there at once.", title, name, lost[c.noun]))
}
