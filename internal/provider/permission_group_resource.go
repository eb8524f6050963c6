package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

func permissionGroupKind() kind[portal.PermissionGroup] {
	return kind[portal.PermissionGroup]{
		table: permissionGroupTable(), title: "name", identities: []string{"name"},
		doc: "A permission group: a named set of rights, on some platforms called a role.\n\n" +
			"A group is deleted together with the change of the users that leave it, in one apply: Terraform deletes it first, and the portal waits for its last member. " +
			"The plan refuses to delete a group with members whom the configuration does not manage.",
		calls: func(c *client.Client) calls[portal.PermissionGroup] {
			return calls[portal.PermissionGroup]{c.GetPermissionGroup, c.CreatePermissionGroup, c.ReplacePermissionGroup}
		},
		index: func(v *view) *index[portal.PermissionGroup] { return &v.groups },
		hooks: permissionGroupHooks{plainHooks[portal.PermissionGroup]{portal.NounPermissionGroup, (*client.Client).DeletePermissionGroup}},
	}
}

func permissionGroupTable() field.Table {
	return field.Table{Noun: portal.NounPermissionGroup, Fields: append([]field.Field{
		id(portal.NounPermissionGroup),
		{Name: "name", Use: field.Required, Doc: "Name of the group. It is unique in the organisation, ignoring case."},
		{Name: "description", Doc: "What the group is for."},
		{Name: "permissions", Type: field.Texts, Doc: "Names of the permissions that the group grants. A change affects every member."},
		{Name: "built_in", Type: field.Flag, Use: field.ReadOnly, Doc: "Whether the group comes with the platform. Such a group can be imported and its permissions changed, " +
			"but it keeps its name and cannot be deleted."},
	}, lifecycle(portal.NounPermissionGroup)...)}
}

type permissionGroupHooks struct {
	plainHooks[portal.PermissionGroup]
}

// stored notes how many people a change touches (MW-06).
func (permissionGroupHooks) stored(ctx context.Context, a *access, _ operation, before *portal.PermissionGroup) {
	if groups, err := a.view.groups.find(ctx, []string{before.ID}); err == nil {
		before.MemberCount = groups[before.ID].MemberCount
	}
}

// planDelete keeps a plan from deleting what comes with the platform (MW-06).
func (h permissionGroupHooks) planDelete(ctx context.Context, a *access, stored storedObject, group *portal.PermissionGroup, diags *diag.Diagnostics) {
	if stored.BuiltIn {
		diags.AddError("A built-in permission group cannot be deleted", fmt.Sprintf(
			"The permission group %s comes with the platform and stays. To stop managing it, take it out of the configuration with a removed block:\n\n"+
				"removed {\n  from = switchboard_permission_group.NAME\n  lifecycle { destroy = false }\n}", stored.title()))
	}
	h.plainHooks.planDelete(ctx, a, stored, group, diags)
}
