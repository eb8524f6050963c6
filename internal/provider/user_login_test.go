package provider

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
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

// block blocks a person: by failed log-ins where the platform does so, and elsewhere by an administrator.
func block(t *testing.T, p *portaltest.Portal, login string) {
	t.Helper()
	for range 3 {
		logIn(t, p, login, "Zupelnie-1nne-haslo", false)
	}
	page, err := p.Service.ListUsers(t.Context(), p.Caller, service.ListQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range page.Items {
		if login != valueOf(user.Email) && login != valueOf(user.Username) || user.Status == portal.StatusBlocked {
			continue
		}
		if _, err := p.Service.BlockUser(t.Context(), p.Caller, user.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAccUser_MW16_EN17_EN18_lifeOfALogin: nothing that the person does makes a difference, but the block, which the
// next apply ends.
func TestAccUser_MW16_EN17_EN18_lifeOfALogin(t *testing.T) {
	t.Parallel()
	const address, password = "switchboard_user.bob", portal.Secret("Kormoran-l3ci-nad-Wisla")
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
							block(t, p, login)
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

// TestAccUser_MW03_whatIsInvited: the plan shows whether a mail will go out, leaves it open where it cannot know, and
// refuses who would have no way in.
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

// checkStatus is what a check block came to, in a plan or a state.
type checkStatus struct {
	name   string
	status tfjson.CheckStatus
}

func (c checkStatus) of(checks []tfjson.CheckResultStatic) error {
	for _, check := range checks {
		if check.Address.Name == c.name {
			if check.Status != c.status {
				return fmt.Errorf("the check %s came to %s, want %s", c.name, check.Status, c.status)
			}
			return nil
		}
	}
	return fmt.Errorf("there is no check %s in %+v", c.name, checks)
}

// CheckPlan implements plancheck.PlanCheck.
func (c checkStatus) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	resp.Error = c.of(req.Plan.Checks)
}

// CheckState implements statecheck.StateCheck.
func (c checkStatus) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	resp.Error = c.of(req.State.Checks)
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
check "everybody_is_activated" {
  assert {
    condition     = length(data.switchboard_users.pending.users) == 0
    error_message = "Not activated yet: ${join(", ", data.switchboard_users.pending.users[*].email)}."
  }
}`)
	came := func(to tfjson.CheckStatus) checkStatus { return checkStatus{"everybody_is_activated", to} }
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{came(tfjson.CheckStatusFail)}},
			{
				PreConfig: func() { activate(t, p, "bob@example.com", "Kormoran-l3ci-nad-Wisla") }, Config: config,
				ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{came(tfjson.CheckStatusPass), plancheck.ExpectEmptyPlan()}},
				ConfigStateChecks: []statecheck.StateCheck{came(tfjson.CheckStatusPass)},
			},
			{Config: config + `
data "switchboard_users" "x" { status = "asleep" }`, ExpectError: regexp.MustCompile(`(?s)status.*"?pending"?.*active.*blocked`)},
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{came(tfjson.CheckStatusPass)}},
		},
	})
}

// TestAccUser_ALL07_blockedAndNotManaged: where the configuration says nothing of access, a block makes no difference
// and outlives another change; an import and what the person does change nothing either.
func TestAccUser_ALL07_blockedAndNotManaged(t *testing.T) {
	t.Parallel()
	const address, password = "switchboard_user.bob", portal.Secret("Kormoran-l3ci-nad-Wisla")
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(platform))
			around, bob := bobOn(platform)
			bob = bob.with(attributesHCL{"enabled": ""})
			login := map[bool]string{true: "bob", false: "bob@example.com"}[platform == portal.Engage]
			config := configure(p, around, bob.block("switchboard_user", "bob"))
			empty := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{
					{Config: config},
					{PreConfig: func() {
						activate(t, p, login, password)
						block(t, p, login)
					}, Config: config, ConfigPlanChecks: empty},
					{
						Config: configure(p, around, bob.with(attributesHCL{"last_name": `"Nowak"`}).block("switchboard_user", "bob")),
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
							// Nothing of the login is left open by a change of something else.
							plancheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("blocked")),
							plancheck.ExpectKnownValue(address, tfjsonpath.New("enabled"), knownvalue.Bool(false)),
							plancheck.ExpectKnownValue(address, tfjsonpath.New("two_factor"), knownvalue.Bool(false)),
							plancheck.ExpectKnownValue(address, tfjsonpath.New("invited_at"), knownvalue.NotNull()),
							plancheck.ExpectKnownValue(address, tfjsonpath.New("last_login_at"), knownvalue.NotNull()),
						}},
						PostApplyFunc: func() {
							if user := storedUser(t, p, "bob@example.com"); user.Status != portal.StatusBlocked || *user.LastName != "Nowak" {
								t.Errorf("bob is %s and called %s", user.Status, *user.LastName)
							}
						},
					},
					{
						ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: login,
						ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop)}},
					},
				},
			})
		})
	}
}
