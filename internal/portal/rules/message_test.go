package rules_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// A message names what was given, what is allowed and what to do.
func TestRules_messages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		platform portal.Platform
		change   func(*portal.User)
		want     string
	}{
		{portal.Telecube, func(u *portal.User) { u.LastName = nil }, `last_name is required for a user on telecube; give a value`},
		{portal.Telecube, func(u *portal.User) { u.MiddleName = new("van") }, `middle_name ("van") does not exist for a user on telecube; leave it out`},
		{portal.Telecube, func(u *portal.User) { u.Email = new("alice") }, `email is "alice": write one address and nothing else, such as alice@example.com`},
		{portal.Telecube, func(u *portal.User) { u.Email = new("Bob@example.com") }, `email is "Bob@example.com", which the user bob@example.com (usr_bob) has already; choose another`},
		{portal.Telecube, func(u *portal.User) { u.LastName = new(strings.Repeat("x", 1<<20)) },
			`last_name is "` + strings.Repeat("x", 100) + `…", which has 1048576 characters; telecube allows at most 64`},
		{portal.Telecube, func(u *portal.User) { u.LastName = new("Jan\x00sen") }, `last_name is "Jan\x00sen", which has the control character U+0000; remove it`},
		{portal.Telecube, func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_1", "grp_2"} },
			`permission_group_ids has 2 values (grp_1, grp_2); telecube allows at most 1, remove the others`},
		{portal.Telecube, func(u *portal.User) { u.PermissionGroupIDs = []string{"agents"} },
			`permission_group_ids has "agents", which is not the id of a permission group; use the id of an existing one`},
		{portal.Telecube, func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{"sip_bob"} },
			`telephony.sip_account_ids has "sip_bob", the SIP account 1003, which belongs to bob@example.com; take one that is free, or let that user give it up first`},
		{portal.Telecube, func(u *portal.User) { u.Telephony.CallerIDs = []string{"+31 20 123 45 67"} },
			`telephony.caller_ids has "+31201234567", which Acme Logistics does not own; choose one of +31851234567, +31851234568`},
		{portal.Telecube, func(u *portal.User) { u.Telephony.SMSSenders = []string{"Acme"} },
			`telephony.sms_senders has "Acme", which is neither a number that Acme Logistics owns nor a sender name registered for it; choose one of ACME, +31851234567, +31851234568`},
		{portal.Telecube, func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{} }, `telephony.sip_account_ids: a user with telephony.sip_assignment = "static" ` +
			`needs exactly one SIP account, and has none; name one in telephony.sip_account_ids, or set telephony.sip_assignment = "dynamic" for a user who takes a free one at login`},
		{portal.Telecube, func(u *portal.User) { u.Password = new(portal.Secret("short")) },
			`password: the password needs at least 8 characters (it has 5), an upper-case letter, a digit, a special character`},
		{portal.Vaxel, func(u *portal.User) { u.Telephony = &portal.Telephony{RingSeconds: new(int64(3))} }, `telephony.ring_seconds is 3; vaxel allows 5 to 300`},
		{portal.Vaxel, func(u *portal.User) { u.Telephony = &portal.Telephony{Recording: new("yes")} }, `telephony.recording is "yes", which vaxel does not have; choose one of never, always, on_demand`},
		{portal.Vaxel, func(u *portal.User) { u.LastName = new("Jan$sen") },
			`last_name is "Jan$sen": a name has letters, spaces, hyphens and apostrophes only, not "$"`},
		{portal.Vaxel, func(u *portal.User) { u.LastName = new("Jan\u00a0sen") },
			"last_name is \"Jan\\u00a0sen\": a name has letters, spaces, hyphens and apostrophes only, not U+00A0"},
		{portal.Vaxel, func(u *portal.User) { u.LastName = new("--") }, `last_name is "--": a name has at least one letter`},
		{portal.Vaxel, func(u *portal.User) { u.FirstName = new("A") }, `first_name is "A", which has 1 character; vaxel allows 2 to 64`},
		{portal.Samoobsluha, func(u *portal.User) { u.Telephony = &portal.Telephony{PBXID: new("main"), Extension: new("201")} },
			`telephony.pbx_id is "main", which is not a PBX of Acme Logistics; choose one of pbx_1, pbx_2`},
		{portal.Maatwerk, func(u *portal.User) { u.Telephony.AppSIPAccountID = new("sip_also") },
			`telephony.app_sip_account_id is "sip_also", which is not among the SIP accounts of the user (sip_free); add it to telephony.sip_account_ids`},
		{portal.Engage, func(u *portal.User) { u.Webcare = &portal.Webcare{Suffixes: map[string]string{"hyves": "^AJ"}} },
			`webcare.suffixes has "hyves", which engage does not have; choose one of facebook, instagram, linkedin, threads, tiktok, whatsapp, x, youtube`},
		{portal.Engage, func(u *portal.User) {
			u.Webcare = &portal.Webcare{Suffixes: map[string]string{"x": strings.Repeat("^", 33)}}
		},
			`webcare.suffixes["x"] is "` + strings.Repeat("^", 33) + `", which has 33 characters; engage allows at most 32`},
		{portal.Engage, func(u *portal.User) { u.Webcare = &portal.Webcare{DefaultAccounts: map[string]string{"x": "acc_fb"}} },
			`webcare.default_accounts["x"] is "acc_fb", and Acme Logistics has no such account on x; choose one of acc_x`},
		{portal.Engage, func(u *portal.User) { u.Webcare = &portal.Webcare{LandingPage: new("calendar")} },
			`webcare.landing_page is "calendar", which is not a page of a module that Acme Logistics has; choose one of assigned_to_me, inbox, live_chat`},
		{portal.Engage, func(u *portal.User) { u.Webcare = &portal.Webcare{Avatar: new("alice.png")} },
			`webcare.avatar: write it in base64 (RFC 4648), as filebase64() of Terraform does`},
		{portal.Vaxel, func(u *portal.User) { u.Voicemail = &portal.Voicemail{PIN: new(portal.Secret("hello"))} }, `voicemail.pin: a PIN is digits and nothing else`},
		{portal.Vaxel, func(u *portal.User) { u.Telephony = &portal.Telephony{CallerID: new("+31851234568")} },
			`telephony.caller_id is "+31851234568", which is free, so it is allocated to this user as an incoming number too`},
		{portal.Telecube, func(u *portal.User) {
			u.Directory = &portal.Directory{UserGroupIDs: []string{"sub_agent", "sub_manager"}}
		}, `directory.user_group_ids has "Agent" (sub_agent) and "Manager" (sub_manager), both subgroups of the user group "position"; a user is in one of them at most, remove the other`},
		{portal.Samoobsluha, func(u *portal.User) { u.Licence = &portal.Licence{Product: new("helpdesk"), Edition: new("mini")} },
			`licence.helpdesk_id: a user with a licence for helpdesk needs a helpdesk; name it`},
	} {
		t.Run(string(c.platform)+" "+c.want[:min(60, len(c.want))], func(t *testing.T) {
			t.Parallel()
			user := alice(t, c.platform)
			c.change(user)
			findings := create(t, c.platform, portal.NounUser, user)
			if !slices.ContainsFunc(findings, func(f rules.Finding) bool { return f.Message == c.want }) {
				t.Errorf("got %+v\nwant %s", findings, c.want)
			}
		})
	}
}

func TestRules_ALL05_noPasswordInAMessage(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		for _, password := range []string{"pass word", "Pa\x00ssword1!", strings.Repeat("Secret", 100), "Alice2024", "x"} {
			user := alice(t, platform)
			user.Password = new(portal.Secret(password))
			account := desk()
			account.Password = new(portal.Secret(password))
			findings := slices.Concat(create(t, platform, portal.NounUser, user), create(t, platform, portal.NounSIPAccount, account))
			if len(findings) == 0 {
				t.Errorf("%s accepts %q", platform, password)
			}
			for _, f := range findings {
				if text := fmt.Sprintf("%+v", f); password != "x" && strings.Contains(text, password) {
					t.Errorf("%s: %s", platform, text)
				}
			}
		}
	}
}

func TestRules_orderIsFixed(t *testing.T) {
	t.Parallel()
	bad := func() *portal.User {
		return &portal.User{
			MiddleName: new("van"), Email: new("alice"), PermissionGroupIDs: []string{"c", "a", "b"},
			Telephony: &portal.Telephony{
				CallerIDs: []string{"+31201234569", "x", "+31201234567"}, Extension: new("x"), SMSSenders: []string{"b", "a"}, SIPAccountIDs: []string{"z", "y"},
			},
		}
	}
	first := create(t, portal.Telecube, portal.NounUser, bad())
	if !slices.IsSortedFunc(first, func(a, b rules.Finding) int { return strings.Compare(a.Field, b.Field) }) || len(first) < 10 {
		t.Errorf("got %+v", first)
	}
	for range 50 {
		if again := create(t, portal.Telecube, portal.NounUser, bad()); !reflect.DeepEqual(again, first) {
			t.Fatalf("got  %+v\nthen %+v", first, again)
		}
	}
}

// A user who may show any of a thousand numbers, in an organisation that rents ten thousand.
func BenchmarkCheck_ownedNumbers(b *testing.B) {
	inventory := acme()
	inventory.Organization.PhoneNumbers = nil
	for i := range 10_000 {
		inventory.Organization.PhoneNumbers = append(inventory.Organization.PhoneNumbers, fmt.Sprintf("+3185%07d", 2_000_000+i))
	}
	user := alice(b, portal.Telecube)
	user.Telephony.CallerIDs = slices.Clone(inventory.Organization.PhoneNumbers[9_000:])
	set := ruleSet(b, portal.Telecube)
	if err := set.Complete(portal.NounUser, user); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if findings := set.Check(inventory, rules.Change{Noun: portal.NounUser, After: user}); len(findings) > 0 {
			b.Fatal(findings)
		}
	}
}

func TestRules_SA11_messages(t *testing.T) {
	t.Parallel()
	for change, want := range map[[2]string]string{
		{"callcentrum start", "callcentrum mini"}: `licence.edition: the licence cannot change from "callcentrum start" to "callcentrum mini"; it can change to omnichannel start, omnichannel profi or omnichannel enterprise`,
		{"video", "helpdesk mini"}:                `licence.product: the licence cannot change from "video" to "helpdesk mini"; it cannot change at all, so keep it`,
	} {
		stored := *alice(t, portal.Samoobsluha)
		licensed(change[0])(&stored)
		findings := update(t, portal.Samoobsluha, portal.NounUser, stored, licensed(change[1]))
		if len(findings) != 1 || findings[0].Message != want {
			t.Errorf("got %+v", findings)
		}
	}
}
