package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

var (
	_ datasource.DataSourceWithConfigure        = (*userDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*userDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*usersDataSource)(nil)
)

func newUserDataSource() datasource.DataSource { return &userDataSource{} }

type userDataSource struct{ dataSourceBase }

func (d *userDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user"
}

func (d *userDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "One user, found by `id`, `email` or `username`.",
		Attributes:          userTable().DataSourceAttributes("id", "email", "username"),
	}
}

func (d *userDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("email"), path.MatchRoot("username"))}
}

func (d *userDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	config := field.TreeOf(req.Config.Raw)
	key := cmp.Or(config.Text("id"), config.Text("email"), config.Text("username"))
	doing := fmt.Sprintf("looking up the user %q", key)
	if resp.Diagnostics.HasError() || !d.known(doing, &resp.Diagnostics) {
		return
	}
	user, err := d.findUser(ctx, key)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	resp.State.Raw = field.ToTerraform(resp.State.Schema.Type().TerraformType(ctx), userKind().shown(*user, config))
}

func newUsersDataSource() datasource.DataSource { return &usersDataSource{} }

type usersDataSource struct{ dataSourceBase }

func (d *usersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_users"
}

func (d *usersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "All users of the organisation, or those of one status: a `check` block can so assert that everybody got activated.",
		Attributes: map[string]schema.Attribute{
			"status": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Only users of this status: `pending` (no password of the own yet), `active` or `blocked`. Left out, all users.",
				Validators:          []validator.String{stringvalidator.OneOf(userStatuses()...)},
			},
			"users": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The users, in the order of their e-mail addresses.",
				NestedObject:        schema.NestedAttributeObject{Attributes: userTable().DataSourceAttributes()},
			},
		},
	}
}

// userStatuses are the statuses that users can be selected by.
func userStatuses() []string {
	var statuses []string
	for _, status := range portal.UserStatuses() {
		statuses = append(statuses, string(status))
	}
	return statuses
}

func (d *usersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	const doing = "listing the users"
	config := field.TreeOf(req.Config.Raw)
	if resp.Diagnostics.HasError() || !d.known(doing, &resp.Diagnostics) {
		return
	}
	users, err := d.client.ListUsers(ctx, client.UserQuery{Status: portal.UserStatus(config.Text("status"))})
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	slices.SortFunc(users, func(a, b portal.User) int {
		return cmp.Compare(portal.EmailKey(valueOf(a.Email)), portal.EmailKey(valueOf(b.Email)))
	})
	var list []any
	for _, user := range users {
		list = append(list, userKind().shown(user, nil))
	}
	resp.State.Raw = field.ToTerraform(resp.State.Schema.Type().TerraformType(ctx), field.Tree{"status": config["status"], "users": list})
}
