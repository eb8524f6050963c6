// Package turns shares a right that few may have at a time. Those who wait for it take turns by lane, so that a crowd
// in one lane delays nobody in another one.
package turns

import (
	"context"
	"slices"
	"sync"
)

// Queue hands out a right. It is safe for concurrent use.
type Queue struct {
	protected sync.Mutex
	free      int
	waiting   lane
}

// New returns a queue for a right that so many may have at a time.
func New(holders int) *Queue { return &Queue{free: holders} }

// Take waits for the right until the context ends. The function it returns gives the right back, and is called once.
// The path names the lane, the widest part first, such as an organisation and a network: the organisations take turns,
// and within each its networks. All paths of a queue have the same length.
func (q *Queue) Take(ctx context.Context, path ...string) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	mine := make(ticket)
	q.protected.Lock()
	if q.free > 0 {
		q.free--
		q.protected.Unlock()
		return q.release, nil
	}
	q.waiting.push(path, mine)
	q.protected.Unlock()

	select {
	case <-mine:
		return q.release, nil
	case <-ctx.Done():
	}
	q.protected.Lock()
	waited := q.waiting.remove(path, mine)
	q.protected.Unlock()
	if !waited { // it came at the same moment, and goes to the next
		q.release()
	}
	return nil, ctx.Err()
}

// Waiting is how many wait for the right.
func (q *Queue) Waiting() int {
	q.protected.Lock()
	defer q.protected.Unlock()
	return q.waiting.size()
}

func (q *Queue) release() {
	q.protected.Lock()
	defer q.protected.Unlock()
	if next := q.waiting.pop(); next != nil {
		close(next)
		return
	}
	q.free++
}

// ticket is closed when its holder gets the right.
type ticket chan struct{}

// lane is who waits, in the order of arrival, or narrower lanes that take turns. One in which nobody waits is not kept.
type lane struct {
	tickets []ticket
	names   []string // of the narrower lanes; the first has the next turn
	lanes   map[string]*lane
}

func (l *lane) push(path []string, t ticket) {
	if len(path) == 0 {
		l.tickets = append(l.tickets, t)
		return
	}
	if l.lanes == nil {
		l.lanes = map[string]*lane{}
	}
	narrower := l.lanes[path[0]]
	if narrower == nil {
		narrower = &lane{}
		l.lanes[path[0]], l.names = narrower, append(l.names, path[0])
	}
	narrower.push(path[1:], t)
}

// pop takes the next ticket; nil if nobody waits.
func (l *lane) pop() ticket {
	if len(l.tickets) > 0 {
		next := l.tickets[0]
		l.tickets = l.tickets[1:]
		return next
	}
	if len(l.names) == 0 {
		return nil
	}
	name := l.names[0]
	next := l.lanes[name].pop()
	l.names = append(l.names[1:], name)
	l.drop(name)
	return next
}

// remove takes a ticket away, and reports whether it waited still.
func (l *lane) remove(path []string, t ticket) bool {
	if len(path) == 0 {
		at := slices.Index(l.tickets, t)
		if at >= 0 {
			l.tickets = slices.Delete(l.tickets, at, at+1)
		}
		return at >= 0
	}
	narrower := l.lanes[path[0]]
	if narrower == nil {
		return false
	}
	waited := narrower.remove(path[1:], t)
	l.drop(path[0])
	return waited
}

// drop forgets a narrower lane in which nobody waits.
func (l *lane) drop(name string) {
	if narrower := l.lanes[name]; len(narrower.tickets) == 0 && len(narrower.names) == 0 {
		delete(l.lanes, name)
		l.names = slices.DeleteFunc(l.names, func(other string) bool { return other == name })
	}
}

func (l *lane) size() int {
	size := len(l.tickets)
	for _, narrower := range l.lanes {
		size += narrower.size()
	}
	return size
}
