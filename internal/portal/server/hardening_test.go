package server_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/alexedwards/argon2id"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// withBody are the operations that take a body and no session.
func withBody(t *testing.T) []guarded {
	t.Helper()
	paths := described(t).Paths
	var list []guarded
	for _, g := range operations(t) {
		for path, methods := range paths {
			operation, ok := methods[strings.ToLower(g.method)]
			if ok && operation.RequestBody != nil && !g.session && sameRoute(path, g.path) {
				list = append(list, g)
			}
		}
	}
	return list
}

func sameRoute(described, concrete string) bool {
	want, have := strings.Split(described, "/"), strings.Split(concrete, "/")
	for i := range want {
		if len(want) != len(have) || want[i] != have[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}

func TestServer_everyBodyIsLimitedAndClosed(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	list := withBody(t)
	if len(list) < 9 {
		t.Fatalf("%d operations with a body were found", len(list))
	}
	const secret = "Kiwi-lamp-Orbit-7"
	large := strings.Repeat(" ", 3<<20) + `{}`
	for _, g := range list {
		refused(t, send(t, p, g.method, g.path, large), portal.CodeTooLarge)
		for _, body := range []string{`{"no_such_field": "` + secret + `"}`, `{"no_such_field": null}`} {
			badAt(t, send(t, p, g.method, g.path, body), "no_such_field")
		}
		for _, body := range []string{``, `[]`, `"` + secret + `"`, `{"name": "` + secret, `{} {}`} {
			answer := send(t, p, g.method, g.path, body, header("Content-Type", "application/json"))
			refused(t, answer, portal.CodeBadRequest)
			if bytes.Contains(answer.body, []byte(secret)) {
				t.Errorf("%s repeats what it refuses: %s", g, answer.body)
			}
		}
		refused(t, send(t, p, g.method, g.path, `{}`, header("Content-Type", "text/plain")), portal.CodeUnsupportedMedia)
		refused(t, send(t, p, g.method, g.path, `{}`, header("Content-Encoding", "gzip")), portal.CodeUnsupportedMedia)
	}
}

// panicking is a source of randomness that a service cannot live with.
type panicking struct{ reason any }

func (p panicking) Read([]byte) (int, error) { panic(p.reason) }

// safeBuffer is a log that several goroutines write.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// logged serves a portal whose log, at every level, is in the buffer.
func logged(t *testing.T, options service.Options) (http.Handler, *service.Service, *safeBuffer) {
	t.Helper()
	opened, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "portal.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	options.PasswordHash = argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	log := &safeBuffer{}
	everything := &slog.HandlerOptions{Level: slog.Level(-1000), AddSource: true}
	svc := service.New(opened, options)
	return server.New(svc, slog.New(slog.NewJSONHandler(log, everything))).ActingAs(service.Caller{OrganizationID: portaltest.OrganizationID, TokenID: "t", Scopes: portal.Scopes()}), svc, log
}

func applyOrganization(t *testing.T, svc *service.Service, platform portal.Platform) {
	t.Helper()
	file, err := service.ParseOrganizationFile("organization.yaml", []byte(portaltest.Organization(platform)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.ApplyOrganization(t.Context(), file); err != nil {
		t.Fatal(err)
	}
}

// A panic is answered like any failure, and the log says where it was: not what was being worked on, which may be in
// the reason of the panic.
func TestServer_ALL05_aPanicTellsNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "Kiwi-lamp-Orbit-7"
	user := portal.User{Email: new("alice@example.com"), Password: new(portal.Secret(secret))}
	for name, reason := range map[string]any{
		"a text that repeats it":   "cannot digest " + secret,
		"the object":               user,
		"a pointer to the object":  &user,
		"an error that repeats it": http.ErrNotSupported,
		"the secret":               portal.Secret(secret),
		"bytes":                    []byte(secret),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler, _, log := logged(t, service.Options{Random: panicking{reason}})
			request := httptest.NewRequest("POST", "/v1/users", strings.NewReader(`{"email": "alice@example.com", "password": "`+secret+`"}`))
			request.Header.Set("Content-Type", "application/json")
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			if recorder.Code != http.StatusInternalServerError || strings.Contains(recorder.Body.String(), "panic") || strings.Contains(recorder.Body.String(), secret) {
				t.Errorf("the answer is %d %s", recorder.Code, recorder.Body)
			}
			text := log.String()
			if !strings.Contains(text, "panic") || !strings.Contains(text, "hardening_test.go") {
				t.Errorf("the log does not say where it was: %s", text)
			}
			if strings.Contains(text, secret) || strings.Contains(text, "alice@example.com") {
				t.Errorf("the log says what was being worked on: %s", text)
			}
		})
	}
}

// Whatever is done with secrets, whether it succeeds or not, the log at its most talkative has none of them, and
// neither has any answer.
func TestServer_ALL05_logAndAnswersHoldNoSecret(t *testing.T) {
	t.Parallel()
	const password, pin, phone, wrong = "Kiwi-lamp-Orbit-7", "480917", "DeskPhone4711Kiwi", "Wrong-lamp-Orbit-7"
	handler, svc, log := logged(t, service.Options{})
	applyOrganization(t, svc, portal.Vaxel)
	token, _, err := svc.CreateToken(t.Context(), portaltest.OrganizationID, service.TokenRequest{Name: "test", Scopes: portal.Scopes()})
	if err != nil {
		t.Fatal(err)
	}
	withToken := server.New(svc, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.Level(-1000)})))
	var answers strings.Builder
	do := func(h http.Handler, method, path, body string, options ...option) map[string]any {
		request := httptest.NewRequest(method, path, strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		for _, o := range options {
			o(request)
		}
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, request)
		answers.WriteString(method + " " + path + ": " + recorder.Result().Status + "\n" + recorder.Body.String() + "\n")
		var object map[string]any
		_ = json.Unmarshal(recorder.Body.Bytes(), &object) // not every answer has a body
		return object
	}
	alice := `{"email": "alice@delfin.example.com", "first_name": "Alice", "last_name": "Nowak", "telephony": {"extension": "2901"}, "password": "` + password + `",
		"voicemail": {"enabled": true, "pin": "` + pin + `", "email": "alice@delfin.example.com"}}`
	user := do(handler, "POST", "/v1/users", alice, header("Idempotency-Key", "alice"))
	id, _ := user["id"].(string)
	if id == "" {
		t.Fatalf("the user was not made: %s", answers.String())
	}
	do(handler, "POST", "/v1/users", alice, header("Idempotency-Key", "alice"))
	do(handler, "POST", "/v1/users", alice)
	do(handler, "POST", "/v1/users", strings.Replace(alice, `"last_name"`, `"surname"`, 1))
	do(handler, "POST", "/v1/users", alice[:len(alice)-30])
	do(handler, "PUT", "/v1/users/"+id, `{"password": "`+wrong+`"}`)
	do(handler, "PUT", "/v1/users/"+id, `{"password": ["`+password+`"]}`)
	do(handler, "PUT", "/v1/users/"+id, `{"voicemail": {"pin": "`+pin+`x"}}`)
	do(handler, "PUT", "/v1/users/"+id, `{"last_name": "Stale"}`, header("If-Match", `"v1"`))
	do(handler, "POST", "/v1/sip-accounts", `{"extension": "301", "password": "`+phone+`"}`)
	do(handler, "POST", "/v1/sip-accounts", `{"extension": "2901", "password": "`+phone+`"}`)
	do(withToken, "GET", "/v1/users", "", header("Authorization", "Bearer "+token))
	do(withToken, "GET", "/v1/users", "", header("Authorization", "Bearer "+token+"x"))
	do(withToken, "GET", "/v1/users?"+token, "", header("Authorization", token))
	logIn := func(password string) {
		do(withToken, "POST", "/v1/sessions", `{"organization_id": "delfin", "login": "alice@delfin.example.com", "password": "`+password+`"}`)
	}
	logIn(wrong)
	logIn(password)
	do(handler, "GET", "/v1/audit", "")
	do(handler, "GET", "/v1/users/"+id, "")
	do(handler, "GET", "/openapi.json", "")
	do(handler, "DELETE", "/v1/users/"+id, "")
	for what, text := range map[string]string{"the log": log.String(), "an answer": answers.String()} {
		for name, secret := range map[string]string{"password": password, "PIN": pin, "SIP password": phone, "token": token} {
			if name == "token" && what == "an answer" {
				text = strings.ReplaceAll(text, "GET /v1/users?"+token, "") // what this test asked
				text = strings.ReplaceAll(text, token+" is not a query parameter", "")
				text = strings.ReplaceAll(text, `"field":"`+token+`"`, "")
			}
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s holds the %s: …%s…", what, name, text[max(0, at-200):min(len(text), at+100)])
			}
		}
	}
	if !strings.Contains(log.String(), "/v1/users/"+id) || !strings.Contains(answers.String(), `"action":"delete"`) && !strings.Contains(answers.String(), `"action":"create"`) {
		t.Error("this test looked in the wrong place")
	}
}
