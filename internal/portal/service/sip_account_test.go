package service

import (
	"reflect"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

func TestSIPAccount_digestsAreThoseOfTheRFC(t *testing.T) {
	t.Parallel()
	// Computed with md5sum and sha256sum over "1001:acme.example.com:Ph0nePassword77kq" and, for the last, over
	// "1001@acme.example.com:acme.example.com:Ph0nePassword77kq".
	want := store.SIPDigests{MD5: "133615eaf02b6b404f77a3b9df0a8250", SHA256: "2351e849179b7de50c419a8997994515158482ebb1c894e2a6a5d2368c5eda7f", DomainMD5: "bd12316067b44340692334b656d63e1f"}
	f := newFixture(t)
	account := f.account("1001", sipPassword)
	if got := f.digests(account.ID); got != want {
		t.Errorf("digests are %+v, want %+v", got, want)
	}
	wantAccount := portal.SIPAccount{
		ID: account.ID, ETag: `"v1"`, Extension: new("1001"), Name: new(""), Type: new("voip"), CallerID: new(""),
		HideCallerID: new(false), Enabled: new(true), SIPUsername: "1001", SIPDomain: "acme.example.com",
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
	}
	if digests[0].MD5 == sipDigests("1001", "acme.example.com", "").MD5 {
		t.Error("an account without a password can be registered with an empty one")
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
	if f.digests(account.ID) != sipDigests("1001", "acme.example.com", sipPassword) || !f.canLogIn(user.ID, loginPassword) {
		t.Error("a refused password was stored")
	}
	if err := f.DeleteUser(t.Context(), f.acme, user.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{Password: new(loginPassword)}, ""); err != nil {
		t.Errorf("nobody has the account any more, and still: %v", err)
	}
}

func TestSIPAccount_TC03_newExtensionNeedsANewPassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	account := f.account("1001", sipPassword)
	_, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{Extension: new("1002")}, "")
	wantError(t, err, portal.CodeInvalid, "extension", portal.CodeRequired)
	got, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{Extension: new("1002"), Password: new(sipPassword)}, account.ETag)
	if err != nil {
		t.Fatal(err)
	}
	if got.SIPUsername != "1002" || f.digests(account.ID) != sipDigests("1002", "acme.example.com", sipPassword) {
		t.Errorf("username %s; the digests must hold the new extension", got.SIPUsername)
	}
	f.account("1001", sipPassword) // free again
}

func TestSIPAccount_passwordKeptAndRotated(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	account := f.account("1001", sipPassword)
	renamed, err := f.ReplaceSIPAccount(t.Context(), f.acme, account.ID, portal.SIPAccount{Name: new("Desk")}, account.ETag)
	if err != nil {
		t.Fatal(err)
	}
	if f.digests(account.ID) != sipDigests("1001", "acme.example.com", sipPassword) {
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
	if rotated.ETag == renamed.ETag || f.digests(account.ID) != sipDigests("1001", "acme.example.com", otherSIPPassword) {
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
