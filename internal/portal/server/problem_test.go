package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// serve calls a handler without a network.
func serve(t *testing.T, handler http.Handler, method, path string, body io.Reader, options ...option) answer {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, body)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, o := range options {
		o(request)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return answer{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
}

func TestServer_unknownPathsAndMethodsAreProblems(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	for _, path := range []string{"/v1", "/v1/", "/v1/users/", "/v1/users/usr_1/", "/v1/users/usr_1/x", "/v2/users", "//v1/users", "/v1/./users", "/healthz/"} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			refused(t, send(t, p, method, path, nil), portal.CodeNoSuchPath)
		}
	}
	for request, allowed := range map[string]string{
		"DELETE /v1/users":          "GET, HEAD, POST",
		"PATCH /v1/users/usr_1":     "GET, HEAD, PUT, DELETE",
		"POST /v1/sip-accounts/1":   "GET, HEAD, PUT, DELETE",
		"PUT /v1/organization":      "GET, HEAD",
		"OPTIONS /healthz":          "GET, HEAD",
		"POST /openapi.json":        "GET, HEAD",
		"PUT /v1/permission-groups": "GET, HEAD, POST",
	} {
		method, path, _ := strings.Cut(request, " ")
		answer := send(t, p, method, path, nil)
		refused(t, answer, portal.CodeMethodNotAllowed)
		if have := answer.header.Get("Allow"); have != allowed {
			t.Errorf("%s: Allow is %q, want %q", request, have, allowed)
		}
	}
}

func TestServer_requestIDIsEchoedIfItIsWellFormed(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	if have := send(t, p, "GET", "/healthz", nil, header("X-Request-Id", "run-7.apply_1")).header.Get("X-Request-Id"); have != "run-7.apply_1" {
		t.Errorf("the id became %q", have)
	}
	seen := map[string]bool{}
	for _, id := range []string{"", "a b", "<script>", strings.Repeat("x", 129)} {
		have := send(t, p, "GET", "/healthz", nil, header("X-Request-Id", id)).header.Get("X-Request-Id")
		if have == id || len(have) < 20 || seen[have] {
			t.Errorf("%q became %q", id, have)
		}
		seen[have] = true
	}
}

// broken is a service whose database is closed, so that everything fails for a reason that is nobody's but the
// portal's.
func broken(t *testing.T, log io.Writer) (http.Handler, *portaltest.Portal) {
	t.Helper()
	p := portaltest.Start(t)
	closed := p.Service
	p.Restart(t)
	return portaltest.Checked(t, server.New(closed, slog.New(slog.NewTextHandler(log, nil)))), p
}

func TestServer_ownErrorsAreLoggedAndHidden(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	handler, p := broken(t, &log)
	answer := serve(t, handler, "GET", "/v1/users", nil, header("Authorization", "Bearer "+p.Token))
	problem := refused(t, answer, portal.CodeInternal)
	if strings.Contains(string(answer.body), "sql") || !strings.Contains(log.String(), "database is closed") {
		t.Errorf("the answer is %s, the log %s", answer.body, log.String())
	}
	if strings.Count(log.String(), "request_id="+problem.RequestID) != 2 { // of the error and of the request
		t.Errorf("the log does not have the request id %s twice: %s", problem.RequestID, log.String())
	}
}

func TestServer_panicsAreLoggedAndHidden(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	handler := server.New(nil, slog.New(slog.NewTextHandler(&log, nil)))
	answer := serve(t, handler, "GET", "/v1/users", nil, header("Authorization", "Bearer x"))
	problem := refused(t, answer, portal.CodeInternal)
	if strings.Contains(string(answer.body), "nil pointer") || !strings.Contains(log.String(), "nil pointer") || !strings.Contains(log.String(), "auth.go") {
		t.Errorf("the answer is %s, the log %s", answer.body, log.String())
	}
	if !strings.Contains(log.String(), problem.RequestID) {
		t.Errorf("the log does not have the request id %s", problem.RequestID)
	}
}

func TestServer_anEndedContextIsUnavailable(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	handler := portaltest.Checked(t, server.New(p.Service, discard()))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	answer := serve(t, handler, "GET", "/v1/users", nil, header("Authorization", "Bearer "+p.Token), func(r *http.Request) { *r = *r.WithContext(ended) })
	refused(t, answer, portal.CodeUnavailable)
	if answer.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func TestServer_ALL05_theLogHasNoSecrets(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	var log bytes.Buffer
	handler := portaltest.Checked(t, server.New(p.Service, slog.New(slog.NewTextHandler(&log, nil))))
	const password = "vX3-kPq9!LmT2w.zR8"
	created := serve(t, handler, "POST", "/v1/sip-accounts?email=private", strings.NewReader(`{}`), header("Authorization", "Bearer "+p.Token))
	badAt(t, created, "email")
	created = serve(t, handler, "POST", "/v1/sip-accounts", strings.NewReader(`{"extension": "201", "password": "`+password+`"}`),
		header("Authorization", "Bearer "+p.Token), header("X-Request-Id", "id-7"))
	if created.status != http.StatusCreated {
		t.Fatalf("status %d: %s", created.status, created.body)
	}
	for _, secret := range []string{password, p.Token, "private"} {
		if strings.Contains(log.String(), secret) || strings.Contains(string(created.body), secret) {
			t.Errorf("%q is in the log or in the answer: %s %s", secret, log.String(), created.body)
		}
	}
	for _, field := range []string{"method=POST", "path=/v1/sip-accounts", "status=201", "duration=", "request_id=id-7", "token_id=" + p.Caller.TokenID} {
		if !strings.Contains(log.String(), field) {
			t.Errorf("the log lacks %s: %s", field, log.String())
		}
	}
}
