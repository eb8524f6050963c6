package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

const pageSize = portal.MaxPageSize

// flight is a request on its way, or one after the other, for which several callers wait. It ends with its answer, or
// when the last of them has left.
type flight struct {
	departed int // changes that were known then
	covers   func(id string) bool
	single   bool

	done    chan struct{}
	cancel  context.CancelFunc
	waiters int  // guarded by the view's mutex, like all below until done is closed
	left    bool // by the last of them
	landed  bool
	text    json.RawMessage // of a single object
	err     error
}

// errAbandoned is the error of a flight that ended because everybody had left, for whoever came after that: it is to be
// sent anew.
var errAbandoned = errors.New("abandoned")

// depart sends fly on its way. The mutex is held. fly returns what to do with its outcome when the mutex is held again.
func (v *view) depart(ctx context.Context, k *knowledge, f *flight, fly func(context.Context) (land func(), err error)) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // whoever comes first may leave first
	f.departed, f.done, f.cancel = len(k.changes), make(chan struct{}), cancel
	go func() {
		defer cancel()
		land, err := fly(ctx)
		v.mutex.Lock()
		defer v.mutex.Unlock()
		f.err, f.landed = err, true
		land()
		close(f.done)
	}()
	return f
}

// wait returns when the flight has ended, with its error, or when ctx has.
func (f *flight) wait(ctx context.Context, v *view) error {
	v.mutex.Lock()
	f.waiters++
	v.mutex.Unlock()
	select {
	case <-f.done:
		if f.err != nil && f.left {
			return errAbandoned
		}
		return f.err
	case <-ctx.Done():
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if f.waiters--; f.waiters == 0 && !f.landed {
		f.left = true
		f.cancel()
	}
	return fmt.Errorf("GET %s: %w", v.client.endpoint+v.path, ctx.Err())
}

func (v *view) fetchOne(ctx context.Context, k *knowledge, id string) *flight {
	f := &flight{single: true, covers: func(other string) bool { return other == id }}
	k.reads[id] = f
	return v.depart(ctx, k, f, func(ctx context.Context) (func(), error) {
		text, err := v.readOne(ctx, id)
		return func() {
			if k.reads[id] == f {
				delete(k.reads, id)
			}
			if f.text = text.text; err == nil {
				k.keep(f, id, text)
			}
		}, err
	})
}

// fetchBatch reads all objects that somebody waits for: this one, or once the batch that is on its way has arrived,
// this and whatever was asked for meanwhile.
func (v *view) fetchBatch(ctx context.Context, k *knowledge, id string) *flight {
	k.want(id)
	if k.batch != nil {
		return k.batch
	}
	ids := k.waiting[:min(len(k.waiting), portal.MaxIDs)]
	k.waiting = slices.Clone(k.waiting[len(ids):])
	k.batches++
	f := &flight{covers: func(id string) bool { return slices.Contains(ids, id) }}
	k.batch = f
	return v.depart(ctx, k, f, func(ctx context.Context) (func(), error) {
		query := url.Values{"limit": {fmt.Sprint(pageSize)}, "id": ids}
		items, _, err := v.readPage(ctx, query)
		return func() {
			k.batch = nil
			for id, item := range items {
				k.keep(f, id, item)
			}
		}, err
	})
}

// want notes that somebody waits for an object.
func (k *knowledge) want(id string) {
	if !slices.Contains(k.waiting, id) {
		k.waiting = append(k.waiting, id)
	}
}

// fetchFirst reads the first page and learns where all pages end. The flight may be on its way.
func (v *view) fetchFirst(ctx context.Context, k *knowledge) *flight {
	if k.first != nil {
		return k.first
	}
	f := &flight{}
	f.covers = func(id string) bool { return k.pages != nil && k.place(id) == 0 }
	k.first = f
	return v.depart(ctx, k, f, func(ctx context.Context) (func(), error) {
		query := v.query("")
		query.Set("page_ends", "true")
		items, got, err := v.readPage(ctx, query)
		if err == nil && (got.Next == "") != (len(got.Ends) == 0) {
			err = v.unexpected("it does not say where the pages end, as it was asked to")
		}
		return func() {
			k.first = nil
			if err != nil {
				return
			}
			k.pages = make([]page, len(got.Ends)+1)
			for i, end := range got.Ends {
				k.pages[i].end, k.pages[i+1].after = end.ID, end.Next
			}
			k.load(v.most, f, 0, items)
			k.waiting = slices.DeleteFunc(k.waiting, func(id string) bool { return k.place(id) == 0 || len(k.pages) < pagesPerBatch })
		}, err
	})
}

func (v *view) fetchPage(ctx context.Context, k *knowledge, place int) *flight {
	f := &flight{covers: func(id string) bool { return k.place(id) == place }}
	k.pages[place].flight = f
	after, end := k.pages[place].after, k.pages[place].end
	return v.depart(ctx, k, f, func(ctx context.Context) (func(), error) {
		items, err := v.readUpTo(ctx, after, end)
		return func() {
			k.pages[place].flight = nil
			if err == nil {
				k.load(v.most, f, place, items)
			}
		}, err
	})
}

// readUpTo reads what is behind a cursor up to the end of the page, or of the list. That is one request, or more if
// objects have been added there since.
func (v *view) readUpTo(ctx context.Context, after, end string) (map[string]object, error) {
	all := map[string]object{}
	last := ""
	for {
		items, got, err := v.readPage(ctx, v.query(after))
		if err != nil {
			return nil, err
		}
		reached := last
		for id, item := range items {
			reached = max(reached, id)
			if end == "" || id <= end {
				all[id] = item
			}
		}
		switch {
		case got.Next == "" || end != "" && reached >= end:
			return all, nil
		case reached == last:
			return nil, v.unexpected("its next page is one that came before, without end")
		}
		after, last = got.Next, reached
	}
}

// ofTheList keeps the 404 of a list, such as that of an organisation which is not there, from passing for that of an
// object.
func ofTheList(err error) error {
	if problem, ok := errors.AsType[*portal.Error](err); ok && IsNotFound(err) {
		return strayError{problem}
	}
	return err
}

// unexpected is the error for a list that is not as the Portal API says.
func (v *view) unexpected(cause string) error {
	return fmt.Errorf("GET %s: the list is not what a portal gives: %s; check that the endpoint is the portal's address, and its version", v.client.endpoint+v.path, cause)
}

// readPage reads one page, and the id and content of what is on it.
func (v *view) readPage(ctx context.Context, query url.Values) (map[string]object, portal.Page[json.RawMessage], error) {
	r := request{method: http.MethodGet, path: v.path, query: query}
	page, got, err := readPage[json.RawMessage](ctx, v.client, r)
	if err != nil {
		return nil, page, err
	}
	items, last := make(map[string]object, len(page.Items)), ""
	for _, text := range page.Items {
		id, item, err := identify(text)
		if err == nil && id == "" {
			err = fmt.Errorf("a %s in it has no id", v.title)
		}
		if err == nil && id <= last {
			err = fmt.Errorf("%q comes after %q, but the ids of a list are in their order, byte by byte", id, last)
		}
		if err != nil {
			return nil, page, v.client.unexpected(r, got, err)
		}
		items[id], last = item, id
	}
	return items, page, nil
}

func (v *view) readOne(ctx context.Context, id string) (object, error) {
	r := request{method: http.MethodGet, path: v.path + "/" + url.PathEscape(id)}
	got, err := v.client.do(ctx, r)
	if err != nil {
		return object{}, err
	}
	found, item, err := identify(got.body)
	if err == nil && found == "" {
		err = fmt.Errorf("the %s in it has no id", v.title)
	}
	if err != nil {
		return object{}, v.client.unexpected(r, got, err)
	}
	return item, nil
}

// identify reads of an object what tells it from others.
func identify(text json.RawMessage) (id string, o object, err error) {
	var known struct {
		ID     string `json:"id"`
		Number string `json:"number"` // a phone number has no other id
		UserID string `json:"user_id"`
	}
	if err := json.Unmarshal(text, &known); err != nil {
		return "", object{}, err
	}
	if known.ID == "" {
		known.ID = known.Number
	}
	return known.ID, object{text: text, user: known.UserID}, nil
}
