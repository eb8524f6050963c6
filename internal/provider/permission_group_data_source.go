package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

var (
	_ datasource.DataSourceWithConfigure        = (*permissionGroupDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*permissionGroupDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*permissionGroupsDataSource)(nil)
)

func newPermissionGroupDataSource() datasource.DataSource { return &permissionGroupDataSource{} }

type permissionGroupDataSource struct{ dataSourceBase }

func (d *permissionGroupDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_permission_group"
}

func (d *permissionGroupDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "One permission group, found by `id` or `name`.",
		Attributes:          permissionGroupTable().DataSourceAttributes("id", "name"),
	}
}

func (d *permissionGroupDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name"))}
}

func (d *permissionGroupDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	config := field.TreeOf(req.Config.Raw)
	key := cmp.Or(config.Text("id"), config.Text("name"))
	doing := fmt.Sprintf("looking up the permission group %q", key)
	if resp.Diagnostics.HasError() || !d.known(doing, &resp.Diagnostics) {
		return
	}
	group, err := d.findPermissionGroup(ctx, key)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounPermissionGroup, err)
		return
	}
	resp.State.Raw = field.ToTerraform(resp.State.Schema.Type().TerraformType(ctx), permissionGroupKind().shown(*group, config))
}

func newPermissionGroupsDataSource() datasource.DataSource { return &permissionGroupsDataSource{} }

type permissionGroupsDataSource struct{ dataSourceBase }

func (d *permissionGroupsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_permission_groups"
}

func (d *permissionGroupsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "All permission groups of the organisation.",
		Attributes: map[string]schema.Attribute{
			"permission_groups": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The permission groups, in the order of their names.",
				NestedObject:        schema.NestedAttributeObject{Attributes: permissionGroupTable().DataSourceAttributes()},
			},
		},
	}
}

func (d *permissionGroupsDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const doing = "listing the permission groups"
	if !d.known(doing, &resp.Diagnostics) {
		return
	}
	groups, err := d.client.ListPermissionGroups(ctx, client.PermissionGroupQuery{})
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounPermissionGroup, err)
		return
	}
	slices.SortFunc(groups, func(a, b portal.PermissionGroup) int {
		return cmp.Compare(valueOf(a.Name), valueOf(b.Name))
	})
	var list []any
	for _, group := range groups {
		list = append(list, permissionGroupKind().shown(group, nil))
	}
	resp.State.Raw = field.ToTerraform(resp.State.Schema.Type().TerraformType(ctx), field.Tree{"permission_groups": list})
}
