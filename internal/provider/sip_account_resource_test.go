package provider

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
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
	opaque := regexp.MustCompile(`^[a-z2-9]{16}$`)
	base := portal.SIPAccount{
		Extension: new("201"), Name: new("Alice, desk"), Type: new("voip"), CallerID: new("+48225550101"), HideCallerID: new(false), Enabled: new(true),
		SIPDomain: "delfin.sip.example.com", PasswordVersion: new(int64(1)),
	}
	var username string // which the portal gives
	steps := []resource.TestStep{
		{
			Config: configure(p, attributesHCL{"extension": `"201"`}.block("switchboard_sip_account", "desk")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				// The plan shows what the portal is going to answer.
				plancheck.ExpectKnownValue(address, tfjsonpath.New("type"), knownvalue.StringExact("voip")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("enabled"), knownvalue.Bool(true)),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("sip_username")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("sip_domain"), knownvalue.StringExact("delfin.sip.example.com")),
			}},
		},
		{
			Config: configure(p, desk().block("switchboard_sip_account", "desk")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(address, tfjsonpath.New("sip_username"), knownvalue.StringRegexp(opaque)),
			}},
			PostApplyFunc: func() { username = storedSIPAccount(t, p, "201").SIPUsername },
		},
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
		{attributesHCL{"password_wo": `"another phone 4711 Kiwi"`, "password_wo_version": `2`}, func(a *portal.SIPAccount) { a.PasswordVersion = new(int64(2)) }},
		{attributesHCL{"extension": `"205"`}, func(a *portal.SIPAccount) { a.Extension = new("205") }},
	} {
		steps = append(steps, resource.TestStep{
			Config: configure(p, desk().with(update.changes).block("switchboard_sip_account", "desk")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			PostApplyFunc: func() {
				want := base
				update.want(&want)
				want.SIPUsername = username
				got := storedSIPAccount(t, p, *want.Extension)
				got.ID, got.ETag, got.ManagedBy, got.CreatedAt = "", "", "", ""
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("after %v (-want +got):\n%s", update.changes, diff)
				}
			},
		})
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: steps})
}

// TestAccSIPAccount_TC03_newExtensionNeedsNoNewPassword: the digest that is kept of a SIP password holds the SIP
// username, which stays under an extension that is given, and under one that is not known before the apply.
func TestAccSIPAccount_TC03_newExtensionNeedsNoNewPassword(t *testing.T) {
	t.Parallel()
	const address = "switchboard_sip_account.desk"
	for _, platform := range []portal.Platform{portal.Maatwerk, portal.Samoobsluha, portal.Telecube, portal.Vaxel} {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(platform))
			account := func(extension, run string) string {
				changes := attributesHCL{"extension": extension, "caller_id": `""`}
				next := attributesHCL{"input": `"207"`, "triggers_replace": run} // a new one is not known before the apply
				return configure(p, desk().with(changes).block("switchboard_sip_account", "desk"), next.block("terraform_data", "extension"))
			}
			stays := statecheck.CompareValue(compare.ValuesSame())
			same := func() []statecheck.StateCheck {
				return []statecheck.StateCheck{stays.AddStateValue(address, tfjsonpath.New("sip_username"))}
			}
			known := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(address, tfjsonpath.New("sip_username"), knownvalue.NotNull()),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("password_wo_version"), knownvalue.Int64Exact(1)),
			}}
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{
					{Config: account(`terraform_data.extension.output`, `1`), ConfigStateChecks: same()},
					{Config: account(`"205"`, `1`), ConfigPlanChecks: known, ConfigStateChecks: same()},
					{
						Config: account(`terraform_data.extension.output`, `2`), ConfigPlanChecks: known, ConfigStateChecks: same(),
						PostApplyFunc: func() {
							if stored := storedSIPAccount(t, p, "207"); stored.ETag != `"v3"` {
								t.Errorf("the account has the ETag %s after two changes", stored.ETag)
							}
						},
					},
				},
			})
		})
	}
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
