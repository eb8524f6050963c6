package provider

import (
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

func storedPermissionGroup(t *testing.T, p *portaltest.Portal, name string) portal.PermissionGroup {
	t.Helper()
	page, err := p.Service.ListPermissionGroups(t.Context(), p.Caller, service.ListQuery{Where: map[string]string{"name": name}})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 1 {
		t.Fatalf("the portal has %d permission groups called %s, want 1", len(page.Items), name)
	}
	return page.Items[0]
}

func TestAccPermissionGroup_lifecycle(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	const address = "switchboard_permission_group.agents"
	agents := attributesHCL{"name": `"Agents"`, "description": `"Who answers calls."`, "permissions": `["contacts.view", "sms.send"]`}
	base := portal.PermissionGroup{Name: new("Agents"), Description: new("Who answers calls."), Permissions: []string{"contacts.view", "sms.send"}}
	steps := []resource.TestStep{
		{
			Config: configure(p, attributesHCL{"name": `"Agents"`}.block("switchboard_permission_group", "agents")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(address, tfjsonpath.New("permissions"), knownvalue.SetSizeExact(0)),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("built_in"), knownvalue.Bool(false)),
			}},
		},
		{Config: configure(p, agents.block("switchboard_permission_group", "agents"))},
		{ResourceName: address, ImportState: true, ImportStateVerify: true},
		{ResourceName: address, ImportState: true, ImportStateId: "Agents", ImportStateVerify: true},
		{ResourceName: address, ImportState: true, ImportStateId: "Nobody", ExpectError: regexp.MustCompile(`(?s)has\s+no\s+permission\s+group.*Nobody`)},
		{
			ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: "Agents",
			ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop),
			}},
		},
	}
	for _, update := range []struct {
		changes attributesHCL
		want    func(*portal.PermissionGroup)
	}{
		{attributesHCL{"name": `"Front office"`}, func(g *portal.PermissionGroup) { g.Name = new("Front office") }},
		{attributesHCL{"description": `""`}, func(g *portal.PermissionGroup) { g.Description = new("") }},
		{attributesHCL{"permissions": `["invoices.view"]`}, func(g *portal.PermissionGroup) { g.Permissions = []string{"invoices.view"} }},
	} {
		steps = append(steps, resource.TestStep{
			Config: configure(p, agents.with(update.changes).block("switchboard_permission_group", "agents")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			PostApplyFunc: func() {
				want := base
				update.want(&want)
				got := storedPermissionGroup(t, p, *want.Name)
				got.ID, got.ETag, got.ManagedBy, got.CreatedAt = "", "", "", ""
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("after %v (-want +got):\n%s", update.changes, diff)
				}
			},
		})
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: steps})
}

// TestAccPermissionGroup_MW06_builtInGroup: a group that comes with the platform can be imported and described, but
// neither renamed nor deleted.
func TestAccPermissionGroup_MW06_builtInGroup(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	administrator := attributesHCL{"name": `"Administrator"`, "description": `"Runs the place."`}
	imported := `
import {
  to = switchboard_permission_group.administrator
  id = "Administrator"
}
`
	kept := `
removed {
  from = switchboard_permission_group.administrator
  lifecycle { destroy = false }
}
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{
				Config: configure(p, imported, administrator.block("switchboard_permission_group", "administrator")),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("switchboard_permission_group.administrator", tfjsonpath.New("built_in"), knownvalue.Bool(true)),
				},
			},
			{
				Config:      configure(p, administrator.with(attributesHCL{"name": `"Boss"`}).block("switchboard_permission_group", "administrator")),
				ExpectError: regexp.MustCompile(`(?s)built-in\s+permission\s+group\s+keeps\s+its\s+name`),
			},
			{
				Config: configure(p, administrator.block("switchboard_permission_group", "administrator")), Destroy: true,
				ExpectError: regexp.MustCompile(`(?s)built-in permission group cannot be deleted.*removed \{`),
			},
			{Config: configure(p, kept)},
		},
	})
}

// TestAccPermissionGroup_TC08_aGroupGoesWithItsLastMember: Terraform deletes a group before it moves its members, and
// the portal waits for them.
func TestAccPermissionGroup_TC08_aGroupGoesWithItsLastMember(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	user := func(group string) string {
		return attributesHCL{
			"email": `"alice@example.com"`, "first_name": `"Alice"`, "last_name": `"Jansen"`, "permission_group_ids": group, "telephony.sip_assignment": `"dynamic"`,
		}.block("switchboard_user", "alice")
	}
	const (
		leads  = `resource "switchboard_permission_group" "leads" { name = "Leads" }`
		agents = `resource "switchboard_permission_group" "agents" { name = "Agents" }`
	)
	inAgents, inLeads := user(`[switchboard_permission_group.agents.id]`), user(`[switchboard_permission_group.leads.id]`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps:                    []resource.TestStep{{Config: configure(p, leads, agents, inAgents)}, {Config: configure(p, leads, inLeads)}},
	})
}

// TestAccPermissionGroup_TC08_groupWithMembersStays: members that are none of this configuration's business keep a
// group where it is.
func TestAccPermissionGroup_TC08_groupWithMembersStays(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{
				Config: configure(p, oneGroup),
				PostApplyFunc: func() {
					member := portal.User{
						Email: new("bob@example.com"), FirstName: new("Bob"), LastName: new("Bos"),
						PermissionGroupIDs: []string{storedPermissionGroup(t, p, "Agents").ID}, Telephony: &portal.Telephony{SIPAssignment: new("dynamic")},
					}
					if _, err := p.Service.CreateUser(t.Context(), p.Caller, member, ""); err != nil {
						t.Fatal(err)
					}
				},
			},
			{Config: configure(p, oneGroup), Destroy: true, ExpectError: regexp.MustCompile(`(?s)In use.*does\s+not\s+manage:\s+bob@example\.com`)},
			{
				PreConfig: func() {
					if err := p.Service.DeleteUser(t.Context(), p.Caller, storedUser(t, p, "bob@example.com").ID, "", portal.Deletion{}); err != nil {
						t.Fatal(err)
					}
				},
				Config: configure(p, oneGroup), Destroy: true,
			},
		},
	})
}

func TestAccPermissionGroup_deletedOutside(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(p, attributesHCL{"name": `"Agents"`}.block("switchboard_permission_group", "agents"))},
			{
				PreConfig: func() {
					if err := p.Service.DeletePermissionGroup(t.Context(), p.Caller, storedPermissionGroup(t, p, "Agents").ID, ""); err != nil {
						t.Fatal(err)
					}
				},
				RefreshState: true, ExpectNonEmptyPlan: true,
				RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction("switchboard_permission_group.agents", plancheck.ResourceActionCreate),
				}},
			},
		},
	})
}
