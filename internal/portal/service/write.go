package service

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// decision is what a request to write comes to, given what is stored.
type decision[T any] struct {
	scene    scene
	id       string
	stored   T                    // the object as it is, if it exists
	version  int64                // of stored; 0 if it does not exist
	wanted   T                    // the object to be stored, with the password if one is given
	write    bool                 // whether there is anything to store
	replayed bool                 // whether an earlier request made the object that is wanted
	key      store.IdempotencyKey // to be remembered with it, if its Key is not empty
	waits    []store.HandOver     // what is wanted and another object has
	kept     []store.HandOver     // what the object waits for already and the request leaves as it is
}

// write decides twice. The first time in a transaction that only reads, so that what the rules refuse never keeps
// others from writing, and passwords are hashed and compared while nobody waits. The second time in the transaction
// that writes, as only that decision counts; it finds the comparisons of the first one done.
func write[T any](ctx context.Context, s *Service, caller Caller, e entity[T], decide func(*store.Tx) (decision[T], error)) (d decision[T], err error) {
	decideIn := func(tx *store.Tx) (err error) {
		d, err = decide(tx)
		return err
	}
	if err := s.store.Read(ctx, decideIn); err != nil {
		return decision[T]{}, err
	}
	if d.write {
		if err := e.prepare(ctx, d.scene, d.version == 0, e.secrets(&d.wanted)); err != nil {
			return decision[T]{}, err
		}
		err := s.store.Write(ctx, caller.OrganizationID, func(tx *store.Tx) error {
			caller.begin()
			if err := decideIn(tx); err != nil || !d.write {
				return err
			}
			return apply(ctx, s, tx, caller, e, &d)
		})
		if err != nil {
			return decision[T]{}, err
		}
	}
	e.show(&d.stored, d.version)
	return d, nil
}

// apply stores what was decided, and reads it back: an answer is what the database holds.
func apply[T any](ctx context.Context, s *Service, tx *store.Tx, caller Caller, e entity[T], d *decision[T]) (err error) {
	if err := s.endExpired(ctx, tx, d.scene); err != nil {
		return err
	}
	made := event{noun: string(e.noun()), id: d.id}
	withhold(&d.wanted, &d.stored, d.waits)
	if d.version == 0 {
		made.action, made.fields = portal.ActionCreate, rules.ChangedFields(nil, &d.wanted)
		_, createdAt := e.origin(&d.wanted)
		*createdAt = s.now().UTC().Format(time.RFC3339)
		err = e.insert(ctx, tx, d.scene, d.id, d.wanted)
	} else {
		made.action, made.fields = portal.ActionReplace, rules.ChangedFields(&d.stored, &d.wanted)
		err = e.update(ctx, tx, d.scene, d.wanted)
	}
	if err != nil {
		return brokenKey(err, e.noun())
	}
	if err := comeBack(ctx, tx, d.scene, s.now()); err != nil {
		return err
	}
	if d.stored, d.version, err = e.find(ctx, tx, d.scene, d.id); err != nil {
		return err
	}
	made.name, made.version = nameOf(d.stored), d.version
	if err := s.record(ctx, tx, caller, made); err != nil {
		return err
	}
	if err := d.await(ctx, s, tx, caller, e); err != nil {
		return err
	}
	if d.key.Key == "" {
		return nil
	}
	d.key.ObjectID, d.key.ObjectVersion = d.id, d.version
	return tx.PutIdempotencyKey(ctx, caller.OrganizationID, d.key, s.now().Add(-keyLifetime).UTC())
}

// create makes an object, or finds the one that an earlier request with the same idempotency key made.
func create[T any](ctx context.Context, s *Service, caller Caller, e entity[T], request T, key string) (Created[T], error) {
	if err := checkKey(key); err != nil {
		return Created[T]{}, err
	}
	id, err := s.newID(idPrefix(e.noun()))
	if err != nil {
		return Created[T]{}, err
	}
	d, err := write(ctx, s, caller, e, func(tx *store.Tx) (d decision[T], err error) {
		d.id, d.write = id, true
		if d.scene, err = readScene(ctx, tx, caller); err != nil {
			return d, err
		}
		d.scene.expire(s.now())
		if d.wanted, err = clone(request); err != nil {
			return d, err
		}
		e.keepWritable(&d.wanted)
		own(e, caller, &d.wanted)
		if err := d.scene.set.Complete(e.noun(), &d.wanted); err != nil {
			return d, err
		}
		d.scene.set.Normalize(e.noun(), &d.wanted)
		e.resolve(&d.wanted, nil)
		if key != "" {
			if err := replay(ctx, s, tx, caller, e, key, &d); err != nil || d.replayed {
				return d, err
			}
		}
		return d, judge(ctx, tx, caller, e, &d)
	})
	return Created[T]{Object: d.stored, Replayed: d.replayed}, err
}

// replace stores an object in place of the one that is there. What the request leaves out stays as it is.
func replace[T any](ctx context.Context, s *Service, caller Caller, e entity[T], id string, request T, ifMatch string) (T, error) {
	return amend(ctx, s, caller, e, id, ifMatch, func(*store.Tx, decision[T]) (T, error) { return clone(request) })
}

// amend is replace with a request that follows from what is stored.
func amend[T any](ctx context.Context, s *Service, caller Caller, e entity[T], id, ifMatch string, request func(*store.Tx, decision[T]) (T, error)) (T, error) {
	d, err := write(ctx, s, caller, e, func(tx *store.Tx) (d decision[T], err error) {
		d.id = id
		if d.scene, err = readScene(ctx, tx, caller); err != nil {
			return d, err
		}
		d.scene.expire(s.now())
		if d.stored, d.version, err = find(ctx, tx, d.scene, e, id); err != nil {
			return d, notFound(err, e.noun(), id)
		}
		if d.wanted, err = request(tx, d); err != nil {
			return d, err
		}
		asked, err := clone(d.stored) // what the object is to be as soon as nothing is pending
		if err != nil {
			return d, err
		}
		overlay(&asked, d.scene.waitsOf(id))
		old, err := clone(asked)
		if err != nil {
			return d, err
		}
		d.kept = leftOut(&d.wanted, d.scene.waitsOf(id))
		e.keepWritable(&d.wanted)
		rules.FillFrom(&d.wanted, &old)
		own(e, caller, &d.wanted)
		d.scene.set.Normalize(e.noun(), &d.wanted)
		e.resolve(&d.wanted, &d.stored)
		same, err := false, error(nil)
		if len(d.scene.set.CheckLogins(changeOf(caller, e, &d))) == 0 { // else the answer would tell whether a password is the right one
			same, err = changesNothing(ctx, caller, e, d, asked)
		}
		if err != nil || same {
			return d, err // whatever If-Match says: this may be the repetition of a request whose answer was lost (RFC 9110, section 13.1.1)
		}
		managedBy, _ := e.origin(&d.stored)
		if !matches(ifMatch, d.version, caller.since(*managedBy, d.version, e.movedSince())) {
			return d, stale(ctx, tx, d.scene, e.noun(), id, d.version)
		}
		d.write = true
		return d, judge(ctx, tx, caller, e, &d)
	})
	return d.stored, err
}

// own notes who manages an object from this write on, if the caller says so.
func own[T any](e entity[T], caller Caller, wanted *T) {
	if caller.ManagedBy != nil {
		managedBy, _ := e.origin(wanted)
		*managedBy = *caller.ManagedBy
	}
}

// changesNothing reports whether what is wanted is what is stored already, or pending, the secrets included.
func changesNothing[T any](ctx context.Context, caller Caller, e entity[T], d decision[T], asked T) (bool, error) {
	if !reflect.DeepEqual(e.visible(d.wanted), asked) || !d.repeats(caller, e.supersedes) {
		return false, nil
	}
	return e.hasSecrets(ctx, d.scene, e.secrets(&d.wanted))
}

// judge puts what is wanted before the rules.
func judge[T any](ctx context.Context, tx *store.Tx, caller Caller, e entity[T], d *decision[T]) error {
	inventory, err := e.inventory(ctx, tx, d.scene, &d.wanted)
	if err != nil {
		return err
	}
	held, err := takeOver(ctx, tx, caller, e.noun(), d, &inventory)
	if err != nil {
		return err
	}
	change := changeOf(caller, e, d)
	if err := noteAdministration(ctx, tx, d.scene, change, &inventory); err != nil {
		return err
	}
	findings := d.scene.set.Check(inventory, change)
	more, err := e.findings(ctx, tx, d.scene, &d.wanted)
	if err != nil {
		return err
	}
	return refuse(e.noun(), slices.Concat(findings, held, more))
}

// changeOf is a decision as the rules see it.
func changeOf[T any](caller Caller, e entity[T], d *decision[T]) rules.Change {
	change := rules.Change{Noun: e.noun(), After: &d.wanted, Scopes: scopesOf(caller), UserID: caller.UserID, LastAdministrator: caller.LastAdministrator}
	if d.version != 0 {
		change.Before = &d.stored
	}
	return change
}

// scopesOf is what the caller may do. It is never nil, which to the rules means that nobody knows.
func scopesOf(caller Caller) []portal.Scope { return append([]portal.Scope{}, caller.Scopes...) }
