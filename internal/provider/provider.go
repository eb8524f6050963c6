// Package provider is the Terraform provider: resources, data sources, ephemeral resources and functions for the
// people, rights and phones of an organisation. What a platform allows is not decided here but in package rules, which
// the plan evaluates.
package provider

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

var (
	_ provider.Provider                       = (*switchboardProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*switchboardProvider)(nil)
	_ provider.ProviderWithFunctions          = (*switchboardProvider)(nil)
)

// New returns the constructor of a provider of the given version.
func New(version string) func() provider.Provider {
	return newWith(optionsOf(version))
}

// options are what a test fixes and a running provider takes from its surroundings.
type options struct {
	version string
	getenv  func(string) string
	retry   client.RetryPolicy

	fastPlan bool // see fastPlanVariable
}

func newWith(o options) func() provider.Provider {
	return func() provider.Provider { return &switchboardProvider{options: o} }
}

// providerTypeName is what the names of all resources and data sources begin with.
const providerTypeName = "switchboard"

type switchboardProvider struct {
	options options
	access  atomic.Pointer[access] // once it is configured
}

func (p *switchboardProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = providerTypeName
	resp.Version = p.options.version
}

func (p *switchboardProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "People, rights and phones on hosted-telephony and customer-contact platforms.",
		Attributes: map[string]schema.Attribute{
			"endpoint": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "URL of the portal, such as `https://portal.example.com`. Plain `http` is accepted for loopback addresses only. " +
					"The portal has to answer as soon as anything is planned; one that the same apply starts gives its address through an attribute that is not known before. Defaults to the environment variable `SWITCHBOARD_ENDPOINT`.",
			},
			"token": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "Bearer token for the portal. Defaults to the environment variable `SWITCHBOARD_TOKEN`, which keeps it out of files.",
			},
			"ca_certificate_file": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "PEM file with the certificate authority that signed the portal's certificate, if the system does not know it. There is no switch that turns verification off.",
			},
			"request_timeout": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "How long one attempt of a request may take, such as `45s` or `2m`. Defaults to `30s`.",
				Validators:          []validator.String{positiveDuration{}},
			},
			"max_requests_per_second": schema.Float64Attribute{
				Optional: true,
				MarkdownDescription: "The most requests that one run sends to the portal in a second, all resources together, such as `20`. Left out, there is no limit. " +
					"Either way a run slows down by itself when the portal asks for it (429 or 503), so that two pipelines at once are slower instead of failing.",
				Validators: []validator.Float64{positiveRate{}},
			},
			"coalesce_reads": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether objects are read by pages of lists when there are many of them. `false` reads each by itself: to measure what that costs, " +
					"or for a portal whose lists lag behind. Defaults to `true`.",
			},
			"managed_by": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The name under which this configuration manages its objects, 1 to 100 printable ASCII characters. The portal keeps it with each object that the configuration " +
					"creates or changes, so that a plan can tell its own people from those of others. Two configurations of one organisation need two names. " +
					"Defaults to the name of the token, which a new token keeps if it has the same name; `embedded` with `embedded_portal`.",
				Validators: []validator.String{managerName{}},
			},
			"max_user_deletions": schema.Int64Attribute{
				Optional: true,
				MarkdownDescription: "The most users that one run may delete or disable; a plan that would take access from more fails. It guards against a list of people that was cut short. " +
					"Left out, there is no limit. Users with `on_destroy = \"keep\"` do not count.",
				Validators: []validator.Int64{int64validator.AtLeast(0)},
			},
			"delete_last_administrator": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether a plan may delete the last administrator of the organisation, as `terraform destroy` of everything does. " +
					"Defaults to `false`: then such a plan fails, so that nobody is locked out.",
			},
			"embedded_portal": schema.SingleNestedAttribute{
				Optional: true,
				MarkdownDescription: "A real portal inside the provider, instead of `endpoint` and `token`: no server, no account. For trying things out, for tests and for dry runs in CI. " +
					"Commands that run at the same time on one database wait for each other.",
				Attributes: map[string]schema.Attribute{
					"database": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "SQLite file, made if it does not exist. A relative path starts at the working directory of Terraform; `\"${path.module}/portal.db\"` starts at the module. Beside it the portal makes a key file (`portal.db.key`): keep both out of version control.",
					},
					"organization_file": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "YAML file that describes the organisation: its platform, what it ordered, its numbers, PBXs and modules. It is applied again when it has changed.",
					},
					"pwned_passwords_url": schema.StringAttribute{
						Optional: true,
						MarkdownDescription: "Address of the Have I Been Pwned range API, which knows the passwords of breaches; " +
							rules.Where(func(s *rules.Set) bool { return s.Passwords[portal.NounUser].Breached }) + " sets none that is known there. " +
							"It is told the first five hexadecimal digits of a hash and nothing else. Defaults to `https://api.pwnedpasswords.com`.",
					},
					"pwned_passwords_file": schema.StringAttribute{
						Optional:            true,
						MarkdownDescription: "A copy of that corpus to look in instead: a file of lines `SHA1:COUNT`, sorted by hash.",
					},
				},
			},
		},
	}
}

// configuration is the provider block.
type configuration struct {
	Endpoint          types.String `tfsdk:"endpoint"`
	Token             types.String `tfsdk:"token"`
	CACertificateFile types.String `tfsdk:"ca_certificate_file"`
	RequestTimeout    types.String `tfsdk:"request_timeout"`
	MaxUserDeletions  types.Int64  `tfsdk:"max_user_deletions"`

	DeleteLastAdministrator types.Bool `tfsdk:"delete_last_administrator"`

	MaxRequestsPerSecond types.Float64 `tfsdk:"max_requests_per_second"`
	CoalesceReads        types.Bool    `tfsdk:"coalesce_reads"`
	ManagedBy            types.String  `tfsdk:"managed_by"`

	EmbeddedPortal types.Object `tfsdk:"embedded_portal"`
}

// embeddedPortalModel is the embedded_portal attribute.
type embeddedPortalModel struct {
	Database         types.String `tfsdk:"database"`
	OrganizationFile types.String `tfsdk:"organization_file"`

	PwnedPasswordsURL  types.String `tfsdk:"pwned_passwords_url"`
	PwnedPasswordsFile types.String `tfsdk:"pwned_passwords_file"`
}

func (p *switchboardProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config configuration
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var mostDeletions *int64
	if !config.MaxUserDeletions.IsUnknown() {
		mostDeletions = config.MaxUserDeletions.ValueInt64Pointer()
	}
	a := &access{pending: config.pending(ctx, &resp.Diagnostics), state: newPlanState(mostDeletions)}
	if a.pending == "" {
		a.client = p.connect(ctx, config, req.TerraformVersion, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
		a.view = newView(a.client, a.state)
		a.view.lastAdministrator = config.DeleteLastAdministrator.ValueBool()
		a.view.managedBy, a.state.renewed = config.ManagedBy.ValueString(), a.view.forget
		// Asked here, a portal that is away is one error of the run, and all objects of a run are planned by the same
		// rule set.
		organization, _, err := a.view.rules(ctx)
		if err != nil {
			addPortalError(&resp.Diagnostics, "asking for the organisation", portal.NounUser, err)
			return
		}
		if a.view.warnPending(ctx, organization, &resp.Diagnostics); resp.Diagnostics.HasError() {
			return
		}
	}
	p.access.Store(a)
	resp.ResourceData = a
	resp.DataSourceData = a
	resp.EphemeralResourceData = a
}

func (p *switchboardProvider) Resources(context.Context) []func() resource.Resource {
	resources := []func() resource.Resource{newPBXReloadResource, newPermissionGroupMemberResource}
	for _, k := range kinds() {
		resources = append(resources, k.resource)
	}
	return resources
}

// resourceSchemas are the schemas of all resources, by their types.
func (p *switchboardProvider) resourceSchemas() map[string]resourceschema.Schema {
	ctx := context.Background()
	schemas := map[string]resourceschema.Schema{}
	for _, construct := range p.Resources(ctx) {
		r := construct()
		var named resource.MetadataResponse
		r.Metadata(ctx, resource.MetadataRequest{ProviderTypeName: providerTypeName}, &named)
		var described resource.SchemaResponse
		r.Schema(ctx, resource.SchemaRequest{}, &described)
		schemas[named.TypeName] = described.Schema
	}
	return schemas
}

func (p *switchboardProvider) DataSources(context.Context) []func() datasource.DataSource {
	sources := []func() datasource.DataSource{
		newOrganizationDataSource, newPermissionsDataSource, newPhoneNumbersDataSource,
	}
	for _, k := range kinds() {
		sources = append(sources, k.dataSources()...)
	}
	return sources
}

func (p *switchboardProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{newPasswordEphemeral}
}

func (p *switchboardProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{newPeopleFromCSVFunction}
}
