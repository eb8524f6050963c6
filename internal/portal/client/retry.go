package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// Defaults of RetryPolicy.
const (
	DefaultAttempts = 6
	DefaultMinWait  = 250 * time.Millisecond
	DefaultMaxWait  = 10 * time.Second
)

// RetryPolicy says how often a request is sent and how long to wait in between. Each zero field has its default.
//
// Repeated are: connection errors, attempts that time out, answers that break off, and the statuses 429, 502, 503 and
// 504, for every method, a POST only where that is safe (with an Idempotency-Key, or where twice does the same as
// once); and 500 for GET only. Everything else is final: any other 4xx, and a certificate that is not trusted.
type RetryPolicy struct {
	// Attempts counts the first one too; 1 never repeats.
	Attempts int
	// MinWait is the longest wait before the second attempt. It doubles with each further one up to MaxWait, and the
	// actual wait is drawn evenly from between 0 and that bound (full jitter), so that parallel calls do not come back
	// as one.
	MinWait time.Duration
	// MaxWait bounds every wait. A Retry-After (RFC 9110, section 10.2.3) up to MaxWait is waited in full, with jitter
	// on top as far as MaxWait allows. One beyond MaxWait is not waited for: the client waits MaxWait, tries again, and
	// when the attempts are used up returns the portal's answer.
	MaxWait time.Duration
	// Random returns a number in [0, 1) and is called by several goroutines at once; nil is math/rand/v2.
	Random func() float64
}

func (p RetryPolicy) withDefaults() (RetryPolicy, error) {
	if p.Attempts < 0 || p.MinWait < 0 || p.MaxWait < 0 {
		return p, fmt.Errorf("retry: attempts %d, minimum wait %s, maximum wait %s: none may be negative", p.Attempts, p.MinWait, p.MaxWait)
	}
	if p.Attempts == 0 {
		p.Attempts = DefaultAttempts
	}
	if p.MinWait == 0 {
		p.MinWait = DefaultMinWait
	}
	if p.MaxWait == 0 {
		p.MaxWait = max(DefaultMaxWait, p.MinWait)
	}
	if p.MinWait > p.MaxWait {
		return p, fmt.Errorf("retry: the minimum wait %s is longer than the maximum wait %s", p.MinWait, p.MaxWait)
	}
	if p.Random == nil {
		p.Random = rand.Float64
	}
	return p, nil
}

// wait returns the pause after a failed attempt, counted from 0. retryAfter is the header's text, empty if there is
// none.
func (p RetryPolicy) wait(attempt int, retryAfter string, now time.Time) time.Duration {
	bound := p.MinWait
	for range attempt {
		if bound >= p.MaxWait/2 {
			bound = p.MaxWait
			break
		}
		bound *= 2
	}
	jitter := time.Duration(p.Random() * float64(bound))
	asked := min(parseRetryAfter(retryAfter, now), p.MaxWait)
	return min(asked+jitter, p.MaxWait)
}

// parseRetryAfter reads seconds or an HTTP date. What is neither, or in the past, is 0.
func parseRetryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil { // 32 bits of seconds fit a Duration
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(date.Sub(now), 0)
	}
	return 0
}

// checkRetry decides after each attempt. An answer that is final is kept even when the context has ended meanwhile: it
// may hold the id of an object that exists now.
func (c *call) checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	c.record(ctx, response, err)
	if err == nil && !c.repeats(response.StatusCode) {
		return false, nil
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	return err == nil || !isPermanent(err) && c.isRepeatable(), nil
}

// isRepeatable reports whether sending the request twice does the same as sending it once (RFC 9110, section 9.2.2). A
// replace is, with If-Match too, since the portal recognises the repeat; a create is only with its key.
func (c *call) isRepeatable() bool {
	return c.method != http.MethodPost || c.idempotent || c.idempotencyKey != ""
}

// repeats reports whether the request may be sent again after an answer with the status.
func (c *call) repeats(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return c.isRepeatable()
	case http.StatusInternalServerError:
		return c.method == http.MethodGet
	default:
		return false
	}
}

// isPermanent reports whether a connection failed in a way that trying again cannot mend.
func isPermanent(err error) bool {
	return isUntrusted(err) || errors.Is(err, http.ErrSchemeMismatch)
}

func isUntrusted(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}
