package service

import (
	"context"
	"errors"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// proof is what somebody shows to get in.
type proof string

// The proofs.
const (
	proofPassword proof = "password" // of a person, also the old one when the person changes it
	proofCode     proof = "code"     // of the second factor, or a recovery code
	proofToken    proof = "token"    // of an administrator
)

// outcome is how an attempt ended.
type outcome string

// The outcomes.
const (
	outcomeSucceeded outcome = "succeeded" // the proof is right; what is left to be shown is another attempt
	outcomeFailed    outcome = "failed"    // the proof is wrong, the person has no access, or the attempt was given up
	outcomeThrottled outcome = "throttled" // it came too early, so nothing was checked
)

// attempt is one try to show who one is. It counts as failed from its beginning, so that attempts at the same time
// cannot outrun the limits, and passes through ended exactly once.
type attempt struct {
	sc      scene
	proof   proof
	login   string // as it was given; of a token empty
	userID  string // empty if there is no such person
	keys    []throttleKey
	partial bool // the proof is right and another one is due, so that it ends no row of failures: a password alone must not buy more guesses
}

// begin reserves a place for an attempt that takes long to check. What comes too early is refused.
func (s *Service) begin(ctx context.Context, a attempt) error {
	organizationID := a.sc.organization.ID
	err := s.checkThrottle(ctx, organizationID, a.keys) // which writes nothing: those who are refused anyway keep nobody waiting
	if err == nil && len(a.keys) > 0 {
		err = s.store.Write(ctx, organizationID, func(tx *store.Tx) error { return s.reserve(ctx, tx, organizationID, a.keys) })
	}
	return s.early(ctx, a, err)
}

// early ends an attempt that was throttled, if that is what an error says, and returns the error.
func (s *Service) early(ctx context.Context, a attempt, err error) error {
	if problem, ok := errors.AsType[*portal.Error](err); ok && problem.Code == portal.CodeTooManyRequests {
		return errors.Join(s.ended(ctx, nil, a, outcomeThrottled), err)
	}
	return err
}

// fail ends an attempt that was begun and did not succeed, and returns why. It is written down even if the client has
// left: otherwise hanging up would make guesses free.
func (s *Service) fail(ctx context.Context, a attempt, cause error) error {
	ctx = context.WithoutCancel(ctx)
	err := s.store.Write(ctx, a.sc.organization.ID, func(tx *store.Tx) error { return s.ended(ctx, tx, a, outcomeFailed) })
	return errors.Join(err, cause)
}

// ended is where every attempt ends, in the transaction that decides how it does. One that was throttled has no
// transaction.
func (s *Service) ended(ctx context.Context, tx *store.Tx, a attempt, how outcome) error {
	switch how {
	case outcomeSucceeded:
		return s.giveBack(ctx, tx, a.sc.organization.ID, a.keys, !a.partial)
	case outcomeFailed:
		if err := s.recordFailure(ctx, tx, a); err != nil {
			return err
		}
		return s.countInARow(ctx, tx, a.sc, a.userID)
	default:
		return nil
	}
}

// recordFailure tells the audit trail of a failed attempt. What was given stays out of it, as people type passwords
// into the wrong field.
func (s *Service) recordFailure(ctx context.Context, tx *store.Tx, a attempt) error {
	made := event{action: portal.ActionFailLogIn, noun: string(portal.NounUser), fields: []string{string(a.proof)}}
	if a.proof == proofToken {
		made.noun = auditToken
	}
	if a.userID != "" {
		found, err := readAccount(ctx, tx, a.sc, a.userID)
		if err == nil {
			made.id, made.name = a.userID, nameOf(found.user.User)
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if err := s.record(ctx, tx, a.sc.somebody(), made); err != nil {
		return err
	}
	err := s.throttled(ctx, tx, a.sc.organization.ID, a.keys)
	if _, wait := errors.AsType[*portal.Error](err); wait {
		made.action = portal.ActionLockOut
		return s.record(ctx, tx, a.sc.itself("failed log-ins"), made)
	}
	return err
}

// countInARow counts the failures of a person since the last success, and blocks the person after too many where the
// platform does so (EN-18). Without the last administrator nobody could unblock anybody, so that one has to wait like
// people on other platforms.
func (s *Service) countInARow(ctx context.Context, tx *store.Tx, sc scene, userID string) error {
	if sc.set.BlockAfter == 0 || userID == "" {
		return nil
	}
	a, err := readAccount(ctx, tx, sc, userID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil || !mayLogIn(a.user.User) {
		return err
	}
	a.login.Failures++
	if a.login.Failures < sc.set.BlockAfter {
		return tx.PutLogin(ctx, sc.organization.ID, a.login)
	}
	caller := sc.itself("failed log-ins")
	err = refuseBlock(ctx, tx, sc, caller, a.user.User)
	if _, last := errors.AsType[*portal.Error](err); last {
		return tx.PutLogin(ctx, sc.organization.ID, a.login)
	}
	if err != nil {
		return err
	}
	if err := s.block(ctx, tx, sc, a); err != nil {
		return err
	}
	return s.record(ctx, tx, caller, accountEvent(portal.ActionBlock, a.user.User, "enabled"))
}
