package provider

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// existing makes a user in the portal, of whom Terraform knows nothing.
func existing(t *testing.T, p *portaltest.Portal, username, email string) portal.User {
	t.Helper()
	group, err := p.Service.CreatePermissionGroup(t.Context(), p.Caller, portal.PermissionGroup{Name: new("Group of " + email)}, "")
	if err != nil {
		t.Fatal(err)
	}
	user := portal.User{Email: &email, FirstName: new("Robert"), LastName: new("Bos"), PermissionGroupIDs: []string{group.Object.ID}, SendInvitation: new(false)}
	if username != "" {
		user.Username = &username
	} else {
		user.Telephony, user.Password = &portal.Telephony{SIPAssignment: new("dynamic")}, new(portal.Secret("Vq7-lamp-Orbit-kiwi"))
		user.Directory = &portal.Directory{BusinessNumber: new("+48601234567")}
	}
	made, err := p.Service.CreateUser(t.Context(), p.Caller, user, "")
	if err != nil {
		t.Fatal(err)
	}
	return made.Object
}

func TestAccUser_adoptExisting(t *testing.T) {
	t.Parallel()
	const address = "switchboard_user.bob"
	p := portaltest.Start(t)
	there := existing(t, p, "", "Bob@Example.com")
	around, bob := bobOn(portal.Telecube)
	config := func(adopt string) string {
		return configure(p, around, bob.with(attributesHCL{"adopt_existing": adopt}).block("switchboard_user", "bob"))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: config("false"), ExpectError: regexp.MustCompile(`(?s)Already exists.*import \{.*` + there.ID)},
			{Config: config("true"), ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(there.ID)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("first_name"), knownvalue.StringExact("Bob")),
				// What the configuration leaves out stays as it was.
				statecheck.ExpectKnownValue(address, tfjsonpath.New("directory").AtMapKey("business_number"), knownvalue.StringExact("+48601234567")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("send_invitation"), knownvalue.Bool(false)),
			}},
			{Config: config("true"), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
	if _, session, err := p.Service.LogIn(t.Context(), p.Caller.OrganizationID, "bob@example.com", "Vq7-lamp-Orbit-kiwi", ""); err == nil {
		t.Errorf("the user is still there after the destroy: %+v", session)
	}
}

func TestAccUser_adoptExisting_nobodyThereIsMade(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	around, bob := bobOn(portal.Telecube)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config:            configure(p, around, bob.with(attributesHCL{"adopt_existing": "true"}).block("switchboard_user", "bob")),
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("switchboard_user.bob", tfjsonpath.New("status"), knownvalue.StringExact("pending"))},
		}},
	})
}

func TestAccUser_adoptExisting_onlyAnExactMatch(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Engage))
	existing(t, p, "bob", "robert@example.com")
	existing(t, p, "robert", "bob@example.com")
	around, bob := bobOn(portal.Engage)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config:      configure(p, around, bob.with(attributesHCL{"adopt_existing": "true"}).block("switchboard_user", "bob")),
			ExpectError: regexp.MustCompile(`(?s)Nothing to adopt.*only\s+an\s+exact\s+match`),
		}},
	})
}

// TestAccUser_adoptExisting_onlyOnce: a user who has a resource already, or is to be adopted by another one, is not
// adopted.
func TestAccUser_adoptExisting_onlyOnce(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	existing(t, p, "", "bob@example.com")
	around, bob := bobOn(portal.Telecube)
	bob = bob.with(attributesHCL{"adopt_existing": "true"})
	one, other := bob.block("switchboard_user", "bob"), bob.block("switchboard_user", "robert")
	twice := regexp.MustCompile(`(?s)Claimed twice.*bob@example\.com`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(p, around, one, other), ExpectError: twice},
			{Config: configure(p, around, one)},
			{Config: configure(p, around, one, other), ExpectError: twice},
		},
	})
}

// TestUser_adoptExisting_isSaid: the plan warns whom it takes over, and a conflict on anything else is an error as
// always.
func TestUser_adoptExisting_isSaid(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	there := p.Make(t, portal.User{Email: new("bob@example.com"), FirstName: new("Robert"), LastName: new("Bos")})
	p.Make(t, portal.User{Email: new("eve@example.com"), FirstName: new("Eve"), LastName: new("Bos"), Telephony: &portal.Telephony{Extension: new("4711")}})
	bob := map[string]any{"email": "BOB@example.com", "first_name": "Bob", "last_name": "Bos", "adopt_existing": true}
	drive := newProtocol(t, p)
	_, diagnostics := drive.tryChange(drive.noInstance("switchboard_user"), bob)
	if len(diagnostics) != 1 || diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning || !strings.Contains(diagnostics[0].Detail, `"bob@example.com" (`+there+`)`) {
		t.Errorf("the plan says %+v", diagnostics)
	}
	bob["telephony"] = map[string]any{"extension": "4711"}
	drive = drive.anew(t, p)
	_, diagnostics = drive.tryChange(drive.noInstance("switchboard_user"), bob)
	if !slices.ContainsFunc(diagnostics, func(d *tfprotov6.Diagnostic) bool {
		return d.Severity == tfprotov6.DiagnosticSeverityError && d.Summary == "Already exists" && concerns(d, "telephony.extension")
	}) {
		t.Errorf("with the extension of somebody else, the plan says %+v", diagnostics)
	}
}

// TestAccUser_adoptExisting_password: the password of whoever is adopted stays, unless the configuration gives one.
func TestAccUser_adoptExisting_password(t *testing.T) {
	t.Parallel()
	for given, want := range map[bool]portal.Secret{false: "Vq7-lamp-Orbit-kiwi", true: "Gx3-cloud-Fennel-77"} {
		p := portaltest.Start(t)
		existing(t, p, "", "bob@example.com")
		around, bob := bobOn(portal.Telecube)
		bob = bob.with(attributesHCL{"adopt_existing": "true"})
		if given {
			bob = bob.with(attributesHCL{"password_wo": `"Gx3-cloud-Fennel-77"`, "password_wo_version": "1"})
		}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: factories(),
			Steps: []resource.TestStep{{
				Config:        configure(p, around, bob.block("switchboard_user", "bob")),
				PostApplyFunc: func() { logIn(t, p, "bob@example.com", want, true) },
			}},
		})
	}
}
