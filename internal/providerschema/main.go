// Command providerschema prints the schema of the provider as the newest `terraform providers schema -json` would: with
// the list resources, actions and identities that an older Terraform leaves out. The documentation is rendered from it.
// It asks the provider server in process, so it needs neither Terraform nor a network.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider"
)

// address is where the documentation generator looks for a provider of the name "switchboard", whoever publishes it.
const address = "registry.terraform.io/hashicorp/switchboard"

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "providerschema:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	server, err := providerserver.NewProtocol6WithError(provider.New("dev")())()
	if err != nil {
		return err
	}
	d, err := describe(ctx, server)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document{FormatVersion: "1.0", Providers: map[string]description{address: d}})
}

// describe asks the provider for everything it has.
func describe(ctx context.Context, server tfprotov6.ProviderServer) (description, error) {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return description{}, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return description{}, err
	}
	if err := errors.Join(failure(schemas.Diagnostics), failure(identities.Diagnostics)); err != nil {
		return description{}, err
	}
	return newDescription(schemas, identities), nil
}

// failure is the first error among diagnostics, or nil.
func failure(diagnostics []*tfprotov6.Diagnostic) error {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}
	return nil
}
