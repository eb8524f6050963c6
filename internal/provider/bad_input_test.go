package provider

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// missingByTerraform is how Terraform itself asks for an attribute that every platform requires, before the provider is asked.
const missingByTerraform = "Missing Configuration for Required Attribute"

// TestBadInputs_thePlanRefusesEach walks the table that rules and API are tested with: the plan refuses the same, at the same attribute and in
// the same words.
func TestBadInputs_thePlanRefusesEach(t *testing.T) {
	t.Parallel()
	portaltest.WalkBadInputs(t, func(t *testing.T, p *portaltest.Portal, token string, bad portaltest.BadInput) {
		drive := newProtocolWith(t, p.URL, token)
		typeName := "switchboard_" + string(bad.Noun)
		prior := drive.noInstance(typeName)
		if bad.Before != nil {
			prior = drive.imported(typeName, bad.ID)
		}
		var want string
		if bad.Field != "" {
			want = attributePath(bad.Field).String()
		}
		_, diagnostics := drive.tryChange(prior, attributesOf(t, bad.Object))
		var seen []string
		for _, d := range diagnostics {
			sameWords := strings.Contains(strings.ToLower(d.Detail), strings.ToLower(bad.Message)) || d.Summary == missingByTerraform
			if d.Severity == tfprotov6.DiagnosticSeverityError && at(d) == want && sameWords {
				return
			}
			seen = append(seen, fmt.Sprintf("%s at %q: %s", d.Summary, at(d), d.Detail))
		}
		t.Errorf("the plan must be refused at %q with %q; it said:\n%s", want, bad.Message, strings.Join(seen, "\n"))
	})
}

// TestAccClaimedTwice: two resources of one configuration that want the same are found at plan, before either is written.
func TestAccClaimedTwice(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	account := func(name, extension string) string {
		return fmt.Sprintf("resource \"switchboard_sip_account\" %q { extension = %q }\n", name, extension)
	}
	bob := attributesHCL{
		"email": `"ALICE.jansen@example.com"`, "first_name": `"Bob"`, "last_name": `"Bos"`, "permission_group_ids": `[switchboard_permission_group.leads.id]`,
		"telephony.sip_assignment": `"dynamic"`,
	}.block("switchboard_user", "bob")
	for name, test := range map[string]struct{ body, want string }{
		"extension": {account("a", "201") + account("b", "201"), `(?s)Claimed twice.*"201"`},
		"group name": {`
resource "switchboard_permission_group" "a" { name = "Agents" }
resource "switchboard_permission_group" "b" { name = "AGENTS" }
`, `(?s)Claimed twice.*"[aA]gents"`},
		"e-mail address": {surroundings + alice().block("switchboard_user", "alice") + bob, `(?s)Claimed twice.*"alice\.jansen@example\.com"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps:                    []resource.TestStep{{Config: configure(p, test.body), PlanOnly: true, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}

// TestAccClaimedTwice_later: a resource that is added for somebody whom another resource manages already is refused, even where it is the same to
// the letter.
func TestAccClaimedTwice_later(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	const first, second = "resource \"switchboard_permission_group\" \"a\" { name = \"Agents\" }\n", "resource \"switchboard_permission_group\" \"b\" { name = \"Agents\" }\n"
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(p, first)},
			{Config: configure(p, first, second), ExpectError: regexp.MustCompile(`(?s)Claimed twice.*"[aA]gents"`)},
			{Config: configure(p, "resource \"switchboard_permission_group\" \"b\" {\n  name = \"Agents\"\n}\nmoved {\n  from = switchboard_permission_group.a\n  to = switchboard_permission_group.b\n}")},
		},
	})
}
