package provider

import (
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

func TestReadPeople(t *testing.T) {
	t.Parallel()
	two := `{"a@b.example":{"email":"A@b.example","first_name":"Ann"},"c@d.example":{"email":"c@d.example","first_name":null}}`
	for name, test := range map[string]struct{ list, want string }{
		"as RFC 4180 has it":     {"email,first_name\r\nA@b.example,Ann\r\nc@d.example,\r\n", two},
		"with semicolons":        {"email;first_name\nA@b.example;Ann\nc@d.example;\n", two},
		"with tabs":              {"email\tfirst_name\nA@b.example\tAnn\nc@d.example\t", two},
		"as Excel saves it":      {"\ufeffemail;first_name\r\nA@b.example;Ann\r\nc@d.example;\r\n;\r\n", two},
		"with a quoted header":   {"\ufeff\"email\";\"first_name\"\n\"A@b.example\";\"Ann\"\n\"c@d.example\";\"\"\n", two},
		"with space and gaps":    {" email , first_name\n\n A@b.example ,\u00a0Ann \n , \n\nc@d.example, ", two},
		"with what needs quotes": {"email,description\na@b.example,\"Says \"\"hello, you\"\";\non two lines\"\n", `{"a@b.example":{"description":"Says \"hello, you\";\non two lines","email":"a@b.example"}}`},
		"with empty columns":     {"email,first_name,,\nA@b.example,Ann,,\n,,,\nc@d.example,,, \n", two},
		"with ragged rows":       {",,\nemail,first_name,\nA@b.example,Ann,,,\n,\nc@d.example,\n,,,,,\n", two},
		"by type": {
			"email,enabled,two_factor,telephony.ring_seconds,telephony.caller_ids,permission_group_ids,department,badge.colour\n" +
				"a@b.example,YES,0,30,+31 85 1 | +31 85 2,,12,red\nc@d.example,false,,,,grp_1,,\n",
			`{"a@b.example":{"badge":{"colour":"red"},"department":"12","email":"a@b.example","enabled":true,"permission_group_ids":null,` +
				`"telephony":{"caller_ids":["+31 85 1","+31 85 2"],"ring_seconds":30},"two_factor":false},` +
				`"c@d.example":{"badge":null,"department":null,"email":"c@d.example","enabled":false,"permission_group_ids":["grp_1"],"telephony":null,"two_factor":null}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			people, err := readPeople(test.list, peopleOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if got := plainText(people); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// plainText is a value as JSON.
func plainText(value attr.Value) string {
	switch value := value.(type) {
	case types.Map:
		return plainObject(value.Elements())
	case types.Object:
		if value.IsNull() {
			return "null"
		}
		return plainObject(value.Attributes())
	case types.Set:
		if value.IsNull() {
			return "null"
		}
		return value.String()
	default:
		return strings.ReplaceAll(value.String(), "<null>", "null")
	}
}

func plainObject(values map[string]attr.Value) string {
	parts := []string{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		parts = append(parts, fmt.Sprintf("%q:%s", name, plainText(values[name])))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func TestReadPeople_errorsSayWhere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ list, want string }{
		"empty":                {"", "the list is empty"},
		"a mark only":          {"\ufeff", "the list is empty"},
		"no e-mail":            {"first_name,last_name\nAnn,Lee", `line 1: there is no column "email".*\["first_name" "last_name"\]`},
		"a title":              {"email,First name", `line 1, column 2: "First name" is no name of an attribute`},
		"no header":            {"ann@b.example,Ann", `line 1, column 1: "ann@b.example" is no name`},
		"a nameless column":    {"email,,last_name", `line 1, column 2: "" is no name`},
		"too deep":             {"email,a.b.c", `line 1, column 2: "a.b.c" is no name`},
		"twice":                {"email,enabled,email", `line 1, column 3: "email" names column 1 already`},
		"object and member":    {"email,badge.colour,badge", `line 1, column 3: "badge" cannot stand beside "badge.colour" \(column 2\)`},
		"member and object":    {"email,badge,badge.colour", `line 1, column 3: "badge.colour" cannot stand beside "badge" \(column 2\)`},
		"an object":            {"email,locale", `line 1, column 2: "locale" is an object.*locale.country`},
		"a map":                {"email,webcare.suffixes", `line 1, column 2: "webcare.suffixes" is a map`},
		"a cell too many":      {"email,first_name\n\na@b.example,Ann\nc@d.example,Lee, PhD", `line 4 has 3 cells and the first line has 2; .*','`},
		"a cell too few":       {"email;first_name\na@b.example", `line 2 has 1 cells and the first line has 2`},
		"a cell too far out":   {"email,first_name,,\na@b.example,Ann,,x", `line 2 has 4 cells and the first line has 2`},
		"of nobody":            {"email,telephony.extension\n", `nobody in it.*people_from_csv\(…, \{ allow_empty = true \}\)`},
		"another separator":    {"email,first_name\na@b.example;Ann", `line 2 has 1 cells`},
		"a bad address":        {"first_name,email\nAnn,ann", `line 2, column 2 \(email\): "ann": write one address`},
		"an address missing":   {"email,first_name\n,Ann", `line 2, column 1 \(email\): "": write one address`},
		"the same twice":       {"email,note\na@b.example,\"two\nlines\"\nA@B.example,x", `line 4, column 1 \(email\): "A@B.example": line 2 has the same e-mail address`},
		"no bool":              {"email,enabled\na@b.example,ja", `line 2, column 2 \(enabled\): "ja": write true or false`},
		"no number":            {"email,telephony.ring_seconds\na@b.example,half a minute", `line 2, column 2 \(telephony.ring_seconds\): "half a minute": write a whole number`},
		"an element missing":   {"email,permission_group_ids\na@b.example,grp_1|", `line 2, column 2 \(permission_group_ids\): "grp_1\|": nothing stands`},
		"an element twice":     {"email,permission_group_ids\na@b.example,grp_1| grp_1", `"grp_1" stands twice`},
		"a mark in the middle": {"email,first_name\na@b.example,Ann \"Annie\"", `line 2, character 17: a quotation mark stands inside`},
		"an open mark":         {"email,first_name\na@b.example,\"Ann\nc@d.example,Lee", `line 3, character 16: the cell that begins with a quotation mark on line 2 does not end`},
		"a broken header":      {"email,\"first_name\na@b.example,Ann", `begins with a quotation mark on line 1 does not end`},
		"too long":             {"email\n" + strings.Repeat(" ", maxPeopleList), `the list has 10485766 bytes; it may have at most 10485760`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := readPeople(test.list, peopleOptions{}); err == nil || !regexp.MustCompile(test.want).MatchString(err.Error()) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestAccPeopleFromCSV(t *testing.T) {
	t.Parallel()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{
				Config: `output "people" { value = provider::switchboard::people_from_csv("email;enabled;department\nAnn@b.example;no;Sales\n") }`,
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("people", knownvalue.ObjectExact(map[string]knownvalue.Check{
					"ann@b.example": knownvalue.ObjectExact(map[string]knownvalue.Check{
						"email": knownvalue.StringExact("Ann@b.example"), "enabled": knownvalue.Bool(false), "department": knownvalue.StringExact("Sales"),
					}),
				}))},
			},
			{
				Config:      `output "people" { value = provider::switchboard::people_from_csv("email,enabled\nann@b.example,ja\n") }`,
				ExpectError: regexp.MustCompile(`(?s)Invalid value for "text" parameter: line 2, column 2 \(enabled\): "ja": write\s+true or`),
			},
		},
	})
}

func FuzzReadPeople(f *testing.F) {
	for _, seed := range []string{
		"", "\ufeffemail;enabled\r\na@b.example;yes\r\n", "email,telephony.caller_ids\na@b.example,+31851|+31852\n", "email\ta.b\tc\na@b.example\t\"x\ny\"\tz",
		"email,email", "email,a,a.b", "email,locale", "\"email\"\n\"a@b.example", "email,telephony.ring_seconds\na@b.example,9223372036854775808",
	} {
		f.Add(seed)
	}
	f.Add(base64.StdEncoding.EncodeToString([]byte("email;first_name\na@b.example;Micha\xb3\n")))
	f.Fuzz(func(t *testing.T, text string) {
		people, err := readPeople(text, peopleOptions{})
		if err != nil {
			if !utf8.ValidString(err.Error()) && utf8.ValidString(text) {
				t.Errorf("the error is no text: %q", err)
			}
			return
		}
		for key, person := range people.Elements() {
			object, ok := person.(types.Object)
			if !ok {
				t.Fatalf("%q is %T", key, person)
			}
			if email, ok := object.Attributes()["email"].(types.String); !ok || strings.ToLower(strings.TrimSpace(email.ValueString())) != key {
				t.Errorf("%q is the key of %v", key, object)
			}
		}
		value, err := people.ToTerraformValue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tfprotov6.NewDynamicValue(value.Type(), value); err != nil {
			t.Errorf("Terraform is answered something that it cannot take: %v", err)
		}
	})
}
