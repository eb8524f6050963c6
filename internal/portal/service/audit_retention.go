package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// PruneAudit removes the entries of all audit trails that were kept long enough. An entry in each trail says how far,
// so that the rest can still be verified.
func (s *Service) PruneAudit(ctx context.Context, keep time.Duration) error {
	before := s.now().Add(-keep)
	var due []string
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		ids, err := tx.OrganizationIDs(ctx, allOrganizations)
		if err != nil {
			return err
		}
		due = nil
		for _, id := range ids {
			last, first, err := prunable(ctx, tx, id, before)
			if err != nil {
				return err
			}
			if first > 0 && last >= first {
				due = append(due, id)
			}
		}
		return nil
	})
	for _, id := range due {
		err = errors.Join(err, s.store.Write(ctx, id, func(tx *store.Tx) error { return s.pruneAudit(ctx, tx, id, before) }))
	}
	return err
}

func prunable(ctx context.Context, tx *store.Tx, organizationID string, before time.Time) (last, first int64, err error) {
	if first, err = tx.FirstAuditPosition(ctx, organizationID); err != nil || first == 0 {
		return 0, 0, err
	}
	last, err = tx.AuditPositionBefore(ctx, organizationID, before)
	return last, first, err
}

func (s *Service) pruneAudit(ctx context.Context, tx *store.Tx, organizationID string, before time.Time) error {
	last, first, err := prunable(ctx, tx, organizationID, before)
	if err != nil || first == 0 || last < first {
		return err
	}
	caller := Caller{OrganizationID: organizationID, Actor: portal.Actor{Kind: portal.ActorPortal, Name: "portal: audit retention"}}
	pruned := event{action: portal.ActionPrune, noun: auditTrail, id: store.AuditTrailID, version: last}
	if err := s.record(ctx, tx, caller, pruned); err != nil {
		return err
	}
	return tx.PruneAudit(ctx, organizationID, last)
}

// EraseFromAudit erases a person who is gone from an audit trail: the e-mail address or username, as object and as
// actor, names of own tokens, and the addresses of own requests. The person is named by id, or by a name that the trail
// has. It returns how many names were erased.
func (s *Service) EraseFromAudit(ctx context.Context, organizationID, person string) (erased int64, err error) {
	err = s.store.Write(ctx, organizationID, func(tx *store.Tx) error {
		erased = 0
		sc, err := readScene(ctx, tx, Caller{OrganizationID: organizationID})
		if err != nil {
			return err
		}
		userID, err := erasable(ctx, tx, sc, person)
		if err != nil {
			return err
		}
		ids := []string{userID}
		tokens, err := tx.Tokens(ctx, organizationID)
		if err != nil {
			return err
		}
		for _, token := range tokens {
			if token.UserID == userID {
				ids = append(ids, token.ID)
			}
		}
		for _, id := range ids {
			n, err := tx.EraseFromAudit(ctx, organizationID, id)
			if err != nil {
				return err
			}
			erased += n
			made := event{action: portal.ActionErase, noun: string(portal.NounUser), id: id, name: store.Pseudonym(id)}
			if id != userID {
				made.noun = auditToken
			}
			if err := s.record(ctx, tx, s.operator(organizationID), made); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return erased, s.store.Purge(ctx)
}

// erasable finds the one person that a name means. One who still is a user would be in the next entry again.
func erasable(ctx context.Context, tx *store.Tx, sc scene, person string) (userID string, err error) {
	ids, err := tx.AuditedUserIDs(ctx, sc.organization.ID, person)
	if err != nil {
		return "", err
	}
	if len(ids) == 0 && strings.HasPrefix(person, idPrefix(portal.NounUser)) {
		ids = []string{person}
	}
	refused := func(code portal.Code, message string) error { return fieldRefused("person", code, message) }
	switch len(ids) {
	case 0:
		return "", refused(portal.CodeMissing, fmt.Sprintf("the audit trail knows nobody called %q; give the e-mail address, the username or the id", person))
	case 1:
	default:
		return "", refused(portal.CodeNotAllowed, fmt.Sprintf("the audit trail has several people called %q; give the id of one: %s",
			person, strings.Join(ids, ", ")))
	}
	if _, err := tx.UserByID(ctx, sc.organization.ID, ids[0]); err == nil {
		return "", refused(portal.CodeInUse, fmt.Sprintf("%s is still a user, and would be in the audit trail again; delete the user first", person))
	} else if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	return ids[0], nil
}
