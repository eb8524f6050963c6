package provider

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// bobOn is a person of a platform without a password, who so is invited.
func bobOn(platform portal.Platform) (surroundings string, bob attributesHCL) {
	bob = attributesHCL{"email": `"bob@example.com"`, "first_name": `"Bob"`, "last_name": `"Bos"`, "enabled": "true"}
	if platform != portal.Vaxel {
		surroundings = `resource "switchboard_permission_group" "agents" { name = "Agents" }`
		bob["permission_group_ids"] = `[switchboard_permission_group.agents.id]`
	}
	switch platform {
	case portal.Maatwerk:
		bob["telephony.forward_numbers"] = `["+31612345678"]`
	case portal.Engage:
		bob["username"] = `"bob"`
	case portal.Samoobsluha:
		bob["licence.product"], bob["licence.edition"], bob["licence.helpdesk_id"] = `"helpdesk"`, `"mini"`, `"wsparcie"`
	case portal.Telecube:
		bob["telephony.sip_assignment"] = `"dynamic"`
	case portal.Vaxel:
	}
	return surroundings, bob
}

// activate has the person choose a password by the link of the invitation, and log in.
func activate(t *testing.T, p *portaltest.Portal, login string, password portal.Secret) {
	t.Helper()
	p.Activate(t, password)
	logIn(t, p, login, password, true)
}

func logIn(t *testing.T, p *portaltest.Portal, login string, password portal.Secret, want bool) {
	t.Helper()
	if _, _, err := p.Service.LogIn(t.Context(), p.Caller.OrganizationID, login, password, ""); (err == nil) != want {
		t.Fatalf("%s logs in: %v; want %v", login, err, want)
	}
}

// TestAccUser_MW16_EN17_EN18_lifeOfALogin: nothing that the person does makes a difference, but the block, which the next apply ends.
func TestAccUser_MW16_EN17_EN18_lifeOfALogin(t *testing.T) {
	t.Parallel()
	const address, password, wrong = "switchboard_user.bob", portal.Secret("Kormoran-l3ci-nad-Wisla"), portal.Secret("Zupelnie-1nne-haslo")
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(platform))
			around, bob := bobOn(platform)
			login := "bob@example.com"
			if platform == portal.Engage {
				login = "bob"
			}
			config := configure(p, around, bob.block("switchboard_user", "bob"))
			state := func(attribute string, want knownvalue.Check) statecheck.StateCheck {
				return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), want)
			}
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{
					{Config: config, ConfigStateChecks: []statecheck.StateCheck{
						state("status", knownvalue.StringExact("pending")), state("send_invitation", knownvalue.Bool(true)),
						state("invited_at", knownvalue.StringRegexp(regexp.MustCompile(`^\d{4}-.*Z$`))), state("last_login_at", knownvalue.Null()),
					}},
					{
						PreConfig: func() { activate(t, p, login, password) }, Config: config,
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
					},
					{RefreshState: true, Check: resource.ComposeTestCheckFunc(
						resource.TestCheckResourceAttr(address, "status", "active"), resource.TestCheckResourceAttrSet(address, "last_login_at"),
					)},
					{
						PreConfig: func() {
							for range 3 {
								logIn(t, p, login, wrong, false)
							}
							logIn(t, p, login, password, false)
						},
						Config: config,
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
							plancheck.ExpectKnownValue(address, tfjsonpath.New("enabled"), knownvalue.Bool(true)),
							plancheck.ExpectUnknownValue(address, tfjsonpath.New("status")),
						}},
						ConfigStateChecks: []statecheck.StateCheck{state("status", knownvalue.StringExact("active")), state("enabled", knownvalue.Bool(true))},
					},
					{
						PreConfig:         func() { logIn(t, p, login, password, true) },
						Config:            configure(p, around, bob.with(attributesHCL{"enabled": "false"}).block("switchboard_user", "bob")),
						ConfigStateChecks: []statecheck.StateCheck{state("status", knownvalue.StringExact("active")), state("enabled", knownvalue.Bool(false))},
					},
				},
				CheckDestroy: func(*terraformState) error {
					if _, _, err := p.Service.LogIn(t.Context(), p.Caller.OrganizationID, login, password, ""); err == nil {
						return fmt.Errorf("%s is deleted and logs in", login)
					}
					return nil
				},
			})
		})
	}
}

// TestAccUser_MW03_whatIsInvited: the plan shows whether a mail will go out, leaves it open where it cannot know, and refuses who would have no way in.
func TestAccUser_MW03_whatIsInvited(t *testing.T) {
	t.Parallel()
	const address = "switchboard_user.bob"
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Maatwerk))
	around, bob := bobOn(portal.Maatwerk)
	later := `resource "terraform_data" "later" { input = "Vq7-lamp-Orbit-kiwi" }`
	plan := func(changes attributesHCL, checks ...plancheck.PlanCheck) resource.TestStep {
		return resource.TestStep{
			Config: configure(p, around, later, bob.with(changes).block("switchboard_user", "bob")), PlanOnly: true, ExpectNonEmptyPlan: true,
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPreRefresh: checks},
		}
	}
	invitation := tfjsonpath.New("send_invitation")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			plan(nil, plancheck.ExpectKnownValue(address, invitation, knownvalue.Bool(true))),
			plan(attributesHCL{"password_wo": `"Vq7-lamp-Orbit-kiwi"`, "password_wo_version": "1"}, plancheck.ExpectKnownValue(address, invitation, knownvalue.Bool(false))),
			plan(attributesHCL{"password_wo": "terraform_data.later.output", "password_wo_version": "1"}, plancheck.ExpectUnknownValue(address, invitation)),
			{
				Config:      configure(p, around, bob.with(attributesHCL{"send_invitation": "false"}).block("switchboard_user", "bob")),
				ExpectError: regexp.MustCompile(`(?s)send_invitation.*either\s+an\s+invitation\s+with\s+a\s+link\s+or\s+a\s+password`),
			},
		},
	})
}

// TestAccDataSources_statusInACheckBlock is how a pipeline asserts that everybody got activated.
func TestAccDataSources_statusInACheckBlock(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	around, bob := bobOn(portal.Telecube)
	config := configure(p, around, bob.block("switchboard_user", "bob"), `
data "switchboard_users" "pending" {
  status     = "pending"
  depends_on = [switchboard_user.bob]
}
output "pending" { value = data.switchboard_users.pending.users[*].email }`)
	pending := func(want ...knownvalue.Check) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("pending", knownvalue.ListExact(want))}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: pending(knownvalue.StringExact("bob@example.com"))},
			{PreConfig: func() { activate(t, p, "bob@example.com", "Kormoran-l3ci-nad-Wisla") }, Config: config, ConfigStateChecks: pending()},
			{Config: config + `
data "switchboard_users" "x" { status = "asleep" }`, ExpectError: regexp.MustCompile(`(?s)status.*"?pending"?.*active.*blocked`)},
			{Config: config, ConfigStateChecks: pending()},
		},
	})
}
