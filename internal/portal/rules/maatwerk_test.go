package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// An address that another organisation of the platform has is taken, and no more is said.
func TestRules_MW02_takenInAnotherOrganisation(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Maatwerk)
	inventory := acme()
	inventory.Holders["email"]["alice@example.com"] = rules.Holder{}
	user := alice(t, portal.Maatwerk)
	user.Email = new("Alice@Example.com")
	if err := set.Complete(portal.NounUser, user); err != nil {
		t.Fatal(err)
	}
	findings := set.Check(inventory, rules.Change{Noun: portal.NounUser, After: user})
	expect(t, findings, "email already_exists MW-02")
	if len(findings) == 1 && (findings[0].Message != `email is "Alice@Example.com", which somebody else has already; choose another` || findings[0].ExistingID != "") {
		t.Errorf("got %+v", findings[0])
	}
	for _, platform := range portal.Platforms() {
		if everywhere := ruleSet(t, platform).Objects[portal.NounUser].Fields["email"].Everywhere; everywhere != (platform == portal.Maatwerk) {
			t.Errorf("%s: unique over all organisations: %t", platform, everywhere)
		}
	}
}

func TestRules_MW03_passwordOnlyWhenItChanges(t *testing.T) {
	t.Parallel()
	expect(t, create(t, portal.Maatwerk, portal.NounUser, alice(t, portal.Maatwerk)))
	stored := *alice(t, portal.Maatwerk)
	stored.ID = "usr_alice"
	expect(t, update(t, portal.Maatwerk, portal.NounUser, stored, func(u *portal.User) { u.Enabled, u.LastName = new(false), new("de Vries") }))
	expect(t, update(t, portal.Maatwerk, portal.NounUser, stored, func(u *portal.User) { u.Password = new(portal.Secret("short")) }), "password weak_password MW-03")
}

func TestRules_MW04_oneGroupOrMore(t *testing.T) {
	runUserCases(t, portal.Maatwerk, []userCase{
		{"two", func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_1", "grp_2"} }, nil},
		{"none", func(u *portal.User) { u.PermissionGroupIDs = []string{} }, []string{"permission_group_ids required MW-04"}},
		{"not there", func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_1", "grp_9"} }, []string{"permission_group_ids missing MW-04"}},
	})
}

func TestRules_MW05_builtInGroups(t *testing.T) {
	t.Parallel()
	groups := ruleSet(t, portal.Maatwerk).BuiltInGroups
	for name, permission := range map[string]string{
		"Administrator": "modules.switch", "Account administrator": "invoices.view", "Call details": "call_details.view", "End user": "own_destination.update",
	} {
		if !slices.Contains(groups[name].Permissions, permission) {
			t.Errorf("%s has %q and not %s", name, groups[name].Permissions, permission)
		}
	}
	if len(groups) != 4 || len(groups["End user"].Permissions) != 1 || slices.Contains(groups["Administrator"].Permissions, "invoices.view") {
		t.Errorf("got %v", groups)
	}
}

func TestRules_MW06_builtInGroup(t *testing.T) {
	t.Parallel()
	stored := portal.PermissionGroup{ID: "grp_1", Name: new("End user"), BuiltIn: true}
	rename := func(g *portal.PermissionGroup) { g.Name = new("Users") }
	adjust := func(g *portal.PermissionGroup) {
		g.Permissions = []string{"call_details.view", "own_destination.update"}
	}
	expect(t, update(t, portal.Maatwerk, portal.NounPermissionGroup, stored, rename), "name unchangeable MW-06")
	expect(t, update(t, portal.Maatwerk, portal.NounPermissionGroup, stored, adjust))
	administrator := portal.PermissionGroup{ID: "grp_1", Name: new("Administrator"), BuiltIn: true}
	expect(t, update(t, portal.Telecube, portal.NounPermissionGroup, administrator, rename), "name unchangeable MW-06")
	stored.BuiltIn = false
	expect(t, update(t, portal.Maatwerk, portal.NounPermissionGroup, stored, rename))
}

func TestRules_MW06_builtInGroupStays(t *testing.T) {
	t.Parallel()
	for _, platform := range []portal.Platform{portal.Maatwerk, portal.Telecube} {
		remove := func(builtIn bool) []rules.Finding {
			group := &portal.PermissionGroup{ID: "grp_1", Name: new("End user"), BuiltIn: builtIn}
			return ruleSet(t, platform).Check(acme(), rules.Change{Noun: portal.NounPermissionGroup, Before: group, Deletion: &portal.Deletion{}})
		}
		expect(t, remove(true), " unchangeable MW-06")
		expect(t, remove(false))
	}
}

func TestRules_MW06_howManyAChangeTouches(t *testing.T) {
	t.Parallel()
	grant := func(g *portal.PermissionGroup) { g.Permissions = []string{"users.manage"} }
	for _, platform := range []portal.Platform{portal.Engage, portal.Samoobsluha, portal.Telecube} {
		stored := portal.PermissionGroup{ID: "grp_2", Name: new("Agents"), MemberCount: 17}
		findings := update(t, platform, portal.NounPermissionGroup, stored, grant)
		expect(t, findings, "permissions affects_members MW-06")
		if len(findings) == 1 && (findings[0].Severity != rules.SeverityWarning || !strings.Contains(findings[0].Message, "17")) {
			t.Errorf("got %+v", findings[0])
		}
		expect(t, update(t, platform, portal.NounPermissionGroup, stored, func(g *portal.PermissionGroup) { g.Description = new("All agents.") }))
		stored.MemberCount = 0
		expect(t, update(t, platform, portal.NounPermissionGroup, stored, grant))
	}
	stored := portal.PermissionGroup{ID: "grp_1", Name: new("End user"), BuiltIn: true, MemberCount: 2}
	expect(t, update(t, portal.Maatwerk, portal.NounPermissionGroup, stored, func(g *portal.PermissionGroup) { g.Permissions = []string{"call_details.view"} }),
		"permissions affects_members MW-06")
	expect(t, create(t, portal.Maatwerk, portal.NounPermissionGroup, &portal.PermissionGroup{Name: new("Sales"), Permissions: []string{"call_details.view"}}))
}

func TestRules_MW07_atLeastOneDestination(t *testing.T) {
	runUserCases(t, portal.Maatwerk, []userCase{
		{"none", func(u *portal.User) { u.Telephony = nil }, []string{"telephony required MW-07"}},
		{"all empty", func(u *portal.User) {
			u.Telephony = &portal.Telephony{SIPAccountIDs: []string{}, ForwardNumbers: []string{}, AppSIPAccountID: new("")}
		}, []string{"telephony required MW-07"}},
		{"a forward", func(u *portal.User) { u.Telephony = &portal.Telephony{ForwardNumbers: []string{"+31612345678"}} }, nil},
		{"half a forward", func(u *portal.User) { u.Telephony.ForwardNumbers = []string{"0612345678"} }, []string{"telephony.forward_numbers malformed MW-07"}},
		{"an account that is not there", func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{"sip_9"} }, []string{"telephony.sip_account_ids missing MW-07"}},
		{"an app that is not there", func(u *portal.User) {
			u.Telephony.SIPAccountIDs, u.Telephony.AppSIPAccountID = []string{"sip_9"}, new("sip_9")
		}, []string{"telephony.app_sip_account_id missing MW-07", "telephony.sip_account_ids missing MW-07"}},
		{"an account that others use too", func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{"sip_bob"} }, nil},
	})
}

func TestRules_MW08_appAccountIsAmongSIPAccounts(t *testing.T) {
	runUserCases(t, portal.Maatwerk, []userCase{
		{"it is", func(u *portal.User) { u.Telephony.AppSIPAccountID = new("sip_free") }, nil},
		{"it is not", func(u *portal.User) { u.Telephony.AppSIPAccountID = new("sip_also") }, []string{"telephony.app_sip_account_id not_allowed MW-08"}},
	})
}

func TestRules_MW09_mobileFallback(t *testing.T) {
	runUserCases(t, portal.Maatwerk, []userCase{
		{"with an app", func(u *portal.User) {
			u.Telephony.AppSIPAccountID, u.Telephony.MobileFallbackNumber = new("sip_free"), new("+31 6 12345678")
		}, nil},
		{"without", func(u *portal.User) { u.Telephony.MobileFallbackNumber = new("+31612345678") }, []string{"telephony.mobile_fallback_number not_allowed MW-09"}},
		{"incomplete", func(u *portal.User) {
			u.Telephony.AppSIPAccountID, u.Telephony.MobileFallbackNumber = new("sip_free"), new("0612345678")
		}, []string{"telephony.mobile_fallback_number malformed MW-09"}},
	})
}

// The extension rings where the user is available, which is one of the own destinations, or nowhere.
func TestRules_MW10_extensionRingsAtTheActiveDestination(t *testing.T) {
	reachable := func(available bool, at string) func(*portal.User) {
		return func(u *portal.User) {
			u.Telephony.Extension, u.Telephony.Available, u.Telephony.ActiveDestination = new("201"), &available, &at
		}
	}
	runUserCases(t, portal.Maatwerk, []userCase{
		{"at the account", reachable(true, "sip_free"), nil},
		{"not available", reachable(false, ""), nil},
		{"nowhere", reachable(true, ""), []string{"telephony.active_destination required MW-11"}},
	})
}

func TestRules_MW11_availability(t *testing.T) {
	available := func(at string) func(*portal.User) {
		return func(u *portal.User) {
			u.Telephony.Available = new(true)
			u.Telephony.ForwardNumbers = []string{"+31612345678"}
			u.Telephony.ActiveDestination = new(at)
		}
	}
	runUserCases(t, portal.Maatwerk, []userCase{
		{"at an account", available("sip_free"), nil},
		{"at a forward, spelled otherwise", available("+31 6 123 456 78"), nil},
		{"nowhere", available(""), []string{"telephony.active_destination required MW-11"}},
		{"at somebody else's", available("sip_also"), []string{"telephony.active_destination not_allowed MW-11"}},
		{"at half a number", available("+31 6"), []string{"telephony.active_destination malformed MW-11", "telephony.active_destination not_allowed MW-11"}},
	})
}

func TestRules_MW12_callerIDIsOwned(t *testing.T) {
	runUserCases(t, portal.Maatwerk, []userCase{
		{"owned", func(u *portal.User) { u.Telephony.CallerID = new("+31851234567") }, nil},
		{"half a number", func(u *portal.User) { u.Telephony.CallerID = new("0851234567") }, []string{"telephony.caller_id malformed MW-12"}},
		{"not owned", func(u *portal.User) { u.Telephony.CallerID = new("+31201234567") }, []string{"telephony.caller_id not_owned MW-12"}},
	})
}

func TestRules_MW13_clickToDial(t *testing.T) {
	fixed := func(account string) func(*portal.User) {
		return func(u *portal.User) {
			u.ClickToDial = &portal.ClickDial{FollowAvailability: new(false), SIPAccountID: new(account)}
		}
	}
	runUserCases(t, portal.Maatwerk, []userCase{
		{"fixed", fixed("sip_free"), nil},
		{"fixed to none", fixed(""), []string{"click_to_dial.sip_account_id required MW-13"}},
		{"fixed to another's", fixed("sip_also"), []string{"click_to_dial.sip_account_id not_allowed MW-13"}},
		{"fixed and following", func(u *portal.User) { u.ClickToDial = &portal.ClickDial{SIPAccountID: new("sip_free")} },
			[]string{"click_to_dial.sip_account_id not_allowed MW-13"}},
		{"fixed with two destinations", func(u *portal.User) {
			fixed("sip_free")(u)
			u.Telephony.ForwardNumbers = []string{"+31612345678"}
		}, []string{"click_to_dial.follow_availability not_allowed MW-13"}},
		{"fixed with one destination that is an app", func(u *portal.User) {
			fixed("sip_free")(u)
			u.Telephony.AppSIPAccountID = new("sip_free")
		}, nil},
	})
}

func TestRules_MW14_MW15_ownSettings(t *testing.T) {
	t.Parallel()
	user := storedAlice(t, ruleSet(t, portal.Maatwerk))
	if *user.ClickToDial.AutoAnswer || *user.Security.TwoFactorRequired || *user.Locale.Language != "" {
		t.Error("a default is not the platform's")
	}
	expect(t, update(t, portal.Maatwerk, portal.NounUser, *user, func(u *portal.User) {
		u.ClickToDial.AutoAnswer, u.Security.TwoFactorRequired, u.Locale.Language = new(true), new(true), new("nl")
	}))
	expect(t, update(t, portal.Maatwerk, portal.NounUser, *user, func(u *portal.User) { u.Locale.Language = new("Dutch!") }), "locale.language malformed MW-15")
}
