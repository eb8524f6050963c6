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
		Attributes:          sipAccountTable().DataSourceAttributes("id", "extension"),
	}
}

func (d *sipAccountDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("extension"))}
}

func (d *sipAccountDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	config := field.TreeOf(req.Config.Raw)
	key := cmp.Or(config.Text("id"), config.Text("extension"))
	doing := fmt.Sprintf("looking up the SIP account %q", key)
	if resp.Diagnostics.HasError() || !d.known(doing, &resp.Diagnostics) {
		return
	}
	account, err := d.findSIPAccount(ctx, key)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounSIPAccount, err)
		return
	}
	resp.State.Raw = field.ToTerraform(resp.State.Schema.Type().TerraformType(ctx), sipAccountKind().shown(*account, config))
}

func newSIPAccountsDataSource() datasource.DataSource { return &sipAccountsDataSource{} }

type sipAccountsDataSource struct{ dataSourceBase }

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
				NestedObject:        schema.NestedAttributeObject{Attributes: sipAccountTable().DataSourceAttributes()},
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
	var list []any
	for _, account := range accounts {
		list = append(list, sipAccountKind().shown(account, nil))
	}
	resp.State.Raw = field.ToTerraform(resp.State.Schema.Type().TerraformType(ctx), field.Tree{"sip_accounts": list})
}
