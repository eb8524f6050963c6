package client

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits of the limiter.
const (
	// recovery is in how many seconds of full use the rate grows by what it was when the portal asked for less, or by
	// itself if that is more.
	recovery = 10
	// unhurried is the rate, in requests per second, that is halved first if fewer were sent: a portal that starts, or
	// that others keep busy, says little about a slow run.
	unhurried = 20
	// slowest is how many requests there are at least in the longest wait of the retry policy, however often the portal
	// asks for less.
	slowest = 10
)

// limiter is the one budget of requests that a client has, for every attempt of every request. Without a configured
// rate it lets everything pass until the portal answers 429 or 503: then everybody waits as long as Retry-After says,
// and from then on there are half as many requests in a second as there were (additive increase, multiplicative
// decrease, RFC 5681, section 3.1), so that several runs find their shares of what the portal can do. Reads and writes
// take turns, so that neither waits for all of the other.
type limiter struct {
	next   http.RoundTripper
	policy RetryPolicy
	most   rate.Limit // configured; rate.Inf for none

	reads, writes chan struct{} // held by the first in the line of each
	turn          chan struct{} // held by whoever is to be sent next; only those two wait for it

	budget *rate.Limiter

	mutex  sync.Mutex
	until  time.Time  // nobody is sent before
	slowed time.Time  // when the rate was last halved
	before rate.Limit // the rate when it was last halved; 0 if it never was
	second time.Time  // of which sent are the requests
	sent   int
	former int // of the second before
}

func newLimiter(next http.RoundTripper, policy RetryPolicy, perSecond float64) *limiter {
	most := rate.Limit(perSecond)
	if perSecond == 0 {
		most = rate.Inf
	}
	return &limiter{
		next: next, policy: policy, most: most, budget: rate.NewLimiter(most, 1),
		reads: make(chan struct{}, 1), writes: make(chan struct{}, 1), turn: make(chan struct{}, 1),
	}
}

// RoundTrip sends a request when its turn has come, and learns from the answer.
func (l *limiter) RoundTrip(r *http.Request) (*http.Response, error) {
	began, err := l.wait(r.Context(), r.Method == http.MethodGet)
	if err != nil {
		return nil, err
	}
	response, err := l.next.RoundTrip(r)
	if err == nil {
		l.learn(response, began)
	}
	return response, err
}

// wait returns when the request may be sent. Channels are first come, first served, so that of a line of reads and one
// of writes the firsts take turns.
func (l *limiter) wait(ctx context.Context, read bool) (time.Time, error) {
	line := l.writes
	if read {
		line = l.reads
	}
	for _, place := range []chan struct{}{line, l.turn} {
		select {
		case place <- struct{}{}:
			defer func() { <-place }()
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
	for pause := l.pause(); pause > 0; pause = l.pause() {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
	sending := l.budget.Reserve()
	select {
	case <-time.After(sending.Delay()):
		return l.count(), nil
	case <-ctx.Done():
		sending.Cancel()
		return time.Time{}, ctx.Err()
	}
}

func (l *limiter) pause() time.Duration {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return time.Until(l.until)
}

// count notes that a request is sent now.
func (l *limiter) count() time.Time {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	now := time.Now()
	if passed := now.Sub(l.second); passed >= time.Second {
		l.former = 0
		if passed < 2*time.Second {
			l.former = l.sent
		}
		l.second, l.sent = now, 0
	}
	l.sent++
	return now
}

// learn slows down when the portal asks for it, and speeds up again with every other answer.
func (l *limiter) learn(response *http.Response, began time.Time) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if response.StatusCode != http.StatusTooManyRequests && response.StatusCode != http.StatusServiceUnavailable {
		if limit := l.budget.Limit(); limit < l.most {
			l.budget.SetLimit(min(l.most, limit+max(l.before, limit)/recovery/limit))
		}
		return
	}
	now := time.Now()
	if asked := min(parseRetryAfter(response.Header.Get("Retry-After"), now), l.policy.MaxWait); asked > 0 {
		jitter := time.Duration(l.policy.Random() * float64(min(l.policy.MinWait, l.policy.MaxWait-asked))) // so that two runs do not come back as one
		if until := now.Add(asked + jitter); until.After(l.until) {
			l.until = until
		}
	}
	if began.Before(l.slowed) {
		return // it was sent before the portal was heard
	}
	limit := min(l.budget.Limit(), rate.Limit(max(l.sent, l.former, unhurried)))
	l.before, l.slowed = limit, now
	l.budget.SetLimit(min(l.most, max(limit/2, rate.Limit(slowest/l.policy.MaxWait.Seconds()))))
}
