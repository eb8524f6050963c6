package rules_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func ruleSet(t testing.TB, platform portal.Platform) *rules.Set {
	t.Helper()
	set, err := rules.For(platform)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// acme is what the organisation of these tests has.
func acme() rules.Inventory {
	return rules.Inventory{
		Organization: portal.Organization{
			ID: "acme", Name: "Acme Logistics",
			Ordered:        []string{"pbx", "helpdesk", "video"},
			Modules:        []string{"sso", "partner_mobile", "afas", "webcare", "chat"},
			Helpdesks:      []portal.Helpdesk{{ID: "help_1", Name: "Service"}, {ID: "help_2", Name: "Sales"}},
			SocialAccounts: []portal.SocialAccount{{ID: "acc_fb", Platform: "facebook", Name: "Acme"}, {ID: "acc_x", Platform: "x", Name: "@acme"}},
			PhoneNumbers:   []string{"+31851234567", "+31851234568"},
			SenderNames:    []string{"ACME"},
			PBXs:           []portal.PBX{{ID: "pbx_1", Name: "Main"}, {ID: "pbx_2", Name: "Depot"}},
		},
		PermissionGroups: map[string]portal.PermissionGroup{"grp_1": {ID: "grp_1"}, "grp_2": {ID: "grp_2"}},
		SIPAccounts: map[string]rules.SIPAccount{
			"sip_free": {SIPAccount: portal.SIPAccount{ID: "sip_free", Extension: new("1001")}},
			"sip_also": {SIPAccount: portal.SIPAccount{ID: "sip_also", Extension: new("1002")}},
			"sip_bob": {
				SIPAccount: portal.SIPAccount{ID: "sip_bob", Extension: new("1003")},
				Holder:     rules.Holder{ID: "usr_bob", Name: "bob@example.com", Noun: portal.NounUser},
			},
		},
		Subgroups: map[string]rules.Subgroup{
			"sub_manager": {Subgroup: portal.Subgroup{ID: "sub_manager", Name: "Manager"}, GroupID: "ugr_1", GroupName: "position"},
			"sub_agent":   {Subgroup: portal.Subgroup{ID: "sub_agent", Name: "Agent"}, GroupID: "ugr_1", GroupName: "position"},
			"sub_krakow":  {Subgroup: portal.Subgroup{ID: "sub_krakow", Name: "Kraków"}, GroupID: "ugr_2", GroupName: "office"},
		},
		Numbers: map[string]rules.Number{"+31851234567": {Main: true}, "+31851234569": {Holder: rules.Holder{ID: "usr_bob", Name: "bob@example.com"}}},
		Holders: map[string]map[string]rules.Holder{
			"email":               {"bob@example.com": {ID: "usr_bob", Name: "bob@example.com", Noun: portal.NounUser}},
			"username":            {"bob": {ID: "usr_bob", Name: "bob", Noun: portal.NounUser}},
			"extension":           {"1003": {ID: "sip_bob", Name: "1003", Noun: portal.NounSIPAccount}},
			"telephony.extension": {"2003": {ID: "usr_bob", Name: "bob@example.com", Noun: portal.NounUser}},
			"name":                {"agents": {ID: "grp_2", Name: "Agents", Noun: portal.NounPermissionGroup}},
		},
	}
}

// alice is a new user that the platform accepts.
func alice(t testing.TB, platform portal.Platform) *portal.User {
	t.Helper()
	user := &portal.User{
		Email: new("alice@example.com"), FirstName: new("Alice"), LastName: new("Jansen"),
		PermissionGroupIDs: []string{"grp_1"},
	}
	switch platform {
	case portal.Maatwerk:
		user.Telephony = &portal.Telephony{SIPAccountIDs: []string{"sip_free"}}
	case portal.Engage:
		user.Username = new("alice")
	case portal.Samoobsluha:
		user.Licence = &portal.Licence{Product: new("video")}
	case portal.Telecube:
		user.Telephony = &portal.Telephony{SIPAccountIDs: []string{"sip_free"}}
	case portal.Vaxel:
		user.PermissionGroupIDs = nil
	}
	return user
}

// storedAlice is the same user as the portal has her.
func storedAlice(t testing.TB, set *rules.Set) *portal.User {
	t.Helper()
	user := alice(t, set.Platform)
	user.ID = "usr_alice"
	if err := set.Complete(portal.NounUser, user); err != nil {
		t.Fatal(err)
	}
	return user
}

// desk is a new SIP account.
func desk() *portal.SIPAccount { return &portal.SIPAccount{Extension: new("1009")} }

// create completes and checks a new object, as the portal does.
func create(t testing.TB, platform portal.Platform, noun portal.Noun, object any) []rules.Finding {
	t.Helper()
	set := ruleSet(t, platform)
	if err := set.Complete(noun, object); err != nil {
		t.Fatal(err)
	}
	set.Normalize(noun, object)
	return set.Check(acme(), rules.Change{Noun: noun, After: object})
}

// update checks a stored object and the one that is to take its place.
func update[T any](t testing.TB, platform portal.Platform, noun portal.Noun, stored T, change func(*T)) []rules.Finding {
	t.Helper()
	set := ruleSet(t, platform)
	if err := set.Complete(noun, &stored); err != nil {
		t.Fatal(err)
	}
	wanted := *new(T)
	rules.FillFrom(&wanted, &stored)
	change(&wanted)
	return set.Check(acme(), rules.Change{Noun: noun, Before: &stored, After: &wanted})
}

// expect compares findings by "field code id".
func expect(t testing.TB, findings []rules.Finding, want ...string) {
	t.Helper()
	got := make([]string, 0, len(findings))
	for _, f := range findings {
		got = append(got, fmt.Sprintf("%s %s %s", f.Field, f.Code, f.ID))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
		for _, f := range findings {
			t.Logf("%s: %s", f.Field, f.Message)
		}
	}
}
