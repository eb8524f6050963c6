package main

import (
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// TestPortalAway_savedPlan: the portal that made the plan is away when it is applied. Terraform says so once, however
// much was planned, and blames nobody; when the portal is back, an apply does it.
func TestPortalAway_savedPlan(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Telecube))
	w := newWorkspace(t, map[string]string{"main.tf": thirtyPeople})
	w.env = append(w.env, "TF_VAR_endpoint="+p.URL, "TF_VAR_token="+p.Token)
	w.must("terraform", "plan", "-no-color", "-out=plan")
	p.Stop()
	output, code := w.run("terraform", "apply", "-no-color", "plan")
	if code == 0 || strings.Count(output, "Error: ") != 1 || !strings.Contains(output, "Error: The portal cannot be reached") {
		t.Errorf("exit code %d; want one error that the portal cannot be reached:\n%s", code, output)
	}
	p.Restart(t)
	w.must("terraform", "apply", "-auto-approve", "-no-color") // to Terraform a plan that was applied once is stale
	if output, code := w.run("terraform", "plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the plan after the apply is not empty:\n%s", output)
	}
}
