package service

import (
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

const (
	pin      = portal.Secret("470213")
	otherPIN = portal.Secret("885571")
)

// pinHash reads what the database holds of a user's PIN.
func (f *fixture) pinHash(caller Caller, id string) (hash string) {
	f.t.Helper()
	if err := f.store.Read(f.t.Context(), func(tx *store.Tx) error {
		user, err := tx.User(f.t.Context(), caller.OrganizationID, id)
		hash = user.PINHash
		return err
	}); err != nil {
		f.t.Fatal(err)
	}
	return hash
}

func (f *fixture) hasPIN(caller Caller, id string, pin portal.Secret) bool {
	f.t.Helper()
	same, err := argon2id.ComparePasswordAndHash(string(pin), f.pinHash(caller, id))
	if err != nil {
		f.t.Fatal(err)
	}
	return same
}

func withVoicemail(voicemail portal.Voicemail) portal.User { return portal.User{Voicemail: &voicemail} }

func TestService_VX12_voicemailNeedsPINAndAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	nord := f.on(nordFile)
	request := nordUser("astrid@example.com", "")
	request.Voicemail = &portal.Voicemail{Enabled: new(true)}
	_, err := f.CreateUser(t.Context(), nord, request, "")
	wantError(t, err, portal.CodeInvalid, "voicemail.pin", portal.CodeRequired)
	wantError(t, err, portal.CodeInvalid, "voicemail.email", portal.CodeRequired)
	request.Voicemail.PINSet = true // read-only
	_, err = f.CreateUser(t.Context(), nord, request, "")
	wantError(t, err, portal.CodeInvalid, "voicemail.pin", portal.CodeRequired)

	request.Voicemail.Enabled = new(false)
	user := f.userIn(nord, request)
	if user.Voicemail.PINSet || f.pinHash(nord, user.ID) != "" {
		t.Error("a user without a PIN is said to have one")
	}
	_, err = f.ReplaceUser(t.Context(), nord, user.ID, withVoicemail(portal.Voicemail{Enabled: new(true), Email: new("astrid@example.com"), PINSet: true}), "")
	wantError(t, err, portal.CodeInvalid, "voicemail.pin", portal.CodeRequired)
	f.replaceIn(nord, user.ID, withVoicemail(portal.Voicemail{PIN: new(pin)}))
	on := f.replaceIn(nord, user.ID, withVoicemail(portal.Voicemail{Enabled: new(true), Email: new("astrid@example.com")}))
	if !*on.Voicemail.Enabled || !on.Voicemail.PINSet || !f.hasPIN(nord, user.ID, pin) {
		t.Errorf("voicemail is %s", marshal(t, on.Voicemail))
	}
	_, err = f.ReplaceUser(t.Context(), nord, user.ID, withVoicemail(portal.Voicemail{PIN: new(portal.Secret(""))}), "")
	wantError(t, err, portal.CodeInvalid, "voicemail.pin", portal.CodeRequired)
	off := f.replaceIn(nord, user.ID, withVoicemail(portal.Voicemail{Enabled: new(false), PIN: new(portal.Secret(""))}))
	if off.Voicemail.PINSet || f.pinHash(nord, user.ID) != "" {
		t.Errorf("an empty PIN leaves %s", marshal(t, off.Voicemail))
	}
	if same := f.replaceIn(nord, user.ID, withVoicemail(portal.Voicemail{PIN: new(portal.Secret(""))})); same.ETag != off.ETag {
		t.Error("taking away a PIN that is not there makes a change")
	}
}

func TestService_VX14_PINIsASecretLikeThePassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	nord := f.on(nordFile)
	request := nordUser("astrid@example.com", "")
	request.Voicemail = &portal.Voicemail{PIN: new(portal.Secret("12a4"))}
	_, err := f.CreateUser(t.Context(), nord, request, "")
	wantError(t, err, portal.CodeInvalid, "voicemail.pin", portal.CodeMalformed)
	if text := marshal(t, portalError(t, err)); strings.Contains(text, "12a4") {
		t.Errorf("the refusal repeats the PIN: %s", text)
	}
	request.Voicemail.PIN, request.Password = new(pin), new(loginPassword)
	made, err := f.CreateUser(t.Context(), nord, request, "key")
	if err != nil {
		t.Fatal(err)
	}
	id := made.Object.ID
	if text := marshal(t, made); strings.Contains(text, string(pin)) || made.Object.Voicemail.PIN != nil || !made.Object.Voicemail.PINSet {
		t.Errorf("the answer is %s", text)
	}
	if hash := f.pinHash(nord, id); !strings.HasPrefix(hash, "$argon2id$") || strings.Contains(hash, string(pin)) {
		t.Errorf("stored is %s", hash)
	}

	// The same PIN changes nothing; another one, or the same one with another password, does.
	same := f.replaceIn(nord, id, portal.User{Password: new(loginPassword), Voicemail: &portal.Voicemail{PIN: new(pin)}})
	if same.ETag != made.Object.ETag {
		t.Error("the secrets that are stored already make a change")
	}
	// A repetition with other secrets sets neither of them anew.
	request.Password, request.Voicemail.PIN = new(otherLoginPassword), new(otherPIN)
	again, err := f.CreateUser(t.Context(), nord, request, "key")
	if err != nil || !again.Replayed || again.Object.ID != id {
		t.Fatalf("repeated: %s, %v", marshal(t, again), err)
	}
	if !f.hasPIN(nord, id, pin) || !f.hasPassword(nord, id, loginPassword) {
		t.Errorf("after the repetition the user has other secrets")
	}
	before := f.replaceIn(nord, id, portal.User{})
	changed := f.replaceIn(nord, id, withVoicemail(portal.Voicemail{PIN: new(otherPIN)}))
	if changed.ETag == before.ETag || !f.hasPIN(nord, id, otherPIN) || !f.hasPassword(nord, id, loginPassword) {
		t.Error("a new PIN was not stored, or took the password along")
	}
	f.replaceIn(nord, id, portal.User{FirstName: new("Anna")})
	if !f.hasPIN(nord, id, otherPIN) {
		t.Error("a change of the name took the PIN")
	}
}

func (f *fixture) hasPassword(caller Caller, id string, password portal.Secret) (same bool) {
	f.t.Helper()
	if err := f.store.Read(f.t.Context(), func(tx *store.Tx) error {
		user, err := tx.User(f.t.Context(), caller.OrganizationID, id)
		if err == nil {
			same, err = argon2id.ComparePasswordAndHash(string(password), user.PasswordHash)
		}
		return err
	}); err != nil {
		f.t.Fatal(err)
	}
	return same
}
