package provider

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

const (
	endpointVariable = "SWITCHBOARD_ENDPOINT"
	tokenVariable    = "SWITCHBOARD_TOKEN" //nolint:gosec // the name of a variable, no secret
)

// embedded is the embedded_portal attribute, all null if it is null or not known.
func (c configuration) embedded(ctx context.Context, diags *diag.Diagnostics) embeddedPortalModel {
	var model embeddedPortalModel
	if !c.EmbeddedPortal.IsNull() && !c.EmbeddedPortal.IsUnknown() {
		diags.Append(c.EmbeddedPortal.As(ctx, &model, basetypes.ObjectAsOptions{})...)
	}
	return model
}

// pending names an attribute that is not known yet, so that the provider cannot be configured; "" if all are known.
func (c configuration) pending(ctx context.Context, diags *diag.Diagnostics) string {
	embedded := c.embedded(ctx, diags)
	for name, value := range map[string]attr.Value{
		"endpoint": c.Endpoint, "token": c.Token, "ca_certificate_file": c.CACertificateFile, "request_timeout": c.RequestTimeout, "max_user_deletions": c.MaxUserDeletions,
		"delete_last_administrator": c.DeleteLastAdministrator,
		"max_requests_per_second":   c.MaxRequestsPerSecond, "coalesce_reads": c.CoalesceReads, "embedded_portal": c.EmbeddedPortal, "managed_by": c.ManagedBy,
	} {
		if value.IsUnknown() {
			return name
		}
	}
	if embedded.Database.IsUnknown() || embedded.OrganizationFile.IsUnknown() || embedded.PwnedPasswordsURL.IsUnknown() || embedded.PwnedPasswordsFile.IsUnknown() {
		return "embedded_portal"
	}
	return ""
}

// connect makes the client of the portal that the provider block, or the environment, names.
func (p *switchboardProvider) connect(ctx context.Context, config configuration, terraformVersion string, diags *diag.Diagnostics) *client.Client {
	settings := client.Config{
		UserAgent:      fmt.Sprintf("terraform-provider-switchboard/%s (+https://registry.terraform.io/providers/switchboard-hq/switchboard) Terraform/%s", p.options.version, terraformVersion),
		RequestTimeout: config.requestTimeout(),

		MaxRequestsPerSecond: config.MaxRequestsPerSecond.ValueFloat64(),
		SingleReads:          !config.CoalesceReads.IsNull() && !config.CoalesceReads.ValueBool(),

		ManagedBy: config.ManagedBy.ValueString(), HandOver: true, LastAdministrator: config.DeleteLastAdministrator.ValueBool(),

		Retry: p.options.retry,
		Logger: func(ctx context.Context, message string, fields map[string]any) {
			tflog.Debug(ctx, message, fields)
		},
	}
	if config.EmbeddedPortal.IsNull() {
		p.servedPortal(config, &settings, diags)
	} else {
		config.embeddedPortal(ctx, &settings, diags)
	}
	if diags.HasError() {
		return nil
	}
	c, err := client.New(settings)
	if err != nil {
		attribute, _, _ := strings.Cut(err.Error(), ":") // the client says first what it is that it cannot use
		if attribute != "token" {
			attribute = "endpoint"
		}
		diags.AddAttributeError(path.Root(attribute), "Unusable "+attribute, portal.Ended(about(attribute, err.Error())))
	}
	return c
}

// servedPortal settles endpoint, token and certificate authority. The provider block goes before the environment.
func (p *switchboardProvider) servedPortal(config configuration, settings *client.Config, diags *diag.Diagnostics) {
	settings.Endpoint = cmp.Or(config.Endpoint.ValueString(), p.options.getenv(endpointVariable))
	settings.Token = cmp.Or(config.Token.ValueString(), p.options.getenv(tokenVariable))
	settings.Proxy = http.ProxyFromEnvironment
	if settings.Endpoint == "" {
		diags.AddAttributeError(path.Root("endpoint"), "No portal configured",
			"Give the URL of the portal as endpoint in the provider block or in the environment variable "+endpointVariable+
				", or configure embedded_portal to run one inside the provider.")
	}
	if settings.Token == "" {
		diags.AddAttributeError(path.Root("token"), "No token configured",
			"Give the portal's token as token in the provider block or in the environment variable "+tokenVariable+
				", or configure embedded_portal, which needs none.")
	}
	if file := config.CACertificateFile.ValueString(); file != "" {
		settings.CACertificates = x509.NewCertPool()
		text, err := os.ReadFile(file)
		if err != nil {
			diags.AddAttributeError(path.Root("ca_certificate_file"), "Certificate authority not readable", portal.Ended(about("ca_certificate_file", err.Error())))
		} else if !settings.CACertificates.AppendCertsFromPEM(text) {
			diags.AddAttributeError(path.Root("ca_certificate_file"), "No certificate in the file",
				fmt.Sprintf("ca_certificate_file is %q, which holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).", file))
		}
	}
}

// embeddedPortal starts a portal in this process. What only a served portal needs contradicts it; the environment does
// not count, it may be there for another configuration.
func (c configuration) embeddedPortal(ctx context.Context, settings *client.Config, diags *diag.Diagnostics) {
	for name, value := range map[string]attr.Value{"endpoint": c.Endpoint, "token": c.Token, "ca_certificate_file": c.CACertificateFile} {
		if !value.IsNull() {
			diags.AddAttributeError(path.Root(name), "Two portals configured",
				fmt.Sprintf("%s is for a served portal and embedded_portal runs one inside the provider. Remove %s, or remove embedded_portal and give endpoint and token "+
					"(in the provider block or as %s and %s).", name, name, endpointVariable, tokenVariable))
		}
	}
	model := c.embedded(ctx, diags)
	if diags.HasError() {
		return
	}
	transport, err := startEmbeddedPortal(ctx, model)
	if err != nil {
		diags.AddAttributeError(path.Root("embedded_portal"), "The embedded portal does not start", portal.Ended(about("embedded_portal", err.Error())))
		return
	}
	settings.Transport = transport
	settings.Endpoint = embeddedEndpoint
	settings.Token = "embedded" // the portal is told who calls, see startEmbeddedPortal; the client insists on a token
}

func (c configuration) requestTimeout() time.Duration {
	timeout, _ := time.ParseDuration(c.RequestTimeout.ValueString()) // the schema has checked it; 0 takes the client's default
	return timeout
}

// positiveRate is the validator of a number of requests per second.
type positiveRate struct{}

func (positiveRate) Description(context.Context) string {
	return "must be a number above 0, such as 20"
}

func (r positiveRate) MarkdownDescription(ctx context.Context) string { return r.Description(ctx) }

func (positiveRate) ValidateFloat64(_ context.Context, req validator.Float64Request, resp *validator.Float64Response) {
	if rate := req.ConfigValue.ValueFloat64(); !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown() && rate <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "No requests at all",
			fmt.Sprintf("%s is %v, and so few requests in a second are none; give a number above 0, such as 20, or leave it out for no limit.", req.Path, rate))
	}
}

// managerName is the validator of managed_by.
type managerName struct{}

func (managerName) Description(context.Context) string {
	return fmt.Sprintf("must have 1 to %d printable ASCII characters, without a space at either end", portal.MaxManagedByLength)
}

func (m managerName) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (m managerName) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	name := req.ConfigValue
	if !name.IsNull() && !name.IsUnknown() && !portal.IsManagedBy(name.ValueString()) {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a name that a portal can keep", fmt.Sprintf("managed_by is %q; it %s.", name.ValueString(), m.Description(ctx)))
	}
}

// positiveDuration is the validator of a text like 45s.
type positiveDuration struct{}

func (positiveDuration) Description(context.Context) string {
	return "must be a positive duration such as 45s or 2m"
}

func (d positiveDuration) MarkdownDescription(ctx context.Context) string { return d.Description(ctx) }

func (positiveDuration) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err != nil || d <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a duration",
			fmt.Sprintf("%s is %q; write a positive number and a unit, such as 45s or 2m.", req.Path, req.ConfigValue.ValueString()))
	}
}
