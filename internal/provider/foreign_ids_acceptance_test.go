package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// TestAccForeignIDs_ALL04: with the real Terraform, objects that refer to each other by ids of another form are made,
// found, changed and imported, and each plan after an apply is empty.
func TestAccForeignIDs_ALL04(t *testing.T) {
	t.Parallel()
	p := startForeignPortal(t, portaltest.FormsOfIDs()["odd characters"])
	config := func(changes attributesHCL) string {
		user := alice().with(attributesHCL{
			"directory.user_group_ids": `[switchboard_user_group.position.subgroup_ids["Head"]]`,
			// As an import spells them.
			"telephony.caller_ids":      `["+48225550101"]`,
			"telephony.sms_senders":     `["DELFIN"]`,
			"directory.business_number": `"+31851234567"`,
		}).with(changes)
		return configureWith(p.endpoint, p.Token, surroundings, `
resource "switchboard_user_group" "position" {
  name      = "position"
  subgroups = ["Head", "Deputy"]
}
data "switchboard_user" "by_id" { id = switchboard_user.alice.id }
data "switchboard_permission_group" "by_id" { id = switchboard_permission_group.agents.id }
data "switchboard_sip_account" "by_id" { id = switchboard_sip_account.desk.id }
data "switchboard_user_group" "by_id" { id = switchboard_user_group.position.id }
data "switchboard_user" "by_key" { email = data.switchboard_user.by_id.email }
data "switchboard_permission_group" "by_key" { name = data.switchboard_permission_group.by_id.name }
data "switchboard_sip_account" "by_key" { extension = data.switchboard_sip_account.by_id.extension }
data "switchboard_user_group" "by_key" { name = data.switchboard_user_group.by_id.name }
`, user.block("switchboard_user", "alice"))
	}
	found := func(noun, name string) resource.TestCheckFunc {
		typeName := "switchboard_" + noun
		return resource.TestCheckResourceAttrPair("data."+typeName+".by_key", "id", typeName+"."+name, "id")
	}
	imported := func(address, id string, ignored ...string) resource.TestStep { // an empty id is that of the state
		return resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateId: id,
			ImportStateVerify: true, ImportStateVerifyIgnore: ignored,
		}
	}
	empty := resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{
				Config: config(nil), ConfigPlanChecks: empty,
				Check: resource.ComposeTestCheckFunc(
					found("user", "alice"), found("permission_group", "agents"),
					found("sip_account", "desk"), found("user_group", "position"),
				),
			},
			{
				Config: config(attributesHCL{
					"permission_group_ids":      `[switchboard_permission_group.leads.id]`,
					"telephony.sip_account_ids": `[switchboard_sip_account.spare.id]`,
				}),
				ConfigPlanChecks: empty,
			},
			imported("switchboard_user.alice", "alice.jansen@example.com", "password_wo_version"),
			imported("switchboard_user.alice", "", "password_wo_version"),
			imported("switchboard_permission_group.leads", "Leads"), imported("switchboard_permission_group.leads", ""),
			imported("switchboard_sip_account.spare", "202", "password_wo_version"),
			imported("switchboard_sip_account.spare", "", "password_wo_version"),
			imported("switchboard_user_group.position", "position"), imported("switchboard_user_group.position", ""),
		},
	})
}

// TestAccForeignIDs_MW04_membership is the same for a single membership.
func TestAccForeignIDs_MW04_membership(t *testing.T) {
	t.Parallel()
	p := startForeignPortal(t, portaltest.FormsOfIDs()["odd characters"], portaltest.WithPlatform(portal.Maatwerk))
	p.Make(t, portal.User{
		Email: new("femke@example.com"), FirstName: new("Femke"), LastName: new("Fiets"),
		Telephony:          &portal.Telephony{ForwardNumbers: []string{"+31612345678"}},
		PermissionGroupIDs: []string{p.Make(t, portal.PermissionGroup{Name: new("Agents")})},
	})
	config := configureWith(p.endpoint, p.Token, `
data "switchboard_user" "femke" { email = "femke@example.com" }
resource "switchboard_permission_group" "invoices" { name = "Invoices / all" }
resource "switchboard_permission_group_member" "femke" {
  user_id             = data.switchboard_user.femke.id
  permission_group_id = switchboard_permission_group.invoices.id
}
`)
	const address = "switchboard_permission_group_member.femke"
	imported := func(id string, idFrom resource.ImportStateIdFunc) resource.TestStep { // neither is the id of the state
		return resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateId: id, ImportStateIdFunc: idFrom,
			ImportStateVerify: true,
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: config},
			imported("", nil),
			imported("femke@example.com/Invoices / all", nil),
			imported("", func(state *terraform.State) (string, error) {
				return state.RootModule().Resources[address].Primary.Attributes["user_id"] + "/Invoices / all", nil
			}),
		},
	})
}
