package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// sentAt answers everything at once, and notes what was sent when.
type sentAt struct {
	mutex    sync.Mutex
	start    time.Time
	sent     []string
	statuses []int // of the first answers; then 200
}

func (s *sentAt) answer(r *http.Request) (*http.Response, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.sent = append(s.sent, fmt.Sprintf("%s %s", r.Method, time.Since(s.start)))
	if n := len(s.sent); n <= len(s.statuses) && s.statuses[n-1] != http.StatusOK {
		return answer(s.statuses[n-1], "2"), nil
	}
	return jsonAnswer(http.StatusOK, portal.User{ID: "usr_1"}), nil
}

func (s *sentAt) client(t *testing.T, perSecond float64) *client.Client {
	t.Helper()
	s.start = time.Now()
	return overTransport(t, s.answer, func(c *client.Config) {
		c.MaxRequestsPerSecond, c.SingleReads = perSecond, true
		c.Retry.Random = func() float64 { return 0 }
	})
}

// The budget holds for all requests together, whoever sends them, and reads and writes take turns in it.
func TestLimiter_oneBudgetInWhichReadsAndWritesTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s sentAt
		c := s.client(t, 10)
		var working sync.WaitGroup
		call := func(do func(context.Context, string) error) {
			working.Go(func() {
				if err := do(t.Context(), "usr_1"); err != nil {
					t.Error(err)
				}
			})
		}
		for range 8 {
			call(func(ctx context.Context, id string) error { _, err := c.GetUser(ctx, id); return err })
		}
		synctest.Wait()
		for range 3 {
			call(func(ctx context.Context, id string) error { return c.DeleteUser(ctx, id, "", portal.Deletion{}) })
		}
		working.Wait()
		want := "GET 0s, GET 100ms, DELETE 200ms, GET 300ms, DELETE 400ms, GET 500ms, DELETE 600ms, GET 700ms, GET 800ms, GET 900ms, GET 1s"
		if got := strings.Join(s.sent, ", "); got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
	})
}

// When the portal asks for less, everybody waits as long as it says and then goes at half the rate, once for however
// many requests it heard; then the rate grows back to the budget.
func TestLimiter_slowsDownForAllAndRecovers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sentAt{statuses: []int{200, 429, 429, 503}}
		c := s.client(t, 10)
		var working sync.WaitGroup
		for range 4 {
			working.Go(func() {
				for range 40 {
					if _, err := c.GetUser(t.Context(), "usr_1"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		working.Wait()
		if len(s.sent) != 4*40+3 {
			t.Errorf("%d requests, want 160 and 3 that were repeated", len(s.sent))
		}
		// 2 seconds after each refusal; the rate is 1.25 in a second then, and grows with every answer.
		if got := strings.Join(s.sent[:6], ", "); got != "GET 0s, GET 100ms, GET 2.1s, GET 4.1s, GET 6.1s, GET 6.789655172s" {
			t.Errorf("sent %s", got)
		}
		var last [2]time.Duration
		for i, line := range s.sent[len(s.sent)-2:] {
			last[i], _ = time.ParseDuration(strings.TrimPrefix(line, "GET "))
		}
		if pause := last[1] - last[0]; pause != 100*time.Millisecond {
			t.Errorf("in the end requests are %s apart, want 100ms", pause)
		}
	})
}

// busyPortal serves so many requests in a second, whoever sends them, and refuses the others as portals do.
type busyPortal struct {
	budget *rate.Limiter
	mutex  sync.Mutex
	served int
}

func (b *busyPortal) answer(*http.Request) (*http.Response, error) {
	time.Sleep(latency) // of the fake clock
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if !b.budget.Allow() {
		return answer(http.StatusTooManyRequests, "1"), nil
	}
	b.served++
	return jsonAnswer(http.StatusOK, portal.User{ID: "usr_1"}), nil
}

// Two pipelines at once are slower than one, and neither fails.
func TestLimiter_twoRunsShareWhatThePortalCanDo(t *testing.T) {
	t.Parallel()
	for _, perSecond := range []rate.Limit{5, 20, 100} {
		t.Run(fmt.Sprint(perSecond), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				busy := &busyPortal{budget: rate.NewLimiter(perSecond, 10)}
				var runs sync.WaitGroup
				for range 2 {
					c := overTransport(t, busy.answer, func(c *client.Config) { c.SingleReads = true })
					work := make(chan int)
					for range 10 {
						runs.Go(func() {
							for range work {
								if _, err := c.GetUser(t.Context(), "usr_1"); err != nil {
									t.Error(err)
								}
							}
						})
					}
					runs.Go(func() {
						defer close(work)
						for i := range 500 {
							work <- i
						}
					})
				}
				runs.Wait()
				if busy.served != 1000 {
					t.Errorf("%d requests were served, want 1000", busy.served)
				}
			})
		})
	}
}

func TestLimiter_aTurnThatDoesNotCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s sentAt
		c := s.client(t, 0.1)
		if _, err := c.GetUser(t.Context(), "usr_1"); err != nil {
			t.Fatal(err)
		}
		var working sync.WaitGroup
		for range 3 { // one waits for the budget, one for its turn, one for its place in the line
			working.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if _, err := c.GetUser(ctx, "usr_1"); !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			})
		}
		working.Wait()
		if waited := time.Since(s.start); waited != time.Second || len(s.sent) != 1 {
			t.Errorf("after %s there are the requests %v", waited, s.sent)
		}
		// Those who left took nothing of the budget; and waiting for a turn is no part of an attempt, which may take 30
		// seconds.
		for range 5 {
			working.Go(func() {
				if _, err := c.GetUser(t.Context(), "usr_1"); err != nil {
					t.Error(err)
				}
			})
		}
		working.Wait()
		if got := strings.Join(s.sent, ", "); got != "GET 0s, GET 10s, GET 20s, GET 30s, GET 40s, GET 50s" {
			t.Errorf("sent %s", got)
		}
	})
}
