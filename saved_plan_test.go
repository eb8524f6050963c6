package main

import (
	"io"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// TestSavedPlan_EN18_failedLogInsBetweenPlanAndApply: what somebody does at a log-in after a plan was saved neither
// fails its apply nor is undone by it. The next plan shows the block, and its apply ends it.
func TestSavedPlan_EN18_failedLogInsBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, map[string]string{"main.tf": journeyPeople(portal.Engage), "organization.yaml": portaltest.Organization(portal.Engage)})
	address, _ := w.serveLogging(io.Discard, "--trusted-proxy", "127.0.0.0/8")
	token := w.mustOutput(w.binary, "portal", "token", "create", "--database", "portal.db", "--organization", "delfin", "--name", "terraform", "--scope", "read,write,admin")
	args := []string{"-no-color", "-input=false", "-var=endpoint=" + address.String(), "-var=token=" + strings.TrimSpace(token)}
	terraform := func(args ...string) string {
		t.Helper()
		return w.must("terraform", args...)
	}
	save := func(more ...string) string {
		t.Helper()
		return terraform(append(append([]string{"plan", "-out=saved"}, args...), more...)...)
	}
	apply := func() string {
		t.Helper()
		return terraform("apply", "-no-color", "-input=false", "-var=token="+strings.TrimSpace(token), "saved")
	}
	block := func(from string) {
		t.Helper()
		for range 3 {
			if status := logInFrom(t, from, "delfin", address.String(), "Bob", wrongPassword); status != 401 {
				t.Fatalf("a wrong password is answered by %d", status)
			}
		}
	}
	status := func() string {
		t.Helper()
		terraform(append([]string{"apply", "-refresh-only", "-auto-approve"}, args...)...)
		shown := terraform("state", "show", "-no-color", "switchboard_user.bob")
		for _, line := range strings.Split(shown, "\n") {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && strings.TrimSpace(name) == "status" {
				return strings.Trim(value, ` "`)
			}
		}
		t.Fatalf("no status in\n%s", shown)
		return ""
	}

	save()
	apply()
	w.write("main.tf", strings.Replace(journeyPeople(portal.Engage), `"Bos"`, `"Smit"`, 1))
	save()
	block("192.0.2.1")
	apply()
	if got := status(); got != "blocked" {
		t.Errorf("after an apply whose plan did not know of the block, bob is %s", got)
	}
	if plan := save(); !strings.Contains(plan, "false -> true") {
		t.Errorf("the plan does not show the block:\n%s", plan)
	}
	apply()
	if got := status(); got != "pending" {
		t.Errorf("after an apply whose plan showed the block, bob is %s", got)
	}
	save("-destroy")
	block("192.0.2.2")
	apply()
}
