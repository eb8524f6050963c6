package store

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// waiting returns when so many have the turn or wait for it.
func (w *writers) waiting(key string, wanted int) {
	for {
		w.protected.Lock()
		turn := w.held[key]
		reached := turn != nil && turn.wanted == wanted
		w.protected.Unlock()
		if reached {
			return
		}
		runtime.Gosched()
	}
}

// However many wait to write, those who read do not: on a pool that has one connection for each of the two.
func TestStore_writersWhoWaitStarveNobody(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		if IsURL(database) {
			database = with(database, "pool_max_conns", "2")
		}
		s := openAt(t, database)
		s.db.SetMaxOpenConns(2)
		write(t, s, func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization("acme")) })
		const writers = 20
		var wait sync.WaitGroup
		write(t, s, func(*Tx) error {
			for range writers {
				wait.Go(func() {
					if err := s.Write(context.WithoutCancel(t.Context()), "acme", func(*Tx) error { return nil }); err != nil {
						t.Error(err)
					}
				})
			}
			s.writers.waiting(s.engine.turn("acme"), 1+writers)
			return s.Read(t.Context(), func(tx *Tx) error {
				_, err := tx.Organization(t.Context(), "acme")
				return err
			})
		})
		wait.Wait()
		if len(s.writers.held) != 0 {
			t.Errorf("%d turns are kept although nobody wants them", len(s.writers.held))
		}
	})
}

func TestWriters_whoGivesUpLeavesNothing(t *testing.T) {
	t.Parallel()
	queue := writers{held: map[string]*turn{}}
	release, err := queue.take(t.Context(), "", "acme")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := queue.take(ctx, "", "acme"); !errors.Is(err, context.Canceled) {
		t.Errorf("take = %v, want the end of the context", err)
	}
	release()
	if len(queue.held) != 0 {
		t.Errorf("%d turns are kept although nobody wants them", len(queue.held))
	}
}

// On SQLite all organisations wait for one writer, and take turns.
func TestStore_aCrowdOfOneOrganizationDelaysNoOther(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), "portal.db"))
	const crowd = 20
	var order []string // by those who write, of whom there is one at a time
	var wait sync.WaitGroup
	queue := func(organizationID string, wanted int) {
		wait.Go(func() {
			if err := s.Write(context.WithoutCancel(t.Context()), organizationID, func(*Tx) error {
				order = append(order, organizationID)
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
		s.writers.waiting(s.engine.turn(organizationID), wanted)
	}
	if err := s.Write(t.Context(), "acme", func(*Tx) error {
		for i := range crowd {
			queue("acme", i+2)
		}
		queue("globex", crowd+2)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	wait.Wait()
	if at := slices.Index(order, "globex"); at != 1 {
		t.Errorf("the other organisation wrote as number %d of %d, want second", at+1, len(order))
	}
}
