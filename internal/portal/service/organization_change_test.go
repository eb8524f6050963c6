package service

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// keyChange is a change of one key of an organisation file and what is used of it.
type keyChange struct {
	file, old, new string
	use            func(*fixture, Caller)
	want           string // in the refusal, besides the user; empty: the change is free
}

const (
	harborFile = `id: harbor
name: Harbor AB
platform: vaxel
sip_domain: harbor.example.com
phone_numbers: ["+46812345680", "+46812345681"]
main_number: "+46812345680"
sender_names: [HARBOR]
outgoing_number: user
modules: [sso, partner_mobile]
profiles: [lunch, meeting]
`
	morskaFile = `id: morska
name: Morska s.r.o.
platform: samoobsluha
sip_domain: morska.example.com
ordered: [pbx, helpdesk]
editions: [callcentrum start, callcentrum profi]
pbxs: [{id: main, name: Main}]
helpdesks: [{id: support, name: Support}]
`
	gullFile = `id: gull
name: Gull
platform: engage
modules: [webcare]
social_accounts:
  - {id: gull-x, platform: x, name: "@gull"}
`
)

// keyChanges has every key of an organisation file.
func keyChanges() map[string]keyChange {
	harbor := func(change func(*portal.User)) func(*fixture, Caller) {
		return func(f *fixture, caller Caller) {
			user := nordUser("user@example.com", "")
			change(&user)
			f.userIn(caller, user)
		}
	}
	licensed := func(f *fixture, caller Caller) {
		f.userIn(caller, portal.User{
			Email: new("user@example.com"), FirstName: new("Jan"), LastName: new("Novak"), PermissionGroupIDs: []string{f.groupIn(caller, "Agents").ID},
			Licence: &portal.Licence{Product: new("callcentrum"), Edition: new("start")}, Telephony: &portal.Telephony{Extension: new("201"), PBXID: new("main")},
		})
	}
	webcare := func(change portal.Webcare) func(*fixture, Caller) {
		return func(f *fixture, caller Caller) {
			user := f.umbrellaUser(caller, "user")
			f.replaceIn(caller, user.ID, portal.User{Webcare: &change})
		}
	}
	return map[string]keyChange{
		"name":     {harborFile, "name: Harbor AB", "name: Harbour AB", harbor(func(*portal.User) {}), ""},
		"platform": {nordFile, "platform: vaxel", "platform: maatwerk", func(*fixture, Caller) {}, "nord is on vaxel and cannot move to maatwerk"},
		"sip_domain": {harborFile, "harbor.example.com", "pier.example.com", func(f *fixture, caller Caller) {
			if _, err := f.CreateSIPAccount(f.t.Context(), caller, portal.SIPAccount{Extension: new("201")}, ""); err != nil {
				f.t.Fatal(err)
			}
		}, "while there are SIP accounts"},
		"ordered": {morskaFile, "[pbx, helpdesk]", "[helpdesk]", licensed, "needs the service pbx"},
		"phone_numbers": {harborFile, `, "+46812345681"`, "", harbor(func(u *portal.User) {
			u.Telephony.IncomingNumbers = []string{"+46812345681"}
		}), "cannot go while it rings at user@example.com"},
		"main_number": {harborFile, `main_number: "+46812345680"`, `main_number: "+46812345681"`, harbor(func(u *portal.User) {
			u.Telephony.IncomingNumbers = []string{"+46812345681"}
		}), "cannot become the main number"},
		"sender_names": {acmeFile, "sender_names: [ACME, Acme Help]", "sender_names: [ACME]", func(f *fixture, caller Caller) {
			user := dynamic(f.groupIn(caller, "Agents"), "user@example.com")
			user.Telephony.SMSSenders = []string{"Acme Help"}
			f.userIn(caller, user)
		}, "Acme Help cannot go while it is shown by"},
		"outgoing_number": {harborFile, "outgoing_number: user", "outgoing_number: account", harbor(func(*portal.User) {}), ""},
		"pbxs":            {morskaFile, "pbxs: [{id: main, name: Main}]", "pbxs: [{id: other, name: Other}]", licensed, "the PBX main cannot go"},
		"helpdesks": {morskaFile, "helpdesks: [{id: support, name: Support}]", "helpdesks: [{id: other, name: Other}]", func(f *fixture, caller Caller) {
			user := portal.User{
				Email: new("user@example.com"), FirstName: new("Jan"), LastName: new("Novak"), PermissionGroupIDs: []string{f.groupIn(caller, "Agents").ID},
				Licence: helpdesk(),
			}
			f.userIn(caller, user)
		}, "the helpdesk support cannot go"},
		"social_accounts": {gullFile, "platform: x, ", "platform: facebook, ", webcare(portal.Webcare{DefaultAccounts: map[string]string{"x": "gull-x"}}), "depends on it"},
		"modules":         {harborFile, "[sso, partner_mobile]", "[partner_mobile]", harbor(func(u *portal.User) { u.Security = &portal.Security{SkipSSO: new(true)} }), "no single sign-on"},
		"profiles": {harborFile, "[lunch, meeting]", "[lunch]", harbor(func(u *portal.User) {
			u.Telephony.DefaultProfile = new("meeting")
		}), "choose one of available, lunch"},
		"editions": {morskaFile, "[callcentrum start, callcentrum profi]", "[callcentrum profi]", licensed, "has not ordered callcentrum start"},
	}
}

// TestOrganization_everyKeyIsFreeOrGuarded: what a change of the file would take away from somebody is refused, with
// who has it, and nothing is applied. What nobody has can go.
func TestOrganization_everyKeyIsFreeOrGuarded(t *testing.T) {
	t.Parallel()
	keys := []string{"main_number"} // which the API does not show
	for field := range reflect.TypeFor[portal.Organization]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !slices.Contains([]string{"id", "scopes", "user_id", "managed_by", "shared_keys", "hand_overs"}, name) { // of the caller, of users, and the id, which has a test of its own
			keys = append(keys, name)
		}
	}
	changes := keyChanges()
	if len(changes) != len(keys) {
		t.Errorf("%d keys have a change, of %d", len(changes), len(keys))
	}
	for _, key := range keys {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			change, ok := changes[key]
			text := strings.Replace(change.file, change.old, change.new, 1)
			if !ok || text == change.file {
				t.Fatalf("no change of %s shows whether it is free or guarded", key)
			}
			f := newFixture(t)
			caller := f.on(change.file)
			for _, used := range []bool{false, true} {
				if used {
					f.apply(change.file)
					change.use(f, caller)
				} else if key == "platform" {
					continue // it never changes
				}
				changed, err := f.ApplyOrganization(t.Context(), parse(t, text))
				if !used || change.want == "" {
					if !changed || err != nil {
						t.Errorf("used: %v: a change of %s is refused: %v", used, key, err)
					}
					continue
				}
				if err == nil || changed {
					t.Fatalf("a change of %s was applied", key)
				}
				refused := portalError(t, err)
				if got := refused.Errors[0]; got.Field != key || !strings.Contains(got.Message, change.want) || !strings.HasPrefix(got.Message, "organization.yaml:") {
					t.Errorf("refused with %+v, want %q", got, change.want)
				}
				if same, err := f.ApplyOrganization(t.Context(), parse(t, change.file)); err != nil || same {
					t.Errorf("the refused file was applied in part: %v, %v", same, err)
				}
			}
		})
	}
}

// A file with another id makes another organisation, unless it is the only one of the database that got it.
func TestOrganization_anotherIDIsNamed(t *testing.T) {
	t.Parallel()
	opened, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "portal.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	service := New(opened, Options{})
	apply := func(text string) error {
		_, err := service.ApplyOrganization(t.Context(), parse(t, text))
		return err
	}
	renamed := strings.Replace(harborFile, "id: harbor", "id: harbour", 1)
	if err := apply(harborFile); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"the same file otherwise": renamed,
		"another SIP domain":      strings.Replace(renamed, "harbor.example.com", "pier.example.com", 1),
		"another name":            strings.Replace(renamed, "name: Harbor AB", "name: Pier AB", 1),
	} {
		err := apply(text)
		wantError(t, err, portal.CodeConflict, "id", portal.CodeUnchangeable)
		if got := portalError(t, err).Errors[0].Message; !strings.Contains(got, `is "harbour", and the database has the organisation "harbor" with the same`) {
			t.Errorf("%s: said %s", name, got)
		}
	}
	pier := strings.NewReplacer("name: Harbor AB", "name: Pier AB", "harbor.example.com", "pier.example.com").Replace(renamed)
	if err := apply(pier); err != nil {
		t.Errorf("another organisation: %v", err)
	}
}
