package store

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
)

// waiting returns when so many have the turn or wait for it.
func (t *turns) waiting(key string, wanted int) {
	for {
		t.protected.Lock()
		turn := t.held[key]
		reached := turn != nil && turn.wanted == wanted
		t.protected.Unlock()
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

func TestTurns_whoGivesUpLeavesNothing(t *testing.T) {
	t.Parallel()
	queue := turns{held: map[string]*turn{}}
	release, err := queue.take(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := queue.take(ctx, "acme"); !errors.Is(err, context.Canceled) {
		t.Errorf("take = %v, want the end of the context", err)
	}
	release()
	if len(queue.held) != 0 {
		t.Errorf("%d turns are kept although nobody wants them", len(queue.held))
	}
}
