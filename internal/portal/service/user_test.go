package service

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestUser_createFillsDefaultsAndNormalises(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group, account := f.group("Agents"), f.account("1001", sipPassword)
	request := alice(group, account)
	request.Email = new("  Alice@Example.com ")
	request.Telephony.CallerIDs = []string{"+48 22 123 45 68", "+48221234567", "+48 22 1234567"}
	request.Telephony.SMSSenders = []string{"+48 22 123 45 67", "ACME"}
	request.ID, request.ETag = "usr_mine", `"v7"`
	before := marshal(t, request)

	got := f.user(request)
	want := portal.User{
		ID: got.ID, ETag: `"v1"`, Email: new("Alice@Example.com"), FirstName: new("Alice"), LastName: new("Jansen"), Enabled: new(true),
		PermissionGroupIDs: []string{group.ID}, Permissions: group.Permissions, SendInvitation: new(false), Status: portal.StatusPending,
		Telephony: &portal.Telephony{
			SIPAccountIDs: []string{account.ID}, SIPAssignment: new("static"),
			CallerIDs: []string{"+48221234567", "+48221234568"}, SMSSenders: []string{"+48221234567", "ACME"},
		},
		Directory: &portal.Directory{BusinessNumber: new(""), UserGroupIDs: []string{}},
		CreatedAt: "2026-03-04T05:06:07Z", Untouched: true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("created %s\nwant    %s", marshal(t, got), marshal(t, want))
	}
	if !strings.HasPrefix(got.ID, "usr_") || len(got.ID) != 36 || got.ID != strings.ToLower(got.ID) {
		t.Errorf("id %q, want usr_ and 160 bits of lower-case base32", got.ID)
	}
	if read := f.get(got.ID); !reflect.DeepEqual(read, want) {
		t.Errorf("read %s, created %s", marshal(t, read), marshal(t, want))
	}
	if after := marshal(t, request); after != before {
		t.Errorf("the caller's own object was changed from %s to %s", before, after)
	}
}

func TestUser_TC02_TC09_rulesHoldInThePortal(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group, account, taken := f.group("Agents"), f.account("1001", sipPassword), f.account("1002", otherSIPPassword)
	holder := alice(group, taken)
	holder.Email = new("holder@example.com")
	f.user(holder)
	tests := map[string]struct {
		change func(*portal.User)
		field  string
		code   portal.Code
	}{
		"TC-01 no e-mail":                     {func(u *portal.User) { u.Email = nil }, "email", portal.CodeRequired},
		"TC-01 no e-mail address":             {func(u *portal.User) { u.Email = new("alice") }, "email", portal.CodeMalformed},
		"TC-02 static without an account":     {func(u *portal.User) { u.Telephony = nil }, "telephony.sip_account_ids", portal.CodeNotAllowed},
		"TC-02 dynamic with an account":       {func(u *portal.User) { u.Telephony.SIPAssignment = new("dynamic") }, "telephony.sip_account_ids", portal.CodeNotAllowed},
		"TC-02 account of another user":       {func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{taken.ID} }, "telephony.sip_account_ids", portal.CodeInUse},
		"TC-02 account that does not exist":   {func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{"sip_none"} }, "telephony.sip_account_ids", portal.CodeMissing},
		"TC-03 password of the own phone":     {func(u *portal.User) { u.Password = new(sipPassword) }, "password", portal.CodeNotAllowed},
		"TC-04 number that is not owned":      {func(u *portal.User) { u.Telephony.CallerIDs = []string{"+48221230000"} }, "telephony.caller_ids", portal.CodeNotOwned},
		"TC-05 sender that is not registered": {func(u *portal.User) { u.Telephony.SMSSenders = []string{"Evil"} }, "telephony.sms_senders", portal.CodeNotOwned},
		"TC-06 weak password":                 {func(u *portal.User) { u.Password = new(portal.Secret("Password1!")) }, "password", portal.CodeWeakPassword},
		"TC-06 empty password":                {func(u *portal.User) { u.Password = new(portal.Secret("")) }, "password", portal.CodeRequired},
		"TC-07 no first name":                 {func(u *portal.User) { u.FirstName = new("") }, "first_name", portal.CodeRequired},
		"TC-07 no last name":                  {func(u *portal.User) { u.LastName = nil }, "last_name", portal.CodeRequired},
		"TC-08 no group":                      {func(u *portal.User) { u.PermissionGroupIDs = nil }, "permission_group_ids", portal.CodeRequired},
		"TC-08 group that does not exist":     {func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_none"} }, "permission_group_ids", portal.CodeMissing},
		"TC-08 two groups":                    {func(u *portal.User) { u.PermissionGroupIDs = append(u.PermissionGroupIDs, "grp_none") }, "permission_group_ids", portal.CodeNotAllowed},
		"TC-09 no phone number":               {func(u *portal.User) { u.Directory = &portal.Directory{BusinessNumber: new("12")} }, "directory.business_number", portal.CodeMalformed},
		"ALL-01 field of another platform":    {func(u *portal.User) { u.Security = &portal.Security{SkipSSO: new(true)} }, "security", portal.CodeNotOnPlatform},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := alice(group, account)
			test.change(&request)
			_, err := f.CreateUser(t.Context(), f.acme, request, "")
			wantError(t, err, portal.CodeInvalid, test.field, test.code)
		})
	}
	t.Run("warnings do not stop", func(t *testing.T) { // TC-09: not owned, and allowed
		t.Parallel()
		request := dynamic(group, "carol@example.com")
		request.Directory = &portal.Directory{BusinessNumber: new("+31 85 123 45 67")}
		if got := f.user(request); *got.Directory.BusinessNumber != "+31851234567" {
			t.Errorf("business number is %s", *got.Directory.BusinessNumber)
		}
	})
}

func TestUser_takenEmailIsAConflictThatNamesTheHolder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group := f.group("Agents")
	first := f.user(dynamic(group, "alice@example.com"))
	_, err := f.CreateUser(t.Context(), f.acme, dynamic(group, "ALICE@example.com"), "")
	wantError(t, err, portal.CodeConflict, "email", portal.CodeAlreadyExists)
	got := portalError(t, err)
	if got.Status != 409 || got.Errors[0].ExistingID != first.ID {
		t.Errorf("got %d with %+v, want 409 with existing_id %s", got.Status, got.Errors, first.ID)
	}
	second := f.user(dynamic(group, "bob@example.com"))
	_, err = f.ReplaceUser(t.Context(), f.acme, second.ID, portal.User{Email: new("alice@example.com")}, "")
	wantError(t, err, portal.CodeConflict, "email", portal.CodeAlreadyExists)
	if _, err := f.ReplaceUser(t.Context(), f.acme, first.ID, portal.User{Email: new("Alice@Example.com")}, ""); err != nil {
		t.Errorf("a user cannot re-spell the own address: %v", err)
	}
}

func TestUser_concurrentCreatesOfOneAddressHaveOneWinner(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group := f.group("Agents")
	const rivals = 8
	results := make([]error, rivals)
	var wait sync.WaitGroup
	for i := range rivals {
		wait.Go(func() {
			_, results[i] = f.CreateUser(t.Context(), f.acme, dynamic(group, "alice@example.com"), "")
		})
	}
	wait.Wait()
	winners := 0
	for _, err := range results {
		if err == nil {
			winners++
			continue
		}
		wantError(t, err, portal.CodeConflict, "email", portal.CodeAlreadyExists)
	}
	if winners != 1 {
		t.Errorf("%d creates of one address succeeded, want 1", winners)
	}
}

func TestUser_concurrentTakersOfOneSIPAccountHaveOneWinner(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group, account := f.group("Agents"), f.account("1001", sipPassword)
	results := make([]error, 6)
	var wait sync.WaitGroup
	for i := range results {
		wait.Go(func() {
			request := alice(group, account)
			request.Email, request.Password = new(fmt.Sprintf("user%d@example.com", i)), nil
			_, results[i] = f.CreateUser(t.Context(), f.acme, request, "")
		})
	}
	wait.Wait()
	if won := slices.IndexFunc(results, func(err error) bool { return err == nil }); won < 0 || slices.ContainsFunc(results[won+1:], func(err error) bool { return err == nil }) {
		t.Errorf("results are %v, want one winner (TC-02)", results)
	}
}

func TestUser_replaceKeepsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group, account := f.group("Agents"), f.account("1001", sipPassword)
	request := alice(group, account)
	request.Telephony.CallerIDs = []string{"+48221234567"}
	request.Directory = &portal.Directory{BusinessNumber: new("+31851234567")}
	user := f.user(request)

	got, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{LastName: new("Smit"), Telephony: &portal.Telephony{SMSSenders: []string{"ACME"}}}, user.ETag)
	if err != nil {
		t.Fatal(err)
	}
	want := user
	want.ETag, want.Untouched, want.LastName, want.Telephony = `"v2"`, false, new("Smit"), new(*user.Telephony)
	want.Telephony.SMSSenders = []string{"ACME"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("replaced %s\nwant     %s", marshal(t, got), marshal(t, want))
	}
	if !f.canLogIn(user.ID, loginPassword) {
		t.Error("the password did not survive a change of the name (MW-03)")
	}
	emptied, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{Telephony: &portal.Telephony{CallerIDs: []string{}}}, "*")
	if err != nil {
		t.Fatal(err)
	}
	if emptied.Telephony.CallerIDs == nil || len(emptied.Telephony.CallerIDs) != 0 || len(emptied.Telephony.SMSSenders) != 1 {
		t.Errorf("an empty list says none, one left out stays; got %s", marshal(t, emptied))
	}
}

func TestUser_ifMatch(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group := f.group("Agents")
	request := dynamic(group, "alice@example.com")
	request.Password = new(loginPassword)
	user := f.user(request)
	change := portal.User{LastName: new("Smit"), Password: new(otherLoginPassword)}
	changed, err := f.ReplaceUser(t.Context(), f.acme, user.ID, change, user.ETag)
	if err != nil {
		t.Fatal(err)
	}
	// The answer was lost, and the same request comes again with the old ETag (RFC 9110, section 13.1.1).
	repeated, err := f.ReplaceUser(t.Context(), f.acme, user.ID, change, user.ETag)
	if err != nil || !reflect.DeepEqual(repeated, changed) {
		t.Errorf("repeated PUT = %s, %v; want the stored object and no new version", marshal(t, repeated), err)
	}
	withOtherPassword := change
	withOtherPassword.Password = new(loginPassword)
	_, err = f.ReplaceUser(t.Context(), f.acme, user.ID, withOtherPassword, user.ETag)
	wantError(t, err, portal.CodePreconditionFailed, "", "")
	_, err = f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{LastName: new("Bakker")}, user.ETag)
	wantError(t, err, portal.CodePreconditionFailed, "", "")
	err = f.DeleteUser(t.Context(), f.acme, user.ID, user.ETag, portal.Deletion{})
	wantError(t, err, portal.CodePreconditionFailed, "", "")
	if got := f.get(user.ID); !reflect.DeepEqual(got, changed) {
		t.Errorf("a refused write changed the object to %s", marshal(t, got))
	}
	if !f.canLogIn(user.ID, otherLoginPassword) {
		t.Error("a refused write changed the password")
	}
	if err := f.DeleteUser(t.Context(), f.acme, user.ID, `"v9", `+changed.ETag, portal.Deletion{}); err != nil {
		t.Errorf("a list of ETags with the right one: %v", err)
	}
	wantError(t, f.DeleteUser(t.Context(), f.acme, user.ID, "*", portal.Deletion{}), portal.CodeNotFound, "", "")
	_, err = f.ReplaceUser(t.Context(), f.acme, user.ID, change, "")
	wantError(t, err, portal.CodeNotFound, "", "")
}

func TestUser_etagFollowsWhatCanBeWritten(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group, account := f.group("Agents"), f.account("1001", sipPassword)
	request := dynamic(group, "alice@example.com")
	request.Password = new(loginPassword)
	user := f.user(request)
	step := func(what string, change portal.User, changes bool) {
		t.Helper()
		got, err := f.ReplaceUser(t.Context(), f.acme, user.ID, change, user.ETag)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if (got.ETag != user.ETag) != changes {
			t.Errorf("%s: ETag %s after %s", what, got.ETag, user.ETag)
		}
		user = got
	}
	step("nothing", portal.User{}, false)
	step("the same, re-spelled", portal.User{Email: new(" alice@example.com"), PermissionGroupIDs: []string{group.ID, group.ID}}, false)
	step("the same password", portal.User{Password: new(loginPassword)}, false)
	step("another password", portal.User{Password: new(otherLoginPassword)}, true)
	step("a SIP account", portal.User{Telephony: &portal.Telephony{SIPAssignment: new("static"), SIPAccountIDs: []string{account.ID}}}, true)
	got := f.getAccount(account.ID)
	if got.ETag != account.ETag || got.UserID != user.ID {
		t.Errorf("the account has ETag %s and user_id %q; want %s, as nothing of it was written, and %s", got.ETag, got.UserID, account.ETag, user.ID)
	}
	if _, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{}, account.ETag); err != nil {
		t.Errorf("the account cannot be written with the ETag from before it was assigned: %v", err)
	}
}

func TestUser_passwordsAreArgon2id(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group := f.group("Agents")
	request := dynamic(group, "alice@example.com")
	request.Password = new(loginPassword)
	given := f.user(request)
	request.Email = new("bob@example.com")
	other := f.user(request)
	if !f.canLogIn(given.ID, loginPassword) || f.canLogIn(given.ID, otherLoginPassword) {
		t.Error("the stored hash is not that of the given password")
	}
	hash := f.stored(other.ID).PasswordHash
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("the hash is %q", hash)
	}
	if hash == f.stored(given.ID).PasswordHash {
		t.Error("two users with one password have one hash")
	}
}

func TestService_ALL05_noSecretComesBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group := f.group("Agents")
	var seen []any
	account, err := f.CreateSIPAccount(t.Context(), f.acme, portal.SIPAccount{Extension: new("1001"), Password: new(sipPassword)}, "a")
	seen = append(seen, account, err)
	user, err := f.CreateUser(t.Context(), f.acme, alice(group, account.Object), "u")
	seen = append(seen, user, err)
	again, err := f.CreateUser(t.Context(), f.acme, alice(group, account.Object), "u")
	seen = append(seen, again, err)
	_, err = f.CreateUser(t.Context(), f.acme, alice(group, account.Object), "")
	seen = append(seen, err, err.Error())
	replaced, err := f.ReplaceUser(t.Context(), f.acme, user.Object.ID, portal.User{Password: new(otherLoginPassword)}, "")
	seen = append(seen, replaced, err)
	_, err = f.ReplaceUser(t.Context(), f.acme, user.Object.ID, portal.User{Password: new(sipPassword)}, "")
	seen = append(seen, err, err.Error())
	_, err = f.ReplaceSIPAccount(t.Context(), f.acme, account.Object.ID, portal.SIPAccount{Password: new(otherLoginPassword)}, "")
	seen = append(seen, err, err.Error())
	users, err1 := f.ListUsers(t.Context(), f.acme, ListQuery{})
	accounts, err2 := f.ListSIPAccounts(t.Context(), f.acme, ListQuery{})
	seen = append(seen, f.get(user.Object.ID), f.getAccount(account.Object.ID), users, accounts, errors.Join(err1, err2))
	digests := f.digests(account.Object.ID)
	for i, answer := range seen {
		text := marshal(t, answer)
		for _, secret := range []string{string(loginPassword), string(otherLoginPassword), string(sipPassword), f.stored(user.Object.ID).PasswordHash, digests.MD5, digests.SHA256, digests.DomainMD5} {
			if strings.Contains(text, secret) {
				t.Errorf("answer %d has a secret: %s", i, text)
			}
		}
	}
}
