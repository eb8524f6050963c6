package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// permissionGroupModel is a permission group as Terraform reads it. Resource and data sources share it.
type permissionGroupModel struct {
	ID          types.String `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
	Permissions types.Set    `tfsdk:"permissions"`
	BuiltIn     types.Bool   `tfsdk:"built_in"`
}

// permissionGroupResourceModel is a permission group as a configuration writes it.
type permissionGroupResourceModel struct {
	permissionGroupModel
	lifecycleModel
}

func (m permissionGroupModel) request() portal.PermissionGroup {
	return portal.PermissionGroup{
		ID:          m.ID.ValueString(),
		Name:        textPointer(m.Name),
		Description: textPointer(m.Description),
		Permissions: texts(m.Permissions),
		BuiltIn:     m.BuiltIn.ValueBool(),
	}
}

func newPermissionGroupModel(g portal.PermissionGroup) permissionGroupModel {
	return permissionGroupModel{
		ID:          types.StringValue(g.ID),
		Name:        types.StringPointerValue(g.Name),
		Description: types.StringPointerValue(g.Description),
		Permissions: textSet(g.Permissions),
		BuiltIn:     types.BoolValue(g.BuiltIn),
	}
}
