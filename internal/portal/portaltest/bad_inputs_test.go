package portaltest_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func organization(t *testing.T) portal.Organization {
	t.Helper()
	var file struct {
		Name         string
		PhoneNumbers []string `yaml:"phone_numbers"`
		SenderNames  []string `yaml:"sender_names"`
	}
	if err := yaml.Unmarshal([]byte(portaltest.Organization(portal.Telecube)), &file); err != nil {
		t.Fatal(err)
	}
	return portal.Organization{
		ID: portaltest.OrganizationID, Name: file.Name, Platform: portal.Telecube, PhoneNumbers: file.PhoneNumbers, SenderNames: file.SenderNames,
	}
}

// check is what the rule set says about the creation of an object.
func check(t *testing.T, platform portal.Platform, inventory rules.Inventory, noun portal.Noun, object any) []rules.Finding {
	t.Helper()
	set, err := rules.For(platform)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Complete(noun, object); err != nil {
		t.Fatal(err)
	}
	set.Normalize(noun, object)
	return slices.DeleteFunc(set.Check(inventory, rules.Change{Noun: noun, After: object}), func(f rules.Finding) bool {
		return f.Severity != rules.SeverityError
	})
}

func TestBadInputs_theRuleSetRefusesEach(t *testing.T) {
	t.Parallel()
	stock, inventory := portaltest.ImaginaryStock(organization(t))
	for _, bad := range portaltest.BadInputs(stock) {
		t.Run(bad.Name, func(t *testing.T) {
			t.Parallel()
			findings := check(t, bad.Platform, inventory, bad.Noun, bad.Object)
			if !slices.ContainsFunc(findings, func(f rules.Finding) bool { return f.Field == bad.Field && f.Code == bad.Code }) {
				t.Fatalf("want %s at %s, have %+v", bad.Code, bad.Field, findings)
			}
			for _, f := range findings {
				if f.Field != bad.Field && !strings.HasPrefix(bad.Field, f.Field+".") {
					t.Errorf("also refused at %s: %s; the input should have one mistake", f.Field, f.Message)
				}
			}
		})
	}
}

// Without this, a table of objects that are wrong in some other way would prove nothing.
func TestBadInputs_theGoodOnesPass(t *testing.T) {
	t.Parallel()
	stock, inventory := portaltest.ImaginaryStock(organization(t))
	for noun, object := range map[portal.Noun]any{
		portal.NounUser:            new(portaltest.GoodUser(stock)),
		portal.NounPermissionGroup: new(portaltest.GoodPermissionGroup()),
		portal.NounSIPAccount:      new(portaltest.GoodSIPAccount()),
	} {
		if findings := check(t, portal.Telecube, inventory, noun, object); len(findings) > 0 {
			t.Errorf("%s: %+v", noun, findings)
		}
	}
}

func TestBadInputs_coverTheRequirementsOfTelecube(t *testing.T) {
	t.Parallel()
	stock, _ := portaltest.ImaginaryStock(organization(t))
	var names []string
	for _, bad := range portaltest.BadInputs(stock) {
		if slices.Contains(names, bad.Name) {
			t.Errorf("two bad inputs are called %q", bad.Name)
		}
		names = append(names, bad.Name)
	}
	for _, id := range []string{"TC-01", "TC-02", "TC-03", "TC-04", "TC-05", "TC-06", "TC-07", "TC-08", "TC-09", "ALL-01", "ALL-02"} {
		if !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, id+" ") }) {
			t.Errorf("no bad input for %s", id)
		}
	}
}

func TestBadInput_HCL(t *testing.T) {
	t.Parallel()
	bad := portaltest.BadInput{Object: &portal.User{
		Email: new("a@example.com"), Password: new(portal.Secret("geheim")), Enabled: new(false),
		Telephony: &portal.Telephony{SIPAccountIDs: []string{}, RingSeconds: new(int64(30))},
	}}
	want := []string{
		`email = "a@example.com"`, `enabled = false`, `password_wo = "geheim"`, `password_wo_version = 1`,
		`telephony = {"sip_account_ids":[],"ring_seconds":30}`, ``,
	}
	if have := strings.Split(bad.HCL(), "\n"); !reflect.DeepEqual(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
}
