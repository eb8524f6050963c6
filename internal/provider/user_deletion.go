package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// Nobody is deleted by accident: three guards stand before it. None of them is known to the portal.

// What becomes of a user that leaves the configuration.
const (
	onDestroyDelete  = "delete"
	onDestroyDisable = "disable"
	onDestroyKeep    = "keep"
)

func userDeletionAttributes(a attributes) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"on_destroy": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(onDestroyDelete),
			MarkdownDescription: "What becomes of the person when the resource is destroyed: `delete`; `disable`, which withdraws access and keeps the user; or `keep`, which leaves the user as it is and unmanaged. " +
				"It is the state that counts. All platforms. Default `delete`.",
			Validators: []validator.String{stringvalidator.OneOf(onDestroyDelete, onDestroyDisable, onDestroyKeep)},
		},
		"discard_planned_work": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: a.describe("webcare", "Delete the user even if planned publications, which would never be placed, go with it. Defaults to `false`: then such a delete is refused."),
		},
	}
}

// guardDelete refuses a deletion that the configuration forbids, and reports whether the limit does. It is asked at plan and
// again at apply, which may be another one than was planned.
func (r *userResource) guardDelete(state userResourceModel, planned bool, diags *diag.Diagnostics) (tooMany bool) {
	name := named(state.Email, state.ID)
	if state.refuseDeletion(portal.NounUser, name, diags); diags.HasError() {
		return false
	}
	id := state.ID.ValueString()
	if r.access == nil || state.OnDestroy.ValueString() == onDestroyKeep || r.state.countDeletion(id) {
		return false
	}
	if planned && r.state.tooManyReported(id) {
		return true
	}
	diags.AddError("Too many deletions", fmt.Sprintf(
		"The run takes access from more than %d users, which is max_user_deletions of the provider; the user %s is one too many. If the list of people is complete and "+
			"they really are to go, raise max_user_deletions for this run.", *r.state.mostDeletions, name))
	return true
}

// planDelete has the guards and the rule set judge a deletion, as long as it is only planned.
func (r *userResource) planDelete(ctx context.Context, state userResourceModel, diags *diag.Diagnostics) {
	if r.guardDelete(state, true, diags) {
		return
	}
	name := named(state.Email, state.ID)
	switch state.OnDestroy.ValueString() {
	case onDestroyKeep:
		diags.AddWarning("The user stays", fmt.Sprintf("The user %s has on_destroy = %q: it leaves the state and stays in the portal as it is.", name, onDestroyKeep))
		return
	case onDestroyDisable:
		diags.AddWarning("The user stays without access", fmt.Sprintf("The user %s has on_destroy = %q: it leaves the state, and stays in the portal without access.", name, onDestroyDisable))
	}
	if !r.ready() || diags.HasError() {
		return
	}
	r.judgeDeletion(ctx, state, diags)
	if state.OnDestroy.ValueString() == onDestroyDisable {
		return
	}
	user := state.request(ctx, diags)
	if _, set, err := r.view.rules(ctx); err == nil && user.Telephony != nil {
		set.Normalize(portal.NounUser, &user)
		r.view.planFreedNumbers(name, valueOf(user.Email), user.Telephony.IncomingNumbers, diags)
	}
}

// judgeReplacement judges the deletion of a user whom a creation replaces. One who would stay in the portal keeps the address that the new one wants.
func (r *userResource) judgeReplacement(ctx context.Context, stored storedObject, diags *diag.Diagnostics) {
	if stored.OnDestroy == onDestroyKeep || stored.OnDestroy == onDestroyDisable {
		diags.AddAttributeError(path.Root("on_destroy"), "Cannot be replaced", fmt.Sprintf(
			"The plan replaces the user %s, who has on_destroy = %q in the state and so stays in the portal, where the new one wants the same address. "+
				"Apply on_destroy = %q first, or change the user in place.", stored.title(), stored.OnDestroy, onDestroyDelete))
		return
	}
	state := userResourceModel{OnDestroy: types.StringValue(stored.OnDestroy), DiscardPlannedWork: types.BoolValue(stored.DiscardPlannedWork)}
	state.ID, state.Email, state.DeletionProtection = types.StringValue(stored.ID), types.StringValue(stored.Email), types.BoolValue(stored.DeletionProtection)
	r.planDelete(ctx, state, diags)
}

// judgeDeletion has the rule set say what keeps the user: of a user that is only disabled, that it is the last administrator.
func (r *userResource) judgeDeletion(ctx context.Context, state userResourceModel, diags *diag.Diagnostics) {
	organization, set, err := r.view.rules(ctx)
	if err != nil || !set.Publications && len(set.Administrators) == 0 && organization.UserID == "" { // nothing that can be known before the deletion keeps a user
		return
	}
	users, err := r.view.users.find(ctx, []string{state.ID.ValueString()})
	user, there := users[state.ID.ValueString()]
	if err != nil || !there {
		return
	}
	name, inventory := named(state.Email, state.ID), rules.Inventory{Organization: organization}
	change := rules.Change{
		Noun: portal.NounUser, Before: &user, Scopes: organization.Scopes, UserID: organization.UserID,
		Deletion: &portal.Deletion{DiscardPlannedWork: state.DiscardPlannedWork.ValueBool()},
	}
	if state.OnDestroy.ValueString() == onDestroyDisable {
		after := user
		after.Enabled = new(false)
		change.After, change.Deletion = &after, nil
	}
	if err := r.view.noteAdministration(ctx, set, change, &inventory); err != nil {
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

func (r *userResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state userResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("deleting the user %s", named(state.Email, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	r.guardDelete(state, false, &resp.Diagnostics)
	etag := storedETag(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	versions := r.writes.of(state.ID.ValueString())
	versions.Lock()
	defer versions.Unlock()
	etag = versions.newest(etag)
	var err error
	switch id := state.ID.ValueString(); state.OnDestroy.ValueString() {
	case onDestroyKeep:
	case onDestroyDisable:
		doing = fmt.Sprintf("disabling the user %s", named(state.Email, state.ID))
		_, err = r.client.ReplaceUser(ctx, id, portal.User{Enabled: new(false)}, etag)
	default:
		err = r.client.DeleteUser(ctx, id, etag, portal.Deletion{DiscardPlannedWork: state.DiscardPlannedWork.ValueBool()})
	}
	if err != nil && !client.IsNotFound(err) {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
	}
}
