package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// access is what the configured provider hands to its resources: the portal, and what is known of it in this run.
type access struct {
	client *client.Client
	view   *view

	state  *planState
	writes ownWrites // of this run

	// pending names the provider attribute whose value is not known yet, so that there is no client. Terraform plans on
	// and configures the provider again at apply.
	pending string
}

// known reports whether the provider could be configured; if not, it says so as an error of what was about to be done.
func (a *access) known(doing string, diags *diag.Diagnostics) bool {
	switch {
	case a != nil && a.client != nil:
		return true
	case a != nil:
		diags.AddAttributeError(path.Root(a.pending), "The provider's configuration is not known yet",
			fmt.Sprintf("Terraform was %s, but the value of %s in the provider block comes from something that does not exist yet. "+
				"Apply that first (terraform apply -target=…), or give %s a value that is known.", doing, a.pending, a.pending))
	default:
		diags.AddError("The provider is not configured", "Terraform was "+doing+" before it configured the provider. Please report this.")
	}
	return false
}

// ready reports whether there is a portal to ask at plan.
func (a *access) ready() bool { return a != nil && a.client != nil }

// resourceBase gives a resource its access to the portal.
type resourceBase struct{ *access }

// Configure implements resource.ResourceWithConfigure. Before the provider is configured, there is no data.
func (b *resourceBase) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	b.access = accessFrom(req.ProviderData, &resp.Diagnostics)
}

// dataSourceBase gives a data source its access to the portal.
type dataSourceBase struct{ *access }

// Configure implements datasource.DataSourceWithConfigure.
func (b *dataSourceBase) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	b.access = accessFrom(req.ProviderData, &resp.Diagnostics)
}

// ephemeralBase gives an ephemeral resource its access to the portal.
type ephemeralBase struct{ *access }

// Configure implements ephemeral.EphemeralResourceWithConfigure.
func (b *ephemeralBase) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	b.access = accessFrom(req.ProviderData, &resp.Diagnostics)
}

func accessFrom(data any, diags *diag.Diagnostics) *access {
	if data == nil {
		return nil
	}
	a, ok := data.(*access)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("The provider was handed %T. Please report this.", data))
	}
	return a
}
