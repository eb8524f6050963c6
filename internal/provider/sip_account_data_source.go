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
	_ datasource.DataSourceWithConfigure        = (*sipAccountDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*sipAccountDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*sipAccountsDataSource)(nil)
)

func newSIPAccountDataSource() datasource.DataSource { return &sipAccountDataSource{} }

type sipAccountDataSource struct{ dataSourceBase }

func (d *sipAccountDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_sip_account"
}

func (d *sipAccountDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "One SIP account, found by `id` or `extension`.",
		Attributes:          computed(sipAccountSchema().Attributes, "id", "extension"),
	}
}

func (d *sipAccountDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("extension"))}
}

func (d *sipAccountDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config sipAccountModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	key := cmp.Or(config.ID.ValueString(), config.Extension.ValueString())
	doing := fmt.Sprintf("looking up the SIP account %q", key)
	if resp.Diagnostics.HasError() || !d.known(doing, &resp.Diagnostics) {
		return
	}
	account, err := d.findSIPAccount(ctx, key)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounSIPAccount, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, config.answered(*account))...)
}

func newSIPAccountsDataSource() datasource.DataSource { return &sipAccountsDataSource{} }

type sipAccountsDataSource struct{ dataSourceBase }

type sipAccountsModel struct {
	SIPAccounts []sipAccountModel `tfsdk:"sip_accounts"`
}

func (d *sipAccountsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_sip_accounts"
}

func (d *sipAccountsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "All SIP accounts of the organisation.",
		Attributes: map[string]schema.Attribute{
			"sip_accounts": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The SIP accounts, in the order of their extensions.",
				NestedObject:        schema.NestedAttributeObject{Attributes: computed(sipAccountSchema().Attributes)},
			},
		},
	}
}

func (d *sipAccountsDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	const doing = "listing the SIP accounts"
	if !d.known(doing, &resp.Diagnostics) {
		return
	}
	accounts, err := d.client.ListSIPAccounts(ctx, client.SIPAccountQuery{})
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounSIPAccount, err)
		return
	}
	slices.SortFunc(accounts, func(a, b portal.SIPAccount) int {
		return cmp.Compare(valueOf(a.Extension), valueOf(b.Extension))
	})
	models := make([]sipAccountModel, 0, len(accounts))
	for _, account := range accounts {
		models = append(models, sipAccountModel{}.answered(account))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, sipAccountsModel{SIPAccounts: models})...)
}
