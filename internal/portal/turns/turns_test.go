package turns

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
)

func TestQueue_lanesTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := New(1)
		release := take(t, q, "acme", "192.0.2.1")
		var order []string
		wait := func(path ...string) {
			go func() {
				release := take(t, q, path...)
				order = append(order, path[0]+" "+path[1]) // one at a time: the queue has one right
				release()
			}()
			synctest.Wait()
		}
		for range 3 {
			wait("acme", "192.0.2.1")
		}
		wait("acme", "192.0.2.2")
		wait("globex", "192.0.2.1")
		wait("globex", "192.0.2.1")
		release()
		synctest.Wait()
		want := []string{
			"acme 192.0.2.1", "globex 192.0.2.1", "acme 192.0.2.2", "globex 192.0.2.1", "acme 192.0.2.1", "acme 192.0.2.1",
		}
		if !slices.Equal(order, want) {
			t.Errorf("turns were taken by %q, want %q", order, want)
		}
		empty(t, q, 1)
	})
}

func TestQueue_aCrowdThatGivesUpLeavesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := New(2)
		first, second := take(t, q, "acme", "a"), take(t, q, "acme", "b")
		ctx, hangUp := context.WithCancel(t.Context())
		ended := make(chan error)
		const crowd = 300
		for i := range crowd {
			go func() {
				_, err := q.Take(ctx, "acme", fmt.Sprint(i%7))
				ended <- err
			}()
		}
		synctest.Wait()
		if waiting := q.Waiting(); waiting != crowd {
			t.Errorf("%d wait, want %d", waiting, crowd)
		}
		hangUp()
		for range crowd {
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("a request that was given up: %v", err)
			}
		}
		if _, err := q.Take(ctx, "acme", "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("a request that was given up before: %v", err)
		}
		first()
		second()
		empty(t, q, 2)
	})
}

// A context may end at the moment at which the right comes: then the next one gets it, or nobody would ever again.
func TestQueue_aRightThatComesTooLateGoesOn(t *testing.T) {
	t.Parallel()
	for range 200 {
		q := New(1)
		release := take(t, q, "acme")
		ctx, hangUp := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			if late, err := q.Take(ctx, "acme"); err == nil {
				late()
			}
		}()
		go hangUp()
		release()
		<-ended
		empty(t, q, 1)
	}
}

func take(t *testing.T, q *Queue, path ...string) (release func()) {
	t.Helper()
	release, err := q.Take(t.Context(), path...)
	if err != nil {
		t.Error(err)
		return func() {}
	}
	return release
}

// empty checks that nobody waits, that nothing is kept, and that so many may have the right.
func empty(t *testing.T, q *Queue, free int) {
	t.Helper()
	if q.Waiting() != 0 || q.free != free || len(q.waiting.names) != 0 || len(q.waiting.lanes) != 0 {
		t.Errorf("%d wait in lanes %q and %d may have the right, want none and %d", q.Waiting(), q.waiting.names, q.free, free)
	}
}
