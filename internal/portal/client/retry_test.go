package client

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestRetryPolicy_wait(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		attempt    int
		retryAfter string
		random     float64
		want       time.Duration
	}{
		{0, "", 0, 0},
		{0, "", 0.5, 50 * time.Millisecond},
		{1, "", 0.5, 100 * time.Millisecond},
		{4, "", 0.5, 800 * time.Millisecond},
		{5, "", 0.5, time.Second}, // 3.2 s is bounded to 2 s
		{1000, "", 0.5, time.Second},
		{0, "1", 0, time.Second},
		{0, "1", 0.5, 1050 * time.Millisecond},
		{0, "2", 0.5, 2 * time.Second},
		{0, "0", 0.5, 50 * time.Millisecond},
		{0, "3600", 0, 2 * time.Second},
		{0, "99999999999999999999", 0, 0},
		{0, "4294967295", 0, 2 * time.Second},
		{0, "-1", 0, 0},
		{0, "1.5", 0, 0},
		{0, "soon", 0, 0},
		{0, "Sun, 29 Mar 2026 12:00:01 GMT", 0, time.Second},
		{0, "Sun, 29 Mar 2026 12:30:00 GMT", 0, 2 * time.Second},
		{0, "Fri, 31 Dec 9999 23:59:59 GMT", 0.5, 2 * time.Second},
		{0, "Sun, 29 Mar 2026 11:00:00 GMT", 0, 0},
		{0, "Sunday, 29-Mar-26 12:00:01 GMT", 0, time.Second}, // RFC 850
	}
	for _, test := range tests {
		policy := RetryPolicy{MinWait: 100 * time.Millisecond, MaxWait: 2 * time.Second, Random: func() float64 { return test.random }}
		if got := policy.wait(test.attempt, test.retryAfter, now); got != test.want {
			t.Errorf("attempt %d, Retry-After %q, random %v: %s, want %s", test.attempt, test.retryAfter, test.random, got, test.want)
		}
	}
}

func TestRetryPolicy_jitterIsFullAndBounded(t *testing.T) {
	t.Parallel()
	policy, err := RetryPolicy{Random: rand.New(rand.NewPCG(1, 2)).Float64}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	for attempt, bound := range []time.Duration{
		250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 10 * time.Second, 10 * time.Second,
	} {
		low, high := bound, time.Duration(0)
		for range 1000 {
			wait := policy.wait(attempt, "", time.Time{})
			low, high = min(low, wait), max(high, wait)
		}
		if low > bound/50 || high > bound || high < bound-bound/50 {
			t.Errorf("attempt %d: waits from %s to %s, want them spread over 0 to %s", attempt, low, high, bound)
		}
	}
}

func TestRetryPolicy_defaults(t *testing.T) {
	t.Parallel()
	got, err := RetryPolicy{}.withDefaults()
	if err != nil || got.Attempts != 6 || got.MinWait != 250*time.Millisecond || got.MaxWait != 10*time.Second || got.Random == nil {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = RetryPolicy{Attempts: 2, MinWait: time.Minute}.withDefaults()
	if err != nil || got.Attempts != 2 || got.MinWait != time.Minute || got.MaxWait != time.Minute {
		t.Errorf("got %+v, %v", got, err)
	}
}
