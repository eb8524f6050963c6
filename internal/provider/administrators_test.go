package provider

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// managers are an organisation's groups, of which the first makes its members administrators.
const managers = `
resource "switchboard_permission_group" "managers" {
  name        = "Managers"
  permissions = ["users.manage"]
}
resource "switchboard_permission_group" "agents" { name = "Agents" }
`

// manager is a user who administers the organisation, with some attributes changed.
func manager(name string, changes attributesHCL) string {
	return attributesHCL{
		"email": `"` + name + `@example.com"`, "first_name": `"Ann"`, "last_name": `"Jansen"`, "permission_group_ids": `[switchboard_permission_group.managers.id]`,
		"telephony.sip_assignment": `"dynamic"`,
	}.with(changes).block("switchboard_user", name)
}

// outsider makes an administrator whom no configuration has, as real organisations have one.
func outsider(t *testing.T, p *portaltest.Portal) {
	t.Helper()
	group := p.Make(t, portal.PermissionGroup{Name: new("Operators"), Permissions: []string{"users.manage"}})
	p.Make(t, portal.User{
		Email: new("operator@example.com"), FirstName: new("Olga"), LastName: new("Operator"), PermissionGroupIDs: []string{group},
		Telephony: &portal.Telephony{SIPAssignment: new("dynamic")},
	})
}

// TestAccAdministrators_theLastOneStaysAtPlan: what the portal would refuse, the plan refuses, whatever takes the right
// away, also when several resources of one plan do it together.
func TestAccAdministrators_theLastOneStaysAtPlan(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	narrowed := `
resource "switchboard_permission_group" "managers" {
  name        = "Managers"
  permissions = []
}
resource "switchboard_permission_group" "agents" { name = "Agents" }
`
	refused := func(summary string, body ...string) resource.TestStep {
		return resource.TestStep{Config: configure(p, body...), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)` + summary)}
	}
	disabled, moved := attributesHCL{"enabled": "false"}, attributesHCL{"permission_group_ids": `[switchboard_permission_group.agents.id]`}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(p, managers, manager("ann", nil))},
			refused(`Last administrator.*enabled.*ann@example.com\s+is\s+the\s+last\s+one.*make\s+another\s+user\s+an\s+administrator`, managers, manager("ann", disabled)),
			refused(`Last administrator.*permission_group_ids`, managers, manager("ann", moved)),
			refused(`Last administrator.*permissions`, narrowed, manager("ann", nil)),
			refused(`Last administrator.*ann@example.com.*removed {`, managers),
			// To hand over in one plan is refused, because Terraform may well do it in the other order.
			refused(`Last administrator`, managers, manager("ann", disabled), manager("ben", nil)),
			{Config: configure(p, managers, manager("ann", nil), manager("ben", nil))},
			refused(`Last administrator`, managers, manager("ann", disabled), manager("ben", moved)),
			refused(`Last administrator`, managers, manager("ann", disabled)),
			refused(`Last administrator`, managers),
			{Config: configure(p, managers, manager("ann", disabled), manager("ben", nil))},
			{Config: configure(p, managers, manager("ben", nil))},
			{Config: configure(p, managers, manager("ben", nil)), PreConfig: func() { outsider(t, p) }}, // from now on everything may go
		},
	})
}

// TestAccAdministrators_theLastOneGoesOnRequest: a destroy of everything needs an argument of the provider, which the
// refusal names.
func TestAccAdministrators_theLastOneGoesOnRequest(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	config := configure(p, managers, manager("ann", nil))
	asked := strings.Replace(config, "endpoint", "delete_last_administrator = true\n  endpoint", 1)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{Config: config, Destroy: true, ExpectError: regexp.MustCompile(`(?s)Last administrator.*delete_last_administrator\s+=\s+true`)},
			{Config: asked, Destroy: true},
		},
	})
	if left := p.Contents(t).Users; len(left) > 0 {
		t.Errorf("%d users are left", len(left))
	}
}

func TestAccAdministrators_theTokensOwnRightStaysAtPlan(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	outsider(t, p)
	group := p.Make(t, portal.PermissionGroup{Name: new("Managers"), Permissions: []string{"users.manage"}})
	ann := portal.User{
		Email: new("ann@example.com"), FirstName: new("Ann"), LastName: new("Jansen"), PermissionGroupIDs: []string{group},
		Telephony: &portal.Telephony{SIPAssignment: new("dynamic")},
	}
	id := p.Make(t, ann)
	own := p.TokenOfUser(t, id, portal.ScopeRead, portal.ScopeWrite)
	asOwner := func(body ...string) string { return configureWith(p.URL, own, body...) }
	imported := managers + "import {\n  to = switchboard_permission_group.managers\n  id = \"" + group + "\"\n}\nimport {\n  to = switchboard_user.ann\n  id = \"" + id + "\"\n}\n"
	refused := func(body ...string) resource.TestStep {
		return resource.TestStep{Config: asOwner(body...), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)Own access`)}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: asOwner(imported, manager("ann", nil))},
			refused(managers, manager("ann", attributesHCL{"enabled": "false"})),
			refused(managers, manager("ann", attributesHCL{"permission_group_ids": `[switchboard_permission_group.agents.id]`})),
			refused(managers),
			{Config: asOwner(managers, manager("ann", attributesHCL{"last_name": `"Smit"`}))},
			{Config: configure(p, managers, manager("ann", attributesHCL{"last_name": `"Smit"`}))}, // another token may
		},
	})
}
