package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

func TestClient_repeatsByMethodAndStatus(t *testing.T) {
	t.Parallel()
	repeatable := []int{429, 502, 503, 504}
	for _, operation := range operations() {
		for _, status := range []int{400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 418, 422, 425, 429, 500, 501, 502, 503, 504, 507} {
			t.Run(fmt.Sprintf("%s %d", operation.name, status), func(t *testing.T) {
				t.Parallel()
				server := newScript(t, plain, respond(status, "text/plain", "no"))
				err := operation.run(t.Context(), server.client(t))

				want := 1
				if slices.Contains(repeatable, status) || status == 500 && operation.method == http.MethodGet {
					want = 3
				}
				if got := len(server.got()); got != want {
					t.Errorf("%d attempts, want %d", got, want)
				}
				if got, ok := errors.AsType[*portal.Error](err); !ok || got.Status != status {
					t.Errorf("error %v, want a *portal.Error with status %d", err, status)
				}
			})
		}
	}
}

func TestClient_succeedsAfterFailures(t *testing.T) {
	t.Parallel()
	failures := map[string]http.HandlerFunc{
		"429":                  problem(429, `{"status":429,"code":"too_many_requests"}`),
		"502 HTML":             respond(502, "text/html", "<h1>Bad Gateway</h1>"),
		"503":                  problem(503, `{"status":503,"code":"unavailable"}`),
		"connection reset":     reset,
		"body that breaks off": breakOff(http.StatusOK, `{"id":"usr_1"`),
	}
	for name, failure := range failures {
		for _, operation := range operations() {
			t.Run(name+" "+operation.name, func(t *testing.T) {
				t.Parallel()
				server := newScript(t, plain, failure, failure, succeed)
				if err := operation.run(t.Context(), server.client(t)); err != nil {
					t.Fatal(err)
				}
				requests := server.got()
				if len(requests) != 3 {
					t.Fatalf("%d attempts, want 3", len(requests))
				}
				for _, r := range requests[1:] {
					first := requests[0]
					if r.body != first.body || r.URL.String() != first.URL.String() || r.Header.Get("Idempotency-Key") != first.Header.Get("Idempotency-Key") ||
						r.Header.Get("If-Match") != first.Header.Get("If-Match") {
						t.Errorf("the repeat %v %q differs from the first attempt %v %q", r.URL, r.body, first.URL, first.body)
					}
				}
			})
		}
	}
}

func TestClient_givesUpAfterTheLastAttempt(t *testing.T) {
	t.Parallel()
	for _, attempts := range []int{1, 2, 5} {
		server := newScript(t, plain, reset)
		_, err := server.client(t, func(c *client.Config) { c.Retry.Attempts = attempts }).GetUser(t.Context(), "usr_1")
		if got := len(server.got()); got != attempts {
			t.Errorf("%d attempts, want %d", got, attempts)
		}
		if want := fmt.Sprintf("%d attempt", attempts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

func TestClient_keepsTheLastAnswer(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, reset, respond(502, "text/html", "x"),
		problem(503, `{"status":503,"code":"unavailable","detail":"down until noon","request_id":"r-3"}`))
	_, err := server.client(t).GetUser(t.Context(), "usr_1")
	got, ok := errors.AsType[*portal.Error](err)
	if !ok || got.Status != 503 || got.Detail != "down until noon" || got.RequestID != "r-3" {
		t.Errorf("error %#v, want the third answer", err)
	}
}

func TestClient_deleteRepeatedAfterALostAnswerIsDone(t *testing.T) {
	t.Parallel()
	gone := problem(404, `{"status":404,"code":"not_found"}`)
	silent := newScript(t, plain, respond(http.StatusNoContent, "application/json", "")) // no content is no JSON that breaks off
	if err := silent.client(t).DeleteUser(t.Context(), "usr_1", `"1"`, portal.Deletion{}); err != nil || len(silent.got()) != 1 {
		t.Errorf("%d requests, %v", len(silent.got()), err)
	}
	if err := newScript(t, plain, reset, gone).client(t).DeleteUser(t.Context(), "usr_1", `"1"`, portal.Deletion{}); err != nil {
		t.Errorf("after a lost answer: %v", err)
	}
	if err := newScript(t, plain, gone).client(t).DeleteUser(t.Context(), "usr_1", `"1"`, portal.Deletion{}); !client.IsNotFound(err) {
		t.Errorf("gone before: %v, want not found", err)
	}
	stray := respond(404, "text/html", "no such page")
	if err := newScript(t, plain, reset, stray).client(t).DeleteUser(t.Context(), "usr_1", "", portal.Deletion{}); err == nil {
		t.Error("the 404 of something else counts as deleted")
	}
}

func TestClient_headers(t *testing.T) {
	t.Parallel()
	for _, operation := range operations() {
		server := newScript(t, plain, succeed)
		c := server.client(t, func(c *client.Config) { c.UserAgent = "test/1 (+https://example.com)" })
		if err := operation.run(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		got := server.got()[0]
		want := map[string]string{
			"Authorization": "Bearer " + testToken,
			"User-Agent":    "test/1 (+https://example.com)",
			"Accept":        "application/json, application/problem+json",
			"Content-Type":  "",
			"If-Match":      "",
		}
		if operation.method == http.MethodPost || operation.method == http.MethodPut {
			want["Content-Type"] = "application/json"
		}
		if operation.name == "replace if unchanged" || operation.name == "delete" {
			want["If-Match"] = `"1"`
		}
		for name, value := range want {
			if got.Header.Get(name) != value {
				t.Errorf("%s: header %s is %q, want %q", operation.name, name, got.Header.Get(name), value)
			}
		}
		if hasKey := got.Header.Get("Idempotency-Key") != ""; hasKey != (operation.method == http.MethodPost) {
			t.Errorf("%s: Idempotency-Key present: %v", operation.name, hasKey)
		}
	}
}

func TestClient_endpointMayHaveAPath(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, succeed)
	c := server.client(t, func(c *client.Config) { c.Endpoint += "/telephony/" })
	if _, err := c.GetUser(t.Context(), "a/b?c#d e"); err != nil {
		t.Fatal(err)
	}
	if got, want := server.got()[0].RequestURI, "/telephony/v1/users/a%2Fb%3Fc%23d%20e"; got != want {
		t.Errorf("requested %s, want %s", got, want)
	}
}

func TestClient_refusesIDsAndETagsThatAreNone(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, succeed)
	c := server.client(t)
	for _, id := range []string{"", ".", ".."} {
		if _, err := c.GetUser(t.Context(), id); err == nil {
			t.Errorf("got user %q", id)
		}
		if _, err := c.ReplaceUser(t.Context(), id, portal.User{}, ""); err == nil {
			t.Errorf("replaced user %q", id)
		}
		if err := c.DeleteUser(t.Context(), id, "", portal.Deletion{}); err == nil {
			t.Errorf("deleted user %q", id)
		}
	}
	if err := c.DeleteUser(t.Context(), "usr_1", "\"1\"\r\nX-Other: 1", portal.Deletion{}); err == nil || !strings.Contains(err.Error(), "ETag") {
		t.Errorf("error %v, want one about the ETag", err)
	}
	if n := len(server.got()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestClient_logsEveryAttempt(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, reset, problem(503, `{"code":"unavailable"}`), succeed)
	var lines []map[string]any
	c := server.client(t, func(c *client.Config) {
		c.Logger = func(_ context.Context, _ string, fields map[string]any) { lines = append(lines, fields) }
	})
	if _, err := c.ListUsers(t.Context(), client.UserQuery{Email: "alice@example.com"}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range lines {
		if line["duration"] == nil {
			t.Errorf("line %v has no duration", line)
		}
		got = append(got, fmt.Sprintln(line["attempt"], line["method"], line["path"], line["status"], line["failure"]))
	}
	want := []string{
		"1 GET /v1/users <nil> the connection failed\n",
		"2 GET /v1/users 503 <nil>\n",
		"3 GET /v1/users 200 <nil>\n",
	}
	if !slices.Equal(got, want) {
		t.Errorf("logged\n%q, want\n%q", got, want)
	}
}

func TestClient_reusesConnections(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*httptest.Server){"HTTP/1.1": plain, "HTTP/2.0": withTLS} {
		var opened atomic.Int32
		server := newScript(t, func(s *httptest.Server) {
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					opened.Add(1)
				}
			}
			start(s)
		}, respond(502, "text/html", strings.Repeat("long ", 100_000)), succeed)
		c := server.client(t)
		for range 5 {
			if _, err := c.GetUser(t.Context(), "usr_1"); err != nil {
				t.Fatal(err)
			}
		}
		if got := server.got()[0].Proto; got != name {
			t.Errorf("spoke %s, want %s", got, name)
		}
		if n := opened.Load(); n != 1 {
			t.Errorf("%s: %d connections for calls one after the other, want 1", name, n)
		}
	}
}
