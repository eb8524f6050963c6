package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// TestAccUser_VX07_incomingNumbers: a number that was allocated goes on ringing when another one is shown, until the
// configuration says otherwise.
func TestAccUser_VX07_incomingNumbers(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	astrid := func(telephony attributesHCL) string {
		return configure(p, attributesHCL{"email": `"astrid@example.com"`, "first_name": `"Astrid"`, "last_name": `"Lind"`, "telephony.extension": `"0101"`}.
			with(telephony).block("switchboard_user", "astrid"))
	}
	shows := func(number string) attributesHCL { return attributesHCL{"telephony.caller_id": `"` + number + `"`} }
	const address = "switchboard_user.astrid"
	rings := tfjsonpath.New("telephony").AtMapKey("incoming_numbers")
	numbers := func(want ...string) []statecheck.StateCheck {
		elements := []knownvalue.Check{}
		for _, number := range want {
			elements = append(elements, knownvalue.StringExact(number))
		}
		return []statecheck.StateCheck{statecheck.ExpectKnownValue(address, rings, knownvalue.SetExact(elements))}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{
				Config: astrid(shows("+48 22 555 01 01")), ConfigStateChecks: numbers("+48225550101"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectUnknownValue(address, rings)}},
			},
			{Config: astrid(shows(portaltest.MainNumber)), ConfigStateChecks: numbers("+48225550101")},
			{Config: astrid(shows("+48225550102")), ConfigStateChecks: numbers("+48225550101", "+48225550102")},
			{Config: astrid(shows("+48225559999")), ExpectError: regexp.MustCompile(`(?s)"\+48225559999", which Delfin.*does\s+not\s+own`)},
			{
				Config:            astrid(shows("+48225550103").with(attributesHCL{"telephony.incoming_numbers": `["+48 22 555 01 02"]`})),
				ConfigStateChecks: numbers("+48 22 555 01 02"),
			},
			{Config: astrid(attributesHCL{"telephony.incoming_numbers": `["+48225550102"]`}), PlanOnly: true},
			{Config: astrid(attributesHCL{"telephony.incoming_numbers": `[]`}), ConfigStateChecks: numbers()},
			{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"password_wo_version", "voicemail"}},
		},
	})
}

// numbersOf is a user of vaxel for a plan.
func numbersOf(name string, telephony map[string]any) map[string]any {
	return map[string]any{"email": name + "@example.com", "first_name": "Astrid", "last_name": "Lind", "telephony": telephony}
}

// said are the texts of diagnostics, each after its severity and its attribute.
func said(diagnostics []*tfprotov6.Diagnostic) (all []string) {
	for _, d := range diagnostics {
		all = append(all, fmt.Sprintf("%v %s: %s", d.Severity, at(d), d.Detail))
	}
	slices.Sort(all)
	return all
}

func expectSaid(t *testing.T, what string, diagnostics []*tfprotov6.Diagnostic, want ...string) {
	t.Helper()
	texts := said(diagnostics)
	if len(texts) != len(want) {
		t.Errorf("%s: said\n%s\nwant %d matches of %q", what, strings.Join(texts, "\n"), len(want), want)
		return
	}
	for i, pattern := range want {
		if !regexp.MustCompile(`(?s)` + pattern).MatchString(texts[i]) {
			t.Errorf("%s: said %q, want a match of %q", what, texts[i], pattern)
		}
	}
}

// TestUser_VX07_planSaysWhatRings: the plan says what becomes of a number, and refuses what would depend on the order
// of writes, whichever of the users is planned first.
func TestUser_VX07_planSaysWhatRings(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	drive := newProtocol(t, p)
	const first, second, third = "+48225550101", "+48225550102", "+48225550103"
	made := func(d *protocol, name, number string) instance {
		return d.applyChange(d.planChange(d.noInstance("switchboard_user"), numbersOf(name, map[string]any{"caller_id": number})))
	}
	astrid, bjorn := made(drive, "astrid", first), made(drive, "bjorn", second)
	plan := func(d *protocol, of instance, name string, telephony map[string]any) []*tfprotov6.Diagnostic {
		t.Helper()
		_, diagnostics := d.tryChange(of, numbersOf(name, telephony))
		return diagnostics
	}
	destroy := func(d *protocol, of instance) []*tfprotov6.Diagnostic {
		_, diagnostics := d.tryChange(of, nil)
		return diagnostics
	}
	none := drive.noInstance("switchboard_user")
	shows := func(number string) map[string]any { return map[string]any{"caller_id": number} }
	rings := func(numbers ...any) map[string]any {
		return map[string]any{"incoming_numbers": append([]any{}, numbers...)}
	}

	expectSaid(t, "a free number", plan(drive.anew(t, p), none, "carin", shows(third)), "WARNING telephony: telephony.caller_id .* is free, so it is allocated")
	expectSaid(t, "a number in use", plan(drive.anew(t, p), bjorn, "bjorn", shows(first)), "WARNING telephony: telephony.caller_id .*is an incoming number of astrid@example.com and stays so")
	taken := drive.anew(t, p)
	expectSaid(t, "a number that another one of this configuration has", plan(taken, bjorn, "bjorn", rings(second, first)))
	expectSaid(t, "and keeps", plan(taken, taken.shown(astrid), "astrid", shows(first)), "ERROR telephony: telephony.incoming_numbers: .* is wanted by the user .bjorn@example.com. .* of this configuration too")
	expectSaid(t, "a number given up", plan(drive.anew(t, p), astrid, "astrid", rings()), "WARNING telephony: telephony.incoming_numbers .* no longer rings at this user")
	gone := drive.anew(t, p)
	expectSaid(t, "a deletion", destroy(gone, astrid), "WARNING : .*incoming numbers: .48225550101")

	// Two users of one run.
	pairs := map[string]func(d *protocol) [2]func() []*tfprotov6.Diagnostic{
		"both show a free number": func(d *protocol) [2]func() []*tfprotov6.Diagnostic {
			return [2]func() []*tfprotov6.Diagnostic{
				func() []*tfprotov6.Diagnostic { return plan(d, none, "carin", shows(third)) },
				func() []*tfprotov6.Diagnostic { return plan(d, astrid, "astrid", shows(third)) },
			}
		},
		"one gives up what the other shows": func(d *protocol) [2]func() []*tfprotov6.Diagnostic {
			return [2]func() []*tfprotov6.Diagnostic{
				func() []*tfprotov6.Diagnostic { return plan(d, bjorn, "bjorn", shows(first)) },
				func() []*tfprotov6.Diagnostic { return plan(d, astrid, "astrid", rings()) },
			}
		},
		"one goes and the other shows its number": func(d *protocol) [2]func() []*tfprotov6.Diagnostic {
			return [2]func() []*tfprotov6.Diagnostic{
				func() []*tfprotov6.Diagnostic { return plan(d, bjorn, "bjorn", shows(first)) },
				func() []*tfprotov6.Diagnostic { return destroy(d, astrid) },
			}
		},
	}
	for name, of := range pairs {
		for _, order := range [][2]int{{0, 1}, {1, 0}} {
			calls := of(drive.anew(t, p))
			earlier, later := said(calls[order[0]]()), said(calls[order[1]]())
			if slices.ContainsFunc(earlier, isSaidAsError) || !slices.ContainsFunc(later, isSaidAsError) {
				t.Errorf("%s, order %v: said %q first and %q then; want a refusal of the second", name, order, earlier, later)
			}
			if !strings.Contains(strings.Join(later, ""), "incoming_numbers") && name != "both show a free number" {
				t.Errorf("%s, order %v: the refusal does not say what to do: %q", name, order, later)
			}
		}
	}
}

// TestUser_ALL08_numberOfALeaverWhoIsGone: the plan that an apply makes once more does not take a user for the holder
// of a number whom the same apply has deleted.
func TestUser_ALL08_numberOfALeaverWhoIsGone(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	drive := newProtocol(t, p)
	called := func(name, number string) map[string]any {
		return map[string]any{
			"email": name + "@example.com", "first_name": "Aa", "last_name": "B",
			"telephony": map[string]any{"incoming_numbers": []any{number}, "caller_id": number},
		}
	}
	nobody := drive.noInstance("switchboard_user")
	leaver := drive.applyChange(drive.anew(t, p).planChange(nobody, called("leaver", "+48225550103")))
	ends := drive.anew(t, p).planChange(leaver, nil)
	run := drive.anew(t, p)
	run.planChange(nobody, called("other", "+48225550104")) // by which the run knows who has which number
	run.shown(leaver)
	run.applyChange(ends)
	run.applyChange(run.planChange(nobody, called("joiner", "+48225550103")))
}

func isSaidAsError(text string) bool { return strings.HasPrefix(text, "ERROR") }

// TestAccUser_VX07_shownInTurn: eleven users come to show the number of the next one, in one apply. Each number rings
// where it rang, whatever the order of the writes, and the next plan is empty.
func TestAccUser_VX07_shownInTurn(t *testing.T) {
	t.Parallel()
	const users = 11
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	everybody := func(shift int) string {
		blocks := make([]string, users) // the test framework takes no for_each
		for i := range blocks {
			name := fmt.Sprintf("u%d", i)
			blocks[i] = attributesHCL{
				"email": `"` + name + `@example.com"`, "first_name": `"Aa"`, "last_name": `"B"`, "telephony.caller_id": fmt.Sprintf(`"+482255501%02d"`, 1+(i+shift)%users),
			}.block("switchboard_user", name)
		}
		return configure(p, blocks...)
	}
	rings := func() (checks []statecheck.StateCheck) {
		for i := range users {
			own := knownvalue.StringExact(fmt.Sprintf("+482255501%02d", 1+i))
			checks = append(checks, statecheck.ExpectKnownValue(fmt.Sprintf("switchboard_user.u%d", i),
				tfjsonpath.New("telephony").AtMapKey("incoming_numbers"), knownvalue.SetExact([]knownvalue.Check{own})))
		}
		return checks
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: everybody(0), ConfigStateChecks: rings()},
			{Config: everybody(1), ConfigStateChecks: rings()},
			{Config: everybody(5), ConfigStateChecks: rings()},
		},
	})
}
