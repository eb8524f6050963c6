package provider

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func TestAccPassword(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	set, err := rules.For(portal.Telecube)
	if err != nil {
		t.Fatal(err)
	}
	accepted := func(noun portal.Noun, length int) knownvalue.Check {
		return knownvalue.StringFunc(func(password string) error {
			if len(password) != length {
				return fmt.Errorf("%d characters, want %d", len(password), length)
			}
			if refusal := set.Passwords[noun].Refuse(password, nil); refusal != "" {
				return fmt.Errorf("the platform refuses it: %s", refusal)
			}
			return nil
		})
	}
	config := func(block string) string {
		return configure(p, fmt.Sprintf(`
ephemeral "switchboard_password" "p" { %s }
provider "echo" { data = ephemeral.switchboard_password.p.result }
resource "echo" "p" {}
`, block))
	}
	for name, test := range map[string]struct {
		block string
		want  knownvalue.Check
	}{
		"login":          {``, accepted(portal.NounUser, rules.GeneratedLength)},
		"SIP account":    {`for = "sip_account"`, accepted(portal.NounSIPAccount, rules.GeneratedLength)},
		"of some length": {`length = 40`, accepted(portal.NounUser, 40)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{{
					Config:            config(test.block),
					ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("echo.p", tfjsonpath.New("data"), test.want)},
				}},
			})
		})
	}
	for name, test := range map[string]struct{ block, want string }{
		"too short":        {`length = 3`, `(?s)3 characters is not\s+allowed`},
		"for nothing real": {`for = "fax"`, `(?s)"fax"|fax`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps:                    []resource.TestStep{{Config: config(test.block), ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}
