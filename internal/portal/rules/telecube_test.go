package rules_test

import (
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// userCase is a change to a new user that a platform accepts otherwise.
type userCase struct {
	name   string
	change func(*portal.User)
	want   []string
}

func runUserCases(t *testing.T, platform portal.Platform, cases []userCase) {
	t.Helper()
	t.Parallel()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			user := alice(t, platform)
			c.change(user)
			expect(t, create(t, platform, portal.NounUser, user), c.want...)
		})
	}
}

func TestRules_TC02_staticHasOneSIPAccount(t *testing.T) {
	const refused = "telephony.sip_account_ids not_allowed TC-02"
	runUserCases(t, portal.Telecube, []userCase{
		{"static by default", func(*portal.User) {}, nil},
		{"static with none", func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{} }, []string{refused}},
		{"static and nothing said", func(u *portal.User) { u.Telephony = nil }, []string{refused}},
		{"static with two", func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{"sip_also", "sip_free"} }, []string{refused}},
		{"static with the same twice", func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{"sip_free", "sip_free"} }, nil},
		{"dynamic with none", func(u *portal.User) { u.Telephony = &portal.Telephony{SIPAssignment: new("dynamic")} }, nil},
		{"dynamic with one", func(u *portal.User) { u.Telephony.SIPAssignment = new("dynamic") }, []string{refused}},
		{"neither", func(u *portal.User) { u.Telephony.SIPAssignment = new("roaming") }, []string{"telephony.sip_assignment malformed TC-02"}},
		{"no such account", func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{"sip_gone"} }, []string{"telephony.sip_account_ids missing TC-02"}},
	})
}

func TestRules_TC02_accountOfThisUserAlone(t *testing.T) {
	taken := []string{"telephony.sip_account_ids in_use TC-02"}
	take := func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{"sip_bob"} }
	runUserCases(t, portal.Telecube, []userCase{
		{"another user has it", take, taken},
		{"the user's own creation repeated", func(u *portal.User) { take(u); u.Email = new("Bob@Example.com") }, []string{"email already_exists TC-01"}},
	})
	t.Run("update", func(t *testing.T) {
		t.Parallel()
		stored := *alice(t, portal.Telecube)
		stored.ID = "usr_alice"
		expect(t, update(t, portal.Telecube, portal.NounUser, stored, take), taken...)
		stored.ID, stored.Email = "usr_bob", new("bob@example.com")
		expect(t, update(t, portal.Telecube, portal.NounUser, stored, take))
	})
}

func TestRules_TC02_fromStaticToDynamic(t *testing.T) {
	t.Parallel()
	stored := *alice(t, portal.Telecube)
	stored.ID = "usr_alice"
	expect(t, update(t, portal.Telecube, portal.NounUser, stored, func(u *portal.User) { u.Telephony.SIPAssignment = new("dynamic") }),
		"telephony.sip_account_ids not_allowed TC-02")
	expect(t, update(t, portal.Telecube, portal.NounUser, stored, func(u *portal.User) {
		u.Telephony.SIPAssignment, u.Telephony.SIPAccountIDs = new("dynamic"), []string{}
	}))
}

func TestRules_TC03_sipAccount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*portal.SIPAccount)
		want   []string
	}{
		{"extension alone", func(*portal.SIPAccount) {}, nil},
		{"no extension", func(a *portal.SIPAccount) { a.Extension = nil }, []string{"extension required ALL-02"}},
		{"empty extension", func(a *portal.SIPAccount) { a.Extension = new("") }, []string{"extension required ALL-02"}},
		{"letters", func(a *portal.SIPAccount) { a.Extension = new("10a") }, []string{"extension malformed ALL-02"}},
		{"type", func(a *portal.SIPAccount) { a.Type = new("fax") }, []string{"type malformed "}},
		{"strong password", func(a *portal.SIPAccount) { a.Password = new(portal.Secret("k7Qw9zRt2mXp")) }, nil},
		{"short password", func(a *portal.SIPAccount) { a.Password = new(portal.Secret("k7Qw9zRt2mX")) }, []string{"password weak_password TC-03"}},
		{"caller ID of somebody else", func(a *portal.SIPAccount) { a.CallerID = new("+31201234567") }, []string{"caller_id not_owned "}},
		{"own caller ID", func(a *portal.SIPAccount) { a.CallerID = new("+31 85 123 45 67") }, nil},
		{"long name in another script", func(a *portal.SIPAccount) { a.Name = new(sixtyFour + "ż") }, []string{"name malformed "}},
		{"a name as long as allowed", func(a *portal.SIPAccount) { a.Name = new(sixtyFour) }, nil},
		{"a line break in the name", func(a *portal.SIPAccount) { a.Name = new("Alice\r\nContact: <sip:x>") }, []string{"name malformed "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			account := desk()
			c.change(account)
			expect(t, create(t, portal.Telecube, portal.NounSIPAccount, account), c.want...)
		})
	}
}

// 64 characters, 128 bytes.
const sixtyFour = "żżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżżż"

func TestRules_TC04_callerIDPoolIsOwned(t *testing.T) {
	runUserCases(t, portal.Telecube, []userCase{
		{"owned, in two spellings", func(u *portal.User) { u.Telephony.CallerIDs = []string{"+31 85 123 45 67", "+31851234568"} }, nil},
		{"empty", func(u *portal.User) { u.Telephony.CallerIDs = []string{} }, nil},
		{"one not owned", func(u *portal.User) { u.Telephony.CallerIDs = []string{"+31851234567", "+31201234567"} },
			[]string{"telephony.caller_ids not_owned TC-04"}},
		{"two not owned, one finding each", func(u *portal.User) { u.Telephony.CallerIDs = []string{"+31201234567", "+31201234568"} },
			[]string{"telephony.caller_ids not_owned TC-04", "telephony.caller_ids not_owned TC-04"}},
		{"a sender name is no number", func(u *portal.User) { u.Telephony.CallerIDs = []string{"ACME"} }, []string{"telephony.caller_ids malformed TC-04"}},
		{"an empty element", func(u *portal.User) { u.Telephony.CallerIDs = []string{""} }, []string{"telephony.caller_ids malformed TC-04"}},
	})
}

func TestRules_TC05_senderPool(t *testing.T) {
	runUserCases(t, portal.Telecube, []userCase{
		{"number and name", func(u *portal.User) { u.Telephony.SMSSenders = []string{"+31 85 123 45 67", "ACME"} }, nil},
		{"a name registered in another spelling", func(u *portal.User) { u.Telephony.SMSSenders = []string{"Acme"} }, []string{"telephony.sms_senders not_owned TC-05"}},
		{"a number not owned", func(u *portal.User) { u.Telephony.SMSSenders = []string{"+31201234567"} }, []string{"telephony.sms_senders not_owned TC-05"}},
	})
}

func TestRules_TC06_password(t *testing.T) {
	refused := []string{"password weak_password TC-06"}
	given := func(password string) func(*portal.User) {
		return func(u *portal.User) { u.Password = new(portal.Secret(password)) }
	}
	runUserCases(t, portal.Telecube, []userCase{
		{"none: the person sets one by a link", func(*portal.User) {}, nil},
		{"strong", given("wX7-kq9.Lm2"), nil},
		{"short", given("wX7-kq9"), refused},
		{"without lower case", given("WX7-KQ9.LM2"), refused},
		{"without upper case", given("wx7-kq9.lm2"), refused},
		{"without digit", given("wXs-kqt.Lmu"), refused},
		{"without special", given("wX7tkq9sLm2"), refused},
		{"guessable", given("Password1!"), refused},
		{"own name", given("Jansen-Alice1"), refused},
		{"own organisation", given("Logistics-Acme1"), refused},
		{"control character", given("wX7-kq9.Lm2\n"), refused},
	})
}

func TestRules_TC07_namesRequired(t *testing.T) {
	runUserCases(t, portal.Telecube, []userCase{
		{"no first name", func(u *portal.User) { u.FirstName = nil }, []string{"first_name required TC-07"}},
		{"empty last name", func(u *portal.User) { u.LastName = new("") }, []string{"last_name required TC-07"}},
		{"blank last name", func(u *portal.User) { u.LastName = new(" \u00a0") }, []string{"last_name required TC-07"}},
		{"any script", func(u *portal.User) { u.FirstName, u.LastName = new("Łukasz"), new("Щербакова-李") }, nil},
		{"too long", func(u *portal.User) { u.FirstName = new(sixtyFour + "a") }, []string{"first_name malformed TC-07"}},
	})
}

func TestRules_TC07_nameCannotBeTakenAway(t *testing.T) {
	t.Parallel()
	stored := *alice(t, portal.Telecube)
	stored.ID = "usr_alice"
	expect(t, update(t, portal.Telecube, portal.NounUser, stored, func(u *portal.User) { u.FirstName = new("") }), "first_name required TC-07")
	expect(t, update(t, portal.Telecube, portal.NounUser, stored, func(u *portal.User) { u.FirstName = nil })) // left as it is
	stored.FirstName = nil
	expect(t, update(t, portal.Telecube, portal.NounUser, stored, func(*portal.User) {}), "first_name required TC-07")
}

func TestRules_TC08_exactlyOneExistingGroup(t *testing.T) {
	runUserCases(t, portal.Telecube, []userCase{
		{"none", func(u *portal.User) { u.PermissionGroupIDs = nil }, []string{"permission_group_ids required TC-08"}},
		{"empty", func(u *portal.User) { u.PermissionGroupIDs = []string{} }, []string{"permission_group_ids required TC-08"}},
		{"two", func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_1", "grp_2"} }, []string{"permission_group_ids not_allowed TC-08"}},
		{"not there", func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_9"} }, []string{"permission_group_ids missing TC-08"}},
	})
}

func TestRules_TC08_group(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		group portal.PermissionGroup
		want  []string
	}{
		{"new", portal.PermissionGroup{Name: new("Sales"), Permissions: []string{"contacts.view", "sms.send"}}, nil},
		{"no name", portal.PermissionGroup{}, []string{"name required TC-08"}},
		{"name taken in another case", portal.PermissionGroup{Name: new("AGENTS")}, []string{"name already_exists TC-08"}},
		{"no such permission", portal.PermissionGroup{Name: new("Sales"), Permissions: []string{"sms.recieve"}}, []string{"permissions not_allowed "}},
		{"lines in the description", portal.PermissionGroup{Name: new("Sales"), Description: new("People who\nsell.")}, nil},
		{"terminal codes in the description", portal.PermissionGroup{Name: new("Sales"), Description: new("\x1b[2J")}, []string{"description malformed "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			expect(t, create(t, portal.Telecube, portal.NounPermissionGroup, &c.group), c.want...)
		})
	}
}

func TestRules_TC09_businessNumberNeedNotBeOwned(t *testing.T) {
	number := func(number string) func(*portal.User) {
		return func(u *portal.User) { u.Directory = &portal.Directory{BusinessNumber: new(number)} }
	}
	runUserCases(t, portal.Telecube, []userCase{
		{"anybody's", number("+48 22 123 45 67"), nil},
		{"none", number(""), nil},
		{"incomplete", number("22 123 45 67"), []string{"directory.business_number malformed TC-09"}},
	})
}

func TestRules_TC01_freeMail(t *testing.T) {
	email := func(email string) func(*portal.User) {
		return func(u *portal.User) { u.Email = &email }
	}
	runUserCases(t, portal.Telecube, []userCase{
		{"business", email("alice@acme.example"), nil},
		{"free", email("alice@gmail.com"), []string{"email free_mail TC-01"}},
		{"free in Poland, in capitals", email(" Alice@WP.PL "), []string{"email free_mail TC-01"}},
		{"the free service's own company", email("alice@corp.gmail.com.example"), nil},
		{"none", email(""), []string{"email required TC-01"}},
	})
	t.Run("said once", func(t *testing.T) {
		t.Parallel()
		stored := *alice(t, portal.Telecube)
		stored.Email = new("alice@gmail.com")
		expect(t, update(t, portal.Telecube, portal.NounUser, stored, func(u *portal.User) { u.LastName = new("de Vries") }))
		stored.Email = new("alice@acme.example")
		expect(t, update(t, portal.Telecube, portal.NounUser, stored, func(u *portal.User) { u.Email = new("alice@gmail.com") }), "email free_mail TC-01")
	})
}

func TestRules_TC10_oneSubgroupOfEachGroup(t *testing.T) {
	in := func(subgroups ...string) func(*portal.User) {
		return func(u *portal.User) { u.Directory = &portal.Directory{UserGroupIDs: subgroups} }
	}
	runUserCases(t, portal.Telecube, []userCase{
		{"none", in(), nil},
		{"a position and an office", in("sub_manager", "sub_krakow"), nil},
		{"two positions", in("sub_manager", "sub_agent", "sub_krakow"), []string{"directory.user_group_ids not_allowed TC-10"}},
		{"not there", in("sub_9"), []string{"directory.user_group_ids missing TC-10"}},
	})
}

func TestRules_TC10_userGroup(t *testing.T) {
	t.Parallel()
	subgroups := func(names ...string) []portal.Subgroup {
		list := []portal.Subgroup{}
		for _, name := range names {
			list = append(list, portal.Subgroup{Name: name})
		}
		return list
	}
	for _, c := range []struct {
		name  string
		group portal.UserGroup
		want  []string
	}{
		{"position", portal.UserGroup{Name: new("position"), Subgroups: subgroups("Manager", "Agent")}, nil},
		{"without subgroups", portal.UserGroup{Name: new("position")}, nil},
		{"no name", portal.UserGroup{Subgroups: subgroups("Agent")}, []string{"name required TC-10"}},
		{"taken", portal.UserGroup{Name: new("AGENTS")}, []string{"name already_exists TC-10"}},
		{"twice", portal.UserGroup{Name: new("position"), Subgroups: subgroups("Agent", "agent", "AGENT")}, []string{"subgroups not_allowed TC-10", "subgroups not_allowed TC-10"}},
		{"twice in one spelling", portal.UserGroup{Name: new("position"), Subgroups: subgroups("Agent", "Agent")}, []string{"subgroups not_allowed TC-10"}},
		{"a subgroup without a name", portal.UserGroup{Name: new("position"), Subgroups: subgroups("")}, []string{"subgroups malformed TC-10"}},
		{"a long one", portal.UserGroup{Name: new("position"), Subgroups: subgroups(sixtyFour + "a")}, []string{"subgroups malformed TC-10"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			expect(t, create(t, portal.Telecube, portal.NounUserGroup, &c.group), c.want...)
		})
	}
	expect(t, create(t, portal.Vaxel, portal.NounUserGroup, &portal.UserGroup{Name: new("position")}), " not_on_platform ALL-01")
}
