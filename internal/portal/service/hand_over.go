package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// A thing that one object has at a time can be given to another object while it is held: the write is stored without
// it, and the thing passes to its successor in the transaction in which the holder lets go (ALL-08). This file
// decides what a write waits for; settle passes things on.

// isThing tells what is given from a deletion.
func isThing(kind portal.HandOverKind) bool {
	return kind != portal.HandOverDeletion && kind != portal.HandOverMembershipEnd
}

// isSingle reports whether an object has one thing of the kind at a time, and keeps it until the next one passes to
// it.
func isSingle(kind portal.HandOverKind) bool {
	return isThing(kind) && kind != portal.HandOverNumber && kind != portal.HandOverSIPAccount
}

// foreign are those of the users of an object that keep the caller from deleting it.
func (c Caller) foreign(users []store.Holder) []store.Holder {
	if c.TakesOver == "" {
		return users
	}
	return slices.DeleteFunc(slices.Clone(users), func(user store.Holder) bool { return user.ManagedBy == c.TakesOver })
}

// since is the first version of an object that is as good to the caller as the present one: hand-overs of the same
// manager are part of what the caller does, in whatever order.
func (c Caller) since(managedBy string, version, movedSince int64) int64 {
	if c.TakesOver == "" || c.TakesOver != managedBy || movedSince == 0 {
		return version
	}
	return movedSince
}

// expire sets apart what has waited too long. A clock that was set back makes nothing wait longer: see endExpired.
func (sc *scene) expire(now time.Time) {
	if len(sc.handOvers) == 0 {
		return
	}
	over := func(h store.HandOver) bool { return now.Sub(h.Since) > portal.HandOverLife }
	for _, h := range sc.handOvers {
		if over(h) || h.Since.After(now) {
			sc.expired = append(sc.expired, h)
		}
	}
	sc.handOvers = slices.DeleteFunc(sc.handOvers, over)
}

// waitsOf are the things that an object waits for.
func (sc *scene) waitsOf(id string) (waits []store.HandOver) {
	for _, h := range sc.handOvers {
		if h.ObjectID == id && isThing(h.Kind) {
			waits = append(waits, h)
		}
	}
	return waits
}

// find returns what waits for a thing; nil for nothing.
func (sc *scene) find(kind portal.HandOverKind, thing string) *store.HandOver {
	for i, h := range sc.handOvers {
		if h.Kind == kind && h.Thing == thing {
			return &sc.handOvers[i]
		}
	}
	return nil
}

// notePending shows what an object waits for.
func (sc *scene) notePending(ctx context.Context, tx *store.Tx, object any, id string) error {
	waits := sc.waitsOf(id)
	if len(waits) == 0 {
		return nil
	}
	if sc.names == nil { // for a page of objects once
		var err error
		if sc.names, err = namesIn(ctx, tx, sc.organization.ID, sc.handOvers...); err != nil {
			return err
		}
	}
	var pending []portal.Pending
	for _, h := range waits {
		pending = append(pending, portal.Pending{
			Field: h.Field, Value: h.Value, Holder: reference(store.Holder{ID: h.HolderID, Name: sc.names[h.HolderID]}),
			Since: stamp(h.Since), Until: stamp(h.Since.Add(portal.HandOverLife)),
		})
	}
	switch o := object.(type) {
	case *portal.User:
		o.Pending = pending
	case *portal.SIPAccount:
		o.Pending = pending
	case *portal.PermissionGroup:
		o.Pending = pending
	case *portal.UserGroup:
		o.Pending = pending
	}
	return nil
}

// namesIn are what people call the objects that wait and those that they wait for, by their ids.
func namesIn(
	ctx context.Context,
	tx *store.Tx,
	organizationID string,
	waits ...store.HandOver,
) (map[string]string, error) {
	if len(waits) == 0 {
		return map[string]string{}, nil
	}
	ids := make([]string, 0, 2*len(waits))
	for _, h := range waits {
		ids = append(ids, h.ObjectID, h.HolderID)
		if h.Kind == portal.HandOverSIPAccount || h.Kind == portal.HandOverMembershipEnd {
			ids = append(ids, h.Value)
		}
	}
	slices.Sort(ids)
	return tx.Names(ctx, organizationID, slices.Compact(ids))
}

func reference(holder store.Holder) portal.Reference {
	named := namedHolder(holder)
	return portal.Reference{Noun: named.Noun, ID: named.ID, Name: named.Name}
}

// stamp is a time on the wire.
func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// repeats reports whether a request that asks for what is stored or pending asks for nothing new. A caller that takes
// nothing over is refused what it names and another object has.
func (d *decision[T]) repeats(caller Caller, supersedes func(store.HandOver) bool) bool {
	if slices.ContainsFunc(d.scene.endsOf(d.id), supersedes) {
		return false
	}
	return caller.TakesOver != "" || len(d.kept) == len(d.scene.waitsOf(d.id))
}

// endsOf are the memberships of a user that wait for their end.
func (sc *scene) endsOf(userID string) (ends []store.HandOver) {
	for _, h := range sc.handOvers {
		if h.Kind == portal.HandOverMembershipEnd && h.ObjectID == userID {
			ends = append(ends, h)
		}
	}
	return ends
}

// takeOver notes what the wanted object has to wait for, and has the rules judge it as if that were free. Everything
// else that others have stays in the inventory, for the rules to refuse.
func takeOver[T any](
	ctx context.Context,
	tx *store.Tx,
	caller Caller,
	noun portal.Noun,
	d *decision[T],
	inventory *rules.Inventory,
) (findings []rules.Finding, err error) {
	d.waits = nil
	if caller.TakesOver == "" && len(d.kept) == 0 {
		return nil, nil
	}
	for _, claim := range d.scene.set.Claims(noun, &d.wanted) {
		kind, ok := claim.HandOver()
		if !ok {
			continue
		}
		holder := heldBy(inventory, kind, claim)
		if holder == (rules.Holder{}) || holder.ID == d.id {
			continue
		}
		wait := store.HandOver{
			Kind: kind, Thing: claim.Key, Noun: noun, ObjectID: d.id, Field: claim.Field, Value: claim.Key,
			ManagedBy: caller.TakesOver, HolderID: holder.ID,
		}
		if isSingle(kind) {
			wait.Value = valueOf(*singleField(&d.wanted))
		}
		kept := slices.IndexFunc(d.kept, func(h store.HandOver) bool { return h.Kind == kind && h.Thing == claim.Key })
		switch {
		case kept >= 0:
			wait.ManagedBy = d.kept[kept].ManagedBy
		case caller.TakesOver == "":
			continue
		default:
			manager, err := tx.Manager(ctx, d.scene.organization.ID, holder.Noun, holder.ID)
			if err != nil {
				return nil, err
			}
			if manager != caller.TakesOver {
				continue
			}
		}
		free(inventory, kind, claim)
		if other := d.scene.find(kind, claim.Key); other != nil && other.ObjectID != d.id {
			names, err := namesIn(ctx, tx, d.scene.organization.ID, *other)
			if err != nil {
				return nil, err
			}
			findings = append(findings, waited(wait, *other, holder.Name, names[other.ObjectID]))
			continue
		}
		d.waits = append(d.waits, wait)
	}
	return findings, nil
}

// waited refuses a second successor.
func waited(wait, other store.HandOver, holder, successor string) rules.Finding {
	return rules.Finding{
		Field:        wait.Field,
		Severity:     rules.SeverityError,
		Code:         portal.CodeWaited,
		ExistingID:   other.ObjectID,
		ExistingNoun: other.Noun,
		Message: fmt.Sprintf(
			"%s: %q passes from %s to %s (%s), which waits for it already; choose another",
			wait.Field,
			wait.Value,
			cmp.Or(holder, wait.HolderID),
			cmp.Or(successor, "the new "+other.Noun.Title()),
			other.ObjectID,
		),
	}
}

// heldBy is who has what is claimed, as far as the inventory knows.
func heldBy(inventory *rules.Inventory, kind portal.HandOverKind, claim rules.Claim) rules.Holder {
	switch kind {
	case portal.HandOverNumber:
		return inventory.Numbers[claim.Key].Holder
	case portal.HandOverSIPAccount:
		return inventory.SIPAccounts[claim.Key].Holder
	default:
		return inventory.Holders[claim.Field][claim.Key]
	}
}

func free(inventory *rules.Inventory, kind portal.HandOverKind, claim rules.Claim) {
	switch kind {
	case portal.HandOverNumber:
		number := inventory.Numbers[claim.Key]
		number.Holder = rules.Holder{}
		inventory.Numbers[claim.Key] = number
	case portal.HandOverSIPAccount:
		account := inventory.SIPAccounts[claim.Key]
		account.Holder = rules.Holder{}
		inventory.SIPAccounts[claim.Key] = account
	default:
		delete(inventory.Holders[claim.Field], claim.Key)
	}
}

// await stores what the object that was written waits for from now on, passes on what others waited for, and reads
// the object again.
func (d *decision[T]) await(ctx context.Context, s *Service, tx *store.Tx, caller Caller, e entity[T]) (err error) {
	for _, h := range append(d.scene.waitsOf(d.id), d.scene.endsOf(d.id)...) {
		stays := slices.ContainsFunc(d.waits, h.Same)
		if h.Kind == portal.HandOverMembershipEnd {
			stays = !e.supersedes(h)
		}
		if !stays {
			if err := tx.DeleteHandOver(ctx, d.scene.organization.ID, h.ID); err != nil {
				return err
			}
		}
	}
	for _, wait := range d.waits {
		if slices.ContainsFunc(d.scene.handOvers, wait.Same) {
			continue
		}
		awaited := event{
			action: portal.ActionAwait,
			noun:   string(e.noun()),
			id:     d.id,
			name:   nameOf(d.stored),
			fields: []string{wait.Field},
			from:   wait.HolderID,
		}
		if err := s.beginWait(ctx, tx, caller, &wait, awaited); err != nil {
			return err
		}
	}
	if len(d.scene.handOvers) == 0 && !tx.Waits() {
		return nil
	}
	if err := s.settle(ctx, tx, caller, d.scene, d.id); err != nil {
		return err
	}
	d.scene.names = nil
	if d.scene.handOvers, err = tx.HandOvers(ctx, d.scene.organization.ID); err != nil {
		return err
	}
	d.stored, d.version, err = find(ctx, tx, d.scene, e, d.id)
	return err
}

// beginWait has something wait, with a new id and from now on, and tells of it.
func (s *Service) beginWait(
	ctx context.Context,
	tx *store.Tx,
	caller Caller,
	wait *store.HandOver,
	begun event,
) (err error) {
	if wait.ID, err = s.newID(handOverPrefix); err != nil {
		return err
	}
	wait.Since = s.now()
	if err := tx.InsertHandOver(ctx, caller.OrganizationID, *wait); err != nil {
		return err
	}
	return s.record(ctx, tx, caller, begun)
}

// handOverPrefix is how the id of what waits starts.
const handOverPrefix = "hov_"
