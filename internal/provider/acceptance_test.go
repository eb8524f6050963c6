package provider

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/installed"
)

// TestMain readies the Terraform or OpenTofu that the acceptance tests run. It is found (installed.Terraform), never
// downloaded.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		cli, err := installed.Terraform()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		registry, err := installed.Registry()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		_ = os.Setenv("TF_ACC_TERRAFORM_PATH", cli)
		_ = os.Setenv("TF_ACC_PROVIDER_HOST", registry)
		dir, err := os.MkdirTemp("", "switchboard")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		// The user's own CLI configuration is none of a test's business.
		empty := filepath.Join(dir, "terraform.rc")
		if err := os.WriteFile(empty, nil, 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		_ = os.Setenv("TF_CLI_CONFIG_FILE", empty)
		debug.SetGCPercent(gcPercent) // as in a process of the provider
		_ = os.Setenv("GOGC", "off")  // for the children alone: Terraform lives for a tenth of a second
		return m.Run()
	}())
}

type terraformState = terraform.State

// quickOptions are those of a provider without the waits between retries.
func quickOptions() options {
	return options{
		version: "test",
		getenv:  func(string) string { return "" },
		retry:   client.RetryPolicy{Attempts: 3, MinWait: time.Nanosecond, MaxWait: time.Microsecond},

		fastPlan: os.Getenv(fastPlanVariable) != "off", // so that all of this runs both ways
	}
}

// factories serves the provider from this process.
func factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"switchboard": served(quickOptions()),
		"echo":        echoprovider.NewProviderServer(),
	}
}

func served(o options) func() (tfprotov6.ProviderServer, error) {
	return func() (tfprotov6.ProviderServer, error) { return newServer(o), nil }
}

// configure is a configuration with a provider block for the portal.
func configure(p *portaltest.Portal, body ...string) string {
	return configureWith(p.URL, p.Token, body...)
}

func configureWith(endpoint, token string, body ...string) string {
	return fmt.Sprintf("provider \"switchboard\" {\n  endpoint = %q\n  token    = %q\n}\n\n%s", endpoint, token, strings.Join(body, "\n"))
}

// attributesHCL are attributes of a block by name, as HCL expressions. A name with a dot is an attribute of a nested
// object.
type attributesHCL map[string]string

// with returns the attributes with some of them changed; an empty expression takes one out.
func (a attributesHCL) with(changes attributesHCL) attributesHCL {
	all := maps.Clone(a)
	for name, expression := range changes {
		if expression == "" {
			delete(all, name)
			continue
		}
		all[name] = expression
	}
	return all
}

// block renders a resource.
func (a attributesHCL) block(typeName, name string) string {
	objects := map[string][]string{}
	var b strings.Builder
	fmt.Fprintf(&b, "resource %q %q {\n", typeName, name)
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if object, child, ok := strings.Cut(name, "."); ok {
			objects[object] = append(objects[object], fmt.Sprintf("    %s = %s\n", child, a[name]))
			continue
		}
		fmt.Fprintf(&b, "  %s = %s\n", name, a[name])
	}
	for _, object := range slices.Sorted(maps.Keys(objects)) {
		fmt.Fprintf(&b, "  %s = {\n%s  }\n", object, strings.Join(objects[object], ""))
	}
	b.WriteString("}\n")
	return b.String()
}
