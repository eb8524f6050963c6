package provider

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// missingByTerraform is how Terraform itself asks for an attribute that every platform requires, before the provider is
// asked.
const missingByTerraform = "Missing Configuration for Required Attribute"

// TestBadInputs_thePlanRefusesEach walks the table that rules and API are tested with: the plan refuses the same, in
// the same words. It does so at the attribute of the block, as Terraform finds no other line, and the text begins with
// the whole path and has the value as it was given.
func TestBadInputs_thePlanRefusesEach(t *testing.T) {
	t.Parallel()
	portaltest.WalkBadInputs(t, func(t *testing.T, p *portaltest.Portal, token string, bad portaltest.BadInput) {
		drive := newProtocolWith(t, p.URL, token)
		typeName := "switchboard_" + string(bad.Noun)
		prior := drive.noInstance(typeName)
		if bad.Before != nil {
			prior = drive.imported(typeName, bad.ID)
		}
		name := attributeName(bad.Field)
		root, _, _ := strings.Cut(name, ".")
		_, diagnostics := drive.tryChange(prior, attributesOf(t, bad.Object))
		var seen []string
		for _, d := range diagnostics {
			wellSaid(t, d)
			there := d.Severity == tfprotov6.DiagnosticSeverityError && at(d) == root
			sameWords := strings.Contains(strings.ToLower(d.Detail), strings.ToLower(bad.Message)) && (name == "" || portal.NamesFirst(d.Detail, name))
			if there && (sameWords && hasValue(t, bad, d.Detail) || d.Summary == missingByTerraform) {
				return
			}
			seen = append(seen, fmt.Sprintf("%s at %q: %s", d.Summary, at(d), d.Detail))
		}
		t.Errorf("the plan must be refused at %q with %q about %s; it said:\n%s", root, bad.Message, name, strings.Join(seen, "\n"))
	})
}

// hasValue reports whether a text has the value of the field as it was given, or one of several, and never a secret. A
// long one is cut.
func hasValue(t *testing.T, bad portaltest.BadInput, text string) bool {
	t.Helper()
	encoded, err := json.Marshal(bad.Object)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(encoded, &value); err != nil {
		t.Fatal(err)
	}
	if bad.Field != "" {
		for name := range strings.SplitSeq(bad.Field, ".") {
			object, _ := value.(map[string]any)
			value = object[name]
		}
	}
	secret := strings.HasSuffix(attributeName(bad.Field), "_wo")
	var values []string
	switch value := value.(type) {
	case string:
		values = append(values, value)
	case float64:
		values = append(values, fmt.Sprint(value))
	case []any:
		for _, element := range value {
			if name, ok := element.(string); ok {
				values = append(values, name)
			}
		}
	}
	if bad.Code == portal.CodeAlreadyExists { // who has it is said by the form in which values are compared
		text = strings.ToLower(text)
		for i := range values {
			values[i] = strings.ToLower(values[i])
		}
	}
	values = slices.DeleteFunc(values, func(v string) bool { return v == "" })
	shown := slices.ContainsFunc(values, func(v string) bool {
		v = string([]rune(v)[:min(100, len([]rune(v)))])
		return strings.Contains(text, v) || strings.Contains(text, strconv.Quote(v)) // what cannot be seen is shown by its code point
	})
	switch {
	case secret:
		return !shown
	case strings.HasSuffix(bad.Field, ".avatar"), len(values) == 0:
		return true
	default:
		return shown
	}
}

// wellSaid fails unless a diagnostic is where Terraform finds it and in well-formed sentences.
func wellSaid(t *testing.T, d *tfprotov6.Diagnostic) {
	t.Helper()
	if len(d.Attribute.Steps()) > 1 {
		t.Errorf("%s is at %s, where Terraform finds no line", d.Summary, d.Attribute)
	}
	for what, ill := range map[string]*regexp.Regexp{
		"two full stops":               regexp.MustCompile(`\.\.|[;:,]\.`),
		"one of several":               regexp.MustCompile(`\b1 (characters|values|members|digits)\b`),
		"a list of Go":                 regexp.MustCompile(`\["[^"]*" "`),
		"a value that failed to print": regexp.MustCompile(`%!|<nil>|\(string=|big\.Float`),
	} {
		if ill.MatchString(d.Summary) || ill.MatchString(d.Detail) {
			t.Errorf("%s in %q: %s", what, d.Summary, d.Detail)
		}
	}
	if end := d.Detail[len(d.Detail)-1:]; !strings.Contains(".}", end) && d.Summary != missingByTerraform {
		t.Errorf("%q ends without a full stop: %s", d.Summary, d.Detail)
	}
}

// TestAccClaimedTwice: two resources of one configuration that want the same are found at plan, before either is
// written.
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

// TestAccClaimedTwice_later: a resource that is added for somebody whom another resource manages already is refused,
// even where it is the same to the letter.
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
