package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// In one apply, objects of this configuration hand things over to each other: an extension, a number, a SIP account, a
// name. Terraform plans them in any order and never says that it has planned all. So a plan grants what an object of
// the same manager has, because that one is most likely planned in the same run: if it keeps what it has, the plan of
// the two that is made second is refused. An object of another manager is refused at once. The portal passes things on
// at the apply, in whatever order Terraform writes.

// isOurs reports whether this configuration manages an object, as far as the portal knows.
func isOurs(o portal.Meta, manager string) bool { return manager != "" && o.ManagedBy == manager }

// grants reports whether a plan gets what an object has.
func grants(claim rules.Claim, who owner, manager string) bool {
	_, passes := claim.HandOver()
	return passes && isOurs(who.meta, manager)
}

// use is an object to which another one refers, with the field that does.
type use struct {
	object
	field string
}

// ending is an object that goes by the plan of another one, or by its own.
type ending struct {
	object
	title string
}

func userUses(user *portal.User, groups bool) (uses []use) {
	add := func(noun portal.Noun, field string, ids ...string) {
		for _, id := range ids {
			if id != "" {
				uses = append(uses, use{object{noun, id}, field})
			}
		}
	}
	if groups {
		add(portal.NounPermissionGroup, "permission_group_ids", user.PermissionGroupIDs...)
	}
	if t := user.Telephony; t != nil {
		add(portal.NounSIPAccount, "telephony.sip_account_ids", t.SIPAccountIDs...)
		add(portal.NounSIPAccount, "telephony.app_sip_account_id", valueOf(t.AppSIPAccountID))
	}
	if user.ClickToDial != nil {
		add(portal.NounSIPAccount, "click_to_dial.sip_account_id", valueOf(user.ClickToDial.SIPAccountID))
	}
	if user.Directory != nil {
		add(portal.NounSubgroup, "directory.user_group_ids", user.Directory.UserGroupIDs...)
	}
	return uses
}

// subgroupsWithout are those of a user group that another version of it does not have; nil has none.
func subgroupsWithout(before, after *portal.UserGroup) (gone []ending) {
	for _, subgroup := range before.Subgroups {
		stays := after != nil && slices.ContainsFunc(after.Subgroups, func(other portal.Subgroup) bool { return other.ID == subgroup.ID })
		if !stays && subgroup.ID != "" {
			gone = append(gone, ending{object{portal.NounSubgroup, subgroup.ID}, fmt.Sprintf("the subgroup %q of the user group %q", subgroup.Name, valueOf(before.Name))})
		}
	}
	return gone
}

// usedByOthers says who uses an object that is to go, or of a user group some of its subgroups, nil for all, as far as
// this configuration does not manage those who do; empty for nobody. Those that it manages are planned in the same run:
// see planState.
func (v *view) usedByOthers(ctx context.Context, o object, subgroups []string) (string, error) {
	organization, set, err := v.rules(ctx)
	if err != nil {
		return "", err
	}
	manager := v.manager(organization)
	switch o.noun {
	case portal.NounPermissionGroup:
		if set.RefuseMemberships() == "" {
			return "", nil // a membership of its own, which this run may end, puts the users of others into a group
		}
		groups, err := v.groups.find(ctx, []string{o.id})
		if err != nil || groups[o.id].MemberCount == 0 {
			return "", err
		}
		return v.others(ctx, manager, func(u portal.User) bool { return slices.Contains(u.PermissionGroupIDs, o.id) })
	case portal.NounSIPAccount:
		accounts, err := v.accounts.find(ctx, []string{o.id})
		if err != nil || accounts[o.id].UserID == "" {
			return "", err
		}
		return v.others(ctx, manager, func(u portal.User) bool { return slices.Contains(sipAccountIDs(u), o.id) })
	case portal.NounUserGroup:
		groups, err := v.userGroups.find(ctx, []string{o.id})
		if subgroups == nil {
			for _, subgroup := range groups[o.id].Subgroups {
				subgroups = append(subgroups, subgroup.ID)
			}
		}
		used := slices.ContainsFunc(groups[o.id].Subgroups, func(s portal.Subgroup) bool { return s.MemberCount > 0 && slices.Contains(subgroups, s.ID) })
		if err != nil || !used {
			return "", err
		}
		return v.others(ctx, manager, func(u portal.User) bool {
			return u.Directory != nil && slices.ContainsFunc(u.Directory.UserGroupIDs, func(id string) bool { return slices.Contains(subgroups, id) })
		})
	default:
		return "", nil
	}
}

// others names the users of other managers for whom a condition holds.
func (v *view) others(ctx context.Context, manager string, uses func(portal.User) bool) (string, error) {
	users, err := v.foreign.get(func() ([]portal.User, error) {
		users, err := v.client.ListUsers(ctx, client.UserQuery{})
		return slices.DeleteFunc(users, func(user portal.User) bool { return isOurs(user.Meta(), manager) }), err
	})
	if err != nil {
		return "", err
	}
	var names []string
	for _, user := range users {
		if uses(user) {
			names = append(names, nameOf(user))
		}
	}
	const most = 5
	slices.Sort(names)
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), more), nil
	}
	return strings.Join(names, ", "), nil
}

// refuseUsed refuses a deletion of what users have whom this configuration does not manage.
func (v *view) refuseUsed(ctx context.Context, gone ending, subgroups []string, diags *diag.Diagnostics) {
	used, err := v.usedByOthers(ctx, gone.object, subgroups)
	if err != nil || used == "" { // what could not be looked up is for the portal to refuse
		return
	}
	diags.AddError(summary(portal.CodeInUse), fmt.Sprintf(
		"The plan deletes %s, which users have whom this configuration does not manage: %s. Take it away from them first.", gone.title, used))
}

// addStillUsed refuses a plan in which one object goes and another one goes on using it. The error is said where the
// second of the two is planned: at the field of the user, or at the object that goes.
func addStillUsed(diags *diag.Diagnostics, gone, user, field string, atUser bool) {
	if atUser {
		diags.AddAttributeError(attributePath(field), summary(portal.CodeInUse), fmt.Sprintf(
			"%s still has %s, which the same plan deletes. Take it out of %[1]s, or keep it.", field, gone))
		return
	}
	diags.AddError(summary(portal.CodeInUse), fmt.Sprintf(
		"The plan deletes %s, and %s still has it, in %s of the same plan. Take it away there too, or keep it.", gone, user, field))
}

// warnPending says what an earlier run of this configuration has left to be handed over.
func (v *view) warnPending(ctx context.Context, organization portal.Organization, diags *diag.Diagnostics) {
	if !organization.HandOvers {
		return
	}
	waits, err := v.client.ListHandOvers(ctx, client.HandOverQuery{ManagedBy: v.manager(organization)})
	if err != nil {
		addPortalError(diags, "asking what waits to be handed over", portal.NounUser, err)
		return
	}
	const most = 20
	var lines []string
	for _, wait := range waits[:min(len(waits), most)] {
		lines = append(lines, "  - "+pendingLine(wait))
	}
	if more := len(waits) - most; more > 0 {
		lines = append(lines, fmt.Sprintf("  - and %d more", more))
	}
	if len(lines) > 0 {
		diags.AddWarning("Not handed over yet", "An earlier apply of this configuration has left something that waits for another object to let go:\n\n"+strings.Join(lines, "\n")+
			"\n\nApply the whole configuration, without -target, and it is handed over. What still waits at the time that is given ends by itself: then everything stays where it is.")
	}
}

func pendingLine(wait portal.HandOver) string {
	holders := make([]string, 0, len(wait.Holders))
	for _, holder := range wait.Holders {
		holders = append(holders, fmt.Sprintf("the %s %q (%s)", holder.Noun.Title(), holder.Name, holder.ID))
	}
	if more := wait.Count - len(holders); more > 0 {
		holders = append(holders, fmt.Sprintf("%d more", more))
	}
	who := fmt.Sprintf("the %s %q (%s)", wait.Waiting.Noun.Title(), wait.Waiting.Name, wait.Waiting.ID)
	switch wait.Kind {
	case portal.HandOverDeletion:
		return fmt.Sprintf("%s is deleted as soon as it is no longer used by %s; ends at %s", who, strings.Join(holders, ", "), wait.Until)
	case portal.HandOverMembershipEnd:
		return fmt.Sprintf("%s leaves the permission group %s as soon as it is in another one; ends at %s", who, wait.Value, wait.Until)
	default:
		return fmt.Sprintf("%s gets %s = %q as soon as %s lets go of it; ends at %s", who, wait.Field, wait.Value, strings.Join(holders, ", "), wait.Until)
	}
}
