package service

import (
	"reflect"
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
	file.Organization.Scopes = []portal.Scope{}
	if got, err := f.Organization(t.Context(), f.acme); err != nil || !reflect.DeepEqual(got, file.Organization) {
		t.Errorf("organisation is %+v, %v; want %+v", got, err, file.Organization)
	}
	groups, err := f.ListPermissionGroups(t.Context(), f.acme, ListQuery{})
	if err != nil || len(groups.Items) != 1 || !groups.Items[0].BuiltIn || *groups.Items[0].Name != "Administrator" {
		t.Errorf("built-in groups after two applications: %+v, %v", groups.Items, err)
	}
}

func TestOrganization_appliedOnceByManyAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := parse(t, strings.ReplaceAll(acmeFile, "acme", "initech"))
	var changes atomic.Int32
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			changed, err := f.ApplyOrganization(t.Context(), file)
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
			want.Scopes = []portal.Scope{}
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
