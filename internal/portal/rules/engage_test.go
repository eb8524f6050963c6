package rules_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

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
		const want = `username cannot change from "alice" to "Alice" once saved; keep it, or create another user with the new username and delete this one`
		if len(findings) == 1 && findings[0].Message != want {
			t.Errorf("got %q", findings[0].Message)
		}
	})
}

func TestRules_EN02_required(t *testing.T) {
	runUserCases(t, portal.Engage, []userCase{
		{"no address", func(u *portal.User) { u.Email = new("alice") }, []string{"email malformed EN-02"}},
		{"all three", func(u *portal.User) { u.Email, u.FirstName, u.LastName = nil, nil, nil },
			[]string{"email required EN-02", "first_name required EN-02", "last_name required EN-02"}},
	})
}

func TestRules_EN04_avatar(t *testing.T) {
	avatar := func(text string) func(*portal.User) {
		return func(u *portal.User) { u.Webcare = &portal.Webcare{Avatar: &text} }
	}
	encoded := func(content []byte) string { return base64.StdEncoding.EncodeToString(content) }
	small, wide, photo := &bytes.Buffer{}, &bytes.Buffer{}, &bytes.Buffer{}
	for _, err := range []error{
		png.Encode(small, image.NewGray(image.Rect(0, 0, 8, 8))),
		png.Encode(wide, image.NewGray(image.Rect(0, 0, portal.MaxAvatarSide+1, 1))),
		jpeg.Encode(photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	refused := []string{"webcare.avatar malformed EN-04"}
	largest := append(bytes.Clone(small.Bytes()), make([]byte, portal.MaxAvatarSize-small.Len())...)
	runUserCases(t, portal.Engage, []userCase{
		{"PNG", avatar(encoded(small.Bytes())), nil},
		{"JPEG", avatar(encoded(photo.Bytes())), nil},
		{"none", avatar(""), nil},
		{"as large as allowed", avatar(encoded(largest)), nil},
		{"a byte more", avatar(encoded(append(largest, 0))), refused},
		{"much more", avatar(strings.Repeat("A", 4<<20)), refused},
		{"too wide", avatar(encoded(wide.Bytes())), refused},
		{"not base64", avatar("alice.png"), refused},
		{"another kind of file", avatar(encoded([]byte("GIF89a"))), refused},
		{"the start of a file", avatar(encoded(small.Bytes()[:12])), refused},
	})
}

func TestRules_EN05_oneRole(t *testing.T) {
	runUserCases(t, portal.Engage, []userCase{
		{"two", func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_1", "grp_2"} }, []string{"permission_group_ids not_allowed EN-05"}},
		{"none", func(u *portal.User) { u.PermissionGroupIDs = nil }, []string{"permission_group_ids required EN-05"}},
		{"not there", func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_9"} }, []string{"permission_group_ids missing EN-05"}},
	})
}

// What cannot change once saved is the user's name (EN-01), not the role's.
func TestRules_EN05_roleCanBeRenamed(t *testing.T) {
	t.Parallel()
	stored := portal.PermissionGroup{ID: "grp_1", Name: new("Editors")}
	expect(t, update(t, portal.Engage, portal.NounPermissionGroup, stored, func(g *portal.PermissionGroup) { g.Name = new("Writers") }))
}

func TestRules_EN06_notifications(t *testing.T) {
	runUserCases(t, portal.Engage, []userCase{
		{"all", func(u *portal.User) {
			u.Webcare = &portal.Webcare{NotifyOnAssignment: new(true), NotifyOnFailedPublication: new(true), MobileNumber: new("+31 6 12345678")}
		}, nil},
		{"half a number", func(u *portal.User) { u.Webcare = &portal.Webcare{MobileNumber: new("0612345678")} }, []string{"webcare.mobile_number malformed EN-06"}},
	})
}

func TestRules_EN07_suffixes(t *testing.T) {
	suffixes := func(of map[string]string) func(*portal.User) {
		return func(u *portal.User) { u.Webcare = &portal.Webcare{Suffixes: of} }
	}
	runUserCases(t, portal.Engage, []userCase{
		{"two", suffixes(map[string]string{"x": "^AR", "facebook": "Alice – Acme"}), nil},
		{"none", suffixes(map[string]string{}), nil},
		{"an empty one", suffixes(map[string]string{"x": ""}), nil},
		{"no such platform", suffixes(map[string]string{"hyves": "^AR", "x": "^AR"}), []string{"webcare.suffixes not_allowed EN-07"}},
		{"two that are too long", suffixes(map[string]string{"x": sixtyFour, "facebook": sixtyFour}),
			[]string{"webcare.suffixes malformed EN-07", "webcare.suffixes malformed EN-07"}},
		{"a line break", suffixes(map[string]string{"x": "^A\nR"}), []string{"webcare.suffixes malformed EN-07"}},
	})
}

func TestRules_EN08_defaultAccounts(t *testing.T) {
	accounts := func(of map[string]string) func(*portal.User) {
		return func(u *portal.User) { u.Webcare = &portal.Webcare{DefaultAccounts: of} }
	}
	refused := []string{"webcare.default_accounts missing EN-08"}
	runUserCases(t, portal.Engage, []userCase{
		{"own", accounts(map[string]string{"x": "acc_x", "facebook": "acc_fb"}), nil},
		{"the user chooses", accounts(map[string]string{"x": ""}), nil},
		{"not there", accounts(map[string]string{"x": "acc_9"}), refused},
		{"of another platform", accounts(map[string]string{"x": "acc_fb"}), refused},
		{"no such platform", accounts(map[string]string{"hyves": "acc_x"}), []string{"webcare.default_accounts not_allowed EN-08"}},
	})
}

func TestRules_EN09_mailForwarding(t *testing.T) {
	mode := func(mode string) func(*portal.User) {
		return func(u *portal.User) { u.Webcare = &portal.Webcare{MailForwarding: &mode} }
	}
	runUserCases(t, portal.Engage, []userCase{
		{"reply", mode("reply"), nil},
		{"no reply", mode("no_reply"), nil},
		{"own program", mode("own_program"), nil},
		{"fax", mode("fax"), []string{"webcare.mail_forwarding malformed EN-09"}},
	})
}

func TestRules_EN10_landingPageOfAModule(t *testing.T) {
	page := func(page string) func(*portal.User) {
		return func(u *portal.User) { u.Webcare = &portal.Webcare{LandingPage: &page} }
	}
	runUserCases(t, portal.Engage, []userCase{
		{"of a module", page("inbox"), nil},
		{"none", page(""), nil},
		{"of a module that the organisation lacks", page("calendar"), []string{"webcare.landing_page not_allowed EN-10"}},
		{"no page at all", page("home"), []string{"webcare.landing_page not_allowed EN-10"}},
	})
}

func TestRules_EN11_language(t *testing.T) {
	speaks := func(language string) func(*portal.User) {
		return func(u *portal.User) { u.Locale = &portal.Locale{Language: &language} }
	}
	runUserCases(t, portal.Engage, []userCase{
		{"French", speaks("fr"), nil},
		{"Swedish", speaks("sv"), []string{"locale.language malformed EN-11"}},
	})
}

func TestRules_EN12_loginAvailability(t *testing.T) {
	availability := func(availability string) func(*portal.User) {
		return func(u *portal.User) { u.Webcare = &portal.Webcare{LoginAvailability: &availability} }
	}
	runUserCases(t, portal.Engage, []userCase{
		{"with chat", availability("online_and_chat"), nil},
		{"offline", availability("offline"), []string{"webcare.login_availability malformed EN-12"}},
	})
}

func TestRules_EN13_crmUserNeedsTheCoupling(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Engage)
	for _, c := range []struct {
		crmUser string
		modules []string
		want    []string
	}{
		{"AR01", []string{"afas"}, nil},
		{"AR01", []string{"webcare"}, []string{"webcare.crm_user not_allowed EN-13"}},
		{"", nil, nil},
	} {
		inventory := acme()
		inventory.Organization.Modules = c.modules
		user := alice(t, portal.Engage)
		user.Webcare = &portal.Webcare{CRMUser: &c.crmUser}
		if err := set.Complete(portal.NounUser, user); err != nil {
			t.Fatal(err)
		}
		expect(t, set.Check(inventory, rules.Change{Noun: portal.NounUser, After: user}), c.want...)
	}
}

func TestRules_EN15_everythingButTheUsernameChanges(t *testing.T) {
	t.Parallel()
	stored := storedAlice(t, ruleSet(t, portal.Engage))
	expect(t, update(t, portal.Engage, portal.NounUser, *stored, func(u *portal.User) {
		u.Email, u.FirstName, u.LastName, u.Enabled = new("a.jansen@example.com"), new("Alicia"), new("Jansen-de Vries"), new(false)
		u.PermissionGroupIDs, u.Locale.Language = []string{"grp_2"}, new("de")
		u.Webcare = &portal.Webcare{
			Suffixes: map[string]string{"x": "^AJ"}, DefaultAccounts: map[string]string{"x": "acc_x"}, MobileNumber: new("+31612345678"), CRMUser: new("AJ01"),
			NotifyOnAssignment: new(true), NotifyOnFailedPublication: new(true), MailForwarding: new("own_program"), LandingPage: new("live_chat"),
			LoginAvailability: new("online_and_chat"), Avatar: new(""),
		}
	}))
}

func TestRules_EN16_plannedWork(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		planned int
		discard bool
		want    []string
		says    rules.Severity
	}{
		{"none", 0, false, nil, ""},
		{"none to discard", 0, true, nil, ""},
		{"refused", 3, false, []string{" in_use EN-16"}, rules.SeverityError},
		{"discarded", 3, true, []string{" discards_planned_work EN-16"}, rules.SeverityWarning},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			user := alice(t, portal.Engage)
			user.ID, user.PlannedPublications = "usr_alice", c.planned
			findings := ruleSet(t, portal.Engage).Check(acme(), rules.Change{
				Noun: portal.NounUser, Before: user, Deletion: &portal.Deletion{DiscardPlannedWork: c.discard},
			})
			expect(t, findings, c.want...)
			for _, f := range findings {
				if f.Severity != c.says || !strings.Contains(f.Message, "(3)") {
					t.Errorf("got %+v", f)
				}
			}
		})
	}
}

func TestRules_EN17_accessIsWithdrawnAndGranted(t *testing.T) {
	t.Parallel()
	stored := storedAlice(t, ruleSet(t, portal.Engage))
	if !*stored.Enabled {
		t.Error("a new user has access")
	}
	for _, enabled := range []bool{false, true} {
		expect(t, update(t, portal.Engage, portal.NounUser, *stored, func(u *portal.User) { u.Enabled = &enabled }))
		stored.Enabled = &enabled
	}
}
