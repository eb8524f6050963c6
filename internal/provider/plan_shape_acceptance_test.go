package provider

import (
	"fmt"
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

// What TestPlanShape_everyAttribute walks without a Terraform, in some cases with the real one.

// stepsOf are steps each of which applies one configuration.
func stepsOf(configs ...string) (steps []resource.TestStep) {
	for _, config := range configs {
		steps = append(steps, resource.TestStep{Config: config})
	}
	return steps
}

// TestAccSIPAccount_extensionNotKnownYet: the extension comes from another resource, on creation and on a change.
func TestAccSIPAccount_extensionNotKnownYet(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	account := func(extension string) string {
		return configure(p, fmt.Sprintf(`
resource "terraform_data" "next_free" { input = %q }
resource "switchboard_sip_account" "desk" { extension = terraform_data.next_free.output }
`, extension))
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: stepsOf(account("201"), account("202"))})
}

// TestAccUser_VX12_VX14_voicemailComesAndGoes: voicemail is added to a user who is there, left out and put back, once
// with its PIN and once without: a PIN that is set stays.
func TestAccUser_VX12_VX14_voicemailComesAndGoes(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	const email = "astrid@example.com"
	astrid := func(voicemail string) string {
		return configure(p, attributesHCL{"email": `"` + email + `"`, "first_name": `"Astrid"`, "last_name": `"Lind"`, "voicemail": voicemail}.block("switchboard_user", "astrid"))
	}
	withPIN, withoutPIN := `{ enabled = true, email = "astrid@example.com", pin_wo = "592013", pin_wo_version = 1 }`, `{ enabled = true, email = "astrid@example.com" }`
	holds := func() {
		if v := storedUser(t, p, email).Voicemail; !v.PINSet || !*v.Enabled {
			t.Errorf("the portal has the voicemail %+v", v)
		}
	}
	steps := stepsOf(astrid("null"), astrid(withPIN), astrid("null"), astrid(withPIN), astrid("null"), astrid(withoutPIN), astrid(`{ enabled = false }`))
	for i := 1; i < len(steps)-1; i++ {
		steps[i].PostApplyFunc = holds
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: steps})
}

// TestAccUser_objectsNotKnownYet: whether there is voicemail, and what telephony says, is known at apply only.
func TestAccUser_objectsNotKnownYet(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	astrid := func(value string) string {
		return configure(p, fmt.Sprintf("resource \"terraform_data\" \"source\" { input = %q }\n", value), attributesHCL{
			"email": `"astrid@example.com"`, "first_name": `"Astrid"`, "last_name": `"Lind"`,
			"telephony": `terraform_data.source.output == "0" ? null : { extension = "0101", caller_id = "+48225550101", ring_seconds = tonumber(terraform_data.source.output) * 10 }`,
			"voicemail": `terraform_data.source.output == "0" ? null : { enabled = true, email = "astrid@example.com", pin_wo = "592013", pin_wo_version = 1 }`,
		}.block("switchboard_user", "astrid"))
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: stepsOf(astrid("1"), astrid("2"), astrid("0"), astrid("3"))})
}

// TestAcc_wholeNumbers: a fraction is refused by its full path, before anything is asked or done.
func TestAcc_wholeNumbers(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	astrid := attributesHCL{"email": `"astrid@example.com"`, "first_name": `"Astrid"`, "last_name": `"Lind"`}
	for name, test := range map[string]struct{ config, want string }{
		"telephony.ring_seconds": {
			configure(p, astrid.with(attributesHCL{"telephony.ring_seconds": "30.5"}).block("switchboard_user", "astrid")), `telephony.ring_seconds is 30.5; give a whole number`,
		},
		"password_wo_version": {
			configure(p, astrid.with(attributesHCL{"password_wo": `"` + firstPassword + `"`, "password_wo_version": "1.5"}).block("switchboard_user", "astrid")),
			`password_wo_version is 1.5; give a whole number`,
		},
		"too large": {
			configure(p, astrid.with(attributesHCL{"telephony.ring_seconds": "1e30"}).block("switchboard_user", "astrid")),
			`telephony.ring_seconds is 1e\+30; give a whole number that is\s+nearer to 0`,
		},
		"max_user_deletions": {
			strings.Replace(configure(p, astrid.block("switchboard_user", "astrid")), "endpoint", "max_user_deletions = 1.5\n  endpoint", 1),
			`max_user_deletions is 1.5; give a whole number`,
		},
		"length": {configure(p, `ephemeral "switchboard_password" "p" { length = 12.5 }`), `length is 12.5; give a whole number`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := regexp.MustCompile(`Not a whole number[^!]*` + strings.ReplaceAll(test.want, " ", `\s+`))
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(), Steps: []resource.TestStep{{Config: test.config, PlanOnly: true, ExpectError: want}},
			})
		})
	}
}

// TestAcc_secretsToSend: what is to be sent as a secret is one, which the plan says on creation and on a change of the
// version. As long as the version stays, the secret can be left out.
func TestAcc_secretsToSend(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	both := func(secret, version string) string {
		astrid := attributesHCL{"email": `"astrid@example.com"`, "first_name": `"Astrid"`, "last_name": `"Lind"`, "password_wo": secret, "password_wo_version": version}
		desk := attributesHCL{"extension": `"201"`, "password_wo": secret, "password_wo_version": version}
		return configure(p, astrid.block("switchboard_user", "astrid"), desk.block("switchboard_sip_account", "desk"))
	}
	good := `"` + firstPassword + `"`
	refused := func(config, want string) resource.TestStep {
		return resource.TestStep{Config: config, PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)` + want + `.*` + want)} // once for each
	}
	const empty, none = `empty\s+password\s+protects\s+nothing`, `password_wo_version\s+is\s+\d,\s+and\s+password_wo\s+is\s+not\s+given`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			refused(both(`""`, "1"), empty),
			refused(both("null", "1"), none),
			{Config: both(good, "1")},
			{Config: both("null", "1"), PlanOnly: true},
			{Config: both(`""`, "1"), PlanOnly: true},
			refused(both(`""`, "2"), empty),
			refused(both("null", "2"), none),
		},
	})
}

// TestAccUser_VX12_emptyPIN: an empty PIN takes the stored one away, which a user with voicemail cannot do without.
func TestAccUser_VX12_emptyPIN(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	astrid := func(voicemail string) string {
		return configure(p, attributesHCL{"email": `"astrid@example.com"`, "first_name": `"Astrid"`, "last_name": `"Lind"`, "voicemail": voicemail}.
			block("switchboard_user", "astrid"))
	}
	pinSet := func(want bool) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownValue("switchboard_user.astrid", tfjsonpath.New("voicemail").AtMapKey("pin_set"), knownvalue.Bool(want))}
	}
	pin := regexp.MustCompile(`(?s)needs\s+a\s+PIN`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: astrid(`{ enabled = true, email = "astrid@example.com", pin_wo = "", pin_wo_version = 1 }`), PlanOnly: true, ExpectError: pin},
			{Config: astrid(`{ enabled = true, email = "astrid@example.com", pin_wo = "592013", pin_wo_version = 1 }`), ConfigStateChecks: pinSet(true)},
			{Config: astrid(`{ enabled = true, email = "astrid@example.com", pin_wo = "", pin_wo_version = 2 }`), PlanOnly: true, ExpectError: pin},
			{
				Config: astrid(`{ enabled = true, email = "astrid@example.com", pin_wo_version = 2 }`), PlanOnly: true,
				ExpectError: regexp.MustCompile(`(?s)voicemail.pin_wo_version\s+is\s+2,\s+and\s+voicemail.pin_wo\s+is\s+not\s+given`),
			},
			{Config: astrid(`{ enabled = false, pin_wo = "", pin_wo_version = 2 }`), ConfigStateChecks: pinSet(false)},
		},
	})
}

// TestAccUser_EN04_importedWithoutPicture: that there is no picture can be said after an import, and left out, without
// a change.
func TestAccUser_EN04_importedWithoutPicture(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Engage))
	around, bob := bobOn(portal.Engage)
	const address = "switchboard_user.bob"
	none := bob.with(attributesHCL{"webcare.avatar_file": `""`}).block("switchboard_user", "bob")
	unchanged := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop)}}
	forget := "removed {\n  from = " + address + "\n  lifecycle { destroy = false }\n}\n"
	imported := "import {\n  to = " + address + "\n  id = \"bob\"\n}\n"
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(p, around, bob.block("switchboard_user", "bob"))},
			{Config: configure(p, around, forget)},
			{Config: configure(p, around, none, imported), ConfigPlanChecks: unchanged},
			{Config: configure(p, around, bob.block("switchboard_user", "bob")), ConfigPlanChecks: unchanged},
		},
	})
}
