package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// limited is the provider of a run with max_user_deletions.
func (d *protocol) limited(t *testing.T, p *portaltest.Portal, most int) *protocol {
	t.Helper()
	run := newRun(t, d.schemas)
	configured, err := run.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{},
		Config:             d.value(d.schemas.Provider, map[string]any{"endpoint": p.URL, "token": p.Token, "max_user_deletions": most}),
	})
	if err != nil || len(configured.Diagnostics) > 0 {
		t.Fatalf("configure: %v, %+v", err, configured)
	}
	return run
}

// TestProvider_maxUserDeletions_atApply: plans that were made without the limit, or each by itself, do not get around
// it. Who is disabled counts, who stays does not, and nobody counts twice.
func TestProvider_maxUserDeletions_atApply(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	drive := newProtocol(t, p)
	plans := map[string]plannedInstance{}
	for i, onDestroy := range []string{"keep", "disable", "delete", "delete"} {
		made := drive.applyChange(drive.planChange(drive.noInstance("switchboard_user"), map[string]any{
			"email": fmt.Sprintf("bob%d@example.com", i), "first_name": "Bob", "last_name": "Bos", "on_destroy": onDestroy,
		}))
		plans[fmt.Sprint(i)] = drive.anew(t, p).planChange(made, nil)
	}
	run := drive.limited(t, p, 2)
	for _, i := range []string{"0", "1", "2", "2"} {
		if diagnostics := run.tryApply(plans[i]); slices.ContainsFunc(diagnostics, func(d *tfprotov6.Diagnostic) bool { return d.Summary == "Too many deletions" }) {
			t.Errorf("%s is one too many: %+v", i, diagnostics)
		}
	}
	if diagnostics := run.tryApply(plans["3"]); len(diagnostics) != 1 || diagnostics[0].Summary != "Too many deletions" || !strings.Contains(diagnostics[0].Detail, "bob3@example.com") {
		t.Errorf("the third says %+v", diagnostics)
	}
	if user := storedUser(t, p, "bob3@example.com"); !*user.Enabled {
		t.Error("the third has lost access")
	}
}

// TestProvider_maxUserDeletions_oneError: a plan says once that too many go, whoever is asked about first and however
// often. An apply refuses each.
func TestProvider_maxUserDeletions_oneError(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	drive := newProtocol(t, p)
	made := make([]instance, 5)
	for i := range made {
		made[i] = drive.applyChange(drive.planChange(drive.noInstance("switchboard_user"), map[string]any{
			"email": fmt.Sprintf("bob%d@example.com", i), "first_name": "Bob", "last_name": "Bos",
		}))
	}
	tooMany := func(diagnostics []*tfprotov6.Diagnostic) int {
		count := 0
		for _, d := range diagnostics {
			if d.Summary == "Too many deletions" {
				count++
			}
		}
		return count
	}
	run := drive.limited(t, p, 2)
	for range 2 { // also when one process plans twice
		var said []int
		for i := range made {
			_, diagnostics := run.tryChange(made[i], nil)
			said = append(said, tooMany(diagnostics))
		}
		if !slices.Equal(said, []int{0, 0, 1, 0, 0}) {
			t.Errorf("of the five, the plan refuses %v", said)
		}
	}
	unlimited := drive.anew(t, p)
	for i := range made {
		if refused := tooMany(run.tryApply(unlimited.planChange(made[i], nil))); refused != 1 {
			t.Errorf("the apply refuses %d %d times", i, refused)
		}
	}
}

// TestUser_onDestroy_isSaid: the plan says what becomes of a user that is not deleted, on every platform.
func TestUser_onDestroy_isSaid(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		for onDestroy, summary := range map[string]string{"keep": "The user stays", "disable": "The user stays without access"} {
			t.Run(string(platform)+"/"+onDestroy, func(t *testing.T) {
				t.Parallel()
				p := portaltest.Start(t, portaltest.WithPlatform(platform))
				drive, tables := newProtocol(t, p), updateTables(t, p, platform)
				base := tables[portal.NounUser].base
				attributes := attributesFor(drive.schemas.ResourceSchemas["switchboard_user"], base, base)
				attributes["on_destroy"] = onDestroy
				made := drive.applyChange(drive.planChange(drive.noInstance("switchboard_user"), attributes))
				id := drive.idOf(made)
				before, err := p.Service.GetUser(t.Context(), p.Caller, id)
				if err != nil {
					t.Fatal(err)
				}
				end, diagnostics := drive.anew(t, p).tryChange(made, nil)
				if len(diagnostics) != 1 || diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning || diagnostics[0].Summary != summary || !strings.Contains(diagnostics[0].Detail, id) {
					t.Errorf("the plan says %+v", diagnostics)
				}
				drive.anew(t, p).applyChange(end)
				after, err := p.Service.GetUser(t.Context(), p.Caller, id)
				if err != nil || *after.Enabled != (onDestroy == "keep") || (after.ETag == before.ETag) != (onDestroy == "keep") {
					t.Errorf("the user is %+v, %v", after, err)
				}
			})
		}
	}
}

// TestUser_ALL08_onDestroy_keepsWhatItHas: a user who leaves the configuration and not the portal hands nothing over,
// whichever of the two is planned first. One who is deleted does.
func TestUser_ALL08_onDestroy_keepsWhatItHas(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	drive := newProtocol(t, p)
	user := func(name, extension string, more map[string]any) map[string]any {
		attributes := map[string]any{
			"email": name + "@example.com", "first_name": "Bob", "last_name": "Bos",
			"telephony": map[string]any{"extension": extension},
		}
		maps.Copy(attributes, more)
		return attributes
	}
	for i, onDestroy := range []string{onDestroyKeep, onDestroyDisable, onDestroyDelete} {
		leaver, extension := "leaver-"+onDestroy, fmt.Sprint(1001+i)
		nothing := drive.noInstance("switchboard_user")
		made := drive.applyChange(drive.planChange(nothing, user(leaver, extension, map[string]any{"on_destroy": onDestroy})))
		joiner := user("joiner-"+onDestroy, extension, nil)
		check := func(what string, diagnostics []*tfprotov6.Diagnostic) {
			t.Helper()
			errors := slices.DeleteFunc(diagnostics, func(d *tfprotov6.Diagnostic) bool {
				return d.Severity != tfprotov6.DiagnosticSeverityError
			})
			switch {
			case onDestroy != onDestroyDelete:
				says(t, what, errors, claimedTwice, extension, leaver, "on_destroy")
			case len(errors) > 0:
				t.Errorf("%s: %+v", what, errors[0])
			}
		}
		run := drive.anew(t, p)
		run.tryChange(run.shown(made), nil)
		_, diagnostics := run.tryChange(nothing, joiner)
		check(onDestroy+", the leaver first", diagnostics)

		run = drive.anew(t, p)
		run.planChange(nothing, joiner)
		_, diagnostics = run.tryChange(run.shown(made), nil)
		check(onDestroy+", the joiner first", diagnostics)
	}
}
