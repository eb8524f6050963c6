package service

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// Enrolment is what an authenticator app is set up with.
type Enrolment struct {
	URI    string // otpauth://, for a QR code
	Secret string // base32 (RFC 4648), for typing
}

// Limits of the second factor.
const (
	totpStep       = 30 * time.Second // RFC 6238, section 5.2
	totpSkew       = 1                // steps before and after, for clocks that differ
	recoveryCodes  = 10
	recoveryLength = 10 // bytes of randomness in each
)

var errWrongCode = portal.NewError(portal.CodeInvalid, "this cannot be done", portal.FieldError{
	Field: "code", Code: portal.CodeNotAllowed, Message: "the code is wrong, was used already, or is too old; give the one that the app shows now, or a recovery code",
})

// BeginEnrolment makes the secret of a second factor. It counts once a code has confirmed it. Begun again in the same
// session, it is the same, so that an app which scanned it stays right; another session gets another one.
func (s *Service) BeginEnrolment(ctx context.Context, secret string) (enrolment Enrolment, err error) {
	err = s.writeInSession(ctx, secret, func(tx *store.Tx) error {
		sc, a, _, err := s.sessionAccount(ctx, tx, secret, StageEnrolment, StageFull)
		if err != nil {
			return err
		}
		if a.login.TOTPConfirmedAt != nil {
			return errEnrolled
		}
		options := totp.GenerateOpts{Issuer: sc.organization.Name, AccountName: sc.loginOf(a.user.User), Rand: s.random, Period: uint(totpStep.Seconds())}
		same := a.login.TOTPSecret != "" && a.login.TOTPSession == secretHash(secret)
		if same {
			text, err := s.decryptTOTP(sc.organization.ID, a.login)
			if err != nil {
				return err
			}
			if options.Secret, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text); err != nil {
				return err
			}
		}
		key, err := totp.Generate(options)
		if err != nil {
			return err
		}
		enrolment = Enrolment{URI: key.URL(), Secret: key.Secret()}
		if same {
			return nil
		}
		if a.login.TOTPSecret, err = s.encryptTOTP(ctx, tx, sc.organization.ID, a.user.ID, key.Secret()); err != nil {
			return err
		}
		a.login.TOTPSession = secretHash(secret)
		return tx.PutLogin(ctx, sc.organization.ID, a.login)
	})
	return enrolment, err
}

var errEnrolled = portal.NewError(portal.CodeConflict, "a second factor is enrolled already")

// AsksPassword reports whether enrolling a second factor in a session needs the password: always but right after a
// log-in with it.
func (s *Service) AsksPassword(ctx context.Context, secret string) (asks bool, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		row, _, err := s.session(ctx, tx, secret)
		asks = SessionStage(row.Stage) != StageEnrolment
		return err
	})
	return asks, err
}

// showOwnPassword checks the password in a session before something that a session alone must not allow.
func (s *Service) showOwnPassword(ctx context.Context, secret string, given portal.Secret, stages ...SessionStage) error {
	var sc scene
	var a account
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		sc, a, _, err = s.sessionAccount(ctx, tx, secret, stages...)
		return err
	})
	if err != nil {
		return err
	}
	return s.showPassword(ctx, sc, a, given)
}

// EnrolFactor is ConfirmEnrolment with the password, which the session needs unless it comes right from a log-in (see
// AsksPassword).
func (s *Service) EnrolFactor(
	ctx context.Context, secret string, password portal.Secret, code string,
) (codes []string, newSecret string, session Session, err error) {
	asks, err := s.AsksPassword(ctx, secret)
	if err == nil && asks {
		err = s.showOwnPassword(ctx, secret, password, StageEnrolment, StageFull)
	}
	if err != nil {
		return nil, "", Session{}, err
	}
	return s.ConfirmEnrolment(ctx, secret, code)
}

// RemoveFactor takes the own second factor away, unless it is required. The person gives the password.
func (s *Service) RemoveFactor(ctx context.Context, secret string, password portal.Secret) error {
	if err := s.showOwnPassword(ctx, secret, password, StageFull); err != nil {
		return err
	}
	return s.writeInSession(ctx, secret, func(tx *store.Tx) error {
		sc, a, _, err := s.sessionAccount(ctx, tx, secret, StageFull)
		if err != nil {
			return err
		}
		if requiresFactor(a.user.User) {
			return portal.NewError(portal.CodeConflict, "the second factor is required and cannot be removed; an administrator can reset it")
		}
		return s.dropFactor(ctx, tx, sc, a, sc.person(a.user.User))
	})
}

// ResetFactor takes the second factor of a person away who has lost it. Every session of the person ends; where it is
// required, the next log-in enrols another.
func (s *Service) ResetFactor(ctx context.Context, caller Caller, id string) (portal.User, error) {
	return s.changeAccount(ctx, caller, id, func(tx *store.Tx, sc scene, a account) error {
		if err := s.dropFactor(ctx, tx, sc, a, caller); err != nil {
			return err
		}
		return tx.DeleteSessionsOfUser(ctx, sc.organization.ID, a.user.ID)
	})
}

// dropFactor takes a second factor away with its recovery codes, and tells the person. Without one there is nothing to
// do.
func (s *Service) dropFactor(ctx context.Context, tx *store.Tx, sc scene, a account, by Caller) error {
	enrolled := a.login.TOTPConfirmedAt != nil
	a.login.TOTPSecret, a.login.TOTPSession, a.login.TOTPConfirmedAt, a.login.TOTPLastStep = "", "", nil, 0
	if err := tx.PutLogin(ctx, sc.organization.ID, a.login); err != nil {
		return err
	}
	if err := tx.PutRecoveryCodes(ctx, sc.organization.ID, a.user.ID, nil); err != nil || !enrolled {
		return err
	}
	if err := s.notify(ctx, tx, sc, a.user.ID, MailFactorRemoved); err != nil {
		return err
	}
	return s.record(ctx, tx, by, accountEvent(portal.ActionRemoveFactor, a.user.User))
}

// ConfirmEnrolment takes the second factor into use, if the code shows that the app has its secret. The recovery codes
// are returned this once.
func (s *Service) ConfirmEnrolment(ctx context.Context, secret, code string) (codes []string, newSecret string, session Session, err error) {
	err = s.writeInSession(ctx, secret, func(tx *store.Tx) error {
		sc, a, row, err := s.sessionAccount(ctx, tx, secret, StageEnrolment, StageFull)
		if err != nil {
			return err
		}
		switch {
		case a.login.TOTPConfirmedAt != nil:
			return errEnrolled
		case a.login.TOTPSession != secretHash(secret):
			return errWrongCode // the secret is one that another session has seen
		}
		step, right, err := s.totpStepOf(sc, a.login, code)
		if err != nil {
			return err
		}
		if !right {
			return errWrongCode
		}
		a.login.TOTPConfirmedAt, a.login.TOTPLastStep, a.login.TOTPSession = new(s.now().UTC()), step, ""
		if err := s.notify(ctx, tx, sc, a.user.ID, MailFactorEnrolled); err != nil {
			return err
		}
		hashes := make([]string, 0, recoveryCodes)
		codes = make([]string, 0, recoveryCodes)
		for range recoveryCodes {
			text, err := s.randomText(recoveryLength)
			if err != nil {
				return err
			}
			codes = append(codes, text[:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:16])
			hashes = append(hashes, recoveryHash(text))
		}
		if err := tx.PutRecoveryCodes(ctx, sc.organization.ID, a.user.ID, hashes); err != nil {
			return err
		}
		if err := s.record(ctx, tx, sc.person(a.user.User), accountEvent(portal.ActionEnrolFactor, a.user.User)); err != nil {
			return err
		}
		if err := tx.DeleteSession(ctx, secretHash(secret)); err != nil {
			return err
		}
		newSecret, session, err = s.enter(ctx, tx, sc, a, a.stage(true), row)
		return err
	})
	if err != nil {
		return nil, "", Session{}, err
	}
	return codes, newSecret, session, nil
}

// VerifyCode takes a code of the second factor, or a recovery code. Either works once. A code is counted and checked in
// one transaction, so that of codes that come at once, in whatever sessions and at whatever instances, no more are
// checked than the limit allows.
func (s *Service) VerifyCode(ctx context.Context, secret, code string) (newSecret string, session Session, err error) {
	var try attempt
	var refused error // of a transaction that is committed all the same
	err = s.writeInSession(ctx, secret, func(tx *store.Tx) error {
		newSecret, session, refused = "", Session{}, nil
		sc, a, row, err := s.sessionAccount(ctx, tx, secret, StageCode)
		if err != nil {
			return err
		}
		login := sc.loginOf(a.user.User)
		try = attempt{sc: sc, proof: proofCode, login: login, userID: a.user.ID, keys: codeKeys(a.user.ID)}
		if err := s.reserve(ctx, tx, sc.organization.ID, try.keys); err != nil {
			return err
		}
		right, err := s.useCode(ctx, tx, sc, &a, code)
		if err != nil {
			return err
		}
		if !right {
			refused = errWrongCode
			return s.ended(ctx, tx, try, outcomeFailed)
		}
		a.login.Failures = 0
		try.keys = append(try.keys, personOnNetwork(sc.loginKey(login), addressOf(ctx)))
		if err := s.ended(ctx, tx, try, outcomeSucceeded); err != nil {
			return err
		}
		if err := tx.DeleteSession(ctx, secretHash(secret)); err != nil {
			return err
		}
		newSecret, session, err = s.enter(ctx, tx, sc, a, a.stage(true), row)
		return err
	})
	return newSecret, session, cmp.Or(s.early(ctx, try, err), refused)
}

// useCode reports whether a code is right, and then uses it up: a recovery code at once, a step of time when the login
// is stored.
func (s *Service) useCode(ctx context.Context, tx *store.Tx, sc scene, a *account, code string) (right bool, err error) {
	step, right, err := s.totpStepOf(sc, a.login, code)
	if right {
		a.login.TOTPLastStep = step
	}
	if right || err != nil {
		return right, err
	}
	err = tx.UseRecoveryCode(ctx, sc.organization.ID, a.user.ID, recoveryHash(code))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// totpStepOf finds the time step that a code is of (RFC 6238, section 4.2). A step that was used, and those before it,
// do not count.
func (s *Service) totpStepOf(sc scene, l store.Login, code string) (step int64, right bool, err error) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if l.TOTPSecret == "" || len(code) != otp.DigitsSix.Length() {
		return 0, false, nil
	}
	secret, err := s.decryptTOTP(sc.organization.ID, l)
	if err != nil {
		return 0, false, err
	}
	now := s.now().Unix() / int64(totpStep.Seconds())
	last := l.TOTPLastStep
	if last > now+totpSkew+int64(clockTolerance/totpStep) {
		last = 0 // it was used before the clock was set back, and would lock the person out until the time is reached again
	}
	for candidate := now - totpSkew; candidate <= now+totpSkew; candidate++ {
		if candidate <= last {
			continue
		}
		want, err := hotp.GenerateCode(secret, uint64(candidate)) //nolint:gosec // a time since 1970
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return candidate, true, nil
		}
	}
	return 0, false, nil
}

// recoveryHash is what is stored of a recovery code, however it is spelled.
func recoveryHash(code string) string {
	return secretHash(strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(strings.TrimSpace(code))))
}
