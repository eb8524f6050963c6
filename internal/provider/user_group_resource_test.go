package provider

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// TestAccUserGroup_TC10_position puts a user in a subgroup of the group position, moves it, and keeps a subgroup that
// has a member.
func TestAccUserGroup_TC10_position(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	const address = "switchboard_user_group.position"
	position := func(subgroups string) string {
		return attributesHCL{"name": `"position"`, "subgroups": subgroups}.block("switchboard_user_group", "position")
	}
	member := func(subgroup string) string {
		return alice().with(attributesHCL{"directory.user_group_ids": `[switchboard_user_group.position.subgroup_ids["` + subgroup + `"]]`}).block("switchboard_user", "alice")
	}
	both := position(`["Sales", "Support"]`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{
				Config: configure(p, surroundings, both, member("Sales")),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("subgroup_ids"), knownvalue.MapSizeExact(2)),
					statecheck.ExpectKnownValue("switchboard_user.alice", tfjsonpath.New("directory").AtMapKey("user_group_ids"), knownvalue.SetSizeExact(1)),
				},
			},
			{ResourceName: address, ImportState: true, ImportStateVerify: true},
			{ResourceName: address, ImportState: true, ImportStateId: "position", ImportStateVerify: true},
			{Config: configure(p, surroundings, both, member("Support"))},
			{
				Config:      configure(p, surroundings, position(`["Sales"]`), alice().block("switchboard_user", "alice")),
				ExpectError: regexp.MustCompile(`(?s)In use|Support`),
			},
			{
				Config: configure(p, surroundings, position(`["sales", "Support", "Board"]`), member("Support")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
			},
		},
	})
}

func TestAccUserGroup_TC10_badSubgroups(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	for name, test := range map[string]struct{ subgroups, want string }{
		"the same twice": {`["Sales", "SALES"]`, `(?s)SALES`},
		"no name":        {`["Sales", ""]`, `(?s)1 to 64`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{{
					Config:      configure(p, attributesHCL{"name": `"position"`, "subgroups": test.subgroups}.block("switchboard_user_group", "g")),
					ExpectError: regexp.MustCompile(test.want),
				}},
			})
		})
	}
}
