package provider

import (
	"fmt"
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// secretOfResource is a secret of a resource, of which a configuration has one value for each version.
type secretOfResource struct {
	typeName, secret string // the path of the write-only attribute in HCL
	platform         portal.Platform
	around           string
	attributes       attributesHCL
	version          tfjsonpath.Path
}

func secretsOfResources() map[string]secretOfResource {
	around, bob := bobOn(portal.Telecube)
	astrid := attributesHCL{
		"email": `"astrid@example.com"`, "first_name": `"Astrid"`, "last_name": `"Lind"`, "telephony.extension": `"0101"`,
		"voicemail.enabled": `true`, "voicemail.email": `"astrid@example.com"`,
	}
	password := tfjsonpath.New("password_wo_version")
	return map[string]secretOfResource{
		"user":        {"switchboard_user", "password_wo", portal.Telecube, around, bob, password},
		"SIP account": {"switchboard_sip_account", "password_wo", portal.Telecube, "", attributesHCL{"extension": `"201"`}, password},
		"voicemail":   {"switchboard_user", "voicemail.pin_wo", portal.Vaxel, "", astrid, tfjsonpath.New("voicemail").AtMapKey("pin_wo_version")},
	}
}

// of is the configuration with a version of the secret, which has a value of its own.
func (s secretOfResource) of(p *portaltest.Portal, version int) string {
	attributes := maps.Clone(s.attributes)
	attributes[s.secret], attributes[s.secret+"_version"] = fmt.Sprintf("%q", fmt.Sprintf("Kormoran-l3ci-nad-Wisla-%d", version)), fmt.Sprint(version)
	if s.platform == portal.Vaxel {
		attributes[s.secret] = fmt.Sprintf("%q", fmt.Sprint(4710+version))
	}
	return configure(p, s.around, attributes.block(s.typeName, "it"))
}

// versionOf is the version that the portal has.
func (s secretOfResource) versionOf(t *testing.T, p *portaltest.Portal) (version *int64) {
	t.Helper()
	switch {
	case s.platform == portal.Vaxel:
		version = storedUser(t, p, "astrid@example.com").Voicemail.PINVersion
	case s.typeName == "switchboard_user":
		version = storedUser(t, p, "bob@example.com").PasswordVersion
	default:
		version = storedSIPAccount(t, p, "201").PasswordVersion
	}
	return version
}

// TestAccSecretVersion_aRestoredBackupIsADifference: the database of before a rotation has the old secret, and the next
// apply sends the new one.
func TestAccSecretVersion_aRestoredBackupIsADifference(t *testing.T) {
	t.Parallel()
	for name, s := range secretsOfResources() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(s.platform))
			address := s.typeName + ".it"
			var backup string
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{
					{Config: s.of(p, 2), PostApplyFunc: func() { backup = p.Backup(t) }},
					{Config: s.of(p, 3)},
					{
						PreConfig:          func() { p.Restore(t, backup) },
						RefreshState:       true,
						ExpectNonEmptyPlan: true,
						RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
							plancheck.ExpectKnownValue(address, s.version, knownvalue.Int64Exact(3)),
						}},
					},
					{
						Config: s.of(p, 3),
						ConfigPlanChecks: resource.ConfigPlanChecks{
							PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)},
							PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
						},
						PostApplyFunc: func() {
							if s.secret == "password_wo" && s.typeName == "switchboard_user" {
								logIn(t, p, "bob@example.com", "Kormoran-l3ci-nad-Wisla-3", true)
							}
							if version := s.versionOf(t, p); version == nil || *version != 3 {
								t.Errorf("the portal has the version %v", version)
							}
						},
					},
				},
			})
		})
	}
}

// TestAccSecretVersion_ALL04_importTakesTheVersion: what Terraform managed before comes back with its version; see
// importedVersion for the rest.
func TestAccSecretVersion_ALL04_importTakesTheVersion(t *testing.T) {
	t.Parallel()
	for name, s := range secretsOfResources() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(s.platform))
			address := s.typeName + ".it"
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{
					{Config: s.of(p, 7)},
					{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: ignoredIfNotVoicemail(s)},
					{Config: s.of(p, 7), ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
				},
			})
		})
	}
}

// ignoredIfNotVoicemail are the versions of the secrets that the test gives none.
func ignoredIfNotVoicemail(s secretOfResource) []string {
	if s.platform == portal.Vaxel {
		return []string{"password_wo_version"}
	}
	return nil
}

// TestAccSecretVersion_ALL07_noneInTheConfiguration: somebody else gives the secret and its version, and no plan
// changes.
func TestAccSecretVersion_ALL07_noneInTheConfiguration(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	account := configure(p, attributesHCL{"extension": `"201"`}.block("switchboard_sip_account", "it"))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: account},
			{
				PreConfig: func() {
					id := storedSIPAccount(t, p, "201").ID
					given := portal.SIPAccount{Password: new(portal.Secret("desk phone 4711 Kiwi")), PasswordVersion: new(int64(4))}
					if _, err := p.Service.ReplaceSIPAccount(t.Context(), p.Caller, id, given, ""); err != nil {
						t.Fatal(err)
					}
				},
				Config:   account,
				PlanOnly: true,
			},
			{
				Config: configure(p, attributesHCL{"extension": `"201"`, "name": `"Desk"`}.block("switchboard_sip_account", "it")),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("switchboard_sip_account.it", tfjsonpath.New("password_wo_version"), knownvalue.Int64Exact(4)),
				},
			},
		},
	})
}
