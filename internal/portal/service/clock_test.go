package service

import (
	"errors"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// What follows when the clock of a portal is set back, by far more than clocks differ.
const setBack = -6 * time.Hour

func TestLogin_aClockThatIsSetBackLocksNobodyOut(t *testing.T) {
	t.Parallel()
	r := newFixture(t).onTelecube()
	r.isRefused(otherLoginPassword)
	r.clock.forward(setBack)
	r.isIn(ownPassword)
	for range limitOfPersonOnNetwork.free {
		r.isRefused(otherLoginPassword)
	}
	r.clock.forward(-30 * time.Second) // as clocks of several portals differ
	_, _, err := r.LogIn(t.Context(), "acme", r.login, ownPassword, address)
	if got := portalError(t, err); got.Code != portal.CodeTooManyRequests || got.RetryAfter > limitOfPersonOnNetwork.first {
		t.Errorf("%v, wait %s; want at most %s", got, got.RetryAfter, limitOfPersonOnNetwork.first)
	}
	r.clock.forward(setBack)
	r.isIn(ownPassword)
}

// A mail that waits longer than any mail does was given its time before the clock was set back.
func TestOutbox_aClockThatIsSetBackDelaysNoMail(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		f.user(dynamic(f.group("Agents"), "alice@example.com"))
		mail := f.due()[0] // leased by a portal that dies
		f.clock.forward(setBack)
		if wait, due, err := f.UntilNextMail(t.Context()); err != nil || !due || wait > 0 {
			t.Errorf("next after %s, %v", wait, err)
		}
		again := f.due()
		if len(again) != 1 || again[0].ID != mail.ID {
			t.Fatalf("due are %+v", again)
		}
		if err := f.MailFailed(t.Context(), again[0], errors.New("the server is away")); err != nil {
			t.Fatal(err)
		}
		if early, err := f.another(t).DueMails(t.Context(), 10); err != nil || len(early) > 0 {
			t.Errorf("due before its wait is over: %+v, %v", early, err)
		}
		f.clock.forward(setBack)
		if again := f.due(); len(again) != 1 || again[0].Attempts != 1 {
			t.Errorf("due are %+v", again)
		}
		f.clock.forward(-mailLease - clockTolerance) // less than a wait may be long
		if early := f.due(); len(early) > 0 {
			t.Errorf("a mail is sent twice: %+v", early)
		}
	})
}

// Invitations are as prompt, and as few, as if the clock had always been right.
func TestUser_EN14_aClockThatIsSetBackThrottlesAnew(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		user := f.user(dynamic(f.group("Agents"), "alice@example.com"))
		f.due()
		for range 2 {
			sent := 0
			for _, name := range []string{"b", "c", "d", "e", "f", "g"} {
				f.moveTo(user.ID, name+"@example.com")
				for _, mail := range f.due() {
					if mail.Kind == MailActivation {
						sent++
					}
				}
			}
			if sent != promptInvitations {
				t.Errorf("%d invitations followed at once", sent)
			}
			f.clock.forward(setBack)
			f.due() // the one that waited
		}
	})
}

// A code is used once, and the next one is right, although the last was of a time that is still to come.
func TestSecondFactor_aClockThatIsSetBackLocksNobodyOut(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		r := f.onTelecube()
		secret, _ := r.enrol()
		verify := func(code string) error {
			_, _, err := r.VerifyCode(t.Context(), r.atTheCode(address), code)
			return err
		}
		if err := verify(r.code(secret)); err != nil {
			t.Fatal(err)
		}
		r.clock.forward(-totpStep) // as clocks of several portals differ
		wantError(t, verify(r.code(secret)), portal.CodeInvalid, "code", portal.CodeNotAllowed)
		r.clock.forward(setBack)
		if err := verify(r.code(secret)); err != nil {
			t.Errorf("the right code: %v", err)
		}
		wantError(t, verify(r.code(secret)), portal.CodeInvalid, "code", portal.CodeNotAllowed)
	})
}

// A session that is not used ends after its time, counted from its last use by the clock as it is.
func TestSession_aClockThatIsSetBackProlongsNoIdleSession(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		f.own()
		secret := f.logIn(ownPassword, StageFull)
		f.clock.forward(setBack)
		if f.over(secret) {
			t.Fatal("the session is over")
		}
		f.clock.forward(sessionIdle)
		if !f.over(secret) {
			t.Error("the session goes on unused")
		}
	})
}
