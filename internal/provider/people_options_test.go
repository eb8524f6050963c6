package provider

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

func TestPeopleOptions_key(t *testing.T) {
	t.Parallel()
	const list = "personnel_number,email,username\n0012,Ann@b.example,ann\n13,bob@b.example,bob\n"
	for key, want := range map[string]string{
		"":                 `{"ann@b.example":`,
		"email":            `{"ann@b.example":`,
		"personnel_number": `{"0012":{"email":"Ann@b.example","personnel_number":"0012","username":"ann"},"13":`,
		"username":         `{"ann":{"email":`,
	} {
		people, err := readPeople(list, peopleOptions{key: key})
		if err != nil || !strings.HasPrefix(plainText(people), want) {
			t.Errorf("by %q: %s, %v", key, plainText(people), err)
		}
	}
	for list, want := range map[string]string{
		"email,nr\na@b.example,1\nc@d.example,\n":             `line 3, column 2 (nr): "": the column is the key, so everybody`,
		"email,nr\na@b.example,1\nc@d.example,2\ne@f.g,1\n":   `line 4, column 2 (nr): "1": line 2 has the same nr; keep one of the two`,
		"email,nr\na@b.example,1\nA@b.example,2\n":            `line 3, column 1 (email): "A@b.example": line 2 has the same e-mail address`,
		"email,number\na@b.example,1\n":                       `line 1: there is no column "nr", by which people are told apart; the columns`,
		"email,first_name,enabled\na@b.example,Ann,perhaps\n": `line 1: there is no column "nr"`,
	} {
		if _, err := readPeople(list, peopleOptions{key: "nr"}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q\ngot  %v\nwant %s", list, err, want)
		}
	}
}

func TestPeopleOptions_allowEmpty(t *testing.T) {
	t.Parallel()
	for _, list := range []string{"email,first_name\n", "email", "email,first_name\n,\n\n,\n"} {
		if _, err := readPeople(list, peopleOptions{}); err == nil || !strings.Contains(err.Error(), "{ allow_empty = true }") {
			t.Errorf("%q: %v", list, err)
		}
		if people, err := readPeople(list, peopleOptions{allowEmpty: true}); err != nil || plainText(people) != "{}" {
			t.Errorf("%q, allowed: %s, %v", list, plainText(people), err)
		}
	}
	if _, err := readPeople("", peopleOptions{allowEmpty: true}); err == nil { // no heading says what the people have
		t.Error("a list without a heading is read")
	}
}

func TestAccPeopleFromCSV_options(t *testing.T) {
	t.Parallel()
	call := func(arguments string) string {
		return "output \"people\" { value = provider::switchboard::people_from_csv(" + arguments + ") }\n"
	}
	inBase64 := func(raw string) string { return `"` + base64.StdEncoding.EncodeToString([]byte(raw)) + `"` }
	steps := []resource.TestStep{}
	for _, test := range []struct{ arguments, want string }{
		{`"email\n", { allow_empty = true }`, ""},
		{`"email\n", tomap({ allow_empty = true })`, ""},
		{`"email\na@b.example\n", { key = null, own_columns = [], encoding = null }`, "a@b.example"},
		{`"email,nr\na@b.example,7\n", { key = "nr", allow_empty = false }`, "7"},
		{`"email,fist_name\na@b.example,7\n", { own_columns = ["fist_name"] }`, "a@b.example"},
		{`"email,fist_name\na@b.example,7\n", { own_columns = toset(["fist_name"]) }`, "a@b.example"},
		{inBase64("nr,email\nMicha\xb3,a@b.example\n") + `, { key = "nr" }`, "Michał"},
		{inBase64("nr,email\nA\xefsha,a@b.example\n") + `, { key = "nr", encoding = "Windows-1252" }`, "Aïsha"},
	} {
		want := map[string]knownvalue.Check{}
		if test.want != "" {
			want[test.want] = knownvalue.NotNull()
		}
		steps = append(steps, resource.TestStep{
			Config: call(test.arguments),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("people", knownvalue.ObjectExact(want)),
			},
		})
	}
	for arguments, want := range map[string]string{
		`"email\n"`:                                    `Invalid value for "text" parameter: .*nobody.*allow_empty = true`,
		`"email\n", { alow_empty = true }`:             `"options" parameter: "alow_empty" is not an option; .* allow_empty, encoding, key, own_columns`,
		`"email\n", { allow_empty = 1 }`:               `allow_empty is 1: write true or false`,
		`"email\n", { key = "Personnel number" }`:      `key is "Personnel number": write the name of a column`,
		`"email\n", { encoding = "latin-9000" }`:       `encoding is "latin-9000": write the name of an encoding`,
		`"email\n", { encoding = "utf-8" }`:            `encoding is "utf-8", but the list is text already; read the file with filebase64`,
		`"email\n", { own_columns = "x" }`:             `own_columns is "x": write a list of names`,
		`"email\n", { own_columns = ["email"] }`:       `"email" is always the e-mail address of the person`,
		`"email\n", "personnel_number"`:                `options are an object, such as \{ allow_empty = true \}`,
		`"email\n", { key = "a" }, { key = "b" }`:      `all options stand in one object`,
		`"email,telephony.extention\na@b.example,1\n"`: `line 1, column 2: "telephony.extention".*write telephony.extension\.\s*$`,
	} {
		spaced := regexp.MustCompile(`(?s)` + strings.ReplaceAll(want, " ", `\s+`))
		steps = append(steps, resource.TestStep{Config: call(arguments), ExpectError: spaced})
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: steps})
}

// TestAccPeopleFromCSV_notKnownYet: options and lists that are known after the apply give people that are known then.
func TestAccPeopleFromCSV_notKnownYet(t *testing.T) {
	t.Parallel()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config: `
resource "terraform_data" "key" { input = "nr" }
output "people" {
  value = provider::switchboard::people_from_csv("email,nr\na@b.example,7\n", { key = terraform_data.key.output })
}
`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("people", knownvalue.ObjectExact(map[string]knownvalue.Check{"7": knownvalue.NotNull()})),
			},
		}},
	})
}

// TestAccPeopleFromCSV_moved: people who get another key stay who they are, if moved blocks say so.
func TestAccPeopleFromCSV_moved(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	team := func(options, moved string) string {
		return configure(p, `
locals {
  people = provider::switchboard::people_from_csv(<<-CSV
    nr,email,first_name,last_name
    7,ann@example.com,Ann,Lee
    8,bob@example.com,Bob,Bos
  CSV
  `+options+`)
}

resource "switchboard_user" "person" {
  for_each = { for key, person in local.people : key => key }

  email      = local.people[each.key].email
  first_name = local.people[each.key].first_name
  last_name  = local.people[each.key].last_name
}
`+moved)
	}
	moved := ""
	for from, to := range map[string]string{"ann@example.com": "7", "bob@example.com": "8"} {
		moved += fmt.Sprintf("moved {\n  from = switchboard_user.person[%q]\n  to   = switchboard_user.person[%q]\n}\n", from, to)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: team("", "")},
			{Config: team(`, { key = "nr" }`, moved), ConfigPlanChecks: onlyChanges{}.as()},
			{Config: team(`, { key = "nr" }`, ""), PlanOnly: true},
			{Config: configure(p)}, // the test library cannot end with objects made by for_each
		},
	})
}
