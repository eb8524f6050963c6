package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

func bob(email string) attributesHCL {
	return attributesHCL{"email": fmt.Sprintf("%q", email), "first_name": `"Bob"`, "last_name": `"Bos"`}
}

// One mailbox in two spellings is one person: in one configuration, against what the portal has, for an import and in a
// data source.
func TestAccUser_ALL03_ALL04_oneMailboxInAnySpelling(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	const readable, encoded, address = "anna@bücher.example", "anna@XN--BCHER-KVA.example", "switchboard_user.anna"
	lookUp := fmt.Sprintf("data \"switchboard_user\" \"anna\" {\n  email      = %q\n  depends_on = [switchboard_user.anna]\n}\n", "ANNA@bu\u0308cher.example")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{
				Config:      configure(p, bob(readable).block("switchboard_user", "anna"), bob(encoded).block("switchboard_user", "other")),
				ExpectError: regexp.MustCompile(`(?s)(Claimed twice|claimed).*anna@bücher\.example`),
			},
			{
				Config: configure(p, bob(readable).block("switchboard_user", "anna"), lookUp),
				Check:  resource.TestCheckResourceAttrPair("data.switchboard_user.anna", "id", address, "id"),
			},
			{
				Config:      configure(p, bob(readable).block("switchboard_user", "anna"), bob(encoded).with(attributesHCL{"first_name": `"Else"`}).block("switchboard_user", "other")),
				ExpectError: regexp.MustCompile(`anna@`),
			},
			{ResourceName: address, ImportState: true, ImportStateId: encoded, ImportStateVerify: true, ImportStateVerifyIgnore: append([]string{"password_wo_version"}, importIgnored...)},
			{ResourceName: address, ImportState: true, ImportStateId: "anna@ｂücher.example", ImportStateVerify: true, ImportStateVerifyIgnore: append([]string{"password_wo_version"}, importIgnored...)},
		},
	})
}

// A spelling that the configuration corrects is changed in place, back and forth; one that the portal has, or an import
// has brought, is no difference.
func TestAccUser_ALL03_aCorrectedSpellingIsChangedInPlace(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	const address = "switchboard_user.bob"
	step := func(email, stored string, action plancheck.ResourceActionType, changes attributesHCL) resource.TestStep {
		return resource.TestStep{
			Config: configure(p, bob(email).with(changes).block("switchboard_user", "bob")),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			PostApplyFunc: func() {
				if user := storedUser(t, p, email); *user.Email != stored {
					t.Errorf("the portal has %q, want %q", *user.Email, stored)
				}
			},
		}
	}
	respell := func(email string) func() {
		return func() {
			user := storedUser(t, p, email)
			if _, err := p.Service.ReplaceUser(t.Context(), p.Caller, user.ID, portal.User{Email: &email}, ""); err != nil {
				t.Error(err)
			}
		}
	}
	update, nothing := plancheck.ResourceActionUpdate, plancheck.ResourceActionNoop
	elsewhere := step("bob@example.com", "BOB@EXAMPLE.COM", nothing, nil)
	elsewhere.PreConfig = respell("BOB@EXAMPLE.COM")
	respelled := step("Bob@example.com", "Bob@example.com", update, nil)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			step("BoB@example.com", "BoB@example.com", plancheck.ResourceActionCreate, nil),
			step("bob@example.com", "bob@example.com", update, nil),
			step("bob@example.com", "bob@example.com", nothing, nil),
			elsewhere, // somebody spells it otherwise in the portal
			respelled,
			step("bob@example.com", "bob@example.com", update, attributesHCL{"last_name": `"Bosch"`}),
			step("bob@ｅxample.com", "bob@ｅxample.com", update, nil),
		},
	})
}

// After an import, the spelling of the portal stays until the configuration changes its own, also over other changes.
func TestUser_ALL03_anImportCorrectsNoSpelling(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	id := p.Make(t, portal.User{Email: new("BOB@example.com"), FirstName: new("Bob"), LastName: new("Bos")})
	drive := newProtocol(t, p)
	attributes := func(email, lastName string) map[string]any {
		return map[string]any{"email": email, "first_name": "Bob", "last_name": lastName}
	}
	bob := drive.imported("switchboard_user", id)
	if changes := drive.anew(t, p).planChange(bob, attributes("bob@example.com", "Bos")).changes(); slices.Contains(changes, "email") {
		t.Errorf("the import changes %v", changes)
	}
	run := drive.anew(t, p)
	bob = run.applyChange(run.planChange(bob, attributes("bob@example.com", "Bosch")))
	if stored := storedUser(t, p, "bob@example.com"); *stored.Email != "BOB@example.com" || *stored.LastName != "Bosch" {
		t.Errorf("the portal has %s %s", *stored.Email, *stored.LastName)
	}
	if changes := drive.anew(t, p).planChange(bob, attributes("bob@example.com", "Bosch")).changes(); len(changes) != 0 {
		t.Errorf("the next plan changes %v", changes)
	}
	run = drive.anew(t, p)
	plan := run.planChange(bob, attributes("Bob@example.com", "Bosch"))
	if changes := plan.changes(); !slices.Contains(changes, "email") {
		t.Errorf("another spelling in the configuration changes %v", changes)
	}
	bob = run.applyChange(plan)
	if stored := storedUser(t, p, "bob@example.com"); *stored.Email != "Bob@example.com" {
		t.Errorf("the portal has %s", *stored.Email)
	}
	if changes := drive.anew(t, p).planChange(bob, attributes("Bob@example.com", "Bosch")).changes(); len(changes) != 0 {
		t.Errorf("the last plan changes %v", changes)
	}
}

// Two users who have one address since before all its spellings were one: plans of either tell both ids, and each can
// be changed and deleted.
func TestUser_ALL03_usersWhoShareAnAddressAreToldAndWork(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	drive := newProtocol(t, p)
	person := func(email, lastName string) map[string]any {
		return map[string]any{"email": email, "first_name": "Anna", "last_name": lastName}
	}
	const readable, encoded = "anna@bücher.example", "anna@xn--bcher-kva.example"
	first := drive.applyChange(drive.planChange(drive.noInstance("switchboard_user"), person(readable, "First")))
	second := drive.applyChange(drive.planChange(drive.noInstance("switchboard_user"), person("other@example.com", "Second")))
	ids := []string{storedUser(t, p, readable).ID, storedUser(t, p, "other@example.com").ID}
	p.ShareAddress(t, ids[1], encoded)
	second = drive.anew(t, p).refresh(second)

	told := func(when string, diagnostics []*tfprotov6.Diagnostic) {
		t.Helper()
		if len(diagnostics) != 1 || diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning || at(diagnostics[0]) != "email" ||
			!strings.Contains(diagnostics[0].Detail, ids[0]) || !strings.Contains(diagnostics[0].Detail, ids[1]) {
			t.Errorf("%s says %+v", when, diagnostics)
		}
	}
	run := drive.anew(t, p) // both in one run
	plan, diagnostics := run.tryChange(first, person(readable, "First"))
	told("the plan of the first", diagnostics)
	if len(plan.changes()) > 0 {
		t.Errorf("the plan changes %v", plan.changes())
	}
	_, diagnostics = run.tryChange(second, person(encoded, "Second"))
	told("the plan of the second", diagnostics)
	if _, diagnostics := run.tryChange(run.noInstance("switchboard_user"), person("ANNA@bücher.example", "Third")); len(diagnostics) == 0 || diagnostics[0].Severity != tfprotov6.DiagnosticSeverityError {
		t.Errorf("the plan of a third says %+v", diagnostics)
	}
	for _, change := range []struct {
		prior      *instance
		attributes map[string]any
	}{{&first, person(readable, "Edited")}, {&second, person(encoded, "Edited")}, {&second, nil}} {
		run := drive.anew(t, p)
		plan, _ := run.tryChange(*change.prior, change.attributes)
		if diagnostics := run.tryApply(plan); len(diagnostics) > 0 {
			t.Errorf("%v: %+v", change.attributes, diagnostics)
		}
		if change.attributes != nil {
			*change.prior = drive.anew(t, p).refresh(plan.instance)
		}
	}
	if _, diagnostics := drive.anew(t, p).tryChange(first, person(readable, "Edited")); len(diagnostics) > 0 {
		t.Errorf("alone with the address, the plan says %+v", diagnostics)
	}
}
