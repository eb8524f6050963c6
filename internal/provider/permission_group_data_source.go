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
		Attributes:          computed(permissionGroupSchema().Attributes, "id", "name"),
	}
}

func (d *permissionGroupDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name"))}
}

func (d *permissionGroupDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config permissionGroupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	key := cmp.Or(config.ID.ValueString(), config.Name.ValueString())
	doing := fmt.Sprintf("looking up the permission group %q", key)
	if resp.Diagnostics.HasError() || !d.known(doing, &resp.Diagnostics) {
		return
	}
	group, err := d.findPermissionGroup(ctx, key)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounPermissionGroup, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, newPermissionGroupModel(*group))...)
}

func newPermissionGroupsDataSource() datasource.DataSource { return &permissionGroupsDataSource{} }

type permissionGroupsDataSource struct{ dataSourceBase }

type permissionGroupsModel struct {
	PermissionGroups []permissionGroupModel `tfsdk:"permission_groups"`
}

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
				NestedObject:        schema.NestedAttributeObject{Attributes: computed(permissionGroupSchema().Attributes)},
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
	models := make([]permissionGroupModel, 0, len(groups))
	for _, group := range groups {
		models = append(models, newPermissionGroupModel(group))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, permissionGroupsModel{PermissionGroups: models})...)
}
