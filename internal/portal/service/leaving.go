package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// leave has the deletion of an object wait for its users. To everybody else the object is gone: it is in no list and
// takes no new users, and its name or its extension is free. h says which object it is and what it is called.
func (s *Service) leave(
	ctx context.Context,
	tx *store.Tx,
	caller Caller,
	sc scene,
	h store.HandOver,
	users []store.Holder,
) error {
	if err := tx.Leave(ctx, sc.organization.ID, h.Noun, h.ObjectID); err != nil {
		return err
	}
	h.Kind, h.Thing, h.ManagedBy = portal.HandOverDeletion, h.ObjectID, caller.TakesOver
	left := event{action: portal.ActionLeave, noun: string(h.Noun), id: h.ObjectID, name: h.Value}
	if err := s.beginWait(ctx, tx, caller, &h, left); err != nil {
		return err
	}
	if caller.Effects != nil && h.Noun != portal.NounSubgroup {
		caller.Effects.Waits = new(wireHandOver(h, nil, users))
	}
	return nil
}

// endWaitsOf ends what a deleted object waited for, and what others waited for that was the object itself.
func (s *Service) endWaitsOf(ctx context.Context, tx *store.Tx, sc scene, id string) error {
	for _, h := range append(sc.handOvers, sc.expired...) {
		if h.ObjectID != id && (h.Kind != portal.HandOverSIPAccount || h.Thing != id) {
			continue
		}
		if err := tx.DeleteHandOver(ctx, sc.organization.ID, h.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

// endExpired ends what has waited too long. A thing stays with its holder, and an object whose deletion waited stays
// too: see comeBack. What waits since a time to come, because the clock was set back, waits from now on: so nothing
// ever waits longer than portal.HandOverLife from now.
func (s *Service) endExpired(ctx context.Context, tx *store.Tx, sc scene) error {
	if len(sc.expired) == 0 {
		return nil
	}
	names, err := namesIn(ctx, tx, sc.organization.ID, sc.expired...)
	if err != nil {
		return err
	}
	now := s.now()
	for _, h := range sc.expired {
		if h.Since.After(now) {
			if err := tx.RestartHandOver(ctx, sc.organization.ID, h.ID, now); err != nil {
				return err
			}
			continue
		}
		if err := tx.DeleteHandOver(ctx, sc.organization.ID, h.ID); err != nil {
			return err
		}
		ended := event{
			action: portal.ActionEndWait,
			noun:   string(h.Noun),
			id:     h.ObjectID,
			name:   names[h.ObjectID],
			from:   h.HolderID,
		}
		if h.Field != "" {
			ended.fields = []string{h.Field}
		}
		if h.Kind == portal.HandOverDeletion {
			ended.name = h.Value
		}
		if err := s.record(ctx, tx, sc.itself("hand-over"), ended); err != nil {
			return err
		}
	}
	return nil
}

// comeBack makes the objects whose deletion has waited too long like any others again. It comes after the write of
// the transaction, which may have given their names to others.
func comeBack(ctx context.Context, tx *store.Tx, sc scene, now time.Time) error {
	for _, h := range sc.expired {
		if h.Kind != portal.HandOverDeletion || h.Since.After(now) {
			continue
		}
		if err := stay(ctx, tx, sc, h); err != nil {
			return err
		}
	}
	return nil
}

// stay makes an object one like any other again, under its name if that is still free. A SIP account gets its
// extension back likewise, and otherwise none.
func stay(ctx context.Context, tx *store.Tx, sc scene, h store.HandOver) error {
	organizationID, name := sc.organization.ID, h.Value
	var find func(key string) (store.Holder, error)
	switch h.Noun {
	case portal.NounSIPAccount:
		if err := tx.Stay(ctx, organizationID, h.Noun, h.ObjectID, "", ""); err != nil {
			return err
		}
		if _, err := tx.HolderOfExtension(ctx, organizationID, name); name == "" || !errors.Is(err, store.ErrNotFound) {
			return err // with none, as it had none, or as another one has it
		}
		h.Kind, h.Thing = portal.HandOverExtension, name
		if err := tx.Give(ctx, organizationID, h); err != nil {
			return err
		}
		_, err := tx.Moved(ctx, organizationID, h.Noun, h.ObjectID)
		return err
	case portal.NounPermissionGroup:
		find = func(key string) (store.Holder, error) { return tx.PermissionGroupByName(ctx, organizationID, key) }
	case portal.NounUserGroup:
		find = func(key string) (store.Holder, error) { return tx.UserGroupByName(ctx, organizationID, key) }
	default:
		find = func(key string) (store.Holder, error) { return tx.SubgroupByName(ctx, organizationID, h.ObjectID, key) }
	}
	if _, err := find(nameKey(name)); err == nil {
		name = fmt.Sprintf("%s (%s)", name, h.ObjectID)
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := tx.Stay(
		ctx,
		organizationID,
		h.Noun,
		h.ObjectID,
		name,
		nameKey(name),
	); err != nil ||
		h.Noun == portal.NounSubgroup {
		return err
	}
	_, err := tx.Moved(ctx, organizationID, h.Noun, h.ObjectID)
	return err
}
