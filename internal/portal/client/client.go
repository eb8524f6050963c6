// Package client talks to a portal over the Portal API. It repeats what is safe to repeat, keeps the status of every
// answer, and returns the portal's errors as *portal.Error. A Client remembers what it has read and written, for as
// long as one run of Terraform takes: reads of many objects cost pages of lists, and what others change meanwhile need
// not show. It reads no environment, and is safe for use by several goroutines.
package client

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Client talks to one portal with one token.
type Client struct {
	endpoint  string
	token     func() string // a function, so that printing the client cannot show it
	userAgent string
	timeout   time.Duration
	retry     RetryPolicy
	log       func(ctx context.Context, message string, fields map[string]any)
	http      *http.Client

	singleReads bool
	views       views

	managedBy         string                  // see Config
	handOver          bool                    // likewise
	lastAdministrator bool                    // likewise
	defaultManager    *atomic.Pointer[string] // what the portal says of the token; nil until it was asked
}

// views are what the client has seen of the portal's lists.
type views struct {
	users, permissionGroups, sipAccounts, userGroups, phoneNumbers *view
}

// ListingPays reports whether whoever has made so many requests that each look for one object by what people know it by
// had better read the whole list of these objects. It reads the first page to tell, but not for the first 3 requests.
func (c *Client) ListingPays(ctx context.Context, noun portal.Noun, requests int) (bool, error) {
	if c.singleReads {
		return false, nil
	}
	return map[portal.Noun]*view{
		portal.NounUser: c.views.users, portal.NounPermissionGroup: c.views.permissionGroups, portal.NounSIPAccount: c.views.sipAccounts, portal.NounUserGroup: c.views.userGroups,
	}[noun].pays(ctx, requests)
}

// request is what do sends. path begins with /v1 and is escaped.
type request struct {
	method         string
	path           string
	query          url.Values
	ifMatch        string
	managedBy      string // empty leaves the header out
	idempotencyKey string
	handsOver      bool    // whether the write waits for what others have, if the client is to do so
	idempotent     bool    // a POST that does the same however often it arrives, even without a key
	body           []byte  // nil is none
	secrets        secrets // values in body that no error may quote
}

// answer is a 2xx answer. For any other, only the attempts count.
type answer struct {
	status   int
	header   http.Header
	body     []byte
	attempts int
}

// call is one request with its attempts.
type call struct {
	request
	client   *Client
	attempts int
	began    time.Time // the latest attempt, waiting for its turn included
	last     string    // how the latest attempt failed that was not cut off by the end of the context
}

// do sends a request as often as the retry policy allows. Any answer but 2xx is an error: *portal.Error with the
// answer's status, unless it is a redirect, which is not followed. No answer at all is an error that says what to
// check; the end of ctx is an error that wraps ctx.Err().
func (c *Client) do(ctx context.Context, r request) (answer, error) {
	current := &call{request: r, client: c}
	if !isHeaderValue(r.ifMatch) {
		return answer{}, fmt.Errorf("%s: %q is not an ETag; give the one that the portal returned", current, r.ifMatch)
	}
	sent, err := current.prepare(ctx)
	if err != nil {
		return answer{}, err
	}
	retrying := &retryablehttp.Client{
		HTTPClient:     c.http,
		RetryMax:       c.retry.Attempts - 1,
		CheckRetry:     current.checkRetry,
		ErrorHandler:   retryablehttp.PassthroughErrorHandler, // the last answer is worth more than "giving up"
		RequestLogHook: func(retryablehttp.Logger, *http.Request, int) { current.began = time.Now() },
		Backoff: func(_, _ time.Duration, attempt int, response *http.Response) time.Duration {
			retryAfter := ""
			if response != nil {
				retryAfter = response.Header.Get("Retry-After")
			}
			return c.retry.wait(attempt, retryAfter, time.Now())
		},
	}
	response, err := retrying.Do(sent)
	if response != nil {
		defer func() { _ = response.Body.Close() }() // it is in memory; closing stops the attempt's timer
	}
	if err != nil {
		return answer{}, current.failed(ctx, err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, current.failed(ctx, err)
	}
	if !isSuccess(response.StatusCode) {
		return answer{attempts: current.attempts}, current.refused(response, body)
	}
	if len(body) > maxAnswerBytes {
		return answer{}, fmt.Errorf("%s: the answer is larger than %d MiB; no answer of a portal is", current, maxAnswerBytes>>20)
	}
	return answer{status: response.StatusCode, header: response.Header, body: body, attempts: current.attempts}, nil
}

func (c *call) prepare(ctx context.Context) (*retryablehttp.Request, error) {
	address := c.client.endpoint + c.path
	if len(c.query) > 0 {
		address += "?" + c.query.Encode()
	}
	r, err := retryablehttp.NewRequestWithContext(ctx, c.method, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c, withoutURL(err))
	}
	if c.body != nil {
		if err := r.SetBody(bytes.NewReader(c.body)); err != nil {
			return nil, fmt.Errorf("%s: %w", c, err)
		}
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer "+c.client.token())
	r.Header.Set("User-Agent", c.client.userAgent)
	r.Header.Set("Accept", "application/json, application/problem+json")
	if c.ifMatch != "" {
		r.Header.Set("If-Match", c.ifMatch)
	}
	if c.managedBy != "" {
		r.Header.Set("Managed-By", c.managedBy)
	}
	if manager := c.client.manager(); c.handsOver && c.client.handOver && manager != "" {
		r.Header.Set("Managed-By", manager)
		r.Header.Set("Hand-Over", "wait")
	}
	if c.idempotencyKey != "" {
		r.Header.Set("Idempotency-Key", c.idempotencyKey)
	}
	return r, nil
}

// record counts an attempt and logs it.
func (c *call) record(ctx context.Context, response *http.Response, err error) {
	c.attempts++
	fields := map[string]any{
		"method":   c.method,
		"path":     c.path,
		"attempt":  c.attempts,
		"duration": time.Since(c.began).String(),
	}
	switch {
	case err == nil:
		c.last = statusLine(response.StatusCode)
		fields["status"] = response.StatusCode
	case ctx.Err() != nil:
		fields["failure"] = ctx.Err().Error()
	default:
		c.last = c.client.explain(err).what
		fields["failure"] = c.last
	}
	if c.client.log != nil {
		c.client.log(ctx, "portal request", fields)
	}
}

func statusLine(status int) string { return strconv.Itoa(status) + " " + http.StatusText(status) }

// String names the request in errors. The query is left out: it may hold an e-mail address.
func (c *call) String() string { return c.method + " " + c.client.endpoint + c.path }

// Forget drops what the client has seen of the portal, so that what comes next is read anew.
func (c *Client) Forget() {
	for _, v := range []*view{c.views.users, c.views.permissionGroups, c.views.sipAccounts, c.views.userGroups, c.views.phoneNumbers} {
		v.reset()
	}
}
