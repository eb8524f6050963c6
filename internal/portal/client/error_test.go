package client_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// hasCode reports whether err is an error of the portal with that code, as a whole or at one of its fields.
func hasCode(err error, code portal.Code) bool {
	problem, ok := errors.AsType[*portal.Error](err)
	if !ok {
		return false
	}
	for _, field := range problem.Errors {
		if field.Code == code {
			return true
		}
	}
	return problem.Code == code
}

func TestClient_returnsTheProblemOfThePortal(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, problem(422, `{"type":"about:blank","title":"Unprocessable Entity","code":"invalid",`+
		`"detail":"the platform refuses it","request_id":"r-1","errors":[{"field":"telephony.extension","code":"already_exists",`+
		`"message":"201 is taken","existing_id":"usr_2"}],"more":"from a newer portal"}`))
	_, err := server.client(t).CreateUser(t.Context(), portal.User{})
	got, ok := errors.AsType[*portal.Error](err)
	if !ok {
		t.Fatalf("error %v is no *portal.Error", err)
	}
	if got.Status != 422 || got.Code != portal.CodeInvalid || got.RequestID != "r-1" || got.Detail != "the platform refuses it" || len(got.Errors) != 1 {
		t.Fatalf("got %#v", got)
	}
	want := portal.FieldError{Field: "telephony.extension", Code: portal.CodeAlreadyExists, Message: "201 is taken", ExistingID: "usr_2"}
	if got.Errors[0] != want {
		t.Errorf("got %#v, want %#v", got.Errors[0], want)
	}
	if !hasCode(err, portal.CodeInvalid) || !hasCode(err, portal.CodeAlreadyExists) || hasCode(err, portal.CodeConflict) {
		t.Error("hasCode does not see the codes of the whole and of the fields, and only these")
	}
}

func TestClient_keepsTheStatusOfStrayAnswers(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ačů ", 1000)
	tests := []struct {
		name   string
		answer http.HandlerFunc
		status int
		code   portal.Code
		says   string
	}{
		{"HTML 502", respond(502, "text/html", "<html><head><style>p {}</style><title>502 Bad\n Gateway</title></head><body>nginx &amp; co\x00\x1b[31m</body></html>"),
			502, portal.CodeUnavailable, `"502 Bad Gateway nginx & co [31m"`},
		{"HTML 404", respond(404, "text/html; charset=utf-8", "<h1>Not Found</h1>"), 404, portal.CodeNotFound, `"Not Found"`},
		{"plain 404", respond(404, "text/plain", "404 page not found\n"), 404, portal.CodeNotFound, `"404 page not found"`},
		{"empty 503", respond(503, "", ""), 503, portal.CodeUnavailable, "no text"},
		{"empty problem", problem(403, ""), 403, portal.CodeForbidden, "no text"},
		{"truncated problem", problem(409, `{"status":409,"code":"confl`), 409, portal.CodeConflict, `{\"status\":409`},
		{"broken off problem", breakOff(422, `{"status":422,`), 422, portal.CodeInvalid, `{\"status\":422,`},
		{"problem of a gateway", problem(401, `{"type":"about:blank","title":"Unauthorized"}`), 401, portal.CodeUnauthorized, "Unauthorized"},
		{"JSON of a gateway", respond(404, "application/json", `{"code":"not_found"}`), 404, portal.CodeNotFound, "not_found"},
		{"long text", respond(418, "text/plain", long), 418, portal.CodeBadRequest, `begins "ačů`},
		{"not UTF-8", respond(506, "text/plain", "\xff\xfebad"), 506, portal.CodeInternal, `"bad"`},
		{"507 of a gateway", respond(507, "text/plain", "no room"), 507, portal.CodeNoStorage, `"no room"`},
		{"429", respond(429, "text/plain", "slow down"), 429, portal.CodeTooManyRequests, "after 3 attempts"},
		{"304", respond(304, "text/plain", ""), 304, portal.CodeBadRequest, "no text"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := newScript(t, plain, test.answer).client(t).GetUser(t.Context(), "usr_1")
			got, ok := errors.AsType[*portal.Error](err)
			if !ok || got.Status != test.status || got.Code != test.code || got.Title != http.StatusText(test.status) {
				t.Fatalf("got %#v, want status %d and code %s", err, test.status, test.code)
			}
			if !strings.Contains(got.Detail, "did not come from the portal") || !strings.Contains(got.Detail, test.says) {
				t.Errorf("detail %q does not say %q", got.Detail, test.says)
			}
			if len([]rune(got.Detail)) > 600 {
				t.Errorf("detail has %d characters", len([]rune(got.Detail)))
			}
			if client.IsNotFound(err) {
				t.Error("IsNotFound: something other than the portal cannot know")
			}
			if !hasCode(err, test.code) {
				t.Error("hasCode does not see the code")
			}
		})
	}
}

func TestClient_isNotFound(t *testing.T) {
	t.Parallel()
	_, err := newScript(t, plain, problem(404, `{"status":404,"code":"not_found"}`)).client(t).GetUser(t.Context(), "usr_1")
	if !client.IsNotFound(err) || !client.IsNotFound(fmt.Errorf("read: %w", err)) {
		t.Errorf("%v is not recognised", err)
	}
	if client.IsNotFound(nil) || client.IsNotFound(errors.New("not_found")) || hasCode(nil, portal.CodeNotFound) {
		t.Error("something else is taken for not found")
	}
}

func TestClient_refusesAnswersThatAreNotWhatThePortalGives(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, contentType, body, says string
		attempts                      int
	}{
		{"login page", "text/html", "<h1>Please log in</h1>", "Please log in", 1},
		{"empty", "", "", "no text", 1},
		{"truncated", "application/json", `{"id":"usr_1"`, "breaks off", 3}, // as if the connection had broken
		{"null", "application/json", "null", "", 1},
		{"other object", "application/json", "{}", "", 1},
		{"other type", "application/json", `{"id":1,"items":1}`, "cannot unmarshal", 1},
		{"two values", "application/json", storedUser + storedUser, "after top-level value", 1},
		{"no ids", "application/json", `{"email":"a@example.com","items":[{}]}`, "no id", 1},
		{"too large", "application/json", `{"id":"usr_1","items":[],"x":"` + strings.Repeat("x", 16<<20) + `"}`, "larger than 16 MiB", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := newScript(t, plain, respond(200, test.contentType, test.body))
			c := server.client(t)
			_, single := c.GetUser(t.Context(), "usr_1")
			_, list := c.ListUsers(t.Context(), client.UserQuery{})
			_, created := c.CreateUser(t.Context(), portal.User{})
			_, organization := c.Organization(t.Context())
			for name, err := range map[string]error{"get": single, "list": list, "create": created, "organisation": organization} {
				switch {
				case err == nil:
					if test.name != "two values" && !strings.Contains(test.body, `"id":"usr_1","items"`) {
						t.Errorf("%s: no error", name)
					}
				case !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), server.URL+"/v1/"):
					t.Errorf("%s: error %v does not say %q", name, err, test.says)
				}
			}
			if n := len(server.got()); n != 4*test.attempts {
				t.Errorf("%d requests for 4 calls, want %d for each", n, test.attempts)
			}
		})
	}
}

func TestClient_followsNoRedirect(t *testing.T) {
	t.Parallel()
	other := newScript(t, plain, succeed)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, operation := range operations() {
			server := newScript(t, plain, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, other.URL+"/login?next=x", status)
			})
			err := operation.run(t.Context(), server.client(t))
			if err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(other.URL, "http://")) || !strings.Contains(err.Error(), "redirect") {
				t.Errorf("%d %s: error %v does not name the host", status, operation.name, err)
			}
			if n := len(server.got()); n != 1 {
				t.Errorf("%d %s: %d attempts", status, operation.name, n)
			}
		}
	}
	if n := len(other.got()); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

func TestClient_connectionErrorsSayWhatToCheck(t *testing.T) {
	t.Parallel()
	secure := newScript(t, withTLS, succeed)
	unencrypted := newScript(t, plain, succeed)
	closed := newScript(t, plain, succeed)
	closed.Close()
	tests := []struct {
		name     string
		endpoint string
		says     string
		attempts int
		is       error
	}{
		{"certificate of an unknown authority", secure.URL, "CA certificate", 1, nil},
		{"no TLS", strings.Replace(unencrypted.URL, "http:", "https:", 1), "does not speak TLS", 1, http.ErrSchemeMismatch},
		{"nobody listens", closed.URL, "check the host and port", 3, syscall.ECONNREFUSED},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			attempts := 0
			c := newClient(t, client.Config{
				Endpoint: test.endpoint, Token: testToken, Retry: client.RetryPolicy{Attempts: 3, MinWait: 1, MaxWait: 1},
				CACertificates: x509.NewCertPool(), Logger: func(context.Context, string, map[string]any) { attempts++ },
			})
			_, err := c.ListUsers(t.Context(), client.UserQuery{Email: "alice@example.com"})
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "GET "+test.endpoint+"/v1/users") {
				t.Errorf("error %v does not say %q and what was requested", err, test.says)
			}
			if err != nil && strings.Contains(err.Error(), "alice") {
				t.Errorf("error %v has the query", err)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("error %v does not wrap %v", err, test.is)
			}
			if attempts != test.attempts {
				t.Errorf("%d attempts, want %d", attempts, test.attempts)
			}
		})
	}
}

func TestClient_trustsThePrivateAuthority(t *testing.T) {
	t.Parallel()
	server := newScript(t, withTLS, succeed)
	if _, err := server.client(t).GetUser(t.Context(), "usr_1"); err != nil {
		t.Error(err)
	}
}

// Everything that a request carries comes back in the worst places, and no error or log line shows the secrets in it.
func TestClient_ALL05_noSecretInErrorsOrLogs(t *testing.T) {
	t.Parallel()
	var server *script
	echo := func(status int, contentType string, encode func(string) string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			requests := server.got()
			latest := requests[len(requests)-1]
			respond(status, contentType, encode(latest.Header.Get("Authorization")+" "+latest.body))(w, r)
		}
	}
	same := func(s string) string { return s }
	quoted := func(s string) string { text, _ := json.Marshal(s); return string(text) }
	escaped := func(s string) string {
		return "<pre>" + strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;").Replace(s) + "</pre>"
	}
	asProblem := func(s string) string {
		return fmt.Sprintf(`{"status":422,"code":"invalid","title":"no","detail":%s,"errors":[{"field":"password","code":"malformed","message":%[1]s}]}`, quoted(s))
	}
	paths := map[string]http.HandlerFunc{
		"plain 400": echo(400, "text/plain", same), "HTML 502": echo(502, "text/html", escaped), "unescaped HTML 404": echo(404, "text/html", same),
		"JSON 500": echo(500, "application/json", quoted), "problem 422": echo(422, "application/problem+json", asProblem),
		"problem 503": echo(503, "application/problem+json", asProblem), "broken problem": echo(409, "application/problem+json", same),
		"plain 200": echo(200, "text/plain", same), "HTML 200": echo(200, "text/html", escaped), "JSON 200": echo(200, "application/json", quoted),
		"reset": reset, "broken off": breakOff(200, testPassword),
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://other.example.com/?token="+testToken, http.StatusFound)
		},
	}
	var mutex sync.Mutex
	var seen strings.Builder
	note := func(format string, values ...any) {
		mutex.Lock()
		defer mutex.Unlock()
		fmt.Fprintf(&seen, format+"\n", values...)
	}
	logger := func(c *client.Config) {
		c.Logger = func(_ context.Context, message string, fields map[string]any) { note("%s %v", message, fields) }
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	errorsSeen := 0
	for name, path := range paths {
		for _, operation := range operations() {
			server = newScript(t, plain, path)
			for _, ctx := range []context.Context{t.Context(), cancelled} {
				if err := operation.run(ctx, server.client(t, logger)); err != nil {
					errorsSeen++
					note("%s %s: %v %+v %#v", name, operation.name, err, err, err)
					if problem, ok := errors.AsType[*portal.Error](err); ok {
						note("%#v", *problem)
					}
				}
			}
		}
	}
	if errorsSeen < 2*len(paths)*(len(operations())-1) {
		t.Errorf("only %d errors", errorsSeen)
	}
	config := client.Config{Endpoint: "https://portal.example.com", Token: testToken}
	configured := newClient(t, config)
	for _, value := range []any{config, &config, configured, *configured, struct{ Config client.Config }{config}} {
		note("%v %+v %#v %s %q", value, value, value, value, value)
	}
	for _, wrong := range []client.Config{
		{Endpoint: testToken, Token: "https://portal.example.com"}, {Endpoint: "https://T0ken:T0ken@example.com", Token: "x"},
		{Token: testToken}, {Endpoint: "https://example.com", Token: testToken + "\n"}, {Endpoint: "https://example.com", Token: testToken + "\x00x"},
	} {
		_, err := client.New(wrong)
		if err == nil {
			t.Error("a wrong configuration is accepted")
		}
		note("%v", err)
	}
	for _, secret := range []string{testToken, "T0ken", testPassword, "Passw0rd", testPIN} {
		if before, after, found := strings.Cut(seen.String(), secret); found {
			t.Errorf("%q is shown: %q", secret, before[max(0, len(before)-300):]+secret+after[:min(len(after), 50)])
		}
	}
}
