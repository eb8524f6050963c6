package service

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// A restarted portal, and another portal on the same database, know what a create with a key has made, as long as 24
// hours.
func TestIdempotency_anotherPortalOnTheDatabaseReplays(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		request := dynamic(f.group("Agents"), "alice@example.com")
		first, err := f.CreateUser(t.Context(), f.acme, request, "key")
		if err != nil {
			t.Fatal(err)
		}
		f.clock.forward(24 * time.Hour)
		again, err := f.another(t).CreateUser(t.Context(), f.acme, request, "key")
		if err != nil || !again.Replayed || again.Object.ID != first.Object.ID || again.Object.ETag != first.Object.ETag {
			t.Errorf("from another portal: %+v, %v; want the same user, unchanged", again, err)
		}
		f.clock.forward(time.Second)
		_, err = f.another(t).CreateUser(t.Context(), f.acme, request, "key")
		wantError(t, err, portal.CodeConflict, "email", portal.CodeAlreadyExists)
	})
}

func TestIdempotency_twoPortalsAtOnceMakeOneObject(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		request := dynamic(f.group("Agents"), "alice@example.com")
		services := []*Service{f.Service, f.another(t), f.another(t)}
		type result struct {
			made Created[portal.User]
			err  error
		}
		results := make(chan result)
		for i := range 6 {
			go func() {
				made, err := services[i%len(services)].CreateUser(context.WithoutCancel(t.Context()), f.acme, request, "key")
				results <- result{made, err}
			}()
		}
		ids, made := map[string]bool{}, 0
		for range 6 {
			r := <-results
			if r.err != nil {
				t.Error(r.err)
			}
			ids[r.made.Object.ID] = true
			if !r.made.Replayed {
				made++
			}
		}
		if len(ids) != 1 || made != 1 || f.count() != 1 {
			t.Errorf("%d requests made a user with %d ids, and there are %d; want one", made, len(ids), f.count())
		}
		if entries := f.trail(""); slices.ContainsFunc(entries, func(e portal.AuditEntry) bool { return e.Noun == "user" && e.Action != portal.ActionCreate }) {
			t.Error("a replay that changes nothing is told as a change")
		}
	})
}
