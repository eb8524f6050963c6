package rules_test

import (
	"slices"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

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
	stored.BuiltIn = false
	expect(t, update(t, portal.Maatwerk, portal.NounPermissionGroup, stored, rename))
}

func TestRules_MW07_atLeastOneDestination(t *testing.T) {
	runUserCases(t, portal.Maatwerk, []userCase{
		{"none", func(u *portal.User) { u.Telephony = nil }, []string{"telephony required MW-07"}},
		{"all empty", func(u *portal.User) {
			u.Telephony = &portal.Telephony{SIPAccountIDs: []string{}, ForwardNumbers: []string{}, AppSIPAccountID: new("")}
		}, []string{"telephony required MW-07"}},
		{"a forward", func(u *portal.User) { u.Telephony = &portal.Telephony{ForwardNumbers: []string{"+31612345678"}} }, nil},
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

func TestRules_EN01_username(t *testing.T) {
	runUserCases(t, portal.Engage, []userCase{
		{"missing", func(u *portal.User) { u.Username = nil }, []string{"username required EN-01"}},
		{"taken", func(u *portal.User) { u.Username = new("bob") }, []string{"username already_exists EN-01"}},
		{"free, since case counts", func(u *portal.User) { u.Username = new("Bob") }, nil},
	})
	t.Run("never changes", func(t *testing.T) {
		t.Parallel()
		stored := *alice(t, portal.Engage)
		stored.ID = "usr_alice"
		findings := update(t, portal.Engage, portal.NounUser, stored, func(u *portal.User) { u.Username = new("Alice") })
		expect(t, findings, "username unchangeable EN-01")
		const want = `cannot change from "alice" to "Alice" once saved; keep it, or create another user with the new username and delete this one`
		if len(findings) == 1 && findings[0].Message != want {
			t.Errorf("got %q", findings[0].Message)
		}
	})
}

func TestRules_EN02_EN05_EN11(t *testing.T) {
	runUserCases(t, portal.Engage, []userCase{
		{"EN-02", func(u *portal.User) { u.Email, u.FirstName, u.LastName = nil, nil, nil },
			[]string{"email required EN-02", "first_name required EN-02", "last_name required EN-02"}},
		{"EN-05 two roles", func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_1", "grp_2"} }, []string{"permission_group_ids not_allowed EN-05"}},
		{"EN-11 French", func(u *portal.User) { u.Locale = &portal.Locale{Language: new("fr")} }, nil},
		{"EN-11 Swedish", func(u *portal.User) { u.Locale = &portal.Locale{Language: new("sv")} }, []string{"locale.language malformed EN-11"}},
	})
}

func TestRules_EN05_roleNameNeverChanges(t *testing.T) {
	t.Parallel()
	stored := portal.PermissionGroup{ID: "grp_1", Name: new("Editors")}
	expect(t, update(t, portal.Engage, portal.NounPermissionGroup, stored, func(g *portal.PermissionGroup) { g.Name = new("editors") }), "name unchangeable EN-05")
}

func TestRules_SA03_SA04_SA06(t *testing.T) {
	on := func(pbx, extension string) func(*portal.User) {
		return func(u *portal.User) { u.Telephony = &portal.Telephony{PBXID: new(pbx), Extension: new(extension)} }
	}
	runUserCases(t, portal.Samoobsluha, []userCase{
		{"SA-03", func(u *portal.User) { u.Email, u.FirstName, u.LastName = nil, nil, nil },
			[]string{"email required SA-03", "first_name required SA-03", "last_name required SA-03"}},
		{"SA-04", func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_1", "grp_2"} }, []string{"permission_group_ids not_allowed SA-04"}},
		{"SA-05 no such PBX", on("pbx_9", "201"), []string{"telephony.pbx_id missing SA-05"}},
		{"SA-06 with extension", on("pbx_1", "201"), nil},
		{"SA-06 without extension", on("pbx_1", ""), []string{"telephony.extension required SA-06"}},
		{"SA-07 note of several lines", func(u *portal.User) { u.Description = new("Mornings only.\nSpeaks Polish.") }, nil},
	})
}

func TestRules_SA14_pbxIsLocked(t *testing.T) {
	t.Parallel()
	stored := *alice(t, portal.Samoobsluha)
	stored.ID, stored.Telephony = "usr_alice", &portal.Telephony{PBXID: new("pbx_1"), Extension: new("201")}
	move := func(u *portal.User) { u.Telephony.PBXID = new("pbx_2") }
	expect(t, update(t, portal.Samoobsluha, portal.NounUser, stored, move), "telephony.pbx_id unchangeable SA-14")
	stored.Telephony.PBXID = new("")
	expect(t, update(t, portal.Samoobsluha, portal.NounUser, stored, move))
}

func TestRules_VX01_names(t *testing.T) {
	first := func(name string) func(*portal.User) {
		return func(u *portal.User) { u.FirstName = new(name) }
	}
	refused := []string{"first_name malformed VX-01"}
	runUserCases(t, portal.Vaxel, []userCase{
		{"Swedish", first("Åsa-Märta"), nil},
		{"apostrophe", first("D'Arcy"), nil},
		{"curly apostrophe", first("D’Arcy"), nil},
		{"Chinese", first("小明"), nil},
		{"Arabic", first("محمد"), nil},
		{"Hindi with vowel signs", first("प्रिया"), nil},
		{"Sinhala with a joiner", first("ශ්\u200dරී"), nil},
		{"combining accent", first("Jose\u0301"), nil},
		{"one letter", first("A"), refused},
		{"digit", first("Alice2"), refused},
		{"digit of another script", first("علي٢"), refused},
		{"punctuation", first("Alice!"), refused},
		{"emoji", first("Alice😀"), refused},
		{"line break", first("Ali\nce"), refused},
		{"no letter at all", first("--"), refused},
		{"last name of one letter", func(u *portal.User) { u.LastName = new("Ö") }, nil},
	})
}

func TestRules_VX05_VX07_VX17_VX18(t *testing.T) {
	ring := func(seconds int64) func(*portal.User) {
		return func(u *portal.User) { u.Telephony = &portal.Telephony{RingSeconds: &seconds} }
	}
	locale := func(country, zone, language string) func(*portal.User) {
		return func(u *portal.User) {
			u.Locale = &portal.Locale{Country: &country, TimeZone: &zone, Language: &language}
		}
	}
	runUserCases(t, portal.Vaxel, []userCase{
		{"VX-05 least", ring(5), nil},
		{"VX-05 less", ring(4), []string{"telephony.ring_seconds not_allowed VX-05"}},
		{"VX-05 most", ring(300), nil},
		{"VX-05 more", ring(301), []string{"telephony.ring_seconds not_allowed VX-05"}},
		{"VX-07 not owned", func(u *portal.User) { u.Telephony = &portal.Telephony{CallerID: new("+46812345678")} }, []string{"telephony.caller_id not_owned VX-07"}},
		{"VX-17 Sweden", locale("SE", "Europe/Stockholm", "sv"), nil},
		{"VX-17 subtags", locale("FI", "America/Argentina/Ushuaia", "sv-FI"), nil},
		{"VX-17 none", locale("", "", ""), nil},
		{"VX-17 wrong", locale("se", "Stockholm", "sv_SE"),
			[]string{"locale.country malformed VX-17", "locale.language malformed VX-17", "locale.time_zone malformed VX-17"}},
		{"VX-17 made up", locale("XX", "Local", "qq-!"),
			[]string{"locale.country malformed VX-17", "locale.language malformed VX-17", "locale.time_zone malformed VX-17"}},
		{"VX-18", func(u *portal.User) { u.Telephony = &portal.Telephony{Recording: new("sometimes")} }, []string{"telephony.recording malformed VX-18"}},
	})
}

func TestRules_VX05_VX06_VX09_defaults(t *testing.T) {
	t.Parallel()
	user := alice(t, portal.Vaxel)
	user.Telephony = &portal.Telephony{CallWaiting: new(false)}
	unknown := func(path string) bool { return path == "telephony.recording" || path == "locale" }
	if err := ruleSet(t, portal.Vaxel).CompleteKnown(portal.NounUser, user, unknown); err != nil {
		t.Fatal(err)
	}
	telephony := user.Telephony
	if *telephony.RingSeconds != 30 || *telephony.DefaultProfile != "available" || *telephony.HideCallerID || !*user.Enabled {
		t.Error("a default is not the platform's")
	}
	if *telephony.CallWaiting {
		t.Error("a given value was overwritten")
	}
	if telephony.Recording != nil || user.Locale != nil {
		t.Error("what is not known yet got a default")
	}
	var none *portal.Telephony
	engage := alice(t, portal.Engage)
	if err := ruleSet(t, portal.Engage).Complete(portal.NounUser, engage); err != nil || engage.Telephony != none {
		t.Errorf("engage made telephony: %v", err)
	}
}

func TestFor_unknownPlatform(t *testing.T) {
	t.Parallel()
	if set, err := rules.For("asterisk"); err == nil || set != nil {
		t.Errorf("got %v, %v", set, err)
	}
}
