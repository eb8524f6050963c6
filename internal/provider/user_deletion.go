package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// Nobody is deleted by accident: three guards stand before it. None of them is known to the portal.

// guardDelete refuses a deletion that the configuration forbids, and reports whether the limit does. It is asked at
// plan and again at apply, which may be another one than was planned.
func guardDelete(a *access, stored storedObject, planned bool, diags *diag.Diagnostics) (tooMany bool) {
	if stored.refuseDeletion(portal.NounUser, diags); diags.HasError() {
		return false
	}
	if a == nil || stored.OnDestroy == onDestroyKeep || a.state.countDeletion(stored.ID) {
		return false
	}
	if planned && a.state.tooManyReported(stored.ID) {
		return true
	}
	diags.AddError("Too many deletions", fmt.Sprintf(
		"The run takes access from more than %d users, which is max_user_deletions of the provider; the user %s is one too many. If the list of people is complete and "+
			"they really are to go, raise max_user_deletions for this run.", *a.state.mostDeletions, stored.title()))
	return true
}

// planDelete has the guards and the rule set judge a deletion, as long as it is only planned. A user whom a creation
// replaces cannot stay in the portal, where the new one wants the same address.
func (userHooks) planDelete(ctx context.Context, a *access, stored storedObject, user *portal.User, diags *diag.Diagnostics) {
	name := stored.title()
	if user == nil && stored.stays() {
		diags.AddAttributeError(path.Root("on_destroy"), "Cannot be replaced", fmt.Sprintf(
			"The plan replaces the user %s, who has on_destroy = %q in the state and so stays in the portal, where the new one wants the same address. "+
				"Apply on_destroy = %q first, or change the user in place.", name, stored.OnDestroy, onDestroyDelete))
		return
	}
	if guardDelete(a, stored, true, diags) {
		return
	}
	switch stored.OnDestroy {
	case onDestroyKeep:
		diags.AddWarning("The user stays", fmt.Sprintf("The user %s has on_destroy = %q: it leaves the state and stays in the portal as it is.", name, onDestroyKeep))
		return
	case onDestroyDisable:
		diags.AddWarning("The user stays without access", fmt.Sprintf("The user %s has on_destroy = %q: it leaves the state, and stays in the portal without access.", name, onDestroyDisable))
	}
	if !a.ready() || diags.HasError() {
		return
	}
	judgeDeletion(ctx, a, stored, diags)
	if user == nil || stored.OnDestroy == onDestroyDisable {
		return
	}
	if _, set, err := a.view.rules(ctx); err == nil && user.Telephony != nil {
		set.Normalize(portal.NounUser, user)
		a.view.planFreedNumbers(name, valueOf(user.Email), user.Telephony.IncomingNumbers, diags)
	}
}

// judgeDeletion has the rule set say what keeps the user: of a user that is only disabled, that it is the last
// administrator.
func judgeDeletion(ctx context.Context, a *access, stored storedObject, diags *diag.Diagnostics) {
	organization, set, err := a.view.rules(ctx)
	if err != nil || !set.Publications && len(set.Administrators) == 0 && organization.UserID == "" { // nothing that can be known before the deletion keeps a user
		return
	}
	users, err := a.view.users.find(ctx, []string{stored.ID})
	user, there := users[stored.ID]
	if err != nil || !there {
		return
	}
	name, inventory := stored.title(), rules.Inventory{Organization: organization}
	change := rules.Change{
		Noun: portal.NounUser, Before: &user, Scopes: organization.Scopes, UserID: organization.UserID,
		Deletion: &portal.Deletion{DiscardPlannedWork: stored.DiscardPlannedWork}, LastAdministrator: a.view.lastAdministrator,
	}
	if stored.OnDestroy == onDestroyDisable {
		after := user
		after.Enabled = new(false)
		change.After, change.Deletion, change.LastAdministrator = &after, nil, false
	}
	if err := a.view.noteAdministration(ctx, set, change, &inventory); err != nil {
		return // the portal decides
	}
	for _, finding := range set.Check(inventory, change) {
		if finding.Severity == rules.SeverityWarning {
			diags.AddWarning("Deleting a user with planned work", fmt.Sprintf("The user %s: %s.", name, finding.Message))
			continue
		}
		diags.AddError(summary(finding.Code), fmt.Sprintf("The user %s cannot go: %s.%s", name, finding.Message, howToKeep(finding.Code)))
	}
}

func (userHooks) delete(ctx context.Context, a *access, stored storedObject, etag string, diags *diag.Diagnostics) error {
	guardDelete(a, stored, false, diags)
	if diags.HasError() {
		return nil
	}
	switch stored.OnDestroy {
	case onDestroyKeep:
		return nil
	case onDestroyDisable:
		_, err := a.client.ReplaceUser(ctx, stored.ID, portal.User{Enabled: new(false)}, etag)
		return err
	default:
		return a.client.DeleteUser(ctx, stored.ID, etag, portal.Deletion{DiscardPlannedWork: stored.DiscardPlannedWork})
	}
}
