package provider

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// surroundings are what the users of these tests refer to.
const surroundings = `
resource "switchboard_permission_group" "agents" { name = "Agents" }
resource "switchboard_permission_group" "leads"  { name = "Leads" }
resource "switchboard_sip_account" "desk"        { extension = "201" }
resource "switchboard_sip_account" "spare"       { extension = "202" }
`

// alice is a user with every attribute that telecube has.
func alice() attributesHCL {
	return attributesHCL{
		"email":                     `"Alice.Jansen@Example.com"`,
		"first_name":                `"Alice"`,
		"last_name":                 `"Jansen"`,
		"enabled":                   `true`,
		"permission_group_ids":      `[switchboard_permission_group.agents.id]`,
		"password_wo":               `"Vq7-lamp-Orbit-kiwi"`,
		"password_wo_version":       `1`,
		"telephony.sip_assignment":  `"static"`,
		"telephony.sip_account_ids": `[switchboard_sip_account.desk.id]`,
		"telephony.caller_ids":      `["+48 22 555 01 01", "+48225550102"]`,
		"telephony.sms_senders":     `["DELFIN", "+48 22 555 01 01"]`,
		"directory.business_number": `"+31 85 123 45 67"`,
	}
}

// storedUser is the one user with this address, as the portal has it.
func storedUser(t *testing.T, p *portaltest.Portal, email string) portal.User {
	t.Helper()
	page, err := p.Service.ListUsers(t.Context(), p.Caller, service.ListQuery{Where: map[string]string{"email": email}})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 1 {
		t.Fatalf("the portal has %d users with the address %s, want 1", len(page.Items), email)
	}
	return page.Items[0]
}

func TestAccUser_lifecycle(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	user := func(changes attributesHCL) string {
		return configure(p, surroundings, alice().with(changes).block("switchboard_user", "alice"))
	}
	const address = "switchboard_user.alice"
	const plainEmail = "alice.jansen@example.com"
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		CheckDestroy: func(*terraformState) error {
			page, err := p.Service.ListUsers(t.Context(), p.Caller, service.ListQuery{})
			if err == nil && len(page.Items) > 0 {
				err = fmt.Errorf("%d users are left", len(page.Items))
			}
			return err
		},
		Steps: []resource.TestStep{
			{ // Every step plans again after the apply and fails unless that plan is empty.
				Config: user(nil),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("id")),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("locale"), knownvalue.Null()), // telecube has none
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("email"), knownvalue.StringExact("Alice.Jansen@Example.com")),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("password_wo"), knownvalue.Null()),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("telephony").AtMapKey("caller_ids"), knownvalue.SetExact([]knownvalue.Check{
						knownvalue.StringExact("+48 22 555 01 01"), knownvalue.StringExact("+48225550102"),
					})),
				},
				PostApplyFunc: func() {
					got := storedUser(t, p, plainEmail)
					want := []string{"+48225550101", "+48225550102"}
					if diff := cmp.Diff(want, got.Telephony.CallerIDs); diff != "" {
						t.Errorf("the portal stores numbers as E.164 (-want +got):\n%s", diff)
					}
					if *got.Directory.BusinessNumber != "+31851234567" {
						t.Errorf("business number: %q", *got.Directory.BusinessNumber)
					}
				},
			},
			{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: importIgnored},
			{ResourceName: address, ImportState: true, ImportStateId: "ALICE.jansen@example.com", ImportStateVerify: true, ImportStateVerifyIgnore: importIgnored},
			{
				ResourceName: address, ImportState: true, ImportStateId: "nobody@example.com",
				ExpectError: regexp.MustCompile(`(?s)has\s+no\s+user.*nobody@example\.com`),
			},
			{
				Config: user(attributesHCL{"email": `"alice@example.com"`}),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
				PostApplyFunc: func() { storedUser(t, p, "alice@example.com") },
			},
		},
	})
}

// importIgnored are what an import cannot know: spellings.
var importIgnored = []string{
	"email", "telephony.caller_ids", "telephony.caller_ids.0", "telephony.caller_ids.1", "telephony.sms_senders.0", "telephony.sms_senders.1", "directory.business_number",
}

// TestAccUser_importIsEmptyPlan imports by id and by address with a configuration that spells everything its own way.
func TestAccUser_importIsEmptyPlan(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	body := surroundings + alice().block("switchboard_user", "alice")
	for _, key := range []string{"alice.jansen@example.com", "id"} {
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: factories(),
			Steps: []resource.TestStep{
				{Config: configure(p, body)},
				{
					ResourceName: "switchboard_user.alice", ImportState: true, ImportStateKind: resource.ImportBlockWithID,
					ImportStateIdFunc: func(s *terraformState) (string, error) {
						if key == "id" {
							return s.RootModule().Resources["switchboard_user.alice"].Primary.ID, nil
						}
						return key, nil
					},
					ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction("switchboard_user.alice", plancheck.ResourceActionNoop),
					}},
				},
			},
		})
	}
}

// TestAccUser_updateOfEveryAttribute changes one attribute at a time and checks that it reaches the portal, and that
// nothing else changes.
func TestAccUser_updateOfEveryAttribute(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	const address = "switchboard_user.alice"
	group := func(name string) string {
		page, err := p.Service.ListPermissionGroups(t.Context(), p.Caller, service.ListQuery{Where: map[string]string{"name": name}})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("group %s: %v, %v", name, page, err)
		}
		return page.Items[0].ID
	}
	account := func(extension string) string {
		page, err := p.Service.ListSIPAccounts(t.Context(), p.Caller, service.ListQuery{Where: map[string]string{"extension": extension}})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("SIP account %s: %v, %v", extension, page, err)
		}
		return page.Items[0].ID
	}
	before := portal.User{}
	steps := []resource.TestStep{{
		Config:        configure(p, surroundings, alice().block("switchboard_user", "alice")),
		PostApplyFunc: func() { before = storedUser(t, p, "alice.jansen@example.com") },
	}}
	for _, update := range []struct {
		changes attributesHCL
		want    func(*portal.User)
	}{
		{attributesHCL{"email": `"alice@example.com"`}, func(u *portal.User) { u.Email = new("alice@example.com") }},
		{attributesHCL{"first_name": `"Alicja"`}, func(u *portal.User) { u.FirstName = new("Alicja") }},
		{attributesHCL{"last_name": `"Nowak-Jansen"`}, func(u *portal.User) { u.LastName = new("Nowak-Jansen") }},
		{attributesHCL{"enabled": `false`}, func(u *portal.User) { u.Enabled = new(false) }},
		{attributesHCL{"permission_group_ids": `[switchboard_permission_group.leads.id]`}, func(u *portal.User) { u.PermissionGroupIDs = []string{group("Leads")} }},
		{attributesHCL{"password_wo": `"Gx3-cloud-Fennel-77"`, "password_wo_version": `2`}, func(u *portal.User) { u.PasswordVersion = new(int64(2)) }},
		{attributesHCL{"telephony.sip_account_ids": `[switchboard_sip_account.spare.id]`}, func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{account("202")} }},
		{attributesHCL{"telephony.caller_ids": `["+48225550103"]`}, func(u *portal.User) { u.Telephony.CallerIDs = []string{"+48225550103"} }},
		{attributesHCL{"telephony.sms_senders": `[]`}, func(u *portal.User) { u.Telephony.SMSSenders = []string{} }},
		{attributesHCL{"directory.business_number": `""`}, func(u *portal.User) { u.Directory.BusinessNumber = new("") }},
		{attributesHCL{"telephony.sip_assignment": `"dynamic"`, "telephony.sip_account_ids": `[]`}, func(u *portal.User) {
			u.Telephony.SIPAssignment, u.Telephony.SIPAccountIDs = new("dynamic"), []string{}
		}},
	} {
		steps = append(steps, resource.TestStep{
			Config: configure(p, surroundings, alice().with(update.changes).block("switchboard_user", "alice")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			PostApplyFunc: func() {
				want := before
				telephony, directory := *before.Telephony, *before.Directory
				want.Telephony, want.Directory = &telephony, &directory
				update.want(&want)
				got := storedUser(t, p, *want.Email)
				if got.ETag == before.ETag {
					t.Errorf("%v did not reach the portal", update.changes)
				}
				got.ETag, want.ETag, want.Untouched = "", "", false
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("after %v (-want +got):\n%s", update.changes, diff)
				}
			},
		})
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: steps})
}

func TestAccUser_ALL03_respelledIsNoChange(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(p, surroundings, alice().block("switchboard_user", "alice"))},
			{
				Config: configure(p, surroundings, alice().with(attributesHCL{
					"telephony.caller_ids":      `["+48 (22) 555-01-02", "+48225550101"]`,
					"telephony.sms_senders":     `["+48225550101", "DELFIN"]`,
					"directory.business_number": `"+31 (0)85 1234567"`,
				}).block("switchboard_user", "alice")),
				PlanOnly: true,
			},
		},
	})
}

// TestAccUser_ALL07_leftOutIsKept: an attribute that leaves the configuration keeps its last value, also one that the
// portal changed.
func TestAccUser_ALL07_leftOutIsKept(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	minimal := attributesHCL{
		"email": `"alice.jansen@example.com"`, "first_name": `"Alice"`, "last_name": `"Jansen"`, "permission_group_ids": `[switchboard_permission_group.agents.id]`,
		"telephony.sip_account_ids": `[switchboard_sip_account.desk.id]`,
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(p, surroundings, alice().block("switchboard_user", "alice"))},
			{
				Config: configure(p, surroundings, minimal.block("switchboard_user", "alice")),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("switchboard_user.alice", tfjsonpath.New("directory").AtMapKey("business_number"), knownvalue.StringExact("+31 85 123 45 67")),
				},
				PostApplyFunc: func() {
					user := storedUser(t, p, "alice.jansen@example.com")
					user.Directory.BusinessNumber = new("+31201234567")
					if _, err := p.Service.ReplaceUser(t.Context(), p.Caller, user.ID, user, ""); err != nil {
						t.Fatal(err)
					}
				},
			},
			{
				Config: configure(p, surroundings, minimal.with(attributesHCL{"last_name": `"Nowak"`}).block("switchboard_user", "alice")),
				PostApplyFunc: func() {
					user := storedUser(t, p, "alice.jansen@example.com")
					if *user.Directory.BusinessNumber != "+31201234567" || len(user.Telephony.CallerIDs) != 2 || *user.LastName != "Nowak" {
						t.Errorf("what the configuration leaves out was changed: %+v %+v", user.Telephony, user.Directory)
					}
				},
			},
		},
	})
}

func TestAccUser_deletedOutside(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{
				Config: configure(p, surroundings, alice().block("switchboard_user", "alice")),
			},
			{
				PreConfig: func() {
					if err := p.Service.DeleteUser(t.Context(), p.Caller, storedUser(t, p, "alice.jansen@example.com").ID, "", portal.Deletion{}); err != nil {
						t.Fatal(err)
					}
				},
				RefreshState: true, ExpectNonEmptyPlan: true,
				RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction("switchboard_user.alice", plancheck.ResourceActionCreate),
				}},
			},
		},
	})
}

// TestAccUser_changedSincePlan: what somebody changed in the portal between plan and apply is not overwritten.
func TestAccUser_changedSincePlan(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(p, surroundings, alice().block("switchboard_user", "alice"))},
			{
				PreConfig: func() {
					id := storedUser(t, p, "alice.jansen@example.com").ID
					p.Inject(changeBeforeFirstPut(t, p, id))
				},
				Config:      configure(p, surroundings, alice().with(attributesHCL{"first_name": `"Alicja"`}).block("switchboard_user", "alice")),
				ExpectError: regexp.MustCompile(`(?s)Changed in the portal since the plan.*token\s+\S+\s+\(tok_\w+\)\s+\(\d{4}-\d\d-\d\dT[^)]+Z\)\s+changed\s+it.*Run\s+terraform\s+plan`),
			},
			{
				PreConfig: func() {
					if got := storedUser(t, p, "alice.jansen@example.com"); *got.LastName != "Nowak" || *got.FirstName != "Alice" {
						t.Errorf("the change made in the portal was overwritten: %s %s", *got.FirstName, *got.LastName)
					}
				},
				Config: configure(p, surroundings, alice().with(attributesHCL{"first_name": `"Alicja"`}).block("switchboard_user", "alice")),
			},
		},
	})
}
