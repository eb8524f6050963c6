package service

import (
	"reflect"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

const umbrellaFile = "id: umbrella\nname: Umbrella\nplatform: engage\n"

const stromFile = `id: strom
name: Strom
platform: samoobsluha
sip_domain: strom.example.com
ordered: [pbx, helpdesk]
pbxs:
  - {id: main, name: Main}
  - {id: spare, name: Spare}
helpdesks:
  - {id: support, name: Support}
  - {id: sales, name: Sales}
`

// callcentrum and helpdesk are licences.
func callcentrum() *portal.Licence {
	return &portal.Licence{Product: new("callcentrum"), Edition: new("start")}
}

func helpdesk() *portal.Licence {
	return &portal.Licence{Product: new("helpdesk"), Edition: new("start"), HelpdeskID: new("support")}
}

func (f *fixture) groupIn(caller Caller, name string) portal.PermissionGroup {
	f.t.Helper()
	created, err := f.CreatePermissionGroup(f.t.Context(), caller, portal.PermissionGroup{Name: &name}, "")
	if err != nil {
		f.t.Fatal(err)
	}
	return created.Object
}

func TestUser_EN01_usernameIsUniqueByTheLetter(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply(umbrellaFile)
	umbrella := Caller{OrganizationID: "umbrella", TokenID: "tok_u"}
	role := f.groupIn(umbrella, "Agent")
	request := func(username, email string) portal.User {
		return portal.User{Username: &username, Email: &email, FirstName: new("Alice"), LastName: new("Jansen"), PermissionGroupIDs: []string{role.ID}}
	}
	first, err := f.CreateUser(t.Context(), umbrella, request("alice", "alice@example.com"), "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.CreateUser(t.Context(), umbrella, request("alice", "other@example.com"), "")
	wantError(t, err, portal.CodeConflict, "username", portal.CodeAlreadyExists)
	if got := portalError(t, err).Errors[0]; got.ExistingID != first.Object.ID {
		t.Errorf("existing_id is %q, want %q", got.ExistingID, first.Object.ID)
	}
	if _, err := f.CreateUser(t.Context(), umbrella, request("Alice", "another@example.com"), ""); err != nil {
		t.Errorf("a username in other letters is another one: %v", err)
	}
	page, err := f.ListUsers(t.Context(), umbrella, ListQuery{Where: map[string]string{"username": "alice"}})
	if err != nil || len(page.Items) != 1 || page.Items[0].ID != first.Object.ID {
		t.Errorf("username alice finds %+v, %v", page.Items, err)
	}
	_, err = f.ReplaceUser(t.Context(), umbrella, first.Object.ID, portal.User{Username: new("alicia")}, "")
	wantError(t, err, portal.CodeInvalid, "username", portal.CodeUnchangeable)
}

func TestSIPAccount_ALL01_notOnEveryPlatform(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply(umbrellaFile)
	umbrella := Caller{OrganizationID: "umbrella", TokenID: "tok_u"}
	_, err := f.CreateSIPAccount(t.Context(), umbrella, portal.SIPAccount{Extension: new("1001")}, "")
	wantError(t, err, portal.CodeInvalid, "", portal.CodeNotOnPlatform)
	if page, err := f.ListSIPAccounts(t.Context(), umbrella, ListQuery{Where: map[string]string{"extension": "1001"}}); err != nil || len(page.Items) != 0 {
		t.Errorf("a list of what cannot exist: %+v, %v", page, err)
	}
}

func TestUser_ALL02_extensionIsUniqueOverUsersAndSIPAccounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply(stromFile)
	strom := Caller{OrganizationID: "strom", TokenID: "tok_s"}
	group := f.groupIn(strom, "Agents")
	request := portal.User{
		Email: new("alice@example.com"), FirstName: new("Alice"), LastName: new("Novak"), PermissionGroupIDs: []string{group.ID},
		Telephony: &portal.Telephony{Extension: new("201"), PBXID: new("main")}, Licence: callcentrum(),
	}
	user, err := f.CreateUser(t.Context(), strom, request, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.GetUser(t.Context(), strom, user.Object.ID); err != nil || !reflect.DeepEqual(got, user.Object) || *got.Telephony.Extension != "201" {
		t.Errorf("read %s, %v; created %s", marshal(t, got), err, marshal(t, user.Object))
	}
	_, err = f.CreateSIPAccount(t.Context(), strom, portal.SIPAccount{Extension: new("201")}, "")
	wantError(t, err, portal.CodeConflict, "extension", portal.CodeAlreadyExists)
	if got := portalError(t, err).Errors[0]; got.ExistingID != user.Object.ID || !strings.Contains(got.Message, "alice@example.com") {
		t.Errorf("the conflict is %+v, want one that names the user", got)
	}
	account, err := f.CreateSIPAccount(t.Context(), strom, portal.SIPAccount{Extension: new("202")}, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.ReplaceUser(t.Context(), strom, user.Object.ID, portal.User{Telephony: &portal.Telephony{Extension: new("202")}}, "")
	wantError(t, err, portal.CodeConflict, "telephony.extension", portal.CodeAlreadyExists)
	if got := portalError(t, err).Errors[0]; got.ExistingID != account.Object.ID {
		t.Errorf("existing_id is %q, want %q", got.ExistingID, account.Object.ID)
	}
}

func TestUser_sharedSIPAccountWhereThePlatformLetsThem(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply(stromFile)
	strom := Caller{OrganizationID: "strom", TokenID: "tok_s"}
	group := f.groupIn(strom, "Agents")
	account, err := f.CreateSIPAccount(t.Context(), strom, portal.SIPAccount{Extension: new("202")}, "")
	if err != nil {
		t.Fatal(err)
	}
	var first string
	for _, email := range []string{"alice@example.com", "bob@example.com"} {
		made, err := f.CreateUser(t.Context(), strom, portal.User{
			Email: &email, FirstName: new("A"), LastName: new("B"), PermissionGroupIDs: []string{group.ID},
			Telephony: &portal.Telephony{SIPAccountIDs: []string{account.Object.ID}}, Licence: helpdesk(),
		}, "")
		if err != nil {
			t.Fatal(err)
		}
		if first == "" || made.Object.ID < first {
			first = made.Object.ID
		}
	}
	if got, err := f.GetSIPAccount(t.Context(), strom, account.Object.ID); err != nil || got.UserID != first {
		t.Errorf("user_id is %q, %v; want the first of both, %q", got.UserID, err, first)
	}
	err = f.DeleteSIPAccount(t.Context(), strom, account.Object.ID, "")
	wantError(t, err, portal.CodeConflict, "", portal.CodeInUse)
	if got := portalError(t, err).Errors[0].Message; !strings.Contains(got, "alice@example.com, bob@example.com") {
		t.Errorf("message is %q, want both holders", got)
	}
}

func TestOrganization_PBXInUseStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply(stromFile)
	strom := Caller{OrganizationID: "strom", TokenID: "tok_s"}
	_, err := f.CreateUser(t.Context(), strom, portal.User{
		Email: new("alice@example.com"), FirstName: new("Alice"), LastName: new("Novak"), PermissionGroupIDs: []string{f.groupIn(strom, "Agents").ID},
		Telephony: &portal.Telephony{Extension: new("201"), PBXID: new("main")}, Licence: callcentrum(),
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.ApplyOrganization(t.Context(), parse(t, strings.Replace(stromFile, "  - {id: main, name: Main}\n", "", 1)))
	wantError(t, err, portal.CodeConflict, "pbxs", portal.CodeInUse)
	if got, want := portalError(t, err).Errors[0].Message, "organization.yaml:6:1: the PBX main cannot go while alice@example.com is on it; move them to another one first"; got != want {
		t.Errorf("message is %q, want %q", got, want)
	}
	if _, err := f.ApplyOrganization(t.Context(), parse(t, strings.Replace(stromFile, "  - {id: spare, name: Spare}\n", "", 1))); err != nil {
		t.Error(err)
	}
}

func TestService_SA09_onlyTheOperatorExemptsFromBilling(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	operator := f.on(stromFile)
	customer := operator
	customer.Scopes = []portal.Scope{portal.ScopeRead, portal.ScopeWrite, portal.ScopeAdmin}
	request := portal.User{
		Email: new("jan@example.com"), FirstName: new("Jan"), LastName: new("Novak"), PermissionGroupIDs: []string{f.groupIn(operator, "Agents").ID}, Licence: helpdesk(),
	}
	request.Licence.Billed = new(false)
	for _, caller := range []Caller{customer, {OrganizationID: "strom", TokenID: "tok_none"}} {
		_, err := f.CreateUser(t.Context(), caller, request, "")
		wantError(t, err, portal.CodeInvalid, "licence.billed", portal.CodeNotAllowed)
	}
	user := f.userIn(operator, request)
	if got := f.replaceIn(customer, user.ID, portal.User{FirstName: new("Petr")}); *got.Licence.Billed {
		t.Error("a change of the name bills the user")
	}
}

// What a platform gained after a user was stored shows its default, and is no change.
func TestService_ALL07_fieldsThatCameLaterHaveTheirDefaults(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.user(dynamic(f.group("Agents"), "bob@example.com"))
	row := f.stored(user.ID)
	row.Directory, row.EmailKey = nil, row.Email
	if err := f.store.Write(t.Context(), "acme", func(tx *store.Tx) error { return tx.UpdateUser(t.Context(), "acme", row) }); err != nil {
		t.Fatal(err)
	}
	got := f.get(user.ID)
	if got.Directory == nil || got.Directory.UserGroupIDs == nil || got.Directory.BusinessNumber == nil {
		t.Fatalf("read %s", marshal(t, got))
	}
	if same := f.replaceIn(f.acme, user.ID, portal.User{Directory: &portal.Directory{UserGroupIDs: []string{}}}); same.ETag != got.ETag {
		t.Error("the default of a field that came later makes a change")
	}
}
