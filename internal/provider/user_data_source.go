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
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
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
		Attributes:          withPermissions(computed(userSchema().Attributes, "id", "email", "username")),
	}
}

func (d *userDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("email"), path.MatchRoot("username"))}
}

func (d *userDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config userDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	key := cmp.Or(config.ID.ValueString(), config.Email.ValueString(), config.Username.ValueString())
	doing := fmt.Sprintf("looking up the user %q", key)
	if resp.Diagnostics.HasError() || !d.known(doing, &resp.Diagnostics) {
		return
	}
	user, err := d.findUser(ctx, key)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, config.answered(ctx, *user, &resp.Diagnostics))...)
}

func newUsersDataSource() datasource.DataSource { return &usersDataSource{} }

type usersDataSource struct{ dataSourceBase }

type usersModel struct {
	Status types.String    `tfsdk:"status"`
	Users  []userDataModel `tfsdk:"users"`
}

// userDataModel is a user as a data source shows it: with its effective permissions, which follow from the groups and are no business of a
// resource that manages the user alone.
type userDataModel struct {
	userModel

	Permissions types.Set `tfsdk:"permissions"`
}

func (m userDataModel) answered(ctx context.Context, user portal.User, diags *diag.Diagnostics) userDataModel {
	return userDataModel{userModel: m.userModel.answered(ctx, user, diags), Permissions: textSet(user.Permissions)}
}

func withPermissions(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	attributes["permissions"] = schema.SetAttribute{
		Computed:            true,
		ElementType:         types.StringType,
		MarkdownDescription: "What the user may do: the permissions of all groups the user is in, together.",
	}
	return attributes
}

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
				NestedObject:        schema.NestedAttributeObject{Attributes: withPermissions(computed(userSchema().Attributes))},
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
	var config usersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !d.known(doing, &resp.Diagnostics) {
		return
	}
	users, err := d.client.ListUsers(ctx, client.UserQuery{Status: portal.UserStatus(config.Status.ValueString())})
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	slices.SortFunc(users, func(a, b portal.User) int {
		return cmp.Compare(portal.EmailKey(valueOf(a.Email)), portal.EmailKey(valueOf(b.Email)))
	})
	models := make([]userDataModel, 0, len(users))
	for _, user := range users {
		models = append(models, userDataModel{}.answered(ctx, user, &resp.Diagnostics))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, usersModel{Status: config.Status, Users: models})...)
}
