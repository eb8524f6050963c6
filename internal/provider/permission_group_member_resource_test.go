package provider

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// workshop is a portal on maatwerk with femke, who is in one permission group of which Terraform knows nothing, and two
// more groups.
type workshop struct {
	*portaltest.Portal
	t                        *testing.T
	femke                    string // ids
	agents, invoices, others string
}

func newWorkshop(t *testing.T) workshop {
	t.Helper()
	w := workshop{Portal: portaltest.Start(t, portaltest.WithPlatform(portal.Maatwerk)), t: t}
	w.agents = w.Make(t, portal.PermissionGroup{Name: new("Agents")})
	w.invoices = w.Make(t, portal.PermissionGroup{Name: new("Bookkeeping"), Permissions: []string{"invoices.view"}})
	w.others = w.Make(t, portal.PermissionGroup{Name: new("In- and outside / all")})
	w.femke = w.Make(t, portal.User{
		Email: new("femke@example.com"), FirstName: new("Femke"), LastName: new("Fiets"), PermissionGroupIDs: []string{w.agents}, SendInvitation: new(true),
		Telephony: &portal.Telephony{ForwardNumbers: []string{"+31612345678"}},
	})
	return w
}

// in fails unless femke is in exactly these groups.
func (w workshop) in(groups ...string) {
	w.t.Helper()
	slices.Sort(groups)
	if user := storedUser(w.t, w.Portal, "femke@example.com"); !slices.Equal(user.PermissionGroupIDs, groups) {
		w.t.Errorf("femke is in %v, want %v", user.PermissionGroupIDs, groups)
	}
}

// member is a resource of one membership of femke.
func (w workshop) member(name, userID, groupID string) string {
	return attributesHCL{"user_id": userID, "permission_group_id": fmt.Sprintf("%q", groupID)}.block("switchboard_permission_group_member", name)
}

func TestAccPermissionGroupMember_MW04_besideTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	const address = "switchboard_permission_group_member.invoices"
	femke := fmt.Sprintf("%q", w.femke)
	config := configure(w.Portal, w.member("invoices", femke, w.invoices))
	moved := configure(w.Portal, w.member("invoices", femke, w.others))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: config, PostApplyFunc: func() { w.in(w.agents, w.invoices) }, ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(w.femke+"/"+w.invoices)),
			}},
			{ResourceName: address, ImportState: true, ImportStateVerify: true},
			{ResourceName: address, ImportState: true, ImportStateId: "femke@example.com/Bookkeeping", ImportStateVerify: true},
			{ResourceName: address, ImportState: true, ImportStateId: "femke@example.com", ExpectError: regexp.MustCompile(`(?s)Not\s+the\s+id\s+of\s+a\s+membership`)},
			{ResourceName: address, ImportState: true, ImportStateId: "femke@example.com/In- and outside / all", ExpectError: regexp.MustCompile(`(?s)No\s+such\s+membership`)},
			{
				PreConfig: func() { // somebody takes her out of the group
					if _, err := w.Service.DeletePermissionGroupMember(t.Context(), w.Caller, w.invoices, w.femke, ""); err != nil {
						t.Fatal(err)
					}
				},
				Config: config, PostApplyFunc: func() { w.in(w.agents, w.invoices) },
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate)}},
			},
			{
				Config: moved, PostApplyFunc: func() { w.in(w.agents, w.others) },
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionReplace),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact(w.femke+"/"+w.others)),
				}},
			},
			{Config: moved, Destroy: true},
		},
	})
	w.in(w.agents)
}

// TestAccPermissionGroupMember_MW04_besideTheUser: a membership is a change of the user, whom the same run changes and
// deletes. Neither undoes the other, and it is nobody else's change.
func TestAccPermissionGroupMember_MW04_besideTheUser(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	user := attributesHCL{
		"email": `"femke@example.com"`, "first_name": `"Femke"`, "last_name": `"Fiets"`, "telephony.forward_numbers": `["+31612345678"]`, "adopt_existing": "true",
	}
	block := func(changes attributesHCL) string { return user.with(changes).block("switchboard_user", "femke") }
	ofUser := w.member("invoices", "switchboard_user.femke.id", w.invoices)
	before := attributesHCL{"first_name": `"Femke Anna"`, "depends_on": "[switchboard_permission_group_member.others]"}
	empty := resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(w.Portal, block(nil), ofUser), PostApplyFunc: func() { w.in(w.agents, w.invoices) }, ConfigPlanChecks: empty},
			{ // the user after a membership
				Config:           configure(w.Portal, block(before), w.member("invoices", fmt.Sprintf("%q", w.femke), w.invoices), w.member("others", fmt.Sprintf("%q", w.femke), w.others)),
				ConfigPlanChecks: empty,
				PostApplyFunc: func() {
					w.in(w.agents, w.invoices, w.others)
					if got := storedUser(t, w.Portal, "femke@example.com"); *got.FirstName != "Femke Anna" {
						t.Errorf("her first name is %q", *got.FirstName)
					}
				},
			},
			{Config: configure(w.Portal, block(nil), ofUser), PostApplyFunc: func() { w.in(w.agents, w.invoices) }, ConfigPlanChecks: empty},
			{Config: configure(w.Portal, block(nil), ofUser), Destroy: true}, // the membership goes before the user
		},
	})
	if page, err := w.Service.ListUsers(t.Context(), w.Caller, service.ListQuery{}); err != nil || len(page.Items) != 0 {
		t.Errorf("left are %+v, %v", page.Items, err)
	}
}

func TestAccPermissionGroupMember_MW04_twoOwners(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	user := attributesHCL{"email": `"femke@example.com"`, "first_name": `"Femke"`, "last_name": `"Fiets"`, "telephony.forward_numbers": `["+31612345678"]`, "adopt_existing": "true"}
	whole := user.with(attributesHCL{"permission_group_ids": fmt.Sprintf("[%q]", w.agents)}).block("switchboard_user", "femke")
	one := w.member("invoices", fmt.Sprintf("%q", w.femke), w.invoices)
	refused := regexp.MustCompile(`(?s)Two\s+owners\s+of\s+permission\s+groups.*femke@example\.com.*leave\s+permission_group_ids\s+out`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(w.Portal, whole, one), ExpectError: refused}, // she is only to be adopted
			{Config: configure(w.Portal, whole)},
			{Config: configure(w.Portal, whole, one), ExpectError: refused},
			{Config: configure(w.Portal, user.block("switchboard_user", "femke"), one)},
			{Config: configure(w.Portal, whole, one), ExpectError: refused},
			{Config: configure(w.Portal, user.block("switchboard_user", "femke"), one), Destroy: true},
		},
	})
}

// TestAccPermissionGroupMember_MW04_twoOwnersOfANewUser: the plan cannot know whose id is not known yet. The apply
// does, and gives the user no group that the next plan would take away.
func TestAccPermissionGroupMember_MW04_twoOwnersOfANewUser(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	user := attributesHCL{
		"email": `"sanne@example.com"`, "first_name": `"Sanne"`, "last_name": `"Spoor"`, "telephony.forward_numbers": `["+31612345678"]`,
		"permission_group_ids": fmt.Sprintf("[%q]", w.agents),
	}.block("switchboard_user", "sanne")
	member := w.member("invoices", "switchboard_user.sanne.id", w.invoices)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{
				Config:      configure(w.Portal, user, member),
				ExpectError: regexp.MustCompile(`(?s)Two\s+owners\s+of\s+permission\s+groups.*sanne@example\.com.*leave\s+permission_group_ids\s+out`),
			},
			{
				Config:           configure(w.Portal, user),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
}

func TestAccPermissionGroupMember_MW04_refusedAtPlan(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	administrators := w.Make(t, portal.PermissionGroup{Name: new("Bosses"), Permissions: []string{"organization.view", "modules.update", "modules.switch"}})
	femke := fmt.Sprintf("%q", w.femke)
	refused := func(hcl, want string) resource.TestStep {
		return resource.TestStep{Config: configure(w.Portal, hcl), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)` + want)}
	}
	give := func() {
		if _, err := w.Service.PutPermissionGroupMember(t.Context(), w.Caller, administrators, w.femke, ""); err != nil {
			t.Fatal(err)
		}
	}
	both := w.member("agents", femke, w.agents) + w.member("bosses", femke, administrators)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			refused(w.member("x", `"usr_none"`, w.invoices), `Does\s+not\s+exist.*user_id.*usr_none`),
			refused(w.member("x", femke, "grp_none"), `Does\s+not\s+exist.*permission_group_id.*grp_none`),
			{PreConfig: give, Config: configure(w.Portal, both)}, // takes over what is there
			{Config: configure(w.Portal, w.member("agents", femke, w.agents)), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)Last administrator.*femke@example\.com`)},
			{Config: configure(w.Portal, both), Destroy: true, ExpectError: regexp.MustCompile(`(?s)Last permission group.*femke@example\.com`)},
			{Config: configure(w.Portal, `
removed {
  from = switchboard_permission_group_member.agents
  lifecycle { destroy = false }
}
removed {
  from = switchboard_permission_group_member.bosses
  lifecycle { destroy = false }
}`)},
		},
	})
	w.in(w.agents, administrators)
}

// TestAccPermissionGroupMember_onePerUser: where a user is in exactly one group, or there are none, the plan says what
// to do instead.
func TestAccPermissionGroupMember_onePerUser(t *testing.T) {
	t.Parallel()
	for platform, want := range map[portal.Platform]string{
		portal.Engage: `exactly\s+one\s+permission\s+group.*set\s+permission_group_ids`, portal.Samoobsluha: `exactly\s+one`, portal.Telecube: `exactly\s+one`,
		portal.Vaxel: `vaxel\s+has\s+no\s+permission\s+groups`,
	} {
		p := portaltest.Start(t, portaltest.WithPlatform(platform))
		member := attributesHCL{"user_id": `"usr_1"`, "permission_group_id": `"grp_1"`}.block("switchboard_permission_group_member", "x")
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: factories(),
			Steps:                    []resource.TestStep{{Config: configure(p, member), PlanOnly: true, ExpectError: regexp.MustCompile(`(?is)not on this platform.*` + want)}},
		})
	}
}

func TestSplitMembershipID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][]membershipKeys{
		"usr_1/grp_1":          {{"usr_1", "grp_1"}},
		"a/b@example.com/In/+": {{"a", "b@example.com/In/+"}, {"a/b@example.com", "In/+"}, {"a/b@example.com/In", "+"}},
		"a//b":                 {{"a", "/b"}, {"a/", "b"}},
		"usr_1":                nil, "usr_1/": nil, "/grp_1": nil, "": nil, "/": nil, "//": nil,
	} {
		if got := splitMembershipID(id); !slices.Equal(got, want) {
			t.Errorf("%q is %q, want %q", id, got, want)
		}
	}
}

func TestOwnWrites(t *testing.T) {
	t.Parallel()
	var writes ownWrites
	alice := writes.of("usr_1")
	alice.replaced("v1", "v2")
	alice.replaced("v2", "v3")
	alice.replaced("", "v9") // an answer that was lost says nothing
	alice.replaced("v3", "v3")
	for etag, want := range map[string]string{"v1": "v3", "v2": "v3", "v3": "v3", "v4": "v4", "": ""} {
		if got := writes.of("usr_1").newest(etag); got != want {
			t.Errorf("%q became %q, want %q", etag, got, want)
		}
	}
	if got := writes.of("usr_2").newest("v1"); got != "v1" {
		t.Errorf("a write of another user counts: %q", got)
	}
}
