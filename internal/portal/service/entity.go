package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// entity is one kind of object in one request: what create, replace, delete, get and list cannot do the same way for
// all kinds. It is not shared between requests and remembers what find read.
type entity[T any] interface {
	noun() portal.Noun
	// find reads an object without its ETag, and its version; store.ErrNotFound if there is none.
	find(ctx context.Context, tx *store.Tx, sc scene, id string) (T, int64, error)
	// list reads a page of objects with their ETags.
	list(ctx context.Context, tx *store.Tx, sc scene, selection store.Selection) ([]T, error)
	// show completes an object that was found with its ETag.
	show(object *T, version int64)
	// keepWritable takes out of a request what only the portal writes.
	keepWritable(object *T)
	// origin returns the fields of an object that say who manages it and since when it is there (RFC 3339, UTC).
	origin(object *T) (managedBy, createdAt *string)
	// resolve completes a request with what follows from it and from the stored object, nil on creation.
	resolve(wanted, stored *T)
	// visible returns the object without what a request may hold and no answer does.
	visible(object T) T
	// secrets are those that a request gives.
	secrets(object *T) secrets
	// inventory reads what the rules need to know to judge the object, by index.
	inventory(ctx context.Context, tx *store.Tx, sc scene, object *T) (rules.Inventory, error)
	// hasSecrets reports whether the object that was found has all of these secrets.
	hasSecrets(ctx context.Context, sc scene, given secrets) (bool, error)
	// findings judges a request by what only the portal can know. It is called after resolve and inventory.
	findings(ctx context.Context, tx *store.Tx, sc scene, wanted *T) ([]rules.Finding, error)
	// prepare does what takes long, such as hashing or asking another service, before the transaction that writes.
	prepare(ctx context.Context, sc scene, creating bool, given secrets) error
	insert(ctx context.Context, tx *store.Tx, sc scene, id string, object T) error
	// update replaces the object that was found.
	update(ctx context.Context, tx *store.Tx, sc scene, object T) error
	// movedSince is the version since which nothing but hand-overs changed the object that was found; 0 if something
	// else was last.
	movedSince() int64
	// supersedes reports whether the request says anew what a user whose membership waits for its end is to be.
	supersedes(h store.HandOver) bool
	// inUse refuses to delete an object that these users need.
	inUse(object T, users []store.Holder) error
	delete(ctx context.Context, tx *store.Tx, sc scene, id string) error
}

// scene is where a request takes place.
type scene struct {
	organization portal.Organization
	mainNumber   string // of the organisation; empty for none
	set          *rules.Set
	handOvers    []store.HandOver  // what waits
	names        map[string]string // of the objects that wait and that they wait for; nil: not read
	expired      []store.HandOver  // what has waited too long, and was not ended yet
}

func readScene(ctx context.Context, tx *store.Tx, caller Caller) (scene, error) {
	organization, err := tx.Organization(ctx, caller.OrganizationID)
	if errors.Is(err, store.ErrNotFound) {
		return scene{}, portal.NewError(portal.CodeNotFound, fmt.Sprintf("there is no organisation %q; apply its organisation file first", caller.OrganizationID))
	}
	if err != nil {
		return scene{}, err
	}
	sc := scene{organization: organization.Organization, mainNumber: organization.MainNumber}
	if sc.set, err = rules.For(organization.Platform); err != nil || !organization.HandOvers {
		return sc, err
	}
	sc.handOvers, err = tx.HandOvers(ctx, organization.ID)
	return sc, err
}

// uniqueKey is the form in which a natural key is compared; nil if the object has none.
func (sc scene) uniqueKey(noun portal.Noun, field string, value *string) *string {
	object := sc.set.Objects[noun]
	if value == nil || *value == "" || object == nil || object.Fields[field] == nil {
		return nil
	}
	return new(rules.UniqueKey(object.Fields[field], *value))
}

// holder looks up who has the value of a unique field, and notes it in the inventory.
func (sc scene) holder(inventory *rules.Inventory, noun portal.Noun, field string, value *string, find func(key string) (store.Holder, error)) error {
	key := sc.uniqueKey(noun, field, value)
	if key == nil {
		return nil
	}
	holder, err := find(*key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if inventory.Holders == nil {
		inventory.Holders = map[string]map[string]rules.Holder{}
	}
	inventory.Holders[field] = map[string]rules.Holder{*key: namedHolder(holder)}
	return nil
}

// namedHolder is a holder as messages name it. One of another organisation, of which nothing may be said, stays as it
// is.
func namedHolder(holder store.Holder) rules.Holder {
	named := rules.Holder{ID: holder.ID, Name: holder.Name}
	for _, noun := range []portal.Noun{portal.NounUser, portal.NounPermissionGroup, portal.NounSIPAccount, portal.NounUserGroup} {
		if strings.HasPrefix(holder.ID, idPrefix(noun)) {
			named.Noun = noun
		}
	}
	return named
}

// get returns one object.
func get[T any](ctx context.Context, s *Service, caller Caller, e entity[T], id string) (object T, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		sc.expire(s.now())
		found, version, err := find(ctx, tx, sc, e, id)
		if err != nil {
			return notFound(err, e.noun(), id)
		}
		e.show(&found, version)
		object = found
		return nil
	})
	return object, err
}

// remove deletes one object.
func remove[T any](ctx context.Context, s *Service, caller Caller, e entity[T], id, ifMatch string, deletion portal.Deletion) error {
	return s.store.Write(ctx, caller.OrganizationID, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		caller.begin()
		sc.expire(s.now())
		object, version, err := find(ctx, tx, sc, e, id)
		if err != nil {
			return notFound(err, e.noun(), id)
		}
		managedBy, _ := e.origin(&object)
		if !matches(ifMatch, version, caller.since(*managedBy, version, e.movedSince())) {
			return stale(ctx, tx, sc, e.noun(), id, version)
		}
		change := rules.Change{Noun: e.noun(), Before: &object, Scopes: scopesOf(caller), UserID: caller.UserID, Deletion: &deletion, LastAdministrator: caller.LastAdministrator}
		inventory := rules.Inventory{Organization: sc.organization}
		if err := noteAdministration(ctx, tx, sc, change, &inventory); err != nil {
			return err
		}
		if err := refuseDeletion(e.noun(), sc.set.Check(inventory, change)); err != nil {
			return err
		}
		if err := errors.Join(s.endExpired(ctx, tx, sc), comeBack(ctx, tx, sc, s.now())); err != nil {
			return err
		}
		users, err := tx.UsersOf(ctx, sc.organization.ID, e.noun(), id)
		if err != nil {
			return err
		}
		if err := s.endWaitsOf(ctx, tx, sc, id); err != nil {
			return err
		}
		if len(users) > 0 {
			if foreign := caller.foreign(users); len(foreign) > 0 {
				return e.inUse(object, foreign)
			}
			leaving := store.HandOver{Noun: e.noun(), ObjectID: id, Value: nameOf(object)}
			if err := s.leave(ctx, tx, caller, sc, leaving, users); err != nil {
				return err
			}
			return s.settle(ctx, tx, caller, sc, id)
		}
		if err := e.delete(ctx, tx, sc, id); err != nil {
			return err
		}
		deleted := event{action: portal.ActionDelete, noun: string(e.noun()), id: id, name: nameOf(object)}
		if err := s.record(ctx, tx, caller, deleted); err != nil {
			return err
		}
		return s.settle(ctx, tx, caller, sc, id)
	})
}

// find reads an object with what it waits for.
func find[T any](ctx context.Context, tx *store.Tx, sc scene, e entity[T], id string) (T, int64, error) {
	object, version, err := e.find(ctx, tx, sc, id)
	if err == nil {
		err = sc.notePending(ctx, tx, &object, id)
	}
	return object, version, err
}

// clone copies an object as deep as it goes, so that filling it in never shows in the caller's own.
func clone[T any](object T) (T, error) {
	var duplicate T
	text, err := json.Marshal(object)
	if err == nil {
		err = json.Unmarshal(text, &duplicate)
	}
	return duplicate, err
}

// secretVersions are those that a request gives its secrets. One that comes with no secret says nothing: what is stored
// stays as it is.
type secretVersions struct{ password, pin *int64 }

// secrets are what a request may give and no answer shows; nil for what it does not give.
type secrets struct {
	password *portal.Secret
	pin      *portal.Secret // of the voicemail (VX-14); empty takes it away
}

// withoutSecrets is what kinds of objects have in common that have no secrets, and nothing that only the portal can
// judge.
type withoutSecrets[T any] struct{}

func (withoutSecrets[T]) visible(object T) T { return object }

func (withoutSecrets[T]) secrets(*T) secrets { return secrets{} }

func (withoutSecrets[T]) hasSecrets(context.Context, scene, secrets) (bool, error) { return true, nil }

func (withoutSecrets[T]) findings(context.Context, *store.Tx, scene, *T) ([]rules.Finding, error) {
	return nil, nil
}

func (withoutSecrets[T]) supersedes(store.HandOver) bool { return false }

func (withoutSecrets[T]) prepare(context.Context, scene, bool, secrets) error { return nil }
