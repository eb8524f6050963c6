package provider

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

func TestAccDataSources(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	bob := attributesHCL{
		"email": `"bob@example.com"`, "first_name": `"Bob"`, "last_name": `"Bos"`, "permission_group_ids": `[switchboard_permission_group.leads.id]`,
		"telephony.sip_assignment": `"dynamic"`,
	}
	lookUps := `
data "switchboard_user" "by_id"    { id = switchboard_user.alice.id }
data "switchboard_user" "by_email" {
  email      = "ALICE.jansen@example.com"
  depends_on = [switchboard_user.alice]
}
data "switchboard_users" "all" { depends_on = [switchboard_user.alice, switchboard_user.bob] }
data "switchboard_permission_group" "by_id"   { id = switchboard_permission_group.agents.id }
data "switchboard_permission_group" "by_name" { name = "Administrator" }
data "switchboard_permission_groups" "all" { depends_on = [switchboard_permission_group.agents, switchboard_permission_group.leads] }
data "switchboard_sip_account" "by_id" { id = switchboard_sip_account.desk.id }
data "switchboard_sip_account" "by_extension" { extension = switchboard_sip_account.spare.extension }
data "switchboard_sip_accounts" "all" { depends_on = [switchboard_sip_account.desk, switchboard_sip_account.spare] }
`
	known := func(address string, at tfjsonpath.Path, want string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, at, knownvalue.StringExact(want))
	}
	size := func(address, list string, want int) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New(list), knownvalue.ListSizeExact(want))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{
				Config: configure(p, surroundings, alice().block("switchboard_user", "alice"), bob.block("switchboard_user", "bob"), lookUps),
				ConfigStateChecks: []statecheck.StateCheck{
					known("data.switchboard_user.by_id", tfjsonpath.New("directory").AtMapKey("business_number"), "+31851234567"),
					known("data.switchboard_user.by_email", tfjsonpath.New("first_name"), "Alice"),
					size("data.switchboard_users.all", "users", 2),
					known("data.switchboard_users.all", tfjsonpath.New("users").AtSliceIndex(1).AtMapKey("email"), "bob@example.com"),
					known("data.switchboard_permission_group.by_id", tfjsonpath.New("name"), "Agents"),
					statecheck.ExpectKnownValue("data.switchboard_permission_group.by_name", tfjsonpath.New("built_in"), knownvalue.Bool(true)),
					size("data.switchboard_permission_groups.all", "permission_groups", 3),
					known("data.switchboard_permission_groups.all", tfjsonpath.New("permission_groups").AtSliceIndex(1).AtMapKey("name"), "Agents"),
					known("data.switchboard_sip_account.by_id", tfjsonpath.New("sip_domain"), "delfin.sip.example.com"),
					statecheck.CompareValuePairs("data.switchboard_sip_account.by_extension", tfjsonpath.New("sip_username"),
						"switchboard_sip_account.spare", tfjsonpath.New("sip_username"), compare.ValuesSame()),
					size("data.switchboard_sip_accounts.all", "sip_accounts", 2),
				},
			},
		},
	})
}

func TestAccDataSources_nothingFound(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	for name, test := range map[string]struct{ body, want string }{
		"user":             {`data "switchboard_user" "x" { email = "nobody@example.com" }`, `(?s)has\s+no\s+user.*nobody@example\.com`},
		"username":         {`data "switchboard_user" "x" { username = "nobody" }`, `(?s)no\s+user\s+with\s+the\s+username`},
		"id":               {`data "switchboard_user" "x" { id = "bob@example.com" }`, `(?s)no\s+user\s+with\s+the\s+id\s`},
		"no id":            {`data "switchboard_user" "x" { id = ".." }`, `(?s)has\s+no\s+user\s+with\s+the\s+id\s`},
		"empty id":         {`data "switchboard_user" "x" { id = "" }`, `(?s)has\s+no\s+user\s+with\s+the\s+id\s`},
		"permission group": {`data "switchboard_permission_group" "x" { name = "Nobodies" }`, `(?s)has\s+no\s+permission\s+group.*Nobodies`},
		"SIP account":      {`data "switchboard_sip_account" "x" { extension = "999" }`, `(?s)has\s+no\s+SIP\s+account.*999`},
		"by no key":        {`data "switchboard_user" "x" {}`, `(?s)one \(and only one\)|[Ee]xactly one|No attribute specified`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps:                    []resource.TestStep{{Config: configure(p, test.body), ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}
