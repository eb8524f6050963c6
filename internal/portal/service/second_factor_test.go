package service

import (
	"strings"
	"sync"
	"testing"

	"github.com/pquerna/otp/totp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

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
	tulp := Caller{OrganizationID: "nl", TokenID: "tok_n", Scopes: everyday}
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

	// The password does not buy more guesses of the code, and where nobody is blocked the wait ends by itself.
	for range limitOfCodes.free - 1 {
		_, _, err = f.VerifyCode(t.Context(), logIn(), "123456")
		wantError(t, err, portal.CodeInvalid, "code", portal.CodeNotAllowed)
	}
	_, _, err = f.VerifyCode(t.Context(), logIn(), codes[4])
	wantError(t, err, portal.CodeTooManyRequests, "", "")
	f.clock.forward(limitOfCodes.first)
	if _, session, err := f.VerifyCode(t.Context(), logIn(), codes[4]); err != nil || session.Stage != StageFull {
		t.Errorf("after the wait: stage %q, %v", session.Stage, err)
	}
	if got, err := f.GetUser(t.Context(), tulp, made.Object.ID); err != nil || got.Status != portal.StatusActive {
		t.Errorf("the user is %s, %v", marshal(t, got), err)
	}
}

func TestSecondFactor_aCodeIsTakenOnce(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
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
	})
}
