package provider

import (
	"context"
	"slices"
	"sync"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// Stocks by which users are looked up; see rules.Claim.
const (
	stockEmail    = "user.email"
	stockUsername = "user.username"
)

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

// search returns the object that has something alone; nil if none has. The first few things are looked for one by one, many in the whole list: looking for N costs pages as
// well. What the list shows is looked at again, as this run may have changed it since; what it does not show was not there when the run began, which is searched for again
// if it matters that it is not there now.
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
	return slices.ContainsFunc(set.Claims(i.noun, object), func(claim rules.Claim) bool { return thing{claim.Stock, claim.Key} == what })
}

// all is who has what.
func (i *index[T]) all(ctx context.Context, set *rules.Set) (map[thing]string, error) {
	objects, err := i.list(ctx, thing{})
	if err != nil {
		return nil, err
	}
	owners := map[thing]string{}
	for _, object := range objects {
		for _, claim := range set.Claims(i.noun, &object) {
			owners[thing{claim.Stock, claim.Key}] = i.holder(object).ID
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
	var field *rules.Field
	if object := set.Objects[i.noun]; object != nil {
		field = object.Fields[path]
	}
	if field == nil || value == "" {
		return nil, nil
	}
	what := thing{string(i.noun) + "." + path, rules.UniqueKey(field, value)}
	if field.Format == rules.FormatExtension {
		what.stock = string(field.Format)
	}
	return i.search(ctx, set, what, now)
}

// owner returns who has something alone, and whether anybody has.
func (i *index[T]) owner(ctx context.Context, set *rules.Set, what thing) (owner, bool, error) {
	object, err := i.search(ctx, set, what, false)
	if err != nil || object == nil {
		return owner{}, false, err
	}
	return owner{Holder: i.holder(*object), noun: i.noun, meta: (*object).Meta()}, true, nil
}
