package service

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

const (
	ownPassword = portal.Secret("My-0wn-h0rse-staple!")
	address     = "192.0.2.1"
)

// given is a user whom somebody gave loginPassword.
func (f *fixture) given() portal.User {
	f.t.Helper()
	user := dynamic(f.group("Agents"), "alice@example.com")
	user.Password = new(loginPassword)
	return f.user(user)
}

// own gives the user of given an own password.
func (f *fixture) own() portal.User {
	f.t.Helper()
	user := f.given()
	secret := f.logIn(loginPassword, StagePassword)
	if _, session, err := f.ChangePassword(f.t.Context(), secret, loginPassword, ownPassword); err != nil || session.Stage != StageFull {
		f.t.Fatalf("the first own password: stage %q, %v", session.Stage, err)
	}
	return user
}

// logIn logs alice in, who then is at that stage.
func (f *fixture) logIn(password portal.Secret, want SessionStage) (secret string) {
	f.t.Helper()
	secret, session, err := f.LogIn(f.t.Context(), "acme", "alice@example.com", password, address)
	if err != nil || session.Stage != want {
		f.t.Fatalf("logged in at the stage %q: %v; want %q", session.Stage, err, want)
	}
	return secret
}

// refused checks that alice cannot log in.
func (f *fixture) refused(password portal.Secret) {
	f.t.Helper()
	_, _, err := f.LogIn(f.t.Context(), "acme", "alice@example.com", password, address)
	wantError(f.t, err, portal.CodeUnauthorized, "", "")
}

func (f *fixture) over(secret string) bool {
	f.t.Helper()
	_, err := f.Session(f.t.Context(), secret)
	problem, ok := errors.AsType[*portal.Error](err)
	if err != nil && (!ok || problem.Code != portal.CodeUnauthorized) {
		f.t.Fatal(err)
	}
	return err != nil
}

func TestLogin_MW16_pendingUntilTheFirstOwnPassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.given()
	if user.Status != portal.StatusPending || user.LastLoginAt != "" {
		t.Errorf("a new user is %q and was here at %q", user.Status, user.LastLoginAt)
	}
	secret := f.logIn(loginPassword, StagePassword)
	if got := f.get(user.ID); got.Status != portal.StatusPending || got.LastLoginAt != "" {
		t.Errorf("before the own password the user is %q and was here at %q", got.Status, got.LastLoginAt)
	}
	for _, bad := range []struct {
		old, chosen portal.Secret
		field       string
		code        portal.Code
	}{
		{loginPassword, loginPassword, "password", portal.CodeInUse}, // not an own one
		{loginPassword, "Alice-Vries-1!", "password", portal.CodeWeakPassword},
		{otherLoginPassword, ownPassword, "old_password", portal.CodeNotAllowed},
	} {
		_, _, err := f.ChangePassword(t.Context(), secret, bad.old, bad.chosen)
		wantError(t, err, portal.CodeInvalid, bad.field, bad.code)
		if strings.Contains(err.Error(), string(bad.chosen)) {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
	f.clock.forward(time.Minute)
	newSecret, session, err := f.ChangePassword(t.Context(), secret, loginPassword, ownPassword)
	if err != nil || session.Stage != StageFull || newSecret == secret {
		t.Fatalf("stage %q, the same secret: %v, %v", session.Stage, newSecret == secret, err)
	}
	after := f.get(user.ID)
	if after.Status != portal.StatusActive || after.LastLoginAt != "2026-03-04T05:07:07Z" {
		t.Errorf("with an own password the user is %q and was here at %q", after.Status, after.LastLoginAt)
	}
	if after.ETag != user.ETag {
		t.Error("logging in changed what Terraform manages")
	}
	if !f.over(secret) || f.over(newSecret) {
		t.Error("the old session goes on, or the new one does not")
	}
	f.refused(loginPassword)
	f.logIn(ownPassword, StageFull)
}

func TestLogin_VX22_aNewPasswordEndsAllSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.own()
	one, two := f.logIn(ownPassword, StageFull), f.logIn(ownPassword, StageFull)
	if _, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{FirstName: new("Alicia")}, ""); err != nil || f.over(one) {
		t.Fatalf("another field ended the session, or failed: %v", err)
	}
	if _, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{Password: new(otherLoginPassword)}, ""); err != nil {
		t.Fatal(err)
	}
	if !f.over(one) || !f.over(two) {
		t.Error("a session outlived the password")
	}
	f.refused(ownPassword)
	three := f.logIn(otherLoginPassword, StageFull) // who was active stays so
	if _, _, err := f.ChangePassword(t.Context(), three, otherLoginPassword, ownPassword); err != nil || !f.over(three) {
		t.Errorf("the session in which the password was changed goes on under its old secret: %v", err)
	}
}

func TestLogin_EN17_withdrawnAccessEndsSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.own()
	secret := f.logIn(ownPassword, StageFull)
	if _, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{Enabled: new(false)}, ""); err != nil {
		t.Fatal(err)
	}
	if got := f.get(user.ID); got.Status != portal.StatusActive || *got.Enabled {
		t.Errorf("disabled, the user is %q and enabled %v", got.Status, *got.Enabled)
	}
	if !f.over(secret) {
		t.Error("the session goes on")
	}
	f.refused(ownPassword)
	if _, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{Enabled: new(true)}, ""); err != nil || !f.over(secret) {
		t.Errorf("the old session is back: %v", err)
	}
	f.logIn(ownPassword, StageFull)
}

func TestLogin_failuresTellNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.own()
	attempt := func(login string, password portal.Secret) string {
		_, _, err := f.LogIn(t.Context(), "acme", login, password, "")
		if err == nil {
			t.Fatalf("%s is in", login)
		}
		return err.Error()
	}
	wrong := attempt("alice@example.com", otherLoginPassword)
	if unknown := attempt("nobody@example.com", ownPassword); unknown != wrong {
		t.Errorf("unknown: %q; wrong password: %q", unknown, wrong)
	}
	if _, err := f.BlockUser(t.Context(), f.acme, user.ID); err != nil {
		t.Fatal(err)
	}
	if blocked := attempt("alice@example.com", ownPassword); blocked != wrong {
		t.Errorf("blocked: %q; wrong password: %q", blocked, wrong)
	}
	if err := f.RequestReset(t.Context(), "acme", "nobody@example.com", ""); err != nil {
		t.Errorf("a forgotten password of nobody: %v", err)
	}
	if due := f.due(); len(due) != 0 {
		t.Errorf("mails are due to %v", due)
	}
}

func TestLogin_EN01_usernamesCompareWithCase(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply(umbrellaFile)
	umbrella := Caller{OrganizationID: "umbrella", TokenID: "tok_u"}
	made, err := f.CreateUser(t.Context(), umbrella, portal.User{
		Username: new("Alice"), Email: new("alice@example.com"), FirstName: new("Alice"), LastName: new("Jansen"),
		PermissionGroupIDs: []string{f.groupIn(umbrella, "Agent").ID},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, mail := range f.due() {
		if mail.Kind == MailActivation {
			if err := f.Activate(t.Context(), "umbrella", tokenOfLink(t, mail.Path), ownPassword); err != nil {
				t.Fatal(err)
			}
		}
	}
	for login, right := range map[string]bool{"Alice": true, "alice": false, "alice@example.com": false} {
		_, session, err := f.LogIn(t.Context(), "umbrella", login, ownPassword, "")
		if (err == nil) != right || right && session.UserID != made.Object.ID {
			t.Errorf("%s: %v", login, err)
		}
	}
}

// leaks returns those of the texts that the database holds in clear.
func (f *fixture) leaks(texts ...string) (found []string) {
	f.t.Helper()
	for _, file := range []string{f.database, f.database + "-wal"} {
		content, err := os.ReadFile(file)
		if err != nil {
			f.t.Fatal(err)
		}
		for _, text := range texts {
			if bytes.Contains(content, []byte(text)) {
				found = append(found, text)
			}
		}
	}
	return found
}
