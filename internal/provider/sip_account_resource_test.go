package provider

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// desk is a SIP account with every attribute.
func desk() attributesHCL {
	return attributesHCL{
		"extension":           `"201"`,
		"name":                `"Alice, desk"`,
		"type":                `"voip"`,
		"caller_id":           `"+48 22 555 01 01"`,
		"hide_caller_id":      `false`,
		"enabled":             `true`,
		"password_wo":         `"desk phone 4711 Kiwi"`,
		"password_wo_version": `1`,
	}
}

func storedSIPAccount(t *testing.T, p *portaltest.Portal, extension string) portal.SIPAccount {
	t.Helper()
	page, err := p.Service.ListSIPAccounts(t.Context(), p.Caller, service.ListQuery{Where: map[string]string{"extension": extension}})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 1 {
		t.Fatalf("the portal has %d SIP accounts with the extension %s, want 1", len(page.Items), extension)
	}
	return page.Items[0]
}

func TestAccSIPAccount_lifecycle(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	const address = "switchboard_sip_account.desk"
	base := portal.SIPAccount{
		Extension: new("201"), Name: new("Alice, desk"), Type: new("voip"), CallerID: new("+48225550101"), HideCallerID: new(false), Enabled: new(true),
		SIPUsername: "201", SIPDomain: "delfin.sip.example.com",
	}
	steps := []resource.TestStep{
		{
			Config: configure(p, attributesHCL{"extension": `"201"`}.block("switchboard_sip_account", "desk")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				// The plan shows what the portal is going to answer.
				plancheck.ExpectKnownValue(address, tfjsonpath.New("type"), knownvalue.StringExact("voip")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("enabled"), knownvalue.Bool(true)),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("sip_username"), knownvalue.StringExact("201")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("sip_domain"), knownvalue.StringExact("delfin.sip.example.com")),
			}},
		},
		{Config: configure(p, desk().block("switchboard_sip_account", "desk"))},
		{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"caller_id"}},
		{ResourceName: address, ImportState: true, ImportStateId: "201", ImportStateVerify: true, ImportStateVerifyIgnore: []string{"caller_id"}},
		{ResourceName: address, ImportState: true, ImportStateId: "299", ExpectError: regexp.MustCompile(`(?s)has\s+no\s+SIP\s+account.*299`)},
		{
			Config:   configure(p, desk().with(attributesHCL{"caller_id": `"+48225550101"`}).block("switchboard_sip_account", "desk")),
			PlanOnly: true,
		},
	}
	for _, update := range []struct {
		changes attributesHCL
		want    func(*portal.SIPAccount)
	}{
		{attributesHCL{"name": `"Front desk"`}, func(a *portal.SIPAccount) { a.Name = new("Front desk") }},
		{attributesHCL{"type": `"app"`}, func(a *portal.SIPAccount) { a.Type = new("app") }},
		{attributesHCL{"caller_id": `"+48225550102"`}, func(a *portal.SIPAccount) { a.CallerID = new("+48225550102") }},
		{attributesHCL{"caller_id": `""`}, func(a *portal.SIPAccount) { a.CallerID = new("") }},
		{attributesHCL{"hide_caller_id": `true`}, func(a *portal.SIPAccount) { a.HideCallerID = new(true) }},
		{attributesHCL{"enabled": `false`}, func(a *portal.SIPAccount) { a.Enabled = new(false) }},
		{attributesHCL{"password_wo": `"another phone 4711 Kiwi"`, "password_wo_version": `2`}, func(*portal.SIPAccount) {}},
		{attributesHCL{"extension": `"205"`, "password_wo_version": `3`}, func(a *portal.SIPAccount) { a.Extension, a.SIPUsername = new("205"), "205" }},
	} {
		steps = append(steps, resource.TestStep{
			Config: configure(p, desk().with(update.changes).block("switchboard_sip_account", "desk")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			PostApplyFunc: func() {
				want := base
				update.want(&want)
				got := storedSIPAccount(t, p, *want.Extension)
				got.ID, got.ETag = "", ""
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("after %v (-want +got):\n%s", update.changes, diff)
				}
			},
		})
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: steps})
}

// TestAccSIPAccount_TC03_newExtensionNeedsNewPassword: the digest that is kept of a SIP password holds the extension.
func TestAccSIPAccount_TC03_newExtensionNeedsNewPassword(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(p, desk().block("switchboard_sip_account", "desk"))},
			{
				Config:      configure(p, desk().with(attributesHCL{"extension": `"205"`}).block("switchboard_sip_account", "desk")),
				ExpectError: regexp.MustCompile(`(?s)extension\s+is\s+the\s+SIP\s+username.*new\s+password`),
			},
		},
	})
}

func TestAccSIPAccount_deletedOutside(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(p, desk().block("switchboard_sip_account", "desk"))},
			{
				PreConfig: func() {
					if err := p.Service.DeleteSIPAccount(t.Context(), p.Caller, storedSIPAccount(t, p, "201").ID, ""); err != nil {
						t.Fatal(err)
					}
				},
				RefreshState: true, ExpectNonEmptyPlan: true,
				RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction("switchboard_sip_account.desk", plancheck.ResourceActionCreate),
				}},
			},
		},
	})
}
