package rules_test

import (
	"slices"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// What hangs on a value that is not known yet says nothing; everything else is still found.
func TestRules_unknown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		platform portal.Platform
		unknown  []string
		change   func(*portal.User)
		want     []string
	}{
		{"a required field", portal.Telecube, []string{"first_name"}, func(u *portal.User) { u.FirstName, u.LastName = nil, nil }, []string{"last_name required TC-07"}},
		{"a list", portal.Telecube, []string{"permission_group_ids"}, func(u *portal.User) { u.PermissionGroupIDs = nil }, nil},
		{"the field of a check", portal.Telecube, []string{"telephony.sip_account_ids"}, func(u *portal.User) { u.Telephony.SIPAccountIDs = nil }, nil},
		{"the condition of a check", portal.Telecube, []string{"telephony.sip_assignment"}, func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{} }, nil},
		{"a whole object", portal.Telecube, []string{"telephony"}, func(u *portal.User) { u.Telephony = nil }, nil},
		{"a whole object that the platform lacks", portal.Engage, []string{"telephony"}, func(*portal.User) {}, nil},
		{"a field in an object that the platform lacks", portal.Engage, []string{"telephony.extension"},
			func(u *portal.User) { u.Telephony = &portal.Telephony{} }, []string{"telephony not_on_platform ALL-01"}},
		{"a value kept in the place of an unknown one", portal.Telecube, []string{"email", "middle_name"},
			func(u *portal.User) { u.Email, u.MiddleName = new("?"), new("?") }, nil},
		{"MW-07 another destination is known", portal.Maatwerk, []string{"telephony.forward_numbers"}, func(*portal.User) {}, nil},
		{"MW-07 a destination may come", portal.Maatwerk, []string{"telephony.forward_numbers"}, func(u *portal.User) { u.Telephony = nil }, nil},
		{"MW-08 the account may be among them", portal.Maatwerk, []string{"telephony.sip_account_ids"}, func(u *portal.User) {
			u.Telephony = &portal.Telephony{AppSIPAccountID: new("sip_free")}
		}, nil},
		{"MW-13 a second destination may come", portal.Maatwerk, []string{"telephony.forward_numbers"}, func(u *portal.User) {
			u.ClickToDial = &portal.ClickDial{FollowAvailability: new(false), SIPAccountID: new("sip_free")}
		}, nil},
		{"MW-13 two are known already", portal.Maatwerk, []string{"telephony.forward_numbers"}, func(u *portal.User) {
			u.Telephony.SIPAccountIDs = []string{"sip_also", "sip_free"}
			u.ClickToDial = &portal.ClickDial{FollowAvailability: new(false), SIPAccountID: new("sip_free")}
		}, []string{"click_to_dial.follow_availability not_allowed MW-13"}},
		{"everything else", portal.Telecube, []string{"telephony.sip_account_ids"}, func(u *portal.User) {
			u.Email, u.Telephony.CallerIDs = new("alice"), []string{"+31201234567"}
		}, []string{"email malformed TC-01", "telephony.caller_ids not_owned TC-04"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			user := alice(t, c.platform)
			c.change(user)
			unknown := func(path string) bool { return slices.Contains(c.unknown, path) }
			set := ruleSet(t, c.platform)
			if err := set.CompleteKnown(portal.NounUser, user, unknown); err != nil {
				t.Fatal(err)
			}
			expect(t, set.Check(acme(), rules.Change{Noun: portal.NounUser, After: user, Unknown: unknown}), c.want...)
		})
	}
}

// On a replacement an unknown value may be any, so the stored one must not stand in for it.
func TestRules_unknownOnUpdate(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Telecube)
	stored := storedAlice(t, set)
	change := rules.Change{
		Noun: portal.NounUser, Before: stored,
		After:   &portal.User{Telephony: &portal.Telephony{SIPAssignment: new("dynamic")}},
		Unknown: func(path string) bool { return path == "telephony.sip_account_ids" },
	}
	expect(t, set.Check(acme(), change))
	change.Unknown = nil
	expect(t, set.Check(acme(), change), "telephony.sip_account_ids not_allowed TC-02")
}

func TestRules_inventoryNotKnown(t *testing.T) {
	t.Parallel()
	user := alice(t, portal.Samoobsluha)
	user.PermissionGroupIDs = []string{"grp_9"}
	user.Email = new("bob@example.com")
	user.Telephony = &portal.Telephony{PBXID: new("pbx_9"), Extension: new("2003"), SIPAccountIDs: []string{"sip_9"}}
	set := ruleSet(t, portal.Samoobsluha)
	expect(t, set.Check(rules.Inventory{}, rules.Change{Noun: portal.NounUser, After: user}))
	expect(t, set.Check(acme(), rules.Change{Noun: portal.NounUser, After: user}),
		"email already_exists SA-03", "permission_group_ids missing SA-04", "telephony.extension already_exists ALL-02",
		"telephony.pbx_id missing SA-05", "telephony.sip_account_ids missing ")
}

func TestRules_absentStaysAsStored(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Telecube)
	stored := storedAlice(t, set)
	expect(t, set.Check(acme(), rules.Change{Noun: portal.NounUser, Before: stored, After: &portal.User{LastName: new("de Vries")}}))
	expect(t, set.Check(acme(), rules.Change{Noun: portal.NounUser, Before: stored, After: &portal.User{PermissionGroupIDs: []string{}}}),
		"permission_group_ids required TC-08")
}

func TestFillFrom(t *testing.T) {
	t.Parallel()
	stored := portal.User{
		ID: "usr_alice", ETag: `"7"`, FirstName: new("Alice"), LastName: new("Jansen"), PermissionGroupIDs: []string{"grp_1"},
		Telephony: &portal.Telephony{CallerIDs: []string{"+31851234567"}, SMSSenders: []string{"ACME"}, SIPAssignment: new("static")},
		Directory: &portal.Directory{BusinessNumber: new("+48221234567")},
	}
	wanted := portal.User{ID: "usr_mallory", LastName: new(""), Telephony: &portal.Telephony{CallerIDs: []string{}}}
	rules.FillFrom(&wanted, &stored)
	if wanted.ID != "usr_alice" || wanted.ETag != `"7"` {
		t.Error("a field that only the portal writes was taken from the request")
	}
	if *wanted.FirstName != "Alice" || len(wanted.PermissionGroupIDs) != 1 || wanted.Telephony.SMSSenders[0] != "ACME" || *wanted.Telephony.SIPAssignment != "static" {
		t.Error("what is left out is not as stored")
	}
	if *wanted.LastName != "" || wanted.Telephony.CallerIDs == nil || len(wanted.Telephony.CallerIDs) != 0 {
		t.Error("an empty value was overwritten")
	}
	wanted.Directory.BusinessNumber = new("+48 22 765 43 21")
	ruleSet(t, portal.Telecube).Normalize(portal.NounUser, &wanted)
	if *stored.Directory.BusinessNumber != "+48221234567" {
		t.Error("changing the one object changed the other")
	}
	built := portal.PermissionGroup{BuiltIn: true}
	rules.FillFrom(&built, &portal.PermissionGroup{BuiltIn: false})
	if built.BuiltIn {
		t.Error("a request made a group a built-in one")
	}
}

func TestFillFrom_readOnlyFields(t *testing.T) {
	t.Parallel()
	stored := portal.User{
		PlannedPublications: 3,
		Webcare:             &portal.Webcare{Suffixes: map[string]string{"x": "^AJ"}, DefaultAccounts: map[string]string{"x": "acc_x"}, AvatarSHA256: "e3b0"},
	}
	wanted := portal.User{
		PlannedPublications: 9,
		Webcare:             &portal.Webcare{Suffixes: map[string]string{}, AvatarSHA256: "ffff"},
		Voicemail:           &portal.Voicemail{PINSet: true, Email: new("alice@example.com")},
	}
	rules.FillFrom(&wanted, &stored)
	if wanted.PlannedPublications != 3 || wanted.Webcare.AvatarSHA256 != "e3b0" {
		t.Error("a field that only the portal writes was taken from the request")
	}
	if wanted.Voicemail.PINSet || *wanted.Voicemail.Email != "alice@example.com" {
		t.Errorf("a request brought a new object, and what only the portal writes in it: %+v", wanted.Voicemail)
	}
	if len(wanted.Webcare.Suffixes) != 0 || wanted.Webcare.DefaultAccounts["x"] != "acc_x" {
		t.Error("an empty map was overwritten, or one that is left out is not as stored")
	}
}

// What only the portal writes is no reason to refuse an object that is sent back as it came.
func TestRules_readOnlyFieldsAreIgnored(t *testing.T) {
	t.Parallel()
	user := alice(t, portal.Vaxel)
	user.PlannedPublications, user.Permissions = 3, []string{"users.manage"}
	expect(t, create(t, portal.Vaxel, portal.NounUser, user))
}

func TestRules_organisationNotKnown(t *testing.T) {
	t.Parallel()
	for platform, change := range map[portal.Platform]func(*portal.User){
		portal.Samoobsluha: licensed("omnichannel start"),
		portal.Vaxel: func(u *portal.User) {
			u.Security, u.Telephony = &portal.Security{SkipSSO: new(true)}, &portal.Telephony{BillingNumber: new("+46812345678")}
		},
		portal.Engage: func(u *portal.User) {
			u.Webcare = &portal.Webcare{CRMUser: new("AR01"), LandingPage: new("anything"), DefaultAccounts: map[string]string{"x": "acc_9"}}
		},
		portal.Telecube: func(u *portal.User) { u.Directory = &portal.Directory{UserGroupIDs: []string{"sub_9"}} },
	} {
		set := ruleSet(t, platform)
		user := alice(t, platform)
		change(user)
		if err := set.Complete(portal.NounUser, user); err != nil {
			t.Fatal(err)
		}
		expect(t, set.Check(rules.Inventory{}, rules.Change{Noun: portal.NounUser, After: user}))
	}
}
