package client

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// change is a write of this client. Answers to what was asked before may show the objects that it concerns as they
// were.
type change struct {
	id   string // of the object; empty for none
	user string // or the objects that name this user; empty for none
}

func (c change) concerns(id string, o object) bool {
	return c.id != "" && c.id == id || c.user != "" && c.user == o.user
}

// keep notes an object that a flight has brought, unless it was changed since.
func (k *knowledge) keep(f *flight, id string, o object) {
	if !slices.ContainsFunc(k.changes[f.departed:], func(c change) bool { return c.concerns(id, o) }) {
		k.objects[id] = o
	}
}

// load notes a whole page, and lets go of others if there are more bytes than most.
func (k *knowledge) load(most int, f *flight, place int, items map[string]object) {
	on := &k.pages[place]
	on.ids, on.bytes = slices.AppendSeq(make([]string, 0, len(items)), maps.Keys(items)), 0
	for id, item := range items {
		k.keep(f, id, item)
		on.bytes += len(item.text)
	}
	for _, c := range k.changes[f.departed:] { // what this client made meanwhile
		if _, made := k.objects[c.id]; made && k.place(c.id) == place && !slices.Contains(on.ids, c.id) {
			on.ids = append(on.ids, c.id)
		}
	}
	k.loaded, k.bytes = append(k.loaded, place), k.bytes+on.bytes
	for k.bytes > most && len(k.loaded) > pagesAtOnce {
		k.unload()
	}
}

// unload lets go of the page that was read first.
func (k *knowledge) unload() {
	oldest := &k.pages[k.loaded[0]]
	k.loaded, k.bytes = k.loaded[1:], k.bytes-oldest.bytes
	for _, id := range oldest.ids {
		delete(k.objects, id)
	}
	oldest.ids = nil
}

// written notes what a write has made of an object.
func (v *view) written(id string, text json.RawMessage) {
	_, item, err := identify(text)
	if err != nil {
		v.changed(id)
		return
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.known.forget(change{id: id})
	v.known.objects[id] = item
	if k := v.known; k.pages != nil {
		if on := &k.pages[k.place(id)]; on.ids != nil && !slices.Contains(on.ids, id) {
			on.ids = append(on.ids, id)
		}
	}
}

// changed notes that an object is another one than before, in a way that only a read can tell.
func (v *view) changed(id string) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.known.forget(change{id: id})
}

// removed notes that an object is gone.
func (v *view) removed(id string) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.known.forget(change{id: id})
	if k := v.known; k.pages != nil {
		on := &k.pages[k.place(id)]
		on.ids = slices.DeleteFunc(on.ids, func(other string) bool { return other == id })
	}
}

// given notes that a user has other objects of this list than before, these among them.
func (v *view) given(userID string, ids []string) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.known.forget(change{user: userID})
	for _, id := range ids {
		v.known.forget(change{id: id})
	}
}

// forget lets go of what a change concerns, and has nobody wait any more for what was asked before it.
func (k *knowledge) forget(c change) {
	k.changes = append(k.changes, c)
	if c.user == "" {
		delete(k.objects, c.id)
		delete(k.reads, c.id)
		return
	}
	maps.DeleteFunc(k.objects, c.concerns)
	clear(k.reads)
}

// reset lets go of everything.
func (v *view) reset() {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.known = newKnowledge()
}

// isRefusal reports whether the portal says that it has not done what it was asked to.
func isRefusal(err error) bool {
	problem, ok := errors.AsType[*portal.Error](err)
	return ok && problem.Status < http.StatusInternalServerError && !errors.As(err, new(strayError))
}
