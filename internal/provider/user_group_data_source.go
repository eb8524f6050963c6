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
	_ datasource.DataSourceWithConfigure        = (*userGroupDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*userGroupDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*userGroupsDataSource)(nil)
)

func newUserGroupDataSource() datasource.DataSource { return &userGroupDataSource{} }

type userGroupDataSource struct{ dataSourceBase }

func (d *userGroupDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_group"
}

func (d *userGroupDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "One user group, found by `id` or `name`.",
		Attributes:          userGroupTable().DataSourceAttributes("id", "name"),
	}
}

func (d *userGroupDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name"))}
}

func (d *userGroupDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	config := field.TreeOf(req.Config.Raw)
	key := cmp.Or(config.Text("id"), config.Text("name"))
	doing := fmt.Sprintf("looking up the user group %q", key)
	if resp.Diagnostics.HasError() || !d.known(doing, &resp.Diagnostics) {
		return
	}
	group, err := d.findUserGroup(ctx, key)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUserGroup, err)
		return
	}
	resp.State.Raw = field.ToTerraform(resp.State.Schema.Type().TerraformType(ctx), userGroupKind().shown(*group, config))
}

func newUserGroupsDataSource() datasource.DataSource { return &userGroupsDataSource{} }

type userGroupsDataSource struct{ dataSourceBase }

func (d *userGroupsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_groups"
}

func (d *userGroupsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "All user groups of the organisation.",
		Attributes: map[string]schema.Attribute{
			"user_groups": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The user groups, in the order of their names.",
				NestedObject:        schema.NestedAttributeObject{Attributes: userGroupTable().DataSourceAttributes()},
			},
		},
	}
}

func (d *userGroupsDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const doing = "listing the user groups"
	if !d.known(doing, &resp.Diagnostics) {
		return
	}
	groups, err := d.client.ListUserGroups(ctx, client.UserGroupQuery{})
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUserGroup, err)
		return
	}
	slices.SortFunc(groups, func(a, b portal.UserGroup) int {
		return cmp.Compare(valueOf(a.Name), valueOf(b.Name))
	})
	var list []any
	for _, group := range groups {
		list = append(list, userGroupKind().shown(group, nil))
	}
	resp.State.Raw = field.ToTerraform(resp.State.Schema.Type().TerraformType(ctx), field.Tree{"user_groups": list})
}
