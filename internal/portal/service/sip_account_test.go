package service

import (
	"fmt"
	"reflect"
	"regexp"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

func TestSIPAccount_digestsAreThoseOfTheRFC(t *testing.T) {
	t.Parallel()
	// Computed with md5sum and sha256sum over "1001:acme.example.com:Ph0nePassword77kq" and, for the last, over
	// "1001@acme.example.com:acme.example.com:Ph0nePassword77kq".
	want := store.SIPDigests{MD5: "133615eaf02b6b404f77a3b9df0a8250", SHA256: "2351e849179b7de50c419a8997994515158482ebb1c894e2a6a5d2368c5eda7f", DomainMD5: "bd12316067b44340692334b656d63e1f"}
	if got := sipDigests("1001", "acme.example.com", sipPassword); got != want {
		t.Errorf("digests are %+v, want %+v", got, want)
	}
	f := newFixture(t)
	account := f.account("1001", sipPassword)
	if f.digests(account.ID) != sipDigests(account.SIPUsername, "acme.example.com", sipPassword) {
		t.Error("the stored digests do not hold the SIP username")
	}
	wantAccount := portal.SIPAccount{
		ID: account.ID, ETag: `"v1"`, Extension: new("1001"), Name: new(""), Type: new("voip"), CallerID: new(""),
		HideCallerID: new(false), Enabled: new(true), SIPUsername: account.SIPUsername, SIPDomain: "acme.example.com",
		CreatedAt: "2026-03-04T05:06:07Z", Untouched: true,
	}
	if !reflect.DeepEqual(account, wantAccount) {
		t.Errorf("created %s\nwant    %s", marshal(t, account), marshal(t, wantAccount))
	}
}

func TestSIPAccount_TC03_withoutAPasswordOneIsGenerated(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var digests []store.SIPDigests
	for _, extension := range []string{"1001", "1002"} {
		created, err := f.CreateSIPAccount(t.Context(), f.acme, portal.SIPAccount{Extension: &extension}, "")
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, f.digests(created.Object.ID))
		if digests[len(digests)-1] == sipDigests(created.Object.SIPUsername, "acme.example.com", "") {
			t.Error("an account without a password can be registered with an empty one")
		}
	}
	if digests[0] == digests[1] {
		t.Error("two accounts have the same digests")
	}
}

func TestSIPAccount_TC03_passwordIsTheAccountsAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group, account := f.group("Agents"), f.account("1001", sipPassword)
	user := f.user(alice(group, account))

	_, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{Password: new(loginPassword)}, "")
	wantError(t, err, portal.CodeInvalid, "password", portal.CodeNotAllowed)
	_, err = f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{Password: new(sipPassword)}, "")
	wantError(t, err, portal.CodeInvalid, "password", portal.CodeNotAllowed)
	if f.digests(account.ID) != sipDigests(account.SIPUsername, "acme.example.com", sipPassword) || !f.canLogIn(user.ID, loginPassword) {
		t.Error("a refused password was stored")
	}
	if err := f.DeleteUser(t.Context(), f.acme, user.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{Password: new(loginPassword)}, ""); err != nil {
		t.Errorf("nobody has the account any more, and still: %v", err)
	}
}

func TestSIPAccount_TC03_newExtensionNeedsNoNewPassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	account := f.account("1001", sipPassword)
	got, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{Extension: new("1002")}, account.ETag)
	if err != nil {
		t.Fatal(err)
	}
	if got.SIPUsername != account.SIPUsername || f.digests(account.ID) != sipDigests(account.SIPUsername, "acme.example.com", sipPassword) {
		t.Errorf("under a new extension the username is %s, it was %s; the password must stay", got.SIPUsername, account.SIPUsername)
	}
	free := f.account("1001", sipPassword) // the extension is free again
	if free.SIPUsername == account.SIPUsername {
		t.Errorf("two accounts have the SIP username %s", free.SIPUsername)
	}
}

// A SIP username is made by the portal, whatever a request says, and is never an extension: also not one that somebody
// has.
func TestSIPAccount_usernameIsOpaque(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	opaque := regexp.MustCompile(`^[a-z2-9]{16}$`)
	seen := map[string]bool{}
	for i := range 50 {
		request := portal.SIPAccount{Extension: new(fmt.Sprint(1001 + i%2)), SIPUsername: "1001", Password: new(sipPassword)}
		created, err := f.CreateSIPAccount(t.Context(), f.acme, request, "")
		if err != nil {
			t.Fatal(err)
		}
		username := created.Object.SIPUsername
		if _, err := portal.ParseExtension(username); err == nil || !opaque.MatchString(username) || seen[username] {
			t.Errorf("the account %s has the SIP username %q", *created.Object.Extension, username)
		}
		seen[username] = true
		if err := f.DeleteSIPAccount(t.Context(), f.acme, created.Object.ID, ""); err != nil {
			t.Fatal(err)
		}
	}
	account := f.account("1001", sipPassword)
	changed, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{SIPUsername: "1001"}, "")
	if err != nil || changed.SIPUsername != account.SIPUsername {
		t.Errorf("a request changed the SIP username from %q to %q, %v", account.SIPUsername, changed.SIPUsername, err)
	}
}

// An account that version 0.1.0 made registers with the extension that it had then. It keeps that username, and the
// next account with the extension gets another one.
func TestSIPAccount_TC03_oldAccountsKeepTheirUsername(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	old := store.SIPAccount{
		SIPAccount: portal.SIPAccount{ID: "sip_old", Extension: new("1001"), SIPUsername: "1001"}, Digests: sipDigests("1001", "acme.example.com", sipPassword),
	}
	if err := f.store.Write(t.Context(), "acme", func(tx *store.Tx) error { return tx.InsertSIPAccount(t.Context(), "acme", old) }); err != nil {
		t.Fatal(err)
	}
	moved, err := f.ReplaceSIPAccount(t.Context(), f.acme, "sip_old", portal.SIPAccount{Extension: new("1002")}, "")
	if err != nil || moved.SIPUsername != "1001" || f.digests("sip_old") != old.Digests {
		t.Errorf("the old account is %+v, %v", moved, err)
	}
	if next := f.account("1001", sipPassword); next.SIPUsername == "1001" {
		t.Error("a new account got the username that an old one registers with")
	}
	rotated, err := f.ReplaceSIPAccount(t.Context(), f.acme, "sip_old", portal.SIPAccount{Password: new(otherSIPPassword)}, "")
	if err != nil || rotated.SIPUsername != "1001" || f.digests("sip_old") != sipDigests("1001", "acme.example.com", otherSIPPassword) {
		t.Errorf("with a new password the old account is %+v, %v", rotated, err)
	}
}

func TestSIPAccount_passwordKeptAndRotated(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	account := f.account("1001", sipPassword)
	renamed, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{Name: new("Desk")}, account.ETag)
	if err != nil {
		t.Fatal(err)
	}
	if f.digests(account.ID) != sipDigests(account.SIPUsername, "acme.example.com", sipPassword) {
		t.Error("a new name changed the password")
	}
	same, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{Password: new(sipPassword)}, renamed.ETag)
	if err != nil || same.ETag != renamed.ETag {
		t.Errorf("the same password again: ETag %s after %s, %v", same.ETag, renamed.ETag, err)
	}
	rotated, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{Password: new(otherSIPPassword)}, renamed.ETag)
	if err != nil {
		t.Fatal(err)
	}
	if rotated.ETag == renamed.ETag || f.digests(account.ID) != sipDigests(account.SIPUsername, "acme.example.com", otherSIPPassword) {
		t.Error("a new password was not stored, or left the ETag as it was")
	}
	for _, refused := range []portal.Secret{"", "short"} {
		if _, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{Password: &refused}, ""); err == nil {
			t.Errorf("%d characters were accepted as a password", len(refused))
		}
	}
}

func TestSIPAccount_ALL02_extensionIsUnique(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first, second := f.account("1001", sipPassword), f.account("1002", sipPassword)
	_, err := f.CreateSIPAccount(t.Context(), f.acme, portal.SIPAccount{Extension: new("1001")}, "")
	wantError(t, err, portal.CodeConflict, "extension", portal.CodeAlreadyExists)
	got := portalError(t, err)
	if got.Errors[0].ExistingID != first.ID {
		t.Errorf("existing_id is %q, want %q", got.Errors[0].ExistingID, first.ID)
	}
	_, err = f.ReplaceSIPAccount(t.Context(), f.acme, second.ID, portal.SIPAccount{Extension: new("1001"), Password: new(sipPassword)}, "")
	wantError(t, err, portal.CodeConflict, "extension", portal.CodeAlreadyExists)
}

func TestSIPAccount_inUseStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group, account := f.group("Agents"), f.account("1001", sipPassword)
	user := f.user(alice(group, account))
	err := f.DeleteSIPAccount(t.Context(), f.acme, account.ID, "")
	wantError(t, err, portal.CodeConflict, "", portal.CodeInUse)
	got := portalError(t, err)
	if want := "the SIP account 1001 belongs to alice@example.com; take it away from that user first"; got.Errors[0].Message != want {
		t.Errorf("message is %q, want %q", got.Errors[0].Message, want)
	}
	if err := f.DeleteUser(t.Context(), f.acme, user.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	if free := f.getAccount(account.ID); free.UserID != "" {
		t.Errorf("the account of a deleted user still belongs to %s", free.UserID)
	}
	if err := f.DeleteSIPAccount(t.Context(), f.acme, account.ID, account.ETag); err != nil {
		t.Error(err)
	}
}
