package store

import (
	"context"
	"sync"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/turns"
)

// writers lets one writer at a time through for each key. Those who wait hold no connection, leave when their context
// ends, and take turns by organisation: on SQLite, where all have one key, a crowd of one organisation delays no other
// one.
type writers struct {
	protected sync.Mutex
	held      map[string]*turn
}

// turn is the right to write.
type turn struct {
	queue  *turns.Queue
	wanted int // by those who have it and those who wait for it
}

// take waits for the turn. The function it returns gives it back.
func (w *writers) take(ctx context.Context, key, organizationID string) (release func(), err error) {
	w.protected.Lock()
	mine := w.held[key]
	if mine == nil {
		mine = &turn{queue: turns.New(1)}
		w.held[key] = mine
	}
	mine.wanted++
	w.protected.Unlock()

	leave := func() {
		w.protected.Lock()
		defer w.protected.Unlock()
		if mine.wanted--; mine.wanted == 0 {
			delete(w.held, key)
		}
	}
	giveBack, err := mine.queue.Take(ctx, organizationID)
	if err != nil {
		leave()
		return nil, err
	}
	return func() {
		giveBack()
		leave()
	}, nil
}
