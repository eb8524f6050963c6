package provider

import (
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

func TestPutInPlace(t *testing.T) {
	t.Parallel()
	root := tftypes.NewAttributePath().WithAttributeName
	for name, test := range map[string]struct {
		at                    *tftypes.AttributePath
		detail                string
		wantAt, wantedDetails string
	}{
		"no attribute":  {nil, "It is late.", "", "It is late."},
		"of the block":  {root("email"), "Wrong.", "email", "Wrong."},
		"in an object":  {root("voicemail").WithAttributeName("email"), "Wrong.", "voicemail", "voicemail.email: Wrong."},
		"named already": {root("locale").WithAttributeName("country"), "locale.country is wrong.", "locale", "locale.country is wrong."},
		"a longer name": {root("voicemail").WithAttributeName("pin_wo"), "voicemail.pin_wo_version: Wrong.", "voicemail", "voicemail.pin_wo: voicemail.pin_wo_version: Wrong."},
		"a validator's": {root("timeouts").WithAttributeName("read"), `Attribute "timeouts.read" is wrong.`, "timeouts", `Attribute "timeouts.read" is wrong.`},
		"an entry":      {root("webcare").WithAttributeName("suffixes").WithElementKeyString("x"), "Wrong.", "webcare", `webcare.suffixes["x"]: Wrong.`},
		"an element": {
			root("permissions").WithElementKeyValue(tftypes.NewValue(tftypes.String, "secret")), "Wrong.", "permissions", "permissions: Wrong.",
		},
		"of a list": {root("subgroups").WithElementKeyInt(1), "Wrong.", "subgroups", "subgroups[1]: Wrong."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &tfprotov6.Diagnostic{Summary: "Bad", Detail: test.detail, Attribute: test.at}
			putInPlace([]*tfprotov6.Diagnostic{d})
			if at(d) != test.wantAt || d.Detail != test.wantedDetails || len(d.Attribute.Steps()) > 1 {
				t.Errorf("at %s: %s", d.Attribute, d.Detail)
			}
		})
	}
}

// TestPlaced_everyAnswer: whatever comes to answer with diagnostics about a configuration passes through here.
func TestPlaced_everyAnswer(t *testing.T) {
	t.Parallel()
	outer, inner := reflect.TypeFor[*placed](), reflect.TypeFor[frameworkServer]()
	for method := range inner.Methods() {
		answer := method.Type.Out(0)
		if answer.Kind() != reflect.Pointer || answer.Elem().Kind() != reflect.Struct {
			continue
		}
		_, says := answer.Elem().FieldByName("Diagnostics")
		_, configured := method.Type.In(1).Elem().FieldByName("Config")
		if !says || !configured || strings.Contains(method.Name, "StateStore") { // the provider has no state store
			continue
		}
		own, _ := outer.MethodByName(method.Name)
		file, _ := runtime.FuncForPC(own.Func.Pointer()).FileLine(own.Func.Pointer())
		if !strings.HasSuffix(file, "placed.go") {
			t.Errorf("%s answers past the places of diagnostics", method.Name)
		}
	}
}

// TestAccPlaced: Terraform shows the line of the attribute, and the text says which one inside of it is meant, whoever
// refuses it.
func TestAccPlaced(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	for name, test := range map[string]struct{ attributes, line, text string }{
		"a rule of the platform": {
			"telephony = { ring_seconds = 3 }", "telephony = {", `telephony\.ring_seconds is 3; vaxel allows 5 to\s+300\.`,
		},
		"a shape": {
			`directory = { business_number = "0048 601" }`, "directory = {", `directory\.business_number is "0048 601"`,
		},
		"an attribute of the block with the same name": {
			`voicemail = { email = "nobody" }`, "voicemail = {", `voicemail\.email is "nobody"`,
		},
		"a validator of the framework": {
			`voicemail = { pin_wo = "4711" }`, "voicemail = {", `voicemail\.pin_wo: Attribute`,
		},
		"an attribute that the platform does not have": {
			`webcare = { crm_user = "AB" }`, "webcare = {", `webcare does not exist for a user on vaxel`,
		},
		"a limit of time": {
			`timeouts = { create = "soon" }`, "timeouts = {", `timeouts\.create`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := fmt.Sprintf("resource \"switchboard_user\" \"alice\" {\n  email = \"alice@example.com\"\n  first_name = \"Alice\"\n  last_name = \"Jansen\"\n  %s\n}\n",
				test.attributes)
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{{
					Config: configure(p, body), PlanOnly: true,
					ExpectError: regexp.MustCompile(`(?s)in resource "switchboard_user" "alice":\s+\d+:\s+` + regexp.QuoteMeta(test.line) + `.*` + test.text),
				}},
			})
		})
	}
}
