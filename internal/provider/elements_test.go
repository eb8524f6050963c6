package provider

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// elements are the attributes of an object, the values of a map by their keys, or the elements of a set or list by
// their positions.
func elements(value tftypes.Value) map[string]tftypes.Value {
	named := map[string]tftypes.Value{}
	if value.As(&named) == nil {
		return named
	}
	var list []tftypes.Value
	if value.As(&list) != nil {
		return nil
	}
	for i, element := range list {
		named[strconv.Itoa(i)] = element
	}
	return named
}

// withElement adds one more element to a set or a map that has some, and reports whether there is one at this dotted
// path.
func withElement(t *testing.T, config tftypes.Value, path string, element any) (changed tftypes.Value, done bool) {
	t.Helper()
	whole := dottedPath(path)
	changed, err := tftypes.Transform(config, func(at *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		set, isMap := value.Type().Is(tftypes.Set{}), value.Type().Is(tftypes.Map{})
		if !at.Equal(whole) || !set && !isMap || len(elements(value)) == 0 {
			return value, nil
		}
		more := tftypes.NewValue(tftypes.String, element)
		done = true
		if values := elements(value); isMap {
			values["tiktok"] = more
			return tftypes.NewValue(value.Type(), values), nil
		}
		return tftypes.NewValue(value.Type(), append(slices.Collect(maps.Values(elements(value))), more)), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return changed, done
}

// TestBadInputs_besideUnknownElements: what the plan refuses of the elements that are known, it refuses just so while
// another one is not known yet.
func TestBadInputs_besideUnknownElements(t *testing.T) {
	t.Parallel()
	portaltest.WalkBadInputs(t, func(t *testing.T, p *portaltest.Portal, token string, bad portaltest.BadInput) {
		if bad.Field == "" {
			return
		}
		drive := newProtocolWith(t, p.URL, token)
		typeName := "switchboard_" + string(bad.Noun)
		prior := drive.noInstance(typeName)
		if bad.Before != nil {
			prior = drive.imported(typeName, bad.ID)
		}
		known := drive.decode(typeName, drive.value(drive.schemas.ResourceSchemas[typeName], attributesOf(t, bad.Object)))
		config, done := withElement(t, known, bad.Field, tftypes.UnknownValue)
		if !done {
			return
		}
		_, want := drive.tryPlan(prior, drive.encode(known))
		_, got := newProtocolWith(t, p.URL, token).tryPlan(prior, drive.encode(config))
		for _, d := range want {
			same := func(other *tfprotov6.Diagnostic) bool {
				return other.Summary == d.Summary && at(other) == at(d) && concerns(other, bad.Field)
			}
			if !slices.ContainsFunc(got, same) {
				t.Errorf("%q at %q is said only as long as all is known: %s", d.Summary, at(d), d.Detail)
			}
		}
		for _, d := range got {
			wellSaid(t, d)
		}
	})
}

// TestElements_null: null is no element. What is not known yet may turn out to be null, so it is found in the plan of
// an apply too.
func TestElements_null(t *testing.T) {
	t.Parallel()
	walked := 0
	for _, platform := range portal.Platforms() {
		set, err := rules.For(platform)
		if err != nil {
			t.Fatal(err)
		}
		p := portaltest.Start(t, portaltest.WithOrganization(withAllModules(platform, set)))
		drive := newProtocol(t, p)
		for noun, table := range updateTables(t, p, platform) {
			typeName := "switchboard_" + string(noun)
			schema := drive.schemas.ResourceSchemas[typeName]
			w := planShapes{t: t, p: p, drive: drive, typeName: typeName, schema: schema, table: table}
			for _, path := range configurable("", schema.Block.Attributes) {
				change := table.second[path]
				values := table.base.with(change.base).with(change.with)
				if change.to != nil {
					values = values.with(settings{path: change.to})
				}
				config, done := withElement(t, w.config(values), path, nil)
				if !done {
					continue
				}
				walked++
				_, diagnostics := w.run().tryPlan(drive.noInstance(typeName), drive.encode(config))
				if !slices.ContainsFunc(diagnostics, func(d *tfprotov6.Diagnostic) bool {
					wellSaid(t, d)
					return concerns(d, path) && strings.Contains(d.Detail, "is null; give it a value, or leave it out.")
				}) {
					t.Errorf("%s: null in %s of a %s is answered with %+v", platform, path, noun, diagnostics)
				}
			}
		}
	}
	if walked < 15 {
		t.Errorf("only %d sets and maps were tried", walked)
	}
}

// TestAccUser_elementsNotKnownYet: a set has an element that another resource gives. The others are checked, and so is
// how many there are.
func TestAccUser_elementsNotKnownYet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		platform portal.Platform
		changes  attributesHCL
		want     string // empty: the plan passes
	}{
		"TC-04 a number that is not owned": {
			portal.Telecube, attributesHCL{"telephony.caller_ids": `["+48225550199", terraform_data.later.output]`},
			`telephony.caller_ids\s+has\s+"\+48225550199",\s+which.*does\s+not\s+own`,
		},
		"TC-04 numbers that are owned": {portal.Telecube, attributesHCL{"telephony.caller_ids": `["+48225550101", terraform_data.later.output]`}, ""},
		"TC-02 two accounts": {
			portal.Telecube, attributesHCL{
				"telephony.sip_assignment": `"static"`, "telephony.sip_account_ids": `[terraform_data.desk.output, terraform_data.later.output]`,
			}, "",
		},
		"TC-02 one account that is not there": {
			portal.Telecube, attributesHCL{"telephony.sip_assignment": `"static"`, "telephony.sip_account_ids": `["sip_none", terraform_data.later.output]`},
			`telephony.sip_account_ids\s+has\s+"sip_none"`,
		},
		"TC-02 dynamic": {
			portal.Telecube, attributesHCL{"telephony.sip_assignment": `"dynamic"`, "telephony.sip_account_ids": `[terraform_data.later.output]`},
			`so\s+none\s+can\s+be\s+configured\s+\(1\s+value\s+not\s+known\s+yet\)`,
		},
		"EN-07 a signature that is too long": {
			portal.Engage, attributesHCL{"webcare.suffixes": fmt.Sprintf(`{ x = %q, facebook = terraform_data.later.output }`, strings.Repeat("^JW", 20))}, `webcare.suffixes\["x"\]`,
		},
		"EN-07 a platform that there is not": {
			portal.Engage, attributesHCL{"webcare.suffixes": `{ pigeon = terraform_data.later.output }`}, `webcare.suffixes\s+has\s+"pigeon"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(test.platform))
			around, bob := bobOn(test.platform)
			step := resource.TestStep{PlanOnly: true, ExpectNonEmptyPlan: true, Config: configure(p, around, bob.with(test.changes).block("switchboard_user", "bob"), `
resource "terraform_data" "later" { input = "+48225550102" }
resource "terraform_data" "desk"  { input = "+48225550102" }
`)}
			if test.want != "" {
				step.ExpectError = regexp.MustCompile(`(?s)` + test.want)
			}
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: []resource.TestStep{step}})
		})
	}
}

// TestUser_VX07_numbersNotKnownYet: a number that another element may turn out to be is not taken from the user, for
// all that the plan can say.
func TestUser_VX07_numbersNotKnownYet(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	drive := newProtocol(t, p)
	const first, second = "+48225550101", "+48225550102"
	shows := numbersOf("astrid", map[string]any{"caller_id": first})
	astrid := drive.applyChange(drive.planChange(drive.noInstance("switchboard_user"), shows))
	known := drive.decode(astrid.typeName, drive.value(drive.schemas.ResourceSchemas[astrid.typeName], numbersOf("astrid", map[string]any{"incoming_numbers": []any{second}})))
	for open, want := range map[bool]int{true: 0, false: 1} {
		walk, config := drive.anew(t, p), known
		if open {
			config, _ = withElement(t, known, "telephony.incoming_numbers", tftypes.UnknownValue)
		}
		_, diagnostics := walk.tryPlan(walk.refresh(astrid), drive.encode(config))
		if len(diagnostics) != want {
			t.Errorf("elements not known yet: %t; the plan says %+v", open, diagnostics)
		}
		if _, diagnostics := walk.tryChange(drive.noInstance("switchboard_user"), numbersOf("bjorn", map[string]any{"caller_id": first})); hasErrors(diagnostics) == open {
			t.Errorf("elements not known yet: %t; another user who shows the number is answered with %+v", open, diagnostics)
		}
	}
}
