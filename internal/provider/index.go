package provider

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// Stocks by which users are looked up; see rules.Claim.
const (
	stockEmail    = "user.email"
	stockUsername = "user.username"
	stockStatus   = "user.status" // of no user alone
)

// attributeID is the attribute that every object has, and the stock of ids.
const attributeID = "id"

// index finds objects of one kind, by their ids and by what they have alone.
type index[T portal.Object] struct {
	client *client.Client
	noun   portal.Noun
	get    func(context.Context, string) (*T, error)
	holder func(T) rules.Holder
	// list returns the objects that have a thing; everything, if it is the zero value.
	list func(context.Context, thing) ([]T, error)

	mu       sync.Mutex
	kept     map[string]T // what was found by id, where the plan need not hear of what this run writes since; nil keeps nothing
	searches int
	owners   once[map[thing]string] // ids, of the whole list
}

// forget drops what was found.
func (i *index[T]) forget() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.kept != nil {
		i.kept = map[string]T{}
	}
	i.searches = 0
	i.owners.forget()
}

// find returns the objects with these ids; one that does not exist is not among them.
func (i *index[T]) find(ctx context.Context, ids []string) (map[string]T, error) {
	found := make(map[string]T, len(ids))
	for _, id := range ids {
		if object, ok := i.recall(id); ok {
			found[id] = object
			continue
		}
		object, err := i.get(ctx, id)
		switch {
		case client.IsNotFound(err):
		case err != nil:
			return nil, err
		default:
			found[id] = *object
			i.keep(id, *object)
		}
	}
	return found, nil
}

func (i *index[T]) recall(id string) (T, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	object, ok := i.kept[id]
	return object, ok
}

func (i *index[T]) keep(id string, object T) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.kept != nil {
		i.kept[id] = object
	}
}

// search returns the object that has something alone; nil if none has. The first few things are looked for one by one,
// many in the whole list: looking for N costs pages as well. What the list shows is looked at again, as this run may
// have changed it since; what it does not show was not there when the run began, which is searched for again if it
// matters that it is not there now.
func (i *index[T]) search(ctx context.Context, set *rules.Set, what thing, now bool) (*T, error) {
	i.mu.Lock()
	i.searches++
	searches := i.searches
	i.mu.Unlock()
	whole, err := i.client.ListingPays(ctx, i.noun, searches)
	if err != nil {
		return nil, err
	}
	if !whole {
		return i.searchOne(ctx, set, what)
	}
	owners, err := i.owners.get(func() (map[thing]string, error) { return i.all(ctx, set) })
	if err != nil {
		return nil, err
	}
	if id, taken := owners[what]; taken {
		object, err := i.get(ctx, id)
		if err == nil && i.has(set, object, what) || err != nil && !client.IsNotFound(err) {
			return object, err
		}
	}
	if now {
		return i.searchOne(ctx, set, what)
	}
	return nil, nil
}

func (i *index[T]) searchOne(ctx context.Context, set *rules.Set, what thing) (*T, error) {
	if what.stock == attributeID {
		object, err := i.get(ctx, what.key)
		return object, ignoreNotFound(err)
	}
	found, err := i.list(ctx, what)
	if err != nil {
		return nil, err
	}
	for _, object := range found {
		if i.has(set, &object, what) {
			return &object, nil
		}
	}
	return nil, nil
}

func (i *index[T]) has(set *rules.Set, object *T, what thing) bool {
	return slices.Contains(i.things(set, object), what)
}

// things are what an object has alone: its id, and what it claims.
func (i *index[T]) things(set *rules.Set, object *T) []thing {
	all := []thing{{attributeID, i.holder(*object).ID}}
	for _, claim := range set.Claims(i.noun, object) {
		all = append(all, thing{claim.Stock, claim.Key})
	}
	return all
}

// all is who has what.
func (i *index[T]) all(ctx context.Context, set *rules.Set) (map[thing]string, error) {
	objects, err := i.list(ctx, thing{})
	if err != nil {
		return nil, err
	}
	owners := map[thing]string{}
	for _, object := range objects {
		for _, what := range i.things(set, &object) {
			owners[what] = i.holder(object).ID
		}
	}
	return owners, nil
}

// named returns the object that people know by the value of a field; nil if there is none.
func (i *index[T]) named(ctx context.Context, v *view, path, value string, now bool) (*T, error) {
	_, set, err := v.rules(ctx)
	if err != nil {
		return nil, err
	}
	what, possible := i.thing(set, path, value)
	if !possible {
		return nil, nil
	}
	return i.search(ctx, set, what, now)
}

// thing is what an object with this value in an attribute has alone. It is not possible if no object can have the
// value there, nor for an id with a slash: where a proxy takes paths apart, the request for it would be one for
// something else.
func (i *index[T]) thing(set *rules.Set, attribute, value string) (what thing, possible bool) {
	if attribute == attributeID {
		return thing{attributeID, value}, value != "" && !strings.Contains(value, "/")
	}
	field := i.field(set, attribute)
	switch {
	case field == nil || value == "":
		return thing{}, false
	case field.Format == rules.FormatExtension:
		_, err := portal.ParseExtension(value)
		return thing{string(field.Format), value}, err == nil
	case field.Format == rules.FormatEmail && !strings.Contains(value, "@"):
		return thing{}, false
	}
	return thing{string(i.noun) + "." + attribute, rules.UniqueKey(field, value)}, true
}

// field is what the platform says of an attribute; nil if it does not have it.
func (i *index[T]) field(set *rules.Set, attribute string) *rules.Field {
	object := set.Objects[i.noun]
	if object == nil {
		return nil
	}
	return object.Fields[attribute]
}

// owner returns who has something alone, and whether anybody has.
func (i *index[T]) owner(ctx context.Context, set *rules.Set, what thing) (owner, bool, error) {
	object, err := i.search(ctx, set, what, false)
	if err != nil || object == nil {
		return owner{}, false, err
	}
	return owner{Holder: i.holder(*object), noun: i.noun, meta: (*object).Meta()}, true, nil
}
