package client_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// canned answers every request the same, without a network.
type canned struct {
	status             int
	contentType, retry string
	body               string
	asked              *int
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	*c.asked++
	return &http.Response{
		StatusCode: c.status, Header: http.Header{"Content-Type": {c.contentType}, "Retry-After": {c.retry}}, Body: io.NopCloser(strings.NewReader(c.body)), Request: r,
	}, nil
}

// FuzzAnswer: whatever answers, the client neither panics nor asks for ever, keeps the status, takes no such answer for
// an object that is not there, and repeats no secret.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "[]", "null", `{"items": []}`, `{"items": [{"id": "usr_1"}], "next": "x"}`, `{"items": [{}]}`, `{"id": "usr_1"}`, `{"items": null}`,
		`{"code": "not_found", "detail": "gone"}`, `{"code": "invalid", "errors": [{"field": "email", "message": "bad"}]}`, "<html>502 Bad Gateway</html>", "{\"id\": 7}", "\x00\xff",
	} {
		f.Add(200, "application/json", "", seed)
		f.Add(404, "application/problem+json", "", seed)
		f.Add(429, "text/html", "1", seed)
		f.Add(503, "application/problem+json; charset=utf-8", "Wed, 21 Oct 2015 07:28:00 GMT", seed)
	}
	f.Fuzz(func(t *testing.T, status int, contentType, retry, body string) {
		if status < 200 || status > 599 {
			return
		}
		var asked int
		c, err := client.New(client.Config{
			Endpoint: "http://localhost", Token: testToken, Transport: canned{status, contentType, retry, body, &asked},
			Retry: client.RetryPolicy{Attempts: 2, MinWait: time.Nanosecond, MaxWait: time.Nanosecond},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, getErr := c.GetUser(ctx, "usr_1")
		users, listErr := c.ListUsers(ctx, client.UserQuery{})
		_, createErr := c.CreateUser(ctx, portal.User{Password: new(portal.Secret(testPassword))})
		if asked > 100 || ctx.Err() != nil {
			t.Fatalf("asked %d times", asked)
		}
		if listErr == nil && users == nil {
			t.Error("no list and no error")
		}
		if client.IsNotFound(getErr) && (status != http.StatusNotFound || !strings.HasPrefix(strings.ToLower(strings.TrimSpace(contentType)), "application/problem+json")) {
			t.Errorf("%d with %q is taken for a user who is gone", status, contentType)
		}
		for _, err := range []error{getErr, listErr, createErr} {
			if status >= 400 && err == nil {
				t.Errorf("%d is no error", status)
			}
			if err != nil && (strings.Contains(err.Error(), testToken) && !strings.Contains(body, testToken) || strings.Contains(err.Error(), testPassword) && !strings.Contains(body, testPassword)) {
				t.Errorf("the error has a secret: %v", err)
			}
		}
	})
}
