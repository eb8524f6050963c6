package service

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// errNotLoggedIn answers every log-in that fails, so that nobody learns who exists, is blocked or has no access.
var errNotLoggedIn = portal.NewError(portal.CodeUnauthorized, "the login or the password is wrong, or this person has no access")

func (sc scene) loginOf(u portal.User) string {
	if sc.set.LoginField() == "username" {
		return valueOf(u.Username)
	}
	return valueOf(u.Email)
}

// account is a person as a log-in finds it.
type account struct {
	user  store.User
	login store.Login
}

// findAccount finds the person with a login; store.ErrNotFound if there is none.
func findAccount(ctx context.Context, tx *store.Tx, sc scene, login string) (account, error) {
	key := sc.uniqueKey(portal.NounUser, sc.set.LoginField(), &login)
	if key == nil {
		return account{}, store.ErrNotFound
	}
	holders, err := tx.UsersByKey(ctx, sc.organization.ID, sc.set.LoginField(), *key)
	if err != nil {
		return account{}, err
	}
	var first account
	for i, holder := range holders {
		a, err := readAccount(ctx, tx, sc, holder.ID)
		if err != nil || len(holders) == 1 {
			return a, err
		}
		if strings.EqualFold(strings.TrimSpace(login), sc.loginOf(a.user.User)) {
			return a, nil // of those who share the address, the one who spells it so
		}
		if i == 0 {
			first = a
		}
	}
	if len(holders) == 0 {
		return account{}, store.ErrNotFound
	}
	return first, nil
}

func readAccount(ctx context.Context, tx *store.Tx, sc scene, userID string) (a account, err error) {
	if a.user, err = tx.User(ctx, sc.organization.ID, userID); err != nil {
		return a, err
	}
	if a.user.User, err = userOf(a.user, sc); err != nil {
		return a, err
	}
	a.login, err = tx.Login(ctx, sc.organization.ID, userID)
	return a, err
}

// LogIn starts a session by login and password. The address is where the request comes from. A failure answers the
// same, and takes as long, whatever its reason. Too many of one person or from one network have to wait, and where the
// platform says so they block the person.
func (s *Service) LogIn(ctx context.Context, organizationID, login string, password portal.Secret, address string) (secret string, session Session, err error) {
	var sc scene
	var found account
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		if sc, err = readScene(ctx, tx, Caller{OrganizationID: organizationID}); err != nil {
			return err
		}
		found, err = findAccount(ctx, tx, sc, login)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return "", Session{}, err
	}
	a := attempt{sc: sc, proof: proofPassword, login: login, userID: found.user.ID, keys: throttleKeys(sc.loginKey(login), address)}
	if err := s.begin(ctx, a); err != nil {
		return "", Session{}, err
	}
	right, err := s.verifyPassword(ctx, doorLane(organizationID, address), password, found.user.PasswordHash)
	switch {
	case err != nil:
		return "", Session{}, s.fail(ctx, a, err)
	case !right || !mayLogIn(found.user.User):
		return "", Session{}, s.fail(ctx, a, errNotLoggedIn)
	}
	err = s.store.Write(ctx, organizationID, func(tx *store.Tx) error {
		now, err := readAccount(ctx, tx, sc, found.user.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return errNotLoggedIn
		case err != nil:
			return err
		case now.user.PasswordHash != found.user.PasswordHash || !mayLogIn(now.user.User), // changed while it was verified
			sc.loginKey(sc.loginOf(now.user.User)) != sc.loginKey(login): // as the address may have been
			return errNotLoggedIn
		}
		stage := now.stage(false)
		a.partial = stage == StageCode
		if !a.partial {
			now.login.Failures = 0
		}
		if err := s.ended(ctx, tx, a, outcomeSucceeded); err != nil {
			return err
		}
		secret, session, err = s.enter(ctx, tx, sc, now, stage, store.Session{})
		return err
	})
	if err != nil {
		return "", Session{}, s.fail(ctx, a, err)
	}
	return secret, session, nil
}

// loginKey is a login as it is compared, whether or not somebody has it.
func (sc scene) loginKey(login string) string {
	if key := sc.uniqueKey(portal.NounUser, sc.set.LoginField(), &login); key != nil {
		return *key
	}
	return login
}

// stage is what the person has to do next. verified says that the second factor has been shown.
func (a account) stage(verified bool) SessionStage {
	switch {
	case a.login.TOTPConfirmedAt != nil && !verified:
		return StageCode
	case a.login.TOTPConfirmedAt == nil && requiresFactor(a.user.User):
		return StageEnrolment
	case !a.login.OwnPassword:
		return StagePassword
	default:
		return StageFull
	}
}

// enter opens a session of a person, and notes that the person got in when nothing is left to be done. Of an earlier
// session, whose place it takes, it keeps the end.
func (s *Service) enter(ctx context.Context, tx *store.Tx, sc scene, a account, stage SessionStage, earlier store.Session) (secret string, session Session, err error) {
	if stage == StageFull && SessionStage(earlier.Stage) != StageFull {
		a.login.LastLoginAt = new(s.now().UTC())
		if err := s.record(ctx, tx, sc.person(a.user.User), accountEvent(portal.ActionLogIn, a.user.User)); err != nil {
			return "", Session{}, err
		}
	}
	if err := tx.PutLogin(ctx, sc.organization.ID, a.login); err != nil {
		return "", Session{}, err
	}
	row := store.Session{OrganizationID: sc.organization.ID, UserID: a.user.ID, ExpiresAt: earlier.ExpiresAt}
	return s.openSession(ctx, tx, row, stage)
}

// block withdraws a person's access until somebody grants it again. It shows in enabled, and so in the plan (EN-18). It
// makes no new version of the user: what somebody does at a log-in never fails the write of who manages the user.
func (s *Service) block(ctx context.Context, tx *store.Tx, sc scene, a account) error {
	a.login.BlockedAt = new(s.now().UTC())
	if err := tx.PutLogin(ctx, sc.organization.ID, a.login); err != nil {
		return err
	}
	return tx.DeleteSessionsOfUser(ctx, sc.organization.ID, a.user.ID)
}

// setAccess is a change of the user, which makes a new version.
func (s *Service) setAccess(ctx context.Context, tx *store.Tx, sc scene, caller Caller, a account, action portal.AuditAction, enabled bool) error {
	if err := tx.SetUserEnabled(ctx, sc.organization.ID, a.user.ID, enabled); err != nil {
		return err
	}
	made := accountEvent(action, a.user.User, "enabled")
	made.version = a.user.Version + 1
	return s.record(ctx, tx, caller, made)
}

// BlockUser withdraws a person's access, as failed log-ins do on some platforms (EN-18). One who is blocked stays so.
func (s *Service) BlockUser(ctx context.Context, caller Caller, id string) (portal.User, error) {
	return s.changeAccount(ctx, caller, id, func(tx *store.Tx, sc scene, a account) error {
		if a.login.BlockedAt != nil {
			return nil
		}
		if err := refuseBlock(ctx, tx, sc, caller, a.user.User); err != nil {
			return err
		}
		if err := s.block(ctx, tx, sc, a); err != nil {
			return err
		}
		return s.setAccess(ctx, tx, sc, caller, a, portal.ActionBlock, false)
	})
}

// UnblockUser grants a blocked person access again (EN-18). Of one who is not blocked it changes nothing: whether
// access is granted otherwise is for whoever manages the user to say.
func (s *Service) UnblockUser(ctx context.Context, caller Caller, id string) (portal.User, error) {
	return s.changeAccount(ctx, caller, id, func(tx *store.Tx, sc scene, a account) error {
		if a.login.BlockedAt == nil {
			return nil
		}
		a.login.BlockedAt, a.login.Failures = nil, 0
		if err := tx.PutLogin(ctx, sc.organization.ID, a.login); err != nil {
			return err
		}
		return s.setAccess(ctx, tx, sc, caller, a, portal.ActionUnblock, true)
	})
}

// changeAccount changes how a person may log in, and returns the user as it is then.
func (s *Service) changeAccount(ctx context.Context, caller Caller, id string, change func(*store.Tx, scene, account) error) (user portal.User, err error) {
	err = s.store.Write(ctx, caller.OrganizationID, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		a, err := readAccount(ctx, tx, sc, id)
		if err != nil {
			return notFound(err, portal.NounUser, id)
		}
		if err := change(tx, sc, a); err != nil {
			return err
		}
		if a, err = readAccount(ctx, tx, sc, id); err != nil {
			return err
		}
		user = a.user.User
		user.ETag = etag(a.user.Version)
		return nil
	})
	return user, err
}

// sessionAccount reads the person of a session that is at one of these stages.
func (s *Service) sessionAccount(ctx context.Context, tx *store.Tx, secret string, stages ...SessionStage) (sc scene, a account, row store.Session, err error) {
	row, session, err := s.session(ctx, tx, secret)
	if err != nil {
		return sc, a, row, err
	}
	if session.UserID == "" || !session.at(stages...) {
		return sc, a, row, portal.NewError(portal.CodeForbidden, fmt.Sprintf("this is not possible at the stage %q of a session", session.Stage))
	}
	if sc, err = readScene(ctx, tx, Caller{OrganizationID: session.OrganizationID}); err != nil {
		return sc, a, row, err
	}
	a, err = readAccount(ctx, tx, sc, session.UserID)
	return sc, a, row, err
}
