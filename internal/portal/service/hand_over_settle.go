package service

import (
	"context"
	"errors"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// settling is the end of a write in which something waits: it passes on what has become free.
type settling struct {
	*Service

	tx      *store.Tx
	caller  Caller
	sc      scene // before the write
	changed []string
}

// settle passes on what a write has made free, in the same transaction: things to their successors, deletions to
// their end. written is the object of the write itself.
func (s *Service) settle(ctx context.Context, tx *store.Tx, caller Caller, sc scene, written string) error {
	if len(sc.handOvers) == 0 && !tx.Waits() {
		return nil
	}
	rows, err := tx.HandOvers(ctx, sc.organization.ID)
	if err != nil {
		return err
	}
	st := settling{Service: s, tx: tx, caller: caller, sc: sc}
	if err := st.pass(ctx, passing(rows)); err != nil {
		return err
	}
	// The end of a membership may be what a group waits for.
	for _, kind := range []portal.HandOverKind{portal.HandOverMembershipEnd, portal.HandOverDeletion} {
		for _, h := range rows {
			if h.Kind != kind {
				continue
			}
			finish := st.finishDeletion
			if kind == portal.HandOverMembershipEnd {
				finish = st.finishMembership
			}
			if err := finish(ctx, h); err != nil {
				return err
			}
		}
	}
	if caller.Effects != nil {
		slices.Sort(st.changed)
		caller.Effects.Changed = slices.DeleteFunc(
			slices.Compact(st.changed),
			func(id string) bool { return id == written },
		)
	}
	return nil
}

// passing are the things that pass now: those that nobody has, and those whose holder waits for another one of the
// same kind that passes too, as in a chain that ends in something free, or in a circle.
func passing(rows []store.HandOver) (list []store.HandOver) {
	type place struct {
		kind   portal.HandOverKind
		object string
	}
	waiting := map[place]bool{}            // objects that get another thing of the kind
	behind := map[place][]store.HandOver{} // what waits for the thing that an object has
	var stuck []place
	for _, h := range rows {
		if isSingle(h.Kind) {
			waiting[place{h.Kind, h.ObjectID}] = true
		}
		behind[place{h.Kind, h.HolderID}] = append(behind[place{h.Kind, h.HolderID}], h)
	}
	for _, h := range rows {
		if holder := (place{h.Kind, h.HolderID}); h.HolderID != "" && !waiting[holder] {
			stuck = append(stuck, holder)
		}
	}
	for len(stuck) > 0 { // whoever waits for what somebody keeps, keeps what it has
		holder := stuck[0]
		stuck = stuck[1:]
		for _, h := range behind[holder] {
			if mine := (place{h.Kind, h.ObjectID}); waiting[mine] {
				delete(waiting, mine)
				stuck = append(stuck, mine)
			}
		}
	}
	for _, h := range rows {
		if isThing(h.Kind) && (h.HolderID == "" || waiting[place{h.Kind, h.HolderID}]) {
			list = append(list, h)
		}
	}
	return list
}

// pass gives things to their successors: all old ones go before any new one comes, so that at no moment two objects
// have one.
func (st *settling) pass(ctx context.Context, list []store.HandOver) error {
	organizationID := st.sc.organization.ID
	for _, h := range list {
		if !isSingle(h.Kind) {
			continue
		}
		if err := st.tx.TakeAway(ctx, organizationID, h.Kind, h.Noun, h.ObjectID); err != nil {
			return err
		}
	}
	versions := map[string]int64{}
	for _, h := range list {
		if err := errors.Join(
			st.tx.Give(ctx, organizationID, h),
			st.tx.DeleteHandOver(ctx, organizationID, h.ID),
		); err != nil {
			return err
		}
		if versions[h.ObjectID] > 0 {
			continue
		}
		version, err := st.moved(ctx, h.Noun, h.ObjectID)
		if err != nil {
			return err
		}
		versions[h.ObjectID] = version
	}
	if len(list) == 0 {
		return nil
	}
	names, err := namesIn(ctx, st.tx, organizationID, list...)
	if err != nil {
		return err
	}
	for _, h := range list {
		passed := event{
			action:  portal.ActionHandOver,
			noun:    string(h.Noun),
			id:      h.ObjectID,
			name:    names[h.ObjectID],
			version: versions[h.ObjectID],
			fields:  []string{h.Field},
			from:    h.HolderID,
		}
		if before := st.sc.find(h.Kind, h.Thing); passed.from == "" && before != nil {
			passed.from = before.HolderID
		}
		if err := st.record(ctx, st.tx, st.caller, passed); err != nil {
			return err
		}
	}
	return nil
}

// moved makes the next version of an object that a hand-over has changed.
func (st *settling) moved(ctx context.Context, noun portal.Noun, id string) (int64, error) {
	st.changed = append(st.changed, id)
	version, err := st.tx.Moved(ctx, st.sc.organization.ID, noun, id)
	if err != nil || noun != portal.NounUser || !st.sc.set.PBXReload {
		return version, err
	}
	user, err := st.tx.User(ctx, st.sc.organization.ID, id)
	if err != nil {
		return version, err
	}
	return version, awaitReload(ctx, st.tx, st.sc, user.User)
}

// finishDeletion deletes an object that was to go with its last user, if that has gone.
func (st *settling) finishDeletion(ctx context.Context, h store.HandOver) error {
	organizationID := st.sc.organization.ID
	users, err := st.tx.UsersOf(ctx, organizationID, h.Noun, h.ObjectID)
	if err != nil || len(users) > 0 {
		return err
	}
	if err := st.tx.DeleteHandOver(ctx, organizationID, h.ID); err != nil {
		return err
	}
	switch err := st.tx.DeleteUnused(ctx, organizationID, h.Noun, h.ObjectID); {
	case errors.Is(err, store.ErrNotFound): // a subgroup that went with its group
		return nil
	case err != nil:
		return err
	}
	st.changed = append(st.changed, h.ObjectID)
	return st.record(
		ctx,
		st.tx,
		st.caller,
		event{action: portal.ActionDelete, noun: string(h.Noun), id: h.ObjectID, name: h.Value},
	)
}

// finishMembership takes a user out of the permission group that was the last one, once there is another.
func (st *settling) finishMembership(ctx context.Context, h store.HandOver) error {
	organizationID := st.sc.organization.ID
	user, err := st.tx.User(ctx, organizationID, h.ObjectID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err != nil || !slices.Contains(user.PermissionGroupIDs, h.Value) {
		return st.tx.DeleteHandOver(ctx, organizationID, h.ID)
	}
	if len(user.PermissionGroupIDs) == 1 {
		return nil
	}
	if err := refuseEndOfAdministration(ctx, st.tx, st.sc, st.caller, user.User, h.Value); err != nil {
		if _, refused := errors.AsType[*portal.Error](err); refused {
			return nil // it waits on, for another administrator
		}
		return err
	}
	err = errors.Join(
		st.tx.EndMembership(ctx, organizationID, h.ObjectID, h.Value),
		st.tx.DeleteHandOver(ctx, organizationID, h.ID),
	)
	if err != nil {
		return err
	}
	version, err := st.moved(ctx, portal.NounUser, h.ObjectID)
	if err != nil {
		return err
	}
	ended := event{
		action:  portal.ActionHandOver,
		noun:    string(portal.NounUser),
		id:      h.ObjectID,
		name:    nameOf(user.User),
		version: version,
		fields:  []string{fieldPermissionGroups},
		from:    h.Value,
	}
	return st.record(ctx, st.tx, st.caller, ended)
}

// refuseEndOfAdministration refuses to take a user out of a permission group if nobody would administer the
// organisation then.
func refuseEndOfAdministration(
	ctx context.Context,
	tx *store.Tx,
	sc scene,
	caller Caller,
	user portal.User,
	groupID string,
) error {
	after := user
	after.PermissionGroupIDs = slices.DeleteFunc(
		slices.Clone(user.PermissionGroupIDs),
		func(id string) bool { return id == groupID },
	)
	change := rules.Change{
		Noun: portal.NounUser, Before: &user, After: &after, UserID: caller.UserID,
		LastAdministrator: caller.LastAdministrator,
	}
	inventory := rules.Inventory{Organization: sc.organization}
	if err := noteAdministration(ctx, tx, sc, change, &inventory); err != nil {
		return err
	}
	return refuse(portal.NounUser, sc.set.CheckAdministrators(inventory, change))
}
