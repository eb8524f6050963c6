package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Limits of a view.
const (
	// readSingly is how many objects of a kind are read one by one, at once, before anything is read by pages.
	readSingly = 2
	// pagesPerBatch is of how many pages a list must be for one request that asks for several objects by their ids,
	// before pages are read. In a long list of which few objects are asked for, no page pays.
	pagesPerBatch = 10
	// maxBatches bounds them: with what is read singly, a list of which everything is asked for costs five requests
	// more than it has pages at most.
	maxBatches = 3
	// maxViewBytes bounds what is kept of a list, in bytes of JSON. Beyond it, the pages that were read first are let
	// go.
	maxViewBytes = 128 << 20
	// pagesAtOnce bounds how many pages of a list that is wanted as a whole are read side by side.
	pagesAtOnce = 8
)

// view is what a client has seen of one list of the portal. Whoever asks for an object gets it from there, or has it
// fetched, in few requests however many ask: the first few objects one by one; then the first page, which says where
// all pages end; then, in a long list, a few batches of objects by their ids; then the page on which an object is, many
// side by side. Nothing is fetched that nobody asked for but what shares its page, nothing waits but for an answer, and
// a failure is not kept. Writes of this client are noted (see change), so that no answer to an earlier request undoes
// them.
type view struct {
	client *Client
	path   string
	title  string // of one object, in sentences

	most  int // bytes of pages that are kept
	mutex sync.Mutex
	known *knowledge
}

// knowledge is the content of a view, replaced as a whole when it is not true any more. What was on its way then
// arrives in the old one.
type knowledge struct {
	objects map[string]object
	reads   map[string]*flight // of one object each, by its id
	singly  int                // objects that were read one by one before the pages were known

	first   *flight  // of the first page, until it is there
	pages   []page   // nil until the first page has told
	loaded  []int    // pages that are there, the oldest first
	bytes   int      // of these
	batch   *flight  // of several objects
	batches int      // so far
	waiting []string // for the next batch

	changes []change
}

// object is one object as JSON, which everybody who asks gets a copy of.
type object struct {
	text json.RawMessage
	user string // the id of the user that it names in user_id
}

// page is a page of the list: the objects whose ids are above the end of the page before it, up to its own.
type page struct {
	after  string   // cursor; empty for the first page
	end    string   // id; empty for the last page
	ids    []string // of what is on it; nil while it is not there
	bytes  int
	flight *flight // on its way
}

func newView(client *Client, path, title string) *view {
	return &view{client: client, path: path, title: title, most: maxViewBytes, known: newKnowledge()}
}

func newKnowledge() *knowledge {
	return &knowledge{objects: map[string]object{}, reads: map[string]*flight{}}
}

// get returns one object. IsNotFound of the error says that a request for this very object was answered so.
func (v *view) get(ctx context.Context, id string) (json.RawMessage, error) {
	missed := false
	for {
		v.mutex.Lock()
		if found, ok := v.known.objects[id]; ok {
			v.mutex.Unlock()
			return found.text, nil
		}
		coming := v.fetch(ctx, v.known, id, missed)
		v.mutex.Unlock()
		switch err := coming.wait(ctx, v); {
		case errors.Is(err, errAbandoned):
		case err != nil && !coming.single:
			return nil, ofTheList(err)
		case err != nil:
			return nil, err
		case coming.single:
			return coming.text, nil
		default:
			missed = coming.covers(id)
		}
	}
}

// fetch returns a flight that brings the object, or what has to be known before. missed says that a flight that should
// have brought it did not.
func (v *view) fetch(ctx context.Context, k *knowledge, id string, missed bool) *flight {
	if coming := k.reads[id]; coming != nil {
		return coming
	}
	switch {
	case missed:
		return v.fetchOne(ctx, k, id)
	case k.pages == nil && k.first == nil && k.singly < readSingly:
		k.singly++
		return v.fetchOne(ctx, k, id)
	case k.pages == nil:
		k.want(id)
		return v.fetchFirst(ctx, k)
	}
	place := k.place(id)
	switch {
	case k.pages[place].ids != nil:
		return v.fetchOne(ctx, k, id)
	case k.pages[place].flight != nil:
		return k.pages[place].flight
	case k.batch != nil && k.batch.covers(id):
		return k.batch
	case k.batches < min(maxBatches, len(k.pages)/pagesPerBatch):
		return v.fetchBatch(ctx, k, id)
	default:
		return v.fetchPage(ctx, k, place)
	}
}

// place is the page on which an object is, if it is there.
func (k *knowledge) place(id string) int {
	place, _ := slices.BinarySearchFunc(k.pages[:len(k.pages)-1], id, func(p page, id string) int {
		if p.end < id {
			return -1
		}
		return 1 // never equal: the first page that does not end before the id
	})
	return place
}

// all returns every object of the list, in the order of the ids.
func (v *view) all(ctx context.Context) ([]json.RawMessage, error) {
	for {
		v.mutex.Lock()
		k := v.known
		pages := len(k.pages)
		if k.pages != nil {
			v.mutex.Unlock()
			return v.allOf(ctx, k, pages)
		}
		coming := v.fetchFirst(ctx, k)
		v.mutex.Unlock()
		if err := coming.wait(ctx, v); err != nil && !errors.Is(err, errAbandoned) {
			return nil, err
		}
	}
}

// pays reports whether the whole list costs no more requests than so many that ask for one object. The first few do not
// even ask how long the list is.
func (v *view) pays(ctx context.Context, requests int) (bool, error) {
	if requests <= readSingly {
		return false, nil
	}
	for {
		v.mutex.Lock()
		k := v.known
		if k.pages != nil {
			defer v.mutex.Unlock()
			return requests >= len(k.pages), nil
		}
		coming := v.fetchFirst(ctx, k)
		v.mutex.Unlock()
		if err := coming.wait(ctx, v); err != nil && !errors.Is(err, errAbandoned) {
			return false, ofTheList(err)
		}
	}
}

func (v *view) allOf(ctx context.Context, k *knowledge, pages int) ([]json.RawMessage, error) {
	var failed atomic.Bool
	var readers errgroup.Group
	readers.SetLimit(pagesAtOnce)
	parts := make([][]json.RawMessage, pages)
	for place := range pages {
		readers.Go(func() (err error) {
			if failed.Load() {
				return nil // what is on its way still arrives, and is kept
			}
			parts[place], err = v.objectsOn(ctx, k, place)
			failed.CompareAndSwap(false, err != nil)
			return err
		})
	}
	if err := readers.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(parts...), nil
}

// objectsOn returns what is on a page. What this client has written since, and whose content it does not know, is read
// singly.
func (v *view) objectsOn(ctx context.Context, k *knowledge, place int) ([]json.RawMessage, error) {
	for {
		v.mutex.Lock()
		if on := k.pages[place]; on.ids != nil {
			ids := slices.Sorted(slices.Values(on.ids))
			texts := make([]json.RawMessage, len(ids))
			for i, id := range ids {
				texts[i] = k.objects[id].text
			}
			v.mutex.Unlock()
			return v.complete(ctx, ids, texts)
		}
		coming := k.pages[place].flight
		if coming == nil {
			coming = v.fetchPage(ctx, k, place)
		}
		v.mutex.Unlock()
		if err := coming.wait(ctx, v); err != nil && !errors.Is(err, errAbandoned) {
			return nil, err
		}
	}
}

func (v *view) complete(ctx context.Context, ids []string, texts []json.RawMessage) (whole []json.RawMessage, err error) {
	for i, id := range ids {
		text := texts[i]
		if text == nil {
			if text, err = v.get(ctx, id); IsNotFound(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
		}
		whole = append(whole, text)
	}
	return whole, nil
}

// query is that of a page of the list.
func (v *view) query(after string) url.Values {
	query := url.Values{"limit": {fmt.Sprint(pageSize)}}
	if after != "" {
		query.Set("after", after)
	}
	return query
}
