package service

import (
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestPassword_TC06_knownFromABreachIsRefusedEverywhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	known := portal.Secret("Zn4ne-z-wycieku!77")
	prefix, suffix := portal.PwnedParts(known)
	f.known = []string{prefix + suffix}
	request := dynamic(f.group("Agents"), "alice@example.com")
	request.Password = new(known)
	_, err := f.CreateUser(t.Context(), f.acme, request, "")
	wantError(t, err, portal.CodeInvalid, "password", portal.CodeWeakPassword)
	if page, err := f.ListUsers(t.Context(), f.acme, ListQuery{}); err != nil || len(page.Items) != 0 {
		t.Fatalf("the user was made all the same: %v", err)
	}
	request.Password = nil
	user := f.user(request)
	_, err = f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{Password: new(known)}, "")
	wantError(t, err, portal.CodeInvalid, "password", portal.CodeWeakPassword)
	token := tokenOfLink(t, f.due()[0].Path)
	wantError(t, f.Activate(t.Context(), "acme", token, known), portal.CodeInvalid, "password", portal.CodeWeakPassword)
	if err := f.Activate(t.Context(), "acme", token, ownPassword); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.ChangePassword(t.Context(), f.logIn(ownPassword, StageFull), ownPassword, known)
	wantError(t, err, portal.CodeInvalid, "password", portal.CodeWeakPassword)

	// Where nobody can look, no password is set; everything else goes on.
	f.away = true
	_, err = f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{Password: new(otherLoginPassword)}, "")
	wantError(t, err, portal.CodeUnavailable, "", "")
	if _, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{FirstName: new("Alicia")}, ""); err != nil {
		t.Error(err)
	}
	f.user(dynamic(f.group("Leads"), "bob@example.com")) // whose password is generated
	if answer, err := f.PwnedPasswords(t.Context(), prefix); err != nil || answer.Available {
		t.Errorf("%+v, %v", answer, err)
	}
	_, err = f.PwnedPasswords(t.Context(), prefix+"0")
	wantError(t, err, portal.CodeBadRequest, "prefix", portal.CodeMalformed)
}

// Without a password a link is mailed by which the person sets one. Until then there is none: nothing is hashed, and
// nobody gets in.
func TestPassword_VX03_SA03_isNoneUntilThePersonSetsIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	release := hold(t, f.Service)[0] // whoever hashes waits
	user := f.user(dynamic(f.group("Agents"), "alice@example.com"))
	if hash := f.stored(user.ID).PasswordHash; hash != "" || *user.SendInvitation != true {
		t.Errorf("the hash is %q and the invitation %v", hash, *user.SendInvitation)
	}
	if same, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{LastName: new("Smit")}, user.ETag); err != nil || f.stored(same.ID).PasswordHash != "" {
		t.Errorf("after another change: %v", err)
	}
	answers := make(chan error)
	for _, login := range []string{"alice@example.com", "nobody@example.com"} { // an attempt takes one hash, whether or not there is a password or a person
		go func() {
			_, _, err := f.LogIn(t.Context(), "acme", login, "", "")
			answers <- err
		}()
	}
	until(func() bool { return f.hashing.Waiting() == 2 })
	release()
	for range 2 {
		wantError(t, <-answers, portal.CodeUnauthorized, "", "")
	}
	if mails := f.due(); len(mails) != 1 || mails[0].To != "alice@example.com" { // the only way in
		t.Errorf("due are %+v", mails)
	}
}
