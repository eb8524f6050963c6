package service

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

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

func TestLogin_EN18_threeFailuresInARowBlock(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.own()
	secret := f.logIn(ownPassword, StageFull)
	f.refused(otherLoginPassword)
	f.refused(otherLoginPassword)
	f.logIn(ownPassword, StageFull) // the row is broken
	f.refused(otherLoginPassword)
	f.refused(otherLoginPassword)
	if got := f.get(user.ID); got.Status != portal.StatusActive || got.ETag != user.ETag {
		t.Fatalf("after two failures in a row the user is %q with %s", got.Status, got.ETag)
	}
	f.refused(otherLoginPassword)
	blocked := f.get(user.ID)
	if blocked.Status != portal.StatusBlocked || *blocked.Enabled || blocked.ETag == user.ETag {
		t.Errorf("after three failures the user is %q, enabled %v, ETag %s", blocked.Status, *blocked.Enabled, blocked.ETag)
	}
	if !f.over(secret) {
		t.Error("the session of a blocked person goes on")
	}
	f.clock.forward(throttleMemory)
	f.refused(ownPassword)
	listed, err := f.ListUsers(t.Context(), f.acme, ListQuery{Where: map[string]string{"status": "blocked"}})
	if err != nil || len(listed.Items) != 1 || listed.Items[0].ID != user.ID {
		t.Errorf("blocked are %s, %v", marshal(t, listed), err)
	}

	// What Terraform sends to mend the drift unblocks; so does an administrator.
	unblocked, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{Enabled: new(true)}, blocked.ETag)
	if err != nil || unblocked.Status != portal.StatusActive || !*unblocked.Enabled {
		t.Fatalf("unblocked: %s, %v", marshal(t, unblocked), err)
	}
	f.logIn(ownPassword, StageFull)
	if got, err := f.BlockUser(t.Context(), f.acme, user.ID); err != nil || got.Status != portal.StatusBlocked || *got.Enabled {
		t.Fatalf("blocked by an administrator: %s, %v", marshal(t, got), err)
	}
	if got, err := f.UnblockUser(t.Context(), f.acme, user.ID); err != nil || got.Status != portal.StatusActive || !*got.Enabled {
		t.Fatalf("unblocked by an administrator: %s, %v", marshal(t, got), err)
	}
	f.logIn(ownPassword, StageFull)
}

func TestLogin_EN18_failuresRaceToOneBlock(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.own()
	other := f.another(t)
	var all sync.WaitGroup
	for i := range 8 {
		portals := []*Service{f.Service, other}
		all.Go(func() {
			_, _, _ = portals[i%2].LogIn(t.Context(), "acme", "alice@example.com", otherLoginPassword, "")
		})
	}
	all.Wait()
	if got := f.get(user.ID); got.Status != portal.StatusBlocked || got.ETag != `"v2"` {
		t.Errorf("the user is %q with %s, want one block", got.Status, got.ETag)
	}
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

func TestLogin_isThrottledByLoginAndByAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	attempt := func(login, address string) portal.Code {
		_, _, err := f.LogIn(t.Context(), "acme", login, otherLoginPassword, address)
		problem := portalError(t, err)
		if problem.Code == portal.CodeTooManyRequests && (problem.RetryAfter <= 0 || problem.RetryAfter > maxThrottle) {
			t.Errorf("wait %s", problem.RetryAfter)
		}
		return problem.Code
	}
	for i := range freeFailuresOfLogin + 1 {
		if code := attempt("nobody@example.com", address); code != portal.CodeUnauthorized {
			t.Fatalf("attempt %d: %s", i, code)
		}
	}
	if code := attempt("NOBODY@example.com", "192.0.2.2"); code != portal.CodeTooManyRequests { // from elsewhere, too, and on another portal
		t.Errorf("one more: %s", code)
	}
	if code := attempt("somebody@example.com", address); code != portal.CodeUnauthorized {
		t.Errorf("another login: %s", code)
	}
	f.clock.forward(2 * time.Second)
	if code := attempt("nobody@example.com", address); code != portal.CodeUnauthorized {
		t.Errorf("after the wait: %s", code)
	}
	for i := range freeFailuresOfAddress {
		attempt("person"+string(rune('a'+i%26))+string(rune('a'+i/26))+"@example.com", address)
	}
	if code := attempt("fresh@example.com", address); code != portal.CodeTooManyRequests {
		t.Errorf("from an address with many failures: %s", code)
	}
	if code := attempt("fresh@example.com", "192.0.2.9"); code != portal.CodeUnauthorized {
		t.Errorf("from another address: %s", code)
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

func TestSession_endsByItself(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.own()
	idle, used := f.logIn(ownPassword, StageFull), f.logIn(ownPassword, StageFull)
	f.clock.forward(sessionIdle - time.Minute)
	if f.over(used) {
		t.Fatal("over before its time")
	}
	f.clock.forward(2 * time.Minute)
	if !f.over(idle) || f.over(used) {
		t.Error("an idle session goes on, or a used one does not")
	}
	for range int(sessionLifetime / (sessionIdle / 2)) {
		f.clock.forward(sessionIdle / 2)
		f.over(used)
	}
	if !f.over(used) {
		t.Error("a session goes on for ever")
	}
	left := f.logIn(ownPassword, StageFull)
	if err := f.LogOut(t.Context(), left); err != nil || !f.over(left) {
		t.Errorf("logged out: %v", err)
	}
	gone := f.logIn(ownPassword, StageFull)
	if err := f.DeleteUser(t.Context(), f.acme, user.ID, "", portal.Deletion{}); err != nil || !f.over(gone) {
		t.Errorf("the session of a deleted person goes on: %v", err)
	}
	f.refused(ownPassword)
}

func TestSession_ofATokenEndsWithIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	create := func(scopes ...portal.Scope) (string, Token) {
		secret, token, err := f.CreateToken(t.Context(), "acme", TokenRequest{Name: "desk", Scopes: scopes})
		if err != nil {
			t.Fatal(err)
		}
		return secret, token
	}
	reader, _ := create(portal.ScopeRead)
	_, _, err := f.LogInWithToken(t.Context(), "acme", reader, "")
	wantError(t, err, portal.CodeUnauthorized, "", "")
	administrator, token := create(portal.ScopeRead, portal.ScopeAdmin)
	_, _, err = f.LogInWithToken(t.Context(), "globex", administrator, "")
	wantError(t, err, portal.CodeUnauthorized, "", "")
	secret, session, err := f.LogInWithToken(t.Context(), "acme", administrator, "")
	if err != nil || !session.Administrator || session.Stage != StageFull || session.Name != "desk" {
		t.Fatalf("session %+v, %v", session, err)
	}
	if caller := f.SessionCaller(session); caller.OrganizationID != "acme" || len(caller.Scopes) != 2 {
		t.Errorf("the caller is %+v", caller)
	}
	if err := f.RevokeToken(t.Context(), "acme", token.ID); err != nil || !f.over(secret) {
		t.Errorf("the session outlived its token: %v", err)
	}
}

// code is what an authenticator app shows now.
func (f *fixture) code(secret string) string {
	f.t.Helper()
	code, err := totp.GenerateCode(secret, f.clock.Now())
	if err != nil {
		f.t.Fatal(err)
	}
	return code
}

func TestSecondFactor_MW15_SA08_isEnrolledAtTheFirstLogin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply("id: nl\nname: Tulp B.V.\nplatform: maatwerk\nsip_domain: tulp.example.com\n")
	tulp := Caller{OrganizationID: "nl", TokenID: "tok_n"}
	var groupID string
	groups, err := f.ListPermissionGroups(t.Context(), tulp, ListQuery{})
	for _, group := range groups.Items {
		groupID = group.ID
	}
	if err != nil {
		t.Fatal(err)
	}
	made, err := f.CreateUser(t.Context(), tulp, portal.User{
		Email: new("alice@example.com"), Password: new(loginPassword), PermissionGroupIDs: []string{groupID},
		Telephony: &portal.Telephony{ForwardNumbers: []string{"+31612345678"}}, Security: &portal.Security{TwoFactorRequired: new(true)},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	secret, session, err := f.LogIn(t.Context(), "nl", "alice@example.com", loginPassword, "")
	if err != nil || session.Stage != StageEnrolment {
		t.Fatalf("stage %q, %v", session.Stage, err)
	}
	_, _, err = f.ChangePassword(t.Context(), secret, loginPassword, ownPassword)
	wantError(t, err, portal.CodeForbidden, "", "") // first things first
	enrolment, err := f.BeginEnrolment(t.Context(), secret)
	if err != nil || !strings.HasPrefix(enrolment.URI, "otpauth://totp/Tulp%20B.V.:alice@example.com?") || !strings.Contains(enrolment.URI, enrolment.Secret) {
		t.Fatalf("the app is set up with %q: %v", enrolment.URI, err)
	}
	_, _, _, err = f.ConfirmEnrolment(t.Context(), secret, "000000")
	wantError(t, err, portal.CodeInvalid, "code", portal.CodeNotAllowed)
	codes, secret, session, err := f.ConfirmEnrolment(t.Context(), secret, f.code(enrolment.Secret))
	if err != nil || session.Stage != StagePassword || len(codes) != recoveryCodes {
		t.Fatalf("stage %q with %d recovery codes: %v", session.Stage, len(codes), err)
	}
	if _, session, err = f.ChangePassword(t.Context(), secret, loginPassword, ownPassword); err != nil || session.Stage != StageFull {
		t.Fatalf("stage %q: %v", session.Stage, err)
	}
	if got, err := f.GetUser(t.Context(), tulp, made.Object.ID); err != nil || !got.TwoFactor || got.Status != portal.StatusActive {
		t.Errorf("the user is %s, %v", marshal(t, got), err)
	}

	logIn := func() string {
		t.Helper()
		secret, session, err := f.LogIn(t.Context(), "nl", "alice@example.com", ownPassword, "")
		if err != nil || session.Stage != StageCode || session.Administrator {
			t.Fatalf("session %+v, %v", session, err)
		}
		return secret
	}
	// The code of the enrolment was used; the one before and the one after now count, once, and later ones do not.
	secret = logIn()
	_, _, err = f.VerifyCode(t.Context(), secret, f.code(enrolment.Secret))
	wantError(t, err, portal.CodeInvalid, "code", portal.CodeNotAllowed)
	f.clock.forward(2 * totpStep)
	late := f.code(enrolment.Secret)
	f.clock.forward(totpStep)
	if _, session, err := f.VerifyCode(t.Context(), secret, late); err != nil || session.Stage != StageFull {
		t.Fatalf("a code of one step ago: stage %q, %v", session.Stage, err)
	}
	_, _, err = f.VerifyCode(t.Context(), logIn(), late)
	wantError(t, err, portal.CodeInvalid, "code", portal.CodeNotAllowed)
	if _, session, err := f.VerifyCode(t.Context(), logIn(), " "+strings.ToUpper(codes[3])+" "); err != nil || session.Stage != StageFull {
		t.Fatalf("a recovery code: stage %q, %v", session.Stage, err)
	}
	_, _, err = f.VerifyCode(t.Context(), logIn(), codes[3])
	wantError(t, err, portal.CodeInvalid, "code", portal.CodeNotAllowed)

	// The password does not buy more guesses of the code.
	for range maxLoginFailures - 1 {
		_, _, err = f.VerifyCode(t.Context(), logIn(), "123456")
		wantError(t, err, portal.CodeInvalid, "code", portal.CodeNotAllowed)
		if got, _ := f.GetUser(t.Context(), tulp, made.Object.ID); got.Status == portal.StatusBlocked {
			return
		}
	}
	t.Error("wrong codes did not block the person")
}

func TestSecondFactor_aCodeIsTakenOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.own()
	secret := f.logIn(ownPassword, StageFull)
	enrolment, err := f.BeginEnrolment(t.Context(), secret) // nobody requires it
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := f.ConfirmEnrolment(t.Context(), secret, f.code(enrolment.Secret)); err != nil {
		t.Fatal(err)
	}
	f.clock.forward(2 * totpStep)
	code := f.code(enrolment.Secret)
	sessions := []string{f.logIn(ownPassword, StageCode), f.logIn(ownPassword, StageCode)}
	portals := []*Service{f.Service, f.another(t)}
	var mutex sync.Mutex
	var taken int
	var all sync.WaitGroup
	for i, secret := range sessions {
		all.Go(func() {
			if _, _, err := portals[i].VerifyCode(t.Context(), secret, code); err == nil {
				mutex.Lock()
				defer mutex.Unlock()
				taken++
			}
		})
	}
	all.Wait()
	if taken != 1 {
		t.Errorf("the code was taken %d times", taken)
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
