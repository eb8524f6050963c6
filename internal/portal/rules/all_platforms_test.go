package rules_test

import (
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func TestRules_acceptsAPlainUser(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			expect(t, create(t, platform, portal.NounUser, alice(t, platform)))
		})
	}
}

func TestRules_ALL01_whatThePlatformLacks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		platform portal.Platform
		change   func(*portal.User)
		want     []string
	}{
		{"a field", portal.Telecube, func(u *portal.User) { u.MiddleName = new("van") }, []string{"middle_name not_on_platform ALL-01"}},
		{"an empty field", portal.Telecube, func(u *portal.User) { u.MiddleName = new("") }, []string{"middle_name not_on_platform ALL-01"}},
		{"an empty list", portal.Vaxel, func(u *portal.User) { u.PermissionGroupIDs = []string{} }, []string{"permission_group_ids not_on_platform ALL-01"}},
		{"false", portal.Telecube, func(u *portal.User) { u.Telephony.HideCallerID = new(false) }, []string{"telephony.hide_caller_id not_on_platform ALL-01"}},
		{"a password that nobody can give", portal.Engage, func(u *portal.User) { u.Password = new(portal.Secret("wX7-kq9.Lm2")) }, []string{"password not_on_platform ALL-01"}},
		{"an object, and not its fields", portal.Engage, func(u *portal.User) {
			u.Telephony = &portal.Telephony{Extension: new("201"), CallerIDs: []string{"x"}}
		}, []string{"telephony not_on_platform ALL-01"}},
		{"an empty object", portal.Engage, func(u *portal.User) { u.Telephony = &portal.Telephony{} }, []string{"telephony not_on_platform ALL-01"}},
		{"several", portal.Telecube, func(u *portal.User) {
			u.Username, u.ClickToDial, u.Locale = new("alice"), &portal.ClickDial{AutoAnswer: new(true)}, &portal.Locale{Language: new("pl")}
		}, []string{"click_to_dial not_on_platform ALL-01", "locale not_on_platform ALL-01", "username not_on_platform ALL-01"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			user := alice(t, c.platform)
			c.change(user)
			findings := create(t, c.platform, portal.NounUser, user)
			expect(t, findings, c.want...)
			for _, f := range findings {
				if !strings.Contains(f.Message, string(c.platform)) || !strings.Contains(f.Message, f.Field) {
					t.Errorf("%q names not both the attribute and the platform", f.Message)
				}
			}
		})
	}
}

func TestRules_ALL01_nounThatThePlatformLacks(t *testing.T) {
	t.Parallel()
	expect(t, create(t, portal.Engage, portal.NounSIPAccount, desk()), " not_on_platform ALL-01")
	expect(t, create(t, portal.Vaxel, portal.NounPermissionGroup, &portal.PermissionGroup{Name: new("Sales")}), " not_on_platform ALL-01")
}

func TestRules_ALL01_objectBesideThatIsOnThePlatform(t *testing.T) {
	t.Parallel()
	user := alice(t, portal.Telecube)
	user.Directory = &portal.Directory{Hidden: new(true), BusinessNumber: new("+48221234567"), ExchangeAlias: new("alice")}
	expect(t, create(t, portal.Telecube, portal.NounUser, user), "directory.exchange_alias not_on_platform ALL-01", "directory.hidden not_on_platform ALL-01")
}

func TestRules_ALL02_extensionIsUniqueOverUsersAndAccounts(t *testing.T) {
	t.Parallel()
	for extension, holder := range map[string]string{"2003": "usr_bob", "1003": "sip_bob", "2004": ""} {
		for _, platform := range []portal.Platform{portal.Maatwerk, portal.Samoobsluha, portal.Vaxel} {
			user := alice(t, platform)
			if user.Telephony == nil {
				user.Telephony = &portal.Telephony{}
			}
			user.Telephony.Extension = new(extension)
			expectHolder(t, create(t, platform, portal.NounUser, user), "telephony.extension", holder)
			expectHolder(t, create(t, platform, portal.NounSIPAccount, &portal.SIPAccount{Extension: new(extension)}), "extension", holder)
		}
	}
}

func expectHolder(t *testing.T, findings []rules.Finding, field, holder string) {
	t.Helper()
	if holder == "" {
		expect(t, findings)
		return
	}
	expect(t, findings, field+" already_exists ALL-02")
	if len(findings) > 0 && (findings[0].ExistingID != holder || !strings.Contains(findings[0].Message, holder)) {
		t.Errorf("got holder %q in %q, want %q", findings[0].ExistingID, findings[0].Message, holder)
	}
}

func TestRules_ALL02_keepingTheOwnExtension(t *testing.T) {
	t.Parallel()
	stored := *alice(t, portal.Vaxel)
	stored.ID, stored.Email, stored.Telephony = "usr_bob", new("bob@example.com"), &portal.Telephony{Extension: new("2003")}
	expect(t, update(t, portal.Vaxel, portal.NounUser, stored, func(u *portal.User) { u.FirstName = new("Robert") }))
}

func TestRules_ALL03_spellings(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Telecube)
	user := &portal.User{
		Email:     new(" Alice@Example.com "),
		Telephony: &portal.Telephony{CallerIDs: []string{"+31 85 123 45 68", "+31851234567", "+31 (0)85 123 45 67", "085 1234567"}},
	}
	set.Normalize(portal.NounUser, user)
	if *user.Email != "Alice@Example.com" {
		t.Errorf("got the address %q", *user.Email)
	}
	if got := strings.Join(user.Telephony.CallerIDs, " "); got != "+31851234567 +31851234568 085 1234567" {
		t.Errorf("got the numbers %q", got)
	}
	user = alice(t, portal.Telecube)
	user.Email = new("BOB@Example.com")
	expect(t, create(t, portal.Telecube, portal.NounUser, user), "email already_exists TC-01")
}

// Check must say the same whether or not the caller brought the object into its normal form.
func TestRules_ALL03_checkNormalizesForItself(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Maatwerk)
	user := alice(t, portal.Maatwerk)
	user.Telephony.ForwardNumbers = []string{"+31 6 12345678"}
	user.Telephony.ActiveDestination = new("+31 (0)6 123 456 78")
	user.Telephony.CallerID = new("+31 85 123 45 67")
	if err := set.Complete(portal.NounUser, user); err != nil {
		t.Fatal(err)
	}
	expect(t, set.Check(acme(), rules.Change{Noun: portal.NounUser, After: user}))
	if *user.Telephony.CallerID != "+31 85 123 45 67" {
		t.Error("Check changed the object it was given")
	}
}

func TestUniqueKey(t *testing.T) {
	t.Parallel()
	field := func(platform portal.Platform, noun portal.Noun, path string) *rules.Field {
		return ruleSet(t, platform).Objects[noun].Fields[path]
	}
	for _, c := range []struct {
		name  string
		field *rules.Field
		a, b  string
		same  bool
	}{
		{"EN-01 username", field(portal.Engage, portal.NounUser, "username"), "alice", "Alice", false},
		{"MW-02 e-mail", field(portal.Maatwerk, portal.NounUser, "email"), "alice@example.com", " Alice@EXAMPLE.com", true},
		{"group name", field(portal.Telecube, portal.NounPermissionGroup, "name"), "Agents ", "AGENTS", true},
		{"group name in Greek", field(portal.Telecube, portal.NounPermissionGroup, "name"), "ΠΌΡΟΣ", "πόρος", true},
		{"group name with an accent of its own", field(portal.Telecube, portal.NounPermissionGroup, "name"), "Café", "Cafe\u0301", true},
		{"group names", field(portal.Telecube, portal.NounPermissionGroup, "name"), "Café", "Cafe", false},
		{"extensions", field(portal.Telecube, portal.NounSIPAccount, "extension"), "0201", "201", false},
	} {
		if got := rules.UniqueKey(c.field, c.a) == rules.UniqueKey(c.field, c.b); got != c.same {
			t.Errorf("%s: %q and %q same: %t", c.name, c.a, c.b, got)
		}
	}
}

func TestFor_unknownPlatform(t *testing.T) {
	t.Parallel()
	if set, err := rules.For("asterisk"); err == nil || set != nil {
		t.Errorf("got %v, %v", set, err)
	}
}

// The digest of a SIP password holds a username that is no extension.
func TestRules_TC03_newExtensionNeedsNoNewPassword(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		if ruleSet(t, platform).Objects[portal.NounSIPAccount] == nil {
			continue
		}
		stored := portal.SIPAccount{ID: "sip_alice", Extension: new("1009")}
		expect(t, update(t, platform, portal.NounSIPAccount, stored, func(a *portal.SIPAccount) { a.Extension = new("1010") }))
	}
}

func TestRules_whatEveryPlatformTakesFromStock(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		set := ruleSet(t, platform)
		if set.Objects[portal.NounSIPAccount] != nil {
			account := desk()
			account.Type, account.CallerID = new("fax"), new("+31201234567")
			codes := []string{}
			for _, f := range create(t, platform, portal.NounSIPAccount, account) {
				codes = append(codes, f.Field+" "+string(f.Code))
			}
			if strings.Join(codes, ", ") != "caller_id not_owned, type malformed" {
				t.Errorf("%s: %q", platform, codes)
			}
		}
		if set.Objects[portal.NounPermissionGroup] != nil {
			findings := create(t, platform, portal.NounPermissionGroup, &portal.PermissionGroup{Name: new("Sales"), Permissions: []string{"everything.do"}})
			if len(findings) != 1 || findings[0].Field != "permissions" || findings[0].Code != portal.CodeNotAllowed {
				t.Errorf("%s: %+v", platform, findings)
			}
		}
	}
}
