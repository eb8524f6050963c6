package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// transport answers in process, so that time is the fake one of synctest and waits cost nothing.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func answer(status int, retryAfter string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {retryAfter}}, Body: io.NopCloser(strings.NewReader(""))}
}

func overTransport(t *testing.T, answers transport, changes ...func(*client.Config)) *client.Client {
	t.Helper()
	return newClient(t, client.Config{Endpoint: "https://portal.example.com", Token: testToken, Transport: answers}, changes...)
}

func TestClient_waitsBetweenAttempts(t *testing.T) {
	t.Parallel()
	const slower = (200 + 400 + 800 + 1000) * time.Millisecond // which the limiter adds where the retry policy waits for nothing
	tests := []struct {
		name       string
		retryAfter string
		random     float64
		want       time.Duration // over the 5 waits of the default 6 attempts
	}{
		{"no jitter", "", 0, slower},
		{"most jitter", "", 0.5, (250 + 500 + 1000 + 2000 + 4000) * time.Millisecond / 2},
		{"Retry-After", "3", 0, 15 * time.Second},
		{"Retry-After and jitter", "3", 0.5, 15*time.Second + 3875*time.Millisecond},
		{"Retry-After beyond the cap", "86400", 0.9, 50 * time.Second},
		{"Retry-After as a date", "Sat, 01 Jan 2000 00:00:07 GMT", 0, 7*time.Second + slower},
		{"Retry-After that is none", "soon", 0, slower},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start, attempts := time.Now(), 0
				c := overTransport(t, func(*http.Request) (*http.Response, error) {
					attempts++
					return answer(http.StatusServiceUnavailable, test.retryAfter), nil
				}, func(c *client.Config) { c.Retry.Random = func() float64 { return test.random } })
				if _, err := c.GetUser(t.Context(), "usr_1"); !hasCode(err, portal.CodeUnavailable) {
					t.Errorf("error %v", err)
				}
				if got := time.Since(start); got != test.want || attempts != client.DefaultAttempts {
					t.Errorf("%d attempts with %s of waiting, want %d with %s", attempts, got, client.DefaultAttempts, test.want)
				}
			})
		})
	}
}

func TestClient_boundsEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start, attempts := time.Now(), 0
		c := overTransport(t, func(r *http.Request) (*http.Response, error) {
			attempts++
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, func(c *client.Config) { c.Retry = client.RetryPolicy{Attempts: 2, MinWait: 1, MaxWait: 1} })
		_, err := c.CreateUser(t.Context(), portal.User{})
		if got := time.Since(start).Round(time.Second); got != 2*client.DefaultRequestTimeout || attempts != 2 {
			t.Errorf("%d attempts in %s, want 2 in %s", attempts, got, 2*client.DefaultRequestTimeout)
		}
		if err == nil || !strings.Contains(err.Error(), "the limit is 30s") || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want one that names the limit and does not look like the caller's deadline", err)
		}
	})
}

func TestClient_hearsTheEndOfTheContext(t *testing.T) {
	t.Parallel()
	busy := func(*http.Request) (*http.Response, error) { return answer(http.StatusServiceUnavailable, "9"), nil }
	hanging := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	for name, answers := range map[string]transport{"during a wait": busy, "during an attempt": hanging} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := overTransport(t, answers)
				start := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				_, err := c.CreateUser(ctx, portal.User{})
				if got := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || got != 5*time.Second {
					t.Errorf("deadline: error %v after %s", err, got)
				}
				if name == "during a wait" && (err == nil || !strings.Contains(err.Error(), "503")) {
					t.Errorf("error %v does not say what went wrong before", err)
				}

				start = time.Now()
				ctx, cancel = context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				err = c.DeleteUser(ctx, "usr_1", "", portal.Deletion{})
				if got := time.Since(start); !errors.Is(err, context.Canceled) || got != time.Second {
					t.Errorf("cancelled: error %v after %s", err, got)
				}
			})
		})
	}
}

func TestClient_returnsTheCancellationRatherThanAFailureThatIsRepeated(t *testing.T) {
	t.Parallel()
	for _, attempts := range []int{1, 3} {
		ctx, cancel := context.WithCancel(t.Context())
		sent := 0
		c := overTransport(t, func(*http.Request) (*http.Response, error) {
			sent++
			cancel()
			return answer(http.StatusServiceUnavailable, ""), nil
		}, func(c *client.Config) { c.Retry.Attempts = attempts })
		if _, err := c.GetUser(ctx, "usr_1"); !errors.Is(err, context.Canceled) || sent != 1 {
			t.Errorf("error %v after %d attempts", err, sent)
		}
	}
}

// The id in an answer must not be lost because the run was stopped in the same moment: nobody would know whom the
// portal made.
func TestClient_keepsAnAnswerThatArrivesWithTheCancellation(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := overTransport(t, func(*http.Request) (*http.Response, error) {
		cancel()
		return &http.Response{StatusCode: http.StatusCreated, Body: io.NopCloser(strings.NewReader(storedUser))}, nil
	})
	created, err := c.CreateUser(ctx, portal.User{})
	if err != nil || created.Object.ID != "usr_1" {
		t.Errorf("got %v and error %v", created, err)
	}
}
