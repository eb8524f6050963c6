package provider

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// What an organisation can hand out: permissions and phone numbers.

var (
	_ datasource.DataSourceWithConfigure = (*permissionsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*phoneNumbersDataSource)(nil)
)

func newPermissionsDataSource() datasource.DataSource { return &permissionsDataSource{} }

type permissionsDataSource struct{ dataSourceBase }

type permissionsModel struct {
	Permissions []permissionModel `tfsdk:"permissions"`
}

type permissionModel struct {
	Name        types.String `tfsdk:"name"`
	Description types.String `tfsdk:"description"`
}

func (d *permissionsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_permissions"
}

func (d *permissionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The permissions that a permission group can grant on the platform of the organisation.",
		Attributes: map[string]schema.Attribute{
			"permissions": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The permissions, in the order of their names.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"name":        schema.StringAttribute{Computed: true, MarkdownDescription: "Name, for `permissions` of `switchboard_permission_group`."},
					"description": schema.StringAttribute{Computed: true, MarkdownDescription: "What the permission allows."},
				}},
			},
		},
	}
}

func (d *permissionsDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const doing = "listing the permissions"
	if !d.known(doing, &resp.Diagnostics) {
		return
	}
	_, set, err := d.view.rules(ctx)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounPermissionGroup, err)
		return
	}
	model := permissionsModel{Permissions: []permissionModel{}}
	for _, name := range set.PermissionNames() {
		model.Permissions = append(model.Permissions, permissionModel{types.StringValue(name), types.StringValue(set.Permissions[name])})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

func newPhoneNumbersDataSource() datasource.DataSource { return &phoneNumbersDataSource{} }

type phoneNumbersDataSource struct{ dataSourceBase }

type phoneNumbersModel struct {
	PhoneNumbers []phoneNumberModel `tfsdk:"phone_numbers"`
}

type phoneNumberModel struct {
	Number types.String `tfsdk:"number"`
	Main   types.Bool   `tfsdk:"main"`
	UserID types.String `tfsdk:"user_id"`
}

func (d *phoneNumbersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_phone_numbers"
}

func (d *phoneNumbersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The phone numbers that the organisation owns, and who has them.",
		Attributes: map[string]schema.Attribute{
			"phone_numbers": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The numbers, in order.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"number":  schema.StringAttribute{Computed: true, MarkdownDescription: "Number in E.164 form."},
					"main":    schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether this is the main number of the organisation."},
					"user_id": schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the user to whom the number is allocated; empty if it is free."},
				}},
			},
		},
	}
}

func (d *phoneNumbersDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const doing = "listing the phone numbers"
	if !d.known(doing, &resp.Diagnostics) {
		return
	}
	numbers, err := d.client.ListPhoneNumbers(ctx)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	slices.SortFunc(numbers, func(a, b portal.PhoneNumberStatus) int { return cmp.Compare(a.Number, b.Number) })
	model := phoneNumbersModel{PhoneNumbers: []phoneNumberModel{}}
	for _, n := range numbers {
		model.PhoneNumbers = append(model.PhoneNumbers, phoneNumberModel{types.StringValue(n.Number), types.BoolValue(n.Main), types.StringValue(n.UserID)})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
