package provider

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// TestAccUser_TC06_knownPasswordFailsAtPlan: and the portal, let alone the service behind it, hears five digits of its
// hash only.
func TestAccUser_TC06_knownPasswordFailsAtPlan(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	around, bob := bobOn(portal.Telecube)
	with := func(password portal.Secret) string {
		return configure(p, around, bob.with(attributesHCL{"password_wo": `"` + string(password) + `"`, "password_wo_version": "1"}).block("switchboard_user", "bob"))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: with(portaltest.PwnedPassword), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)Password refused.*known from a\s+breach`)},
			{PreConfig: func() { p.PwnedAway(true) }, Config: with("Kormoran-l3ci-nad-Wisla"), PlanOnly: true, ExpectNonEmptyPlan: true}, // a warning
			{Config: with("Kormoran-l3ci-nad-Wisla"), ExpectError: regexp.MustCompile(`(?s)no password can be set now`)},
			{PreConfig: func() { p.PwnedAway(false) }, Config: with("Kormoran-l3ci-nad-Wisla")},
		},
	})
	if len(p.PwnedLookUps()) == 0 {
		t.Fatal("nothing was looked up")
	}
	for _, asked := range p.PwnedLookUps() {
		if len(asked) != portal.PwnedPrefixLength {
			t.Errorf("asked was for %s", asked)
		}
	}
}
