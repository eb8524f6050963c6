package provider

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// fastPlanVariable, set to "off", leaves everything to the framework and the Go runtime as they come. Nothing but the
// cost may differ, and the tests run both ways to show it.
const fastPlanVariable = "SWITCHBOARD_FAST_PLAN"

const (
	// gcPercent lets the heap grow to five times of what is alive before the garbage collector runs: a plugin lives for
	// seconds, and leaves little behind.
	gcPercent = 400
	// memoryLimit, in bytes, is where it runs as often as it has to after all.
	memoryLimit = 512 << 20
)

// Serve serves the provider to the Terraform that has started this process, or to a debugger, until Terraform ends it.
func Serve(version string, debugged bool) error {
	o := optionsOf(version)
	var serve []tf6server.ServeOpt
	if debugged {
		serve = append(serve, tf6server.WithManagedDebug())
	}
	if o.fastPlan {
		spareGarbageCollection(os.LookupEnv)
		if !debugged { // then Terraform, which wants the logs or not, has another environment
			if err := muteLogs(os.Environ(), os.Setenv); err != nil {
				return err
			}
		}
	}
	return tf6server.Serve("registry.terraform.io/switchboard-hq/switchboard", func() tfprotov6.ProviderServer { return newServer(o) }, serve...)
}

// optionsOf are those of a running provider.
func optionsOf(version string) options {
	return options{version: version, getenv: os.Getenv, fastPlan: os.Getenv(fastPlanVariable) != "off"}
}

// newServer is the provider as Terraform talks to it.
func newServer(o options) tfprotov6.ProviderServer {
	p := &switchboardProvider{options: o}
	framework, ok := providerserver.NewProtocol6(p)().(frameworkServer)
	if !ok {
		panic("the framework's server does less than it did") // found by every test
	}
	var server frameworkServer = newWholeNumbers(p, framework)
	if o.fastPlan {
		server = newShortWay(p, server)
	}
	return newPlaced(newPlanCalls(p, server))
}

// spareGarbageCollection trades memory for time, unless the environment says how the Go runtime is to have it.
func spareGarbageCollection(lookup func(string) (string, bool)) {
	if _, said := lookup("GOGC"); !said {
		debug.SetGCPercent(gcPercent)
	}
	if _, said := lookup("GOMEMLIMIT"); !said && debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// muteLogs switches the logs of the plugin libraries and of the provider off. They are written for every attribute of
// every object, and Terraform throws them away unless it was asked for logs, in one of many variables that all begin
// alike.
func muteLogs(environment []string, set func(name, value string) error) error {
	for _, variable := range environment {
		if strings.HasPrefix(variable, "TF_LOG") {
			return nil
		}
	}
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER"} {
		if err := set(name, "off"); err != nil {
			return fmt.Errorf("switching the logs of the plugin off: %w", err)
		}
	}
	return nil
}
