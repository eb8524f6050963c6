package provider

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// crowd is a portal with a permission group that outlives whoever is in it.
type crowd struct {
	*portaltest.Portal
	group string
}

func newCrowd(t *testing.T) crowd {
	t.Helper()
	p := portaltest.Start(t)
	group, err := p.Service.CreatePermissionGroup(t.Context(), p.Caller, portal.PermissionGroup{Name: new("Agents")}, "")
	if err != nil {
		t.Fatal(err)
	}
	return crowd{p, group.Object.ID}
}

// people is a configuration of so many people, with attributes of the provider and of their own.
func (c crowd) people(providerAttributes string, count int, more attributesHCL) string {
	_, bob := bobOn(portal.Telecube)
	text := strings.Replace(configure(c.Portal), "\n}", "\n  "+providerAttributes+"\n}", 1)
	for i := range count {
		text += bob.with(attributesHCL{"permission_group_ids": fmt.Sprintf("[%q]", c.group)}).with(more).with(attributesHCL{"email": fmt.Sprintf(`"bob%d@example.com"`, i)}).
			block("switchboard_user", fmt.Sprintf("bob%d", i)) + "\n"
	}
	return text
}

// emails lists who is in the portal, with a minus in front of who has no access.
func emails(t *testing.T, p crowd) (list []string) {
	t.Helper()
	page, err := p.Service.ListUsers(t.Context(), p.Caller, service.ListQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range page.Items {
		list = append(list, map[bool]string{true: "", false: "-"}[*user.Enabled]+*user.Email)
	}
	return list
}

func TestAccUser_deletionProtection(t *testing.T) {
	t.Parallel()
	p := newCrowd(t)
	protected, free := attributesHCL{"deletion_protection": "true"}, attributesHCL{"deletion_protection": "false"}
	refused := regexp.MustCompile(`(?s)Protected against deletion.*bob0@example\.com.*apply\s+deletion_protection\s+=\s+false\s+first`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: p.people("", 1, protected)},
			{Config: p.people("", 1, protected), PlanOnly: true},
			{Config: p.people("", 0, nil), ExpectError: refused}, // the block is gone, and with it what it said
			{Config: p.people("", 1, free), Destroy: true, ExpectError: refused},
			{Config: p.people("", 1, protected), PlanOnly: true},
			{Config: p.people("", 1, free)},
			{Config: p.people("", 0, nil)},
		},
	})
	if left := emails(t, p); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

func TestAccUser_onDestroy(t *testing.T) {
	t.Parallel()
	for what, want := range map[string]string{"delete": "[]", "disable": "[-bob0@example.com]", "keep": "[bob0@example.com]"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := newCrowd(t)
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{
					{Config: p.people("", 1, attributesHCL{"on_destroy": `"` + what + `"`})},
					{Config: p.people("", 0, nil), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction("switchboard_user.bob0", plancheck.ResourceActionDestroy),
					}}},
				},
				CheckDestroy: func(*terraformState) error { return nil },
			})
			if got := fmt.Sprint(emails(t, p)); got != want {
				t.Errorf("left are %s, want %s", got, want)
			}
		})
	}
	p := newCrowd(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps:                    []resource.TestStep{{Config: p.people("", 1, attributesHCL{"on_destroy": `"forget"`}), ExpectError: regexp.MustCompile(`(?s)on_destroy.*delete.*disable.*keep`)}},
	})
}

func TestAccProvider_maxUserDeletions(t *testing.T) {
	t.Parallel()
	p := newCrowd(t)
	const two = "max_user_deletions = 2"
	refused := oneError("Too many deletions")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: p.people(two, 5, nil)},
			{Config: p.people(two, 2, nil), ExpectError: regexp.MustCompile(`more\s+than\s+2\s+users`)},
			{Config: p.people(two, 0, nil), ExpectError: refused}, // once, of five
			{Config: p.people("max_user_deletions = -1", 5, nil), ExpectError: regexp.MustCompile(`(?s)max_user_deletions.*at least 0`)},
			{Config: p.people(two, 3, nil)},
			{Config: p.people(two, 3, attributesHCL{"on_destroy": `"keep"`})},
			{Config: p.people(two, 0, nil)}, // nobody loses anything
		},
	})
	if left := emails(t, p); len(left) != 3 {
		t.Errorf("left are %v", left)
	}
}

// TestAccUser_goneIsDone: a user that somebody has deleted in the portal is deleted, and leaves the state with a word.
func TestAccUser_goneIsDone(t *testing.T) {
	t.Parallel()
	p := newCrowd(t)
	remove := func() {
		page, err := p.Service.ListUsers(t.Context(), p.Caller, service.ListQuery{})
		if err != nil {
			t.Fatal(err)
		}
		for _, user := range page.Items {
			if err := p.Service.DeleteUser(t.Context(), p.Caller, user.ID, "", portal.Deletion{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: p.people("", 1, nil)},
			{PreConfig: remove, Config: p.people("", 1, nil), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction("switchboard_user.bob0", plancheck.ResourceActionCreate),
			}}},
			{PreConfig: remove, Config: p.people("", 0, nil)},
		},
	})
}

// TestGuard_ALL06_nothingReplacesAPerson: no attribute of a user forces replacement.
func TestGuard_ALL06_nothingReplacesAPerson(t *testing.T) {
	t.Parallel()
	var walk func(prefix string, attributes map[string]schema.Attribute)
	walk = func(prefix string, attributes map[string]schema.Attribute) {
		for name, attribute := range attributes {
			if text := fmt.Sprintf("%T %+v", attribute, attribute); strings.Contains(text, "equiresReplace") {
				t.Errorf("%s%s replaces the person", prefix, name)
			}
			if object, ok := attribute.(schema.SingleNestedAttribute); ok {
				walk(prefix+name+".", object.Attributes)
			}
		}
	}
	walk("", userTable().Attributes())
}
