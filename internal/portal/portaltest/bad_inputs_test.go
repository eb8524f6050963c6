package portaltest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// files are the organisation files that the table is for.
func files() []string {
	var list []string
	for _, platform := range portal.Platforms() {
		list = append(list, portaltest.Organization(platform), portaltest.BareOrganization(platform))
	}
	return list
}

// check is what the rule set says about a write.
func check(t *testing.T, inventory rules.Inventory, change rules.Change) []rules.Finding {
	t.Helper()
	set, err := rules.For(inventory.Organization.Platform)
	if err != nil {
		t.Fatal(err)
	}
	complete := func(object any) {
		if err := set.Complete(change.Noun, object); err != nil {
			t.Fatal(err)
		}
		set.Normalize(change.Noun, object)
	}
	if change.Before == nil {
		complete(change.After)
	} else {
		complete(change.Before)
		set.Normalize(change.Noun, change.After)
	}
	return slices.DeleteFunc(set.Check(inventory, change), func(f rules.Finding) bool { return f.Severity != rules.SeverityError })
}

func TestBadInputs_theRuleSetRefusesEach(t *testing.T) {
	t.Parallel()
	for _, file := range files() {
		stock, inventory := portaltest.ImaginaryStock(t, file)
		for _, bad := range portaltest.BadInputs(stock) {
			t.Run(string(bad.Platform)+" "+bad.Name, func(t *testing.T) {
				t.Parallel()
				if bad.Before != nil {
					if findings := check(t, inventory, rules.Change{Noun: bad.Noun, After: bad.Before}); len(findings) > 0 {
						t.Fatalf("what is to be changed is refused itself: %+v", findings)
					}
				}
				findings := check(t, inventory, rules.Change{Noun: bad.Noun, Before: bad.Before, After: bad.Object, Scopes: bad.Scopes})
				if !slices.ContainsFunc(findings, func(f rules.Finding) bool {
					return f.Field == bad.Field && f.Code == bad.Code && strings.Contains(f.Message, bad.Message)
				}) {
					t.Fatalf("want %s at %s with %q, have %+v", bad.Code, bad.Field, bad.Message, findings)
				}
				for _, f := range findings {
					if f.FieldError().Sentence() != f.Message || strings.HasSuffix(f.Message, ".") || strings.Contains(f.Message, " 1 characters") {
						t.Errorf("at %s: %s", f.Field, f.Message)
					}
					if f.Field != bad.Field && !strings.HasPrefix(bad.Field, f.Field+".") {
						t.Errorf("also refused at %s: %s; the input should have one mistake", f.Field, f.Message)
					}
				}
			})
		}
	}
}

// Without this, a table of objects that are wrong in some other way would prove nothing.
func TestBadInputs_theGoodOnesPass(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		stock, inventory := portaltest.ImaginaryStock(t, portaltest.Organization(platform))
		set, err := rules.For(platform)
		if err != nil {
			t.Fatal(err)
		}
		for noun, object := range portaltest.GoodObjects(stock) {
			if findings := check(t, inventory, rules.Change{Noun: noun, After: object}); len(findings) > 0 {
				t.Errorf("%s on %s: %+v", noun, platform, findings)
			}
		}
		if have, want := len(portaltest.GoodObjects(stock)), len(set.Objects); have != want {
			t.Errorf("%s has %d kinds of objects, and there is a good one of %d", platform, want, have)
		}
	}
}

func TestBadInputs_coverTheRequirements(t *testing.T) {
	t.Parallel()
	names := map[portal.Platform][]string{}
	for _, file := range files() {
		stock, _ := portaltest.ImaginaryStock(t, file)
		for _, bad := range portaltest.BadInputs(stock) {
			if slices.Contains(names[bad.Platform], bad.Name) {
				t.Errorf("two bad inputs of %s are called %q", bad.Platform, bad.Name)
			}
			names[bad.Platform] = append(names[bad.Platform], bad.Name)
		}
	}
	const least = 12
	// The ids that are about what may not be asked for. The others are about what happens, or only warn.
	for platform, ids := range map[portal.Platform]string{
		portal.Maatwerk:    "MW-02 MW-03 MW-04 MW-06 MW-07 MW-08 MW-09 MW-11 MW-12 MW-13 MW-15 ALL-01 ALL-02 ALL-03",
		portal.Engage:      "EN-01 EN-02 EN-04 EN-05 EN-06 EN-07 EN-08 EN-09 EN-10 EN-11 EN-12 EN-13 ALL-01 ALL-03",
		portal.Samoobsluha: "SA-01 SA-02 SA-03 SA-04 SA-05 SA-06 SA-07 SA-09 SA-11 SA-14 ALL-01 ALL-02 ALL-03",
		portal.Telecube:    "TC-01 TC-02 TC-03 TC-04 TC-05 TC-06 TC-07 TC-08 TC-09 TC-10 ALL-01 ALL-02 ALL-03",
		portal.Vaxel:       "VX-01 VX-02 VX-03 VX-04 VX-05 VX-06 VX-07 VX-12 VX-13 VX-14 VX-15 VX-16 VX-17 VX-18 VX-19 VX-20 VX-21 ALL-01 ALL-02 ALL-03",
	} {
		if n := len(names[platform]); n < least {
			t.Errorf("%d bad inputs for %s, want at least %d", n, platform, least)
		}
		for id := range strings.FieldsSeq(ids) {
			if !slices.ContainsFunc(names[platform], func(name string) bool { return strings.HasPrefix(name, id+" ") }) {
				t.Errorf("no bad input for %s on %s", id, platform)
			}
		}
	}
}

func TestBadInputs_HCLSaysWhatTheObjectSays(t *testing.T) {
	t.Parallel()
	want := map[string]map[string]string{
		"maatwerk MW-11 available at someone else's destination": {
			"email": `"jagoda@delfin.example.com"`, "first_name": `"Jagoda"`, "last_name": `"Wiśniewska"`, "permission_group_ids": `["grp_1"]`,
			"telephony.extension": `"2901"`, "telephony.sip_account_ids": `["sip_1"]`, "telephony.available": `true`, "telephony.active_destination": `"+31612345678"`,
		},
		"vaxel VX-14 a PIN of one digit": {
			"email": `"jagoda@delfin.example.com"`, "first_name": `"Jagoda"`, "last_name": `"Wiśniewska"`, "telephony.extension": `"2901"`,
			"voicemail.enabled": `true`, "voicemail.pin_wo": `"7"`, "voicemail.pin_wo_version": `1`, "voicemail.email": `"jagoda@delfin.example.com"`,
		},
		"engage EN-07 a suffix for what is no social platform": {
			"username": `"jagoda"`, "email": `"jagoda@delfin.example.com"`, "first_name": `"Jagoda"`, "last_name": `"Wiśniewska"`, "permission_group_ids": `["grp_1"]`,
			"webcare.suffixes": `{"pigeon":"^JW"}`,
		},
		"telecube TC-10 two subgroups of one name": {"name": `"Dział"`, "subgroups": `[{"name":"Sprzedaż"},{"name":"SPRZEDAŻ"}]`},
	}
	seen := 0
	for _, file := range files() {
		stock, _ := portaltest.ImaginaryStock(t, file)
		for _, bad := range portaltest.BadInputs(stock) {
			if have := bad.BeforeHCL != nil; have != (bad.Before != nil) {
				t.Errorf("%s: attributes before the change: %v", bad.Name, have)
			}
			if attributes, ok := want[string(bad.Platform)+" "+bad.Name]; ok {
				seen++
				if !maps.Equal(bad.HCL, attributes) {
					t.Errorf("%s: have %v, want %v", bad.Name, bad.HCL, attributes)
				}
			}
		}
	}
	if seen != len(want) {
		t.Errorf("%d of %d were there", seen, len(want))
	}
}
