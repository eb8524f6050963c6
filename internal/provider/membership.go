package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// memberships are what the plan of one run says about who is in which permission group. The groups of a user belong
// either to the user's own resource, all of them, or to a resource each. Of two that contradict each other, the one
// that is planned second hears of it.
type memberships struct {
	mu    sync.Mutex
	whole map[string]string   // users whose own resource has permission_group_ids, by what people call them
	one   map[string]bool     // users of whom a resource has one membership
	ended map[string][]string // users → the groups that they are planned to leave, one by one
}

const twoOwners = "Two owners of permission groups"

// claimAll notes that the resource of a user has all of the user's groups. A user that is yet to be created has no id,
// and no other resource can name it.
func (m *memberships) claimAll(userID, name string, diags *diag.Diagnostics) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if userID == "" {
		return
	}
	if m.whole == nil {
		m.whole = map[string]string{}
	}
	m.whole[userID] = name
	if m.one[userID] {
		refuseTwoOwners(path.Root("permission_group_ids"), name, diags)
	}
}

// claimOne notes that a resource has one membership of a user.
func (m *memberships) claimOne(userID string, diags *diag.Diagnostics) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.one == nil {
		m.one = map[string]bool{}
	}
	m.one[userID] = true
	if name, claimed := m.whole[userID]; claimed {
		refuseTwoOwners(path.Root("user_id"), name, diags)
	}
}

func refuseTwoOwners(at path.Path, name string, diags *diag.Diagnostics) {
	diags.AddAttributeError(at, twoOwners, fmt.Sprintf(
		"The configuration sets permission_group_ids of the user %q, which is all of the user's groups, and has a switchboard_permission_group_member of the same user: one would undo the other. "+
			"Put the group into permission_group_ids, or leave permission_group_ids out of the user, whose groups then stay as they are.", name))
}

// end notes that a user is planned to leave a group, and returns all groups that the user is planned to leave so far.
func (m *memberships) end(userID, groupID string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended == nil {
		m.ended = map[string][]string{}
	}
	if !slices.Contains(m.ended[userID], groupID) {
		m.ended[userID] = append(m.ended[userID], groupID)
	}
	return slices.Clone(m.ended[userID])
}

// checkMembership judges a membership that is to be given, as far as the user and the group are known.
func (v *view) checkMembership(ctx context.Context, plan permissionGroupMemberModel, diags *diag.Diagnostics) {
	organization, set, err := v.rules(ctx)
	if err != nil {
		warnMembershipUnchecked(err, diags)
		return
	}
	if reason := set.RefuseMemberships(); reason != "" {
		diags.AddError(summary(portal.CodeNotOnPlatform), fmt.Sprintf("There are no single memberships: %s.", reason))
		return
	}
	var before, after portal.User
	if id := plan.UserID.ValueString(); !plan.UserID.IsUnknown() {
		users, err := v.users.find(ctx, []string{id})
		if err != nil {
			warnMembershipUnchecked(err, diags)
			return
		}
		user, there := users[id]
		if !there {
			diags.AddAttributeError(path.Root("user_id"), summary(portal.CodeMissing), fmt.Sprintf("user_id is %q, and %s has no user with this id.", id, organization.Name))
			return
		}
		before, after = user, user
	}
	if plan.PermissionGroupID.IsUnknown() {
		return
	}
	id := plan.PermissionGroupID.ValueString()
	if slices.Contains(before.PermissionGroupIDs, id) {
		diags.AddAttributeWarning(path.Root("permission_group_id"), "A member already", fmt.Sprintf("permission_group_id is %q, and "+
			"the user %s is in this group already. The resource takes the membership over, and ends it when it is destroyed.", id, nameOf(before)))
		return
	}
	after.PermissionGroupIDs = append(slices.Clone(before.PermissionGroupIDs), id)
	groups, err := v.permissionGroups(ctx, after.PermissionGroupIDs)
	if err != nil {
		warnMembershipUnchecked(err, diags)
		return
	}
	// A group that the user is in and that is gone waits for its last members to leave.
	there := func(id string) bool { _, there := groups[id]; return there }
	after.PermissionGroupIDs = slices.DeleteFunc(after.PermissionGroupIDs, func(other string) bool { return other != id && !there(other) })
	inventory := rules.Inventory{Organization: organization, PermissionGroups: groups}
	change := rules.Change{Noun: portal.NounUser, Before: &before, After: &after, Scopes: organization.Scopes}
	addMembershipFindings(set.CheckMemberships(inventory, change), diags)
}

// checkEnd judges the end of a membership, together with the others of the user that end.
func (v *view) checkEnd(ctx context.Context, userID, groupID string, diags *diag.Diagnostics) {
	ended := v.state.memberships.end(userID, groupID)
	organization, set, err := v.rules(ctx)
	if err != nil {
		warnMembershipUnchecked(err, diags)
		return
	}
	users, err := v.users.find(ctx, []string{userID})
	if err != nil {
		warnMembershipUnchecked(err, diags)
		return
	}
	before, there := users[userID]
	if !there || !slices.Contains(before.PermissionGroupIDs, groupID) {
		return
	}
	after := before
	after.PermissionGroupIDs = slices.DeleteFunc(slices.Clone(before.PermissionGroupIDs), func(id string) bool { return slices.Contains(ended, id) })
	reason := set.RefuseEnd(nameOf(before), after.PermissionGroupIDs)
	if reason != "" && isOurs(before.Meta(), v.manager(organization)) {
		// The user goes in the same run, or gets another group in it: the portal waits for either.
		if v.state.keepsNow(object{portal.NounUser, userID}) {
			diags.AddWarning("Last permission group", fmt.Sprintf("The membership ends as soon as the user %s is in another permission group, and stays until then: %s.", nameOf(before), reason))
		}
		return
	}
	if reason != "" {
		diags.AddError("Last permission group", "The membership cannot end: "+reason+". If the user goes too, take the membership out of the configuration with a removed block "+
			"that has lifecycle { destroy = false }: it ends with the user.")
		return
	}
	inventory := rules.Inventory{Organization: organization}
	change := rules.Change{
		Noun: portal.NounUser, Before: &before, After: &after, UserID: organization.UserID, LastAdministrator: v.lastAdministrator,
	}
	if err := v.noteAdministration(ctx, set, change, &inventory); err != nil {
		warnMembershipUnchecked(err, diags)
		return
	}
	addMembershipFindings(set.CheckMemberships(inventory, change), diags)
}

// addMembershipFindings shows findings about the groups of a user at the attribute that a membership has.
func addMembershipFindings(findings []rules.Finding, diags *diag.Diagnostics) {
	for _, found := range findings {
		const attribute = "permission_group_id"
		message := strings.TrimPrefix(found.Message, found.Field)
		diags.AddAttributeError(path.Root(attribute), summary(found.Code), portal.Ended(attribute+message))
	}
}

func warnMembershipUnchecked(err error, diags *diag.Diagnostics) {
	diags.AddWarning("Not checked against the portal", fmt.Sprintf(
		"The portal could not be asked who is in which permission group, so the planned membership was not checked; the portal checks it at apply.\n\n%v", err))
}
