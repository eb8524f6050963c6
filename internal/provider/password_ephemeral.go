package provider

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

var _ ephemeral.EphemeralResourceWithConfigure = (*passwordEphemeral)(nil)

func newPasswordEphemeral() ephemeral.EphemeralResource { return &passwordEphemeral{} }

// passwordEphemeral generates passwords. It makes nothing in the portal, so there is nothing to close.
type passwordEphemeral struct{ ephemeralBase }

type passwordModel struct {
	For    types.String `tfsdk:"for"`
	Length types.Int64  `tfsdk:"length"`
	Result types.String `tfsdk:"result"`
}

func (e *passwordEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_password"
}

func (e *passwordEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A random password that follows the password rules of the organisation's platform. It is in neither state nor plan. " +
			"Every run makes another one, and a write-only attribute takes it only when its version changes.",
		Attributes: map[string]schema.Attribute{
			"for": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "What the password is for: `user` (a login) or `sip_account`. Defaults to `user`.",
				Validators:          []validator.String{stringvalidator.OneOf(string(portal.NounUser), string(portal.NounSIPAccount))},
			},
			"length": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: fmt.Sprintf("Length in characters, within the limits of the platform. Defaults to `%d`.", rules.GeneratedLength),
			},
			"result": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The password."},
		},
	}
}

// Open generates the password. As long as the provider is not configured, because its configuration is not known at
// plan, nobody checks the password either; apply opens it again.
func (e *passwordEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model passwordModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	policy := rules.StrictPolicy()
	if e.ready() {
		_, set, err := e.view.rules(ctx)
		if err != nil {
			addPortalError(&resp.Diagnostics, "asking for the password rules of the organisation", portal.NounUser, err)
			return
		}
		policy = set.Passwords[portal.Noun(cmp.Or(model.For.ValueString(), string(portal.NounUser)))]
	}
	length := rules.GeneratedLength
	if !model.Length.IsNull() {
		length = int(model.Length.ValueInt64())
	}
	password, err := policy.Generate(rand.Reader, length)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("length"), "Not allowed", portal.Ended("length: "+err.Error()))
		return
	}
	model.Result = types.StringValue(password)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
}
