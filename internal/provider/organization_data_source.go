package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

var _ datasource.DataSourceWithConfigure = (*organizationDataSource)(nil)

func newOrganizationDataSource() datasource.DataSource { return &organizationDataSource{} }

type organizationDataSource struct{ dataSourceBase }

// organizationModel is the organisation as Terraform reads it.
type organizationModel struct {
	ID             types.String         `tfsdk:"id"`
	Name           types.String         `tfsdk:"name"`
	Platform       types.String         `tfsdk:"platform"`
	SIPDomain      types.String         `tfsdk:"sip_domain"`
	Ordered        types.Set            `tfsdk:"ordered"`
	Modules        types.Set            `tfsdk:"modules"`
	Profiles       types.Set            `tfsdk:"profiles"`
	Editions       types.Set            `tfsdk:"editions"`
	PhoneNumbers   types.Set            `tfsdk:"phone_numbers"`
	SenderNames    types.Set            `tfsdk:"sender_names"`
	OutgoingNumber types.String         `tfsdk:"outgoing_number"`
	PBXs           []pbxModel           `tfsdk:"pbxs"`
	Helpdesks      []helpdeskModel      `tfsdk:"helpdesks"`
	SocialAccounts []socialAccountModel `tfsdk:"social_accounts"`
}

type pbxModel struct {
	ID            types.String `tfsdk:"id"`
	Name          types.String `tfsdk:"name"`
	ReloadPending types.Bool   `tfsdk:"reload_pending"`
}

type helpdeskModel struct {
	ID   types.String `tfsdk:"id"`
	Name types.String `tfsdk:"name"`
}

type socialAccountModel struct {
	ID       types.String `tfsdk:"id"`
	Platform types.String `tfsdk:"platform"`
	Name     types.String `tfsdk:"name"`
}

func (d *organizationDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_organization"
}

func (d *organizationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	set := func(description string) schema.SetAttribute {
		return schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	list := func(description string, attributes map[string]schema.Attribute) schema.ListNestedAttribute {
		return schema.ListNestedAttribute{Computed: true, MarkdownDescription: description, NestedObject: schema.NestedAttributeObject{Attributes: attributes}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The organisation that the provider works in: its platform, what it ordered, rents and has.",
		Attributes: map[string]schema.Attribute{
			"id":              text("Id of the organisation."),
			"name":            text("Name as printed."),
			"platform":        text("Platform: " + rules.PlatformNames() + "."),
			"sip_domain":      text("Host part of SIP addresses and digest realm. Empty without telephony."),
			"ordered":         set("Services that the organisation ordered, such as `pbx` or `helpdesk`."),
			"modules":         set("Modules that the organisation has."),
			"profiles":        set("Profiles that a user can have as the default one, besides `available`."),
			"editions":        set("Licences that the organisation ordered, as product and edition. Of a product that has none here, it ordered every edition."),
			"phone_numbers":   set("Numbers that the organisation owns, in E.164 form."),
			"sender_names":    set("Names registered as senders of SMS."),
			"outgoing_number": text("Whose number outgoing calls show: that of the SIP `account` or that of the `user`."),
			"pbxs": list("PBXs of the organisation.", map[string]schema.Attribute{
				"id":             text("Id of the PBX."),
				"name":           text("Name of the PBX."),
				"reload_pending": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether users were changed since the PBX was last loaded."},
			}),
			"helpdesks": list("Helpdesk services of the organisation.", map[string]schema.Attribute{
				"id":   text("Id of the helpdesk service."),
				"name": text("Name of the helpdesk service."),
			}),
			"social_accounts": list("Accounts of the organisation on social platforms.", map[string]schema.Attribute{
				"id":       text("Id of the account."),
				"platform": text("Social platform that the account is on."),
				"name":     text("Name of the account."),
			}),
		},
	}
}

func (d *organizationDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const doing = "reading the organisation"
	if !d.known(doing, &resp.Diagnostics) {
		return
	}
	organization, err := d.client.Organization(ctx)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, newOrganizationModel(*organization))...)
}

func newOrganizationModel(o portal.Organization) organizationModel {
	model := organizationModel{
		ID:             types.StringValue(o.ID),
		Name:           types.StringValue(o.Name),
		Platform:       types.StringValue(string(o.Platform)),
		SIPDomain:      types.StringValue(o.SIPDomain),
		Ordered:        textSet(append([]string{}, o.Ordered...)),
		Modules:        textSet(append([]string{}, o.Modules...)),
		Profiles:       textSet(append([]string{}, o.Profiles...)),
		Editions:       textSet(append([]string{}, o.Editions...)),
		PhoneNumbers:   textSet(append([]string{}, o.PhoneNumbers...)),
		SenderNames:    textSet(append([]string{}, o.SenderNames...)),
		OutgoingNumber: types.StringValue(o.OutgoingNumber),
		PBXs:           []pbxModel{},
		Helpdesks:      []helpdeskModel{},
		SocialAccounts: []socialAccountModel{},
	}
	for _, p := range o.PBXs {
		model.PBXs = append(model.PBXs, pbxModel{types.StringValue(p.ID), types.StringValue(p.Name), types.BoolValue(p.ReloadPending)})
	}
	for _, h := range o.Helpdesks {
		model.Helpdesks = append(model.Helpdesks, helpdeskModel{types.StringValue(h.ID), types.StringValue(h.Name)})
	}
	for _, a := range o.SocialAccounts {
		model.SocialAccounts = append(model.SocialAccounts, socialAccountModel{types.StringValue(a.ID), types.StringValue(a.Platform), types.StringValue(a.Name)})
	}
	return model
}

// textSet is null for nil and a set, even of nothing, for everything else.
func textSet(values []string) types.Set {
	if values == nil {
		return types.SetNull(types.StringType)
	}
	elements := make([]attr.Value, 0, len(values))
	for _, value := range values {
		elements = append(elements, types.StringValue(value))
	}
	return types.SetValueMust(types.StringType, elements)
}
