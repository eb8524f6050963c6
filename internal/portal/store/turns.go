package store

import (
	"context"
	"sync"
)

// turns lets one writer at a time through for each key. Waiting here is fair, holds no connection and ends with the context.
type turns struct {
	protected sync.Mutex
	held      map[string]*turn
}

// turn is the right to write, which is in the channel while nobody has it.
type turn struct {
	free   chan struct{}
	wanted int // by those who have it and who wait for it
}

// take waits for the turn. The function it returns gives it back.
func (t *turns) take(ctx context.Context, key string) (release func(), err error) {
	t.protected.Lock()
	mine := t.held[key]
	if mine == nil {
		mine = &turn{free: make(chan struct{}, 1)}
		mine.free <- struct{}{}
		t.held[key] = mine
	}
	mine.wanted++
	t.protected.Unlock()

	leave := func() {
		t.protected.Lock()
		defer t.protected.Unlock()
		if mine.wanted--; mine.wanted == 0 {
			delete(t.held, key)
		}
	}
	select {
	case <-mine.free:
		return func() {
			mine.free <- struct{}{}
			leave()
		}, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
