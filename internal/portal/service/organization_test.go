package service

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func parse(t *testing.T, text string) OrganizationFile {
	t.Helper()
	file, err := ParseOrganizationFile("organization.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestOrganization_appliedWhenItChanged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if changed, err := f.ApplyOrganization(t.Context(), parse(t, acmeFile)); changed || err != nil {
		t.Errorf("the same file again: changed %v, %v", changed, err)
	}
	file := parse(t, strings.Replace(acmeFile, "Acme B.V.", "Acme N.V.", 1))
	if changed, err := f.ApplyOrganization(t.Context(), file); !changed || err != nil {
		t.Errorf("another name: changed %v, %v", changed, err)
	}
	file.Organization.Scopes, file.Organization.ManagedBy = everyday, f.acme.TokenID
	if got, err := f.Organization(t.Context(), f.acme); err != nil || !reflect.DeepEqual(got, file.Organization) {
		t.Errorf("organisation is %+v, %v; want %+v", got, err, file.Organization)
	}
	groups, err := f.ListPermissionGroups(t.Context(), f.acme, ListQuery{})
	if err != nil || len(groups.Items) != 1 || !groups.Items[0].BuiltIn || *groups.Items[0].Name != "Administrator" {
		t.Errorf("built-in groups after two applications: %+v, %v", groups.Items, err)
	}
}

func TestOrganization_appliedOnceByManyAtOnce(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		file := parse(t, strings.ReplaceAll(acmeFile, "acme", "initech"))
		services := []*Service{f.Service, f.another(t), f.another(t)}
		var changes atomic.Int32
		var wait sync.WaitGroup
		for i := range 6 {
			wait.Go(func() {
				changed, err := services[i%len(services)].ApplyOrganization(t.Context(), file)
				if err != nil {
					t.Error(err)
				}
				if changed {
					changes.Add(1)
				}
			})
		}
		wait.Wait()
		if changes.Load() != 1 {
			t.Errorf("%d of 6 applied the file, want 1", changes.Load())
		}
	})
}

func TestOrganization_whatBreaksSomethingIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group, account := f.group("Agents"), f.account("1001", sipPassword)
	user := alice(group, account)
	user.Telephony.CallerIDs, user.Telephony.SMSSenders = []string{"+48221234567"}, []string{"ACME"}
	f.user(user)
	if _, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{CallerID: new("+48221234568")}, ""); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		old, new string
		field    string
		message  string
	}{
		"platform": {"platform: telecube", "platform: engage", "platform", "organization.yaml:3:1: acme is on telecube and cannot move to engage; make a new organisation with another id"},
		"SIP domain": {
			"sip_domain: acme.example.com", "sip_domain: acme.example.org", "sip_domain",
			`organization.yaml:4:1: cannot change from "acme.example.com" to "acme.example.org" while there are SIP accounts, as the digests of their passwords hold it; delete them first`,
		},
		"number of a user":     {"  - +48 22 123 45 67\n", "", "phone_numbers", "organization.yaml:6:1: +48221234567 cannot go while it is shown by alice@example.com; give them another one first"},
		"number of a phone":    {"  - \"+48221234568\"\n", "", "phone_numbers", "organization.yaml:6:1: +48221234568 cannot go while it is shown by 1001; give them another one first"},
		"sender name":          {"[ACME, ", "[", "sender_names", "organization.yaml:9:1: ACME cannot go while it is shown by alice@example.com; give them another one first"},
		"domain of another":    {"sip_domain: acme.example.com", "sip_domain: globex.example.com", "sip_domain", ""},
		"domain left empty":    {"sip_domain: acme.example.com", "sip_domain: \"\"", "sip_domain", ""},
		"all of the telephony": {acmeFile[strings.Index(acmeFile, "phone_numbers"):], "", "phone_numbers", "organization.yaml:1:1: +48221234567 cannot go"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(acmeFile, test.old) {
				t.Fatalf("the file has no %q", test.old)
			}
			changed, err := f.ApplyOrganization(t.Context(), parse(t, strings.Replace(acmeFile, test.old, test.new, 1)))
			wantError(t, err, portal.CodeConflict, test.field, portal.CodeInUse)
			got := portalError(t, err)
			if changed || !strings.HasPrefix(got.Errors[0].Message, test.message) {
				t.Errorf("changed %v, message %q, want %q", changed, got.Errors[0].Message, test.message)
			}
			want := parse(t, acmeFile).Organization
			want.Scopes, want.ManagedBy = everyday, f.acme.TokenID
			if now, err := f.Organization(t.Context(), f.acme); err != nil || !reflect.DeepEqual(now, want) {
				t.Errorf("a refused file was applied: %+v, %v", now, err)
			}
		})
	}
}

func TestOrganization_whatNobodyUsesCanGo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	text := "id: acme\nname: Acme\nplatform: telecube\nsip_domain: acme.example.org\n"
	if changed, err := f.ApplyOrganization(t.Context(), parse(t, text)); !changed || err != nil {
		t.Errorf("changed %v, %v", changed, err)
	}
}

func TestOrganization_SIPDomainIsOfOneOrganisation(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	changed, err := f.ApplyOrganization(t.Context(), parse(t, strings.Replace(acmeFile, "id: acme", "id: initech", 1)))
	wantError(t, err, portal.CodeConflict, "sip_domain", portal.CodeAlreadyExists)
	if changed {
		t.Error("says that it changed something")
	}
	_, err = f.Organization(t.Context(), Caller{OrganizationID: "initech"})
	wantError(t, err, portal.CodeNotFound, "", "")
}

func TestOrganization_whatUsersWorkWithStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	strom, nord := f.on(stromFile), f.on(nordFile)
	const umbrellaAccounts = umbrellaFile + "social_accounts:\n  - {id: umbrella-x, platform: x, name: \"@umbrella\"}\n  - {id: spare-x, platform: x, name: \"@spare\"}\n"
	umbrella := f.on(umbrellaAccounts)
	user := f.umbrellaUser(umbrella, "alice")
	f.replaceIn(umbrella, user.ID, portal.User{Webcare: &portal.Webcare{DefaultAccounts: map[string]string{"x": "umbrella-x", "facebook": ""}}})
	f.userIn(strom, portal.User{
		Email: new("jan@example.com"), FirstName: new("Jan"), LastName: new("Novak"), PermissionGroupIDs: []string{f.groupIn(strom, "Agents").ID}, Licence: helpdesk(),
	})
	f.userIn(nord, nordUser("astrid@example.com", "+46812345671"))
	for name, test := range map[string]struct {
		file, old, new string
		field, message string // of the refusal; empty: there is none
	}{
		"helpdesk in use": {stromFile, "  - {id: support, name: Support}\n", "", "helpdesks", "organization.yaml:9:1: the helpdesk support cannot go while jan@example.com is on it; move them to another one first"},
		"account in use": {
			umbrellaAccounts, "  - {id: umbrella-x, platform: x, name: \"@umbrella\"}\n", "", "social_accounts",
			"organization.yaml:4:1: the account umbrella-x cannot go while alice@example.com answers from it; give them another one first",
		},
		"incoming number": {
			nordFile, `main_number: "+46 8 123 456 70"`, `main_number: "+46812345671"`, "main_number",
			"organization.yaml:6:1: +46812345671 cannot become the main number while it is the incoming number of astrid@example.com; give them another one first",
		},
		"allocated number":    {nordFile, `, "+46812345671"`, "", "phone_numbers", "organization.yaml:5:1: +46812345671 cannot go while it is shown by astrid@example.com"},
		"spare helpdesk":      {stromFile, "  - {id: sales, name: Sales}\n", "", "", ""},
		"spare account":       {umbrellaAccounts, "  - {id: spare-x, platform: x, name: \"@spare\"}\n", "", "", ""},
		"another main number": {nordFile, `main_number: "+46 8 123 456 70"`, `main_number: "+46812345672"`, "", ""},
	} {
		text := strings.Replace(test.file, test.old, test.new, 1)
		if text == test.file {
			t.Fatalf("%s: the file has no %q", name, test.old)
		}
		changed, err := f.ApplyOrganization(t.Context(), parse(t, text))
		if test.field == "" {
			if !changed || err != nil {
				t.Errorf("%s: changed %v, %v", name, changed, err)
			}
			f.apply(test.file)
			continue
		}
		wantError(t, err, portal.CodeConflict, test.field, portal.CodeInUse)
		if got := portalError(t, err).Errors[0].Message; changed || !strings.HasPrefix(got, test.message) {
			t.Errorf("%s: changed %v, message %q, want %q", name, changed, got, test.message)
		}
	}
}

func TestOrganization_showsWhatTheCallerMayDo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	caller := f.acme
	caller.Scopes = []portal.Scope{portal.ScopeRead, portal.ScopeSystem}
	got, err := f.Organization(t.Context(), caller)
	if err != nil || !slices.Equal(got.Scopes, caller.Scopes) {
		t.Errorf("scopes are %v, %v; want %v", got.Scopes, err, caller.Scopes)
	}
}

func TestOrganization_SA10_aPBXThatIsGoneWaitsForNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	strom := f.on(stromFile)
	user := f.userIn(strom, portal.User{
		Email: new("jan@example.com"), FirstName: new("Jan"), LastName: new("Novak"), PermissionGroupIDs: []string{f.groupIn(strom, "Agents").ID},
		Licence: callcentrum(), Telephony: &portal.Telephony{Extension: new("201"), PBXID: new("spare")},
	})
	if err := f.DeleteUser(t.Context(), strom, user.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	f.apply(strings.Replace(stromFile, "  - {id: spare, name: Spare}\n", "", 1))
	_, err := f.ReloadPBX(t.Context(), strom, "spare")
	wantError(t, err, portal.CodeNotFound, "", "")
	f.apply(stromFile)
	if got := f.pending(strom); got["spare"] {
		t.Error("a new PBX with an old id waits for a reload")
	}
}
