package service

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/keys"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// enrolled gives alice a second factor and returns the app's secret and the recovery codes.
func (f *fixture) enrolled() (app string, codes []string) {
	f.t.Helper()
	secret := f.logIn(ownPassword, StageFull)
	enrolment, err := f.BeginEnrolment(f.t.Context(), secret)
	if err != nil {
		f.t.Fatal(err)
	}
	codes, _, _, err = f.ConfirmEnrolment(f.t.Context(), secret, f.code(enrolment.Secret))
	if err != nil {
		f.t.Fatal(err)
	}
	f.clock.forward(2 * totpStep)
	return enrolment.Secret, codes
}

// totpSecrets are those in the database as it has them.
func (f *fixture) totpSecrets() (secrets []store.TOTPSecret) {
	f.t.Helper()
	err := f.store.Read(f.t.Context(), func(tx *store.Tx) (err error) {
		secrets, err = tx.TOTPSecrets(f.t.Context(), "")
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return secrets
}

func (f *fixture) setTOTPSecret(s store.TOTPSecret) {
	f.t.Helper()
	err := f.store.Write(f.t.Context(), "acme", func(tx *store.Tx) error { return tx.SetTOTPSecret(f.t.Context(), s) })
	if err != nil {
		f.t.Fatal(err)
	}
}

// verified checks a code of the app in a portal.
func (f *fixture) verified(svc *Service, code string) error {
	f.t.Helper()
	secret := f.logIn(ownPassword, StageCode)
	_, _, err := svc.VerifyCode(f.t.Context(), secret, code)
	f.clock.forward(2 * totpStep)
	return err
}

func TestKeys_secondFactorsAreStoredEncryptedForTheirOwner(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		alice := f.own()
		app, _ := f.enrolled()
		bob := f.user(dynamic(f.group("Others"), "bob@example.com"))
		stored := f.totpSecrets()
		if len(stored) != 1 || strings.Contains(stored[0].Stored, app) || keys.KeyOf(stored[0].Stored) == "" {
			t.Fatalf("stored is %+v", stored)
		}
		for i, svc := range []*Service{f.Service, f.another(t), f.another(t)} {
			if err := f.verified(svc, f.code(app)); err != nil {
				t.Errorf("portal %d refuses the code: %v", i, err)
			}
		}
		// Who may write to the database gains nothing from the second factor of somebody else.
		f.setTOTPSecret(store.TOTPSecret{OrganizationID: "acme", UserID: bob.ID, Stored: stored[0].Stored})
		if _, err := f.decryptTOTP("acme", store.Login{UserID: bob.ID, TOTPSecret: stored[0].Stored}); err == nil || errors.Is(err, errNoKey) {
			t.Errorf("alice's second factor is bob's too: %v", err)
		}
		// Nor from one in clear, once the database has a key.
		f.setTOTPSecret(store.TOTPSecret{OrganizationID: "acme", UserID: alice.ID, Stored: app})
		if err := f.verified(f.Service, f.code(app)); err == nil {
			t.Error("a second factor in clear is taken")
		}
	})
}

// oldDatabase has two second factors in clear, as portals had them before there were keys. The first is alice's.
func oldDatabase(t *testing.T, database string) (f *fixture, app string) {
	t.Helper()
	app = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	f = newFixtureWithoutKey(t, database)
	alice := f.own()
	bob := f.user(dynamic(f.group("Others"), "bob@example.com"))
	for i, user := range []portal.User{alice, bob} {
		err := f.store.Write(t.Context(), "acme", func(tx *store.Tx) error {
			login, err := tx.Login(t.Context(), "acme", user.ID)
			if err != nil {
				return err
			}
			login.TOTPSecret, login.TOTPConfirmedAt = app, new(f.clock.Now())
			if i > 0 {
				login.TOTPSecret = strings.ToUpper(strings.Repeat("k", 32))
			}
			return tx.PutLogin(t.Context(), "acme", login)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return f, app
}

func TestKeys_theFirstStartWithAKeyEncryptsWhatIsInClear(t *testing.T) {
	onEveryDatabase(t, func(t *testing.T, database string) {
		f, app := oldDatabase(t, database)
		if err := f.UseKeyFile(t.Context(), f.keyFile); err != nil {
			t.Fatal(err)
		}
		for _, secret := range f.totpSecrets() {
			if keys.KeyOf(secret.Stored) == "" {
				t.Errorf("in clear: %+v", secret)
			}
		}
		if err := f.verified(f.another(t), f.code(app)); err != nil {
			t.Errorf("the old second factor is refused: %v", err)
		}
		if store.IsURL(database) {
			return
		}
		for _, file := range []string{database, database + "-wal"} {
			if text, _ := os.ReadFile(file); strings.Contains(string(text), app) {
				t.Errorf("%s still has the secret in clear", file)
			}
		}
	})
}

// stingy is a source of randomness that runs dry.
type stingy struct{ left int }

func (s *stingy) Read(p []byte) (int, error) {
	if s.left--; s.left < 0 {
		return 0, io.ErrUnexpectedEOF
	}
	return rand.Read(p)
}

func TestKeys_aFirstStartThatFailsHalfWayHasDoneNothing(t *testing.T) {
	onEveryDatabase(t, func(t *testing.T, database string) {
		f, app := oldDatabase(t, database)
		f.random = &stingy{left: 2} // for the key, and for one of two nonces
		if err := f.UseKeyFile(t.Context(), f.keyFile); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatal(err)
		}
		for _, secret := range f.totpSecrets() {
			if keys.KeyOf(secret.Stored) != "" {
				t.Errorf("it is encrypted: %+v", secret)
			}
		}
		if _, err := f.encryptionKey(t.Context()); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the database has a key: %v", err)
		}
		f.random = rand.Reader
		if err := f.UseKeyFile(t.Context(), f.keyFile); err != nil {
			t.Fatal(err)
		}
		if err := f.verified(f.Service, f.code(app)); err != nil {
			t.Error(err)
		}
	})
}

func TestKeys_ofPortalsThatStartAtOnceWithDifferentKeysOneIsLeft(t *testing.T) {
	onEveryDatabase(t, func(t *testing.T, database string) {
		f, app := oldDatabase(t, database)
		portals := []*Service{f.Service, f.anotherWithoutKey(t), f.anotherWithoutKey(t)}
		dir, ready, start := t.TempDir(), make(chan struct{}), make(chan struct{})
		errs := make([]error, len(portals))
		var all sync.WaitGroup
		for i, svc := range portals {
			all.Go(func() {
				path := filepath.Join(dir, fmt.Sprint(i))
				if _, err := keys.Make(path, rand.Reader, f.clock.Now()); err != nil { // so that only the claim is left to win
					t.Error(err)
				}
				ready <- struct{}{}
				<-start
				errs[i] = svc.UseKeyFile(context.WithoutCancel(t.Context()), path)
			})
		}
		for range portals {
			<-ready
		}
		close(start)
		all.Wait()
		var left []int
		for i, err := range errs {
			if err == nil {
				left = append(left, i)
			} else if !strings.Contains(err.Error(), "same file") || !strings.Contains(err.Error(), filepath.Join(dir, fmt.Sprint(i))) {
				t.Errorf("portal %d: %v", i, err)
			}
		}
		if len(left) != 1 {
			t.Fatalf("the portals %v started: %v", left, errs)
		}
		if err := f.verified(portals[left[0]], f.code(app)); err != nil {
			t.Errorf("the one that started refuses the code: %v", err)
		}
	})
}

func TestKeys_withoutItsKeyAPortalRefusesSecondFactorsOnly(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		f.own()
		app, codes := f.enrolled()
		other := filepath.Join(t.TempDir(), "other.key")
		if _, err := keys.Make(other, rand.Reader, f.clock.Now()); err != nil {
			t.Fatal(err)
		}
		none := filepath.Join(t.TempDir(), "none.key")
		for path, want := range map[string]string{other: "has the key ", none: "there is no key file"} {
			svc := f.anotherWithoutKey(t)
			err := svc.UseKeyFile(t.Context(), path)
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), f.sealing) ||
				!strings.Contains(err.Error(), "portal key reset") {
				t.Errorf("%v; want %q, the path, the key and what to do", err, want)
			}
			wantError(t, f.verified(svc, f.code(app)), portal.CodeUnavailable, "", "")
			if f.get(f.stored(f.totpSecrets()[0].UserID).ID).Status != portal.StatusActive {
				t.Error("what the portal could not check counts as wrong")
			}
		}
		if _, err := os.Stat(none); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a key file was made that fits to nothing: %v", err)
		}
		svc := f.anotherWithoutKey(t)
		if err := f.verified(svc, codes[0]); err != nil {
			t.Errorf("a recovery code needs no key: %v", err)
		}
		f.user(dynamic(f.group("Others"), "bob@example.com"))
	})
}

func TestKeys_areRotatedWhilePortalsRun(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		f.own()
		app, _ := f.enrolled()
		portals := []*Service{f.Service, f.another(t), f.another(t)}
		first := f.sealing
		added, err := keys.Add(f.keyFile, rand.Reader, f.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		rotator := f.another(t)
		for range 2 { // the second time there is nothing to do
			old, now, err := rotator.RotateKey(t.Context())
			if err != nil || now != added || old != first {
				t.Fatalf("from %q to %q, %v; want %q to %q", old, now, err, first, added)
			}
			first = added
		}
		for _, secret := range f.totpSecrets() {
			if keys.KeyOf(secret.Stored) != added {
				t.Errorf("encrypted with another key: %+v", secret)
			}
		}
		for i, svc := range portals {
			if err := f.verified(svc, f.code(app)); err != nil {
				t.Errorf("portal %d, which had only the old key, refuses the code: %v", i, err)
			}
			encrypted := ""
			err := svc.store.Write(t.Context(), "acme", func(tx *store.Tx) (err error) {
				encrypted, err = svc.encryptTOTP(t.Context(), tx, "acme", "usr_x", "secret")
				return err
			})
			if err != nil || keys.KeyOf(encrypted) != added {
				t.Errorf("portal %d encrypts with %q, %v", i, encrypted, err)
			}
		}
		ring, err := keys.Read(f.keyFile)
		if err != nil || !ring.Has(first) {
			t.Errorf("the old key is gone: %v", err)
		}
	})
}

func TestKeys_aLostKeyIsReplacedAndItsSecondFactorsRemoved(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		alice := f.own()
		_, codes := f.enrolled()
		if _, err := f.ResetKey(t.Context(), f.keyFile); err == nil || !strings.Contains(err.Error(), "nothing is lost") {
			t.Errorf("with its key: %v", err)
		}
		if err := os.Remove(f.keyFile); err != nil {
			t.Fatal(err)
		}
		removed, err := f.anotherWithoutKey(t).ResetKey(t.Context(), f.keyFile)
		if err != nil || removed != 1 {
			t.Fatalf("%d removed, %v", removed, err)
		}
		again := f.another(t)
		secret, session, err := again.LogIn(t.Context(), "acme", "alice@example.com", ownPassword, address)
		if err != nil || session.Stage != StageFull || f.get(alice.ID).TwoFactor {
			t.Fatalf("stage %q, %v", session.Stage, err)
		}
		if trail := f.trail(alice.ID); !slices.ContainsFunc(trail, func(e portal.AuditEntry) bool {
			return e.Action == portal.ActionRemoveFactor && e.Actor.Kind == portal.ActorOperator
		}) {
			t.Errorf("the trail is %+v", trail)
		}
		enrolment, err := again.BeginEnrolment(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := again.ConfirmEnrolment(t.Context(), secret, f.code(enrolment.Secret)); err != nil {
			t.Fatal(err)
		}
		f.clock.forward(2 * totpStep)
		wantError(t, f.verified(again, codes[0]), portal.CodeInvalid, "code", portal.CodeNotAllowed)
	})
}
