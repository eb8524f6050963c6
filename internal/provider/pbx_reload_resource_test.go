package provider

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

const agentsOnPBX = `
resource "switchboard_permission_group" "agents" { name = "Agents" }
resource "switchboard_user" "agent" {
  count                = 5
  email                = "agent${count.index}@example.com"
  first_name           = "Agent"
  last_name            = "LAST"
  permission_group_ids = [switchboard_permission_group.agents.id]
  telephony            = { pbx_id = "warszawa", extension = "30${count.index}" }
  licence              = { product = "callcentrum", edition = "profi" }
}
resource "switchboard_pbx_reload" "warszawa" {
  pbx_id   = "warszawa"
  triggers = { users = sha1(jsonencode(switchboard_user.agent)) }
}
`

// reloads counts the reloads that reached the portal.
func reloads(p *portaltest.Portal) int {
	count := 0
	for _, request := range p.Requests() {
		if strings.HasPrefix(request, "POST /v1/pbxs/") {
			count++
		}
	}
	return count
}

// TestAccPBXReload_SA10_oncePerApply: however many users change, the PBX is reloaded once, after all of them; a reload
// that failed is made up for.
func TestAccPBXReload_SA10_oncePerApply(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Samoobsluha))
	const address = "switchboard_pbx_reload.warszawa"
	config := func(lastName string) string { return configure(p, strings.ReplaceAll(agentsOnPBX, "LAST", lastName)) }
	loaded := []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("reload_pending"), knownvalue.Bool(false))}
	failing := func(r *http.Request) *portaltest.Fault {
		if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/v1/pbxs/") {
			return portaltest.Answer(http.StatusInternalServerError, http.Header{}, "the PBX is away")
		}
		return nil
	}
	expect := func(want int) func() {
		return func() {
			if got := reloads(p); got != want {
				t.Errorf("the PBX was reloaded %d times, want %d", got, want)
			}
			organization, err := p.Service.Organization(t.Context(), p.Caller)
			if err != nil {
				t.Fatal(err)
			}
			if found, _ := pbx(organization, "warszawa"); found.ReloadPending {
				t.Error("the PBX still waits to be reloaded")
			}
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: config("Novák"), ConfigStateChecks: loaded, PostApplyFunc: expect(1)},
			{Config: config("Svoboda"), ConfigStateChecks: loaded, PostApplyFunc: expect(2)},
			{Config: config("Svoboda"), PlanOnly: true},
			{PreConfig: func() { p.Inject(failing) }, Config: config("Dvořák"), ExpectError: regexp.MustCompile(`(?s)reloading the PBX "warszawa"`)},
			{
				PreConfig: func() { p.Inject(nil) }, Config: config("Dvořák"), ConfigStateChecks: loaded,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
				PostApplyFunc: expect(4),
			},
			{ResourceName: address, ImportState: true, ImportStateId: "warszawa", ImportStateVerify: true, ImportStateVerifyIgnore: []string{"triggers"}},
		},
	})
}

func TestAccPBXReload_noSuchPBX(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Samoobsluha))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config:      configure(p, `resource "switchboard_pbx_reload" "x" { pbx_id = "brno" }`),
			ExpectError: regexp.MustCompile(`(?s)pbx_id is "brno", which is not a PBX of Delfin.*warszawa`),
		}},
	})
}
