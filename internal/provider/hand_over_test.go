package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// keyed renders users by their labels; the body has the value of each in place of VALUE.
func keyed(values map[string]string, body string) string {
	var b strings.Builder
	for label, value := range values {
		fmt.Fprintf(&b, "resource \"switchboard_user\" %q {\n  email = \"%s@example.com\"\n  first_name = \"Aa\"\n  last_name = \"B\"\n%s}\n",
			label, label, strings.ReplaceAll(body, "VALUE", value))
	}
	return b.String()
}

// handedOverConfigs are two configurations of a platform each, of which one apply leads from the first to the second.
func handedOverConfigs() map[string]struct {
	platform    portal.Platform
	first, then string
} {
	extension := "  telephony = { extension = \"VALUE\" }\n"
	group := "resource \"switchboard_permission_group\" \"%s\" {\n  name = %q\n}\n"
	number := "  telephony = { caller_id = \"VALUE\", incoming_numbers = [\"VALUE\"] }\n"
	phone := "resource \"switchboard_sip_account\" \"%s\" {\n  extension = %q\n}\n"
	member := func(groups string) string {
		return "resource \"switchboard_user\" \"u\" {\n  email = \"u@example.com\"\n  first_name = \"Aa\"\n  last_name = \"B\"\n" + groups + "}\n"
	}
	in := func(label, more string) string {
		return member("  permission_group_ids = [switchboard_permission_group." + label + ".id]\n  telephony = { sip_assignment = \"dynamic\" }\n" + more)
	}
	phoned := "  permission_group_ids = [switchboard_permission_group.g.id]\n" +
		"  telephony = { sip_assignment = \"static\", sip_account_ids = [switchboard_sip_account.VALUE.id] }\n"
	static := func(of, other string) string {
		return fmt.Sprintf(group, "g", "G") + fmt.Sprintf(phone, "a", "201") + fmt.Sprintf(phone, "b", "202") + keyed(map[string]string{"x": of, "y": other}, phoned)
	}
	positions := func(name string) string {
		return fmt.Sprintf(group, "g", "G") + fmt.Sprintf("resource \"switchboard_user_group\" \"position\" {\n  name = \"position\"\n  subgroups = [%q, \"Support\"]\n}\n", name) +
			in("g", fmt.Sprintf("  directory = { user_group_ids = [switchboard_user_group.position.subgroup_ids[%q]] }\n", name))
	}
	forward := "  telephony = { forward_numbers = [\"+31612345678\"] }\n"
	membership := func(label string) string {
		return "resource \"switchboard_permission_group_member\" \"m\" {\n  user_id = switchboard_user.u.id\n  permission_group_id = switchboard_permission_group." + label + ".id\n}\n"
	}
	desks := map[string]string{}
	moved := map[string]string{}
	for i := range 30 {
		desks[fmt.Sprintf("p%d", i)], moved[fmt.Sprintf("p%d", i)] = fmt.Sprint(300+i), fmt.Sprint(301+i)
	}
	return map[string]struct {
		platform    portal.Platform
		first, then string
	}{
		"a leaver's extension goes to the joiner": {
			portal.Vaxel, keyed(map[string]string{"leaver": "1001"}, extension), keyed(map[string]string{"joiner": "1001"}, extension),
		},
		"two swap": {
			portal.Vaxel, keyed(map[string]string{"a": "1001", "b": "1002"}, extension), keyed(map[string]string{"a": "1002", "b": "1001"}, extension),
		},
		"an office is renumbered by one": {portal.Vaxel, keyed(desks, extension), keyed(moved, extension)},
		"numbers rotate": {
			portal.Vaxel, keyed(map[string]string{"a": "+48225550101", "b": "+48225550102", "c": "+48225550103"}, number),
			keyed(map[string]string{"a": "+48225550102", "b": "+48225550103", "c": "+48225550101"}, number),
		},
		"two swap their phones": {portal.Telecube, static("a", "b"), static("b", "a")},
		"a phone goes and its user lets go of it": {
			portal.Telecube, static("a", "b"), fmt.Sprintf(group, "g", "G") + fmt.Sprintf(phone, "b", "202") +
				keyed(map[string]string{"x": ""}, "  permission_group_ids = [switchboard_permission_group.g.id]\n  telephony = { sip_assignment = \"dynamic\", sip_account_ids = [] }\n") +
				keyed(map[string]string{"y": "b"}, phoned),
		},
		"a group is dissolved": {
			portal.Telecube, fmt.Sprintf(group, "old", "Old") + fmt.Sprintf(group, "new", "New") + in("old", ""), fmt.Sprintf(group, "new", "New") + in("new", ""),
		},
		"two groups swap their names": {
			portal.Telecube, fmt.Sprintf(group, "old", "One") + fmt.Sprintf(group, "new", "Two") + in("old", ""),
			fmt.Sprintf(group, "old", "Two") + fmt.Sprintf(group, "new", "One") + in("old", ""),
		},
		"a subgroup with a member is renamed": {portal.Telecube, positions("Sales"), positions("Sales EMEA")},
		"a membership moves": {
			portal.Maatwerk,
			fmt.Sprintf(group, "g", "G") + fmt.Sprintf(group, "h", "H") + member(forward) + membership("g"),
			fmt.Sprintf(group, "h", "H") + member(forward) + membership("h"),
		},
		"everything goes, with a user's only membership": {portal.Maatwerk, fmt.Sprintf(group, "g", "G") + member(forward) + membership("g"), ""},
	}
}

// TestAccHandOver_ALL08_oneApplyIsEnough: whatever order Terraform writes in, one apply reaches the second
// configuration, and nothing is left to be handed over.
func TestAccHandOver_ALL08_oneApplyIsEnough(t *testing.T) {
	t.Parallel()
	for name, test := range handedOverConfigs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(test.platform))
			if test.platform == portal.Maatwerk && strings.Contains(test.first, "_member") {
				// A new user needs a group at once; its own resource lets go of it in the next apply.
				start := strings.Replace(test.first, "  telephony", "  permission_group_ids = [switchboard_permission_group.g.id]\n  telephony", 1)
				start = start[:strings.Index(start, "resource \"switchboard_permission_group_member\"")]
				resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: append(
					[]resource.TestStep{{Config: configure(p, start)}}, handOverSteps(t, p, test.first, test.then)...,
				)})
				return
			}
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: handOverSteps(t, p, test.first, test.then)})
		})
	}
}

func handOverSteps(t *testing.T, p *portaltest.Portal, first, then string) []resource.TestStep {
	empty := resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	return []resource.TestStep{
		{Config: configure(p, first), ConfigPlanChecks: empty},
		{Config: configure(p, then), ConfigPlanChecks: empty, PostApplyFunc: func() {
			if waits, err := p.Service.ListHandOvers(t.Context(), p.Caller, service.ListQuery{}); err != nil || len(waits.Items) > 0 {
				t.Errorf("still to be handed over: %+v, %v", waits.Items, err)
			}
		}},
		{RefreshState: true}, // the destroy that ends the test reads nothing
	}
}
