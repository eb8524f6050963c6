package service

import (
	"context"
	"errors"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// ChangePassword changes a person's own password, at the first log-in too (MW-16). It ends every session of the person
// (VX-22) and returns a new one.
func (s *Service) ChangePassword(ctx context.Context, secret string, old, chosen portal.Secret) (newSecret string, _ Session, err error) {
	var before account
	var sc scene
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		sc, before, _, err = s.sessionAccount(ctx, tx, secret, StagePassword, StageFull)
		if err != nil {
			return err
		}
		return refuseOwnPassword(ctx, tx, sc, before.user.User, chosen)
	})
	if err != nil {
		return "", Session{}, err
	}
	if err := s.showPassword(ctx, sc, before, old); err != nil {
		return "", Session{}, err
	}
	if old == chosen {
		return "", Session{}, fieldRefused("password", portal.CodeInUse, "this is the password that you have now; choose another")
	}
	if err := s.refusePwned(ctx, sc, chosen); err != nil {
		return "", Session{}, err
	}
	hash, err := s.hashSecret(ctx, doorLane(sc.organization.ID, addressOf(ctx)), chosen)
	if err != nil {
		return "", Session{}, err
	}
	var session Session
	err = s.store.Write(ctx, sc.organization.ID, func(tx *store.Tx) error {
		sc, now, row, err := s.sessionAccount(ctx, tx, secret, StagePassword, StageFull)
		if err != nil {
			return err
		}
		if now.user.PasswordHash != before.user.PasswordHash {
			return errNoSession // changed from elsewhere, which ended this session
		}
		if err := s.setOwnPassword(ctx, tx, sc, now, hash, !now.login.OwnPassword); err != nil {
			return err
		}
		now.login.OwnPassword, now.login.Failures = true, 0
		newSecret, session, err = s.enter(ctx, tx, sc, now, now.stage(true), row)
		return err
	})
	return newSecret, session, err
}

// showPassword checks the password of a person who is logged in. It is an attempt like a log-in: a session that
// somebody took over buys no guesses.
func (s *Service) showPassword(ctx context.Context, sc scene, of account, given portal.Secret) error {
	login, address := sc.loginOf(of.user.User), addressOf(ctx)
	a := attempt{sc: sc, proof: proofPassword, login: login, userID: of.user.ID, keys: throttleKeys(sc.loginKey(login), address)}
	if err := s.begin(ctx, a); err != nil {
		return err
	}
	right, err := s.verifyPassword(ctx, doorLane(sc.organization.ID, address), given, of.user.PasswordHash)
	switch {
	case err != nil:
		return s.fail(ctx, a, err)
	case !right:
		return s.fail(ctx, a, fieldRefused("old_password", portal.CodeNotAllowed, "this is not the password that you have now"))
	}
	return s.store.Write(ctx, sc.organization.ID, func(tx *store.Tx) error { return s.ended(ctx, tx, a, outcomeSucceeded) })
}

// setOwnPassword stores a password that the person chose, for the first time or not. Every session and every link of
// the person ends with it.
func (s *Service) setOwnPassword(ctx context.Context, tx *store.Tx, sc scene, a account, hash string, first bool) error {
	if err := tx.SetUserPassword(ctx, sc.organization.ID, a.user.ID, hash); err != nil {
		return err
	}
	action := portal.ActionSetPassword
	if first {
		action = portal.ActionActivate
	} else if err := s.notify(ctx, tx, sc, a.user.ID, MailPasswordChanged); err != nil {
		return err
	}
	if err := s.record(ctx, tx, sc.person(a.user.User), accountEvent(action, a.user.User, "password")); err != nil {
		return err
	}
	return endAccess(ctx, tx, sc, a.user.ID)
}

// endAccess ends every session of a person, and every link by which the password could be set.
func endAccess(ctx context.Context, tx *store.Tx, sc scene, userID string) error {
	if err := tx.DeleteSessionsOfUser(ctx, sc.organization.ID, userID); err != nil {
		return err
	}
	return tx.DropActivations(ctx, sc.organization.ID, userID)
}

// refuseOwnPassword says why a person cannot have a password that the person chose, or nil.
func refuseOwnPassword(ctx context.Context, tx *store.Tx, sc scene, u portal.User, chosen portal.Secret) error {
	if message := sc.set.RefusePassword(sc.organization, portal.NounUser, &u, string(chosen)); message != "" {
		return fieldRefused("password", portal.CodeWeakPassword, message)
	}
	var accounts []store.SIPAccount
	for _, id := range sipAccountReferences(&u) {
		account, err := tx.SIPAccount(ctx, sc.organization.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			continue // a destination that is no account
		}
		if err != nil {
			return err
		}
		accounts = append(accounts, account)
	}
	if findings := passwordOfPhone(sc, accounts, chosen); len(findings) > 0 {
		return fieldRefused("password", findings[0].Code, findings[0].Message)
	}
	return nil
}

func fieldRefused(field string, code portal.Code, message string) error {
	return portal.NewError(portal.CodeInvalid, "this cannot be done", portal.FieldError{Field: field, Code: code, Message: message})
}
