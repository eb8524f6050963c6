package client_test

import (
	"context"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// Values that must never be seen outside a request.
const (
	testToken    = "sbp_T0ken+that/nobody=may<see>"
	testPassword = `Passw0rd "that" <nobody> may&see`
	testPIN      = "73509164"
)

// received is a request that a script got, with its body.
type received struct {
	*http.Request
	body string
}

// script stands in for a portal, and for what may stand in front of one, where the real portal cannot be brought to
// fail in the wanted way. The n-th request gets the n-th answer; the last answer serves all further ones.
type script struct {
	*httptest.Server
	mutex    sync.Mutex
	requests []received
}

func newScript(t *testing.T, start func(*httptest.Server), answers ...http.HandlerFunc) *script {
	t.Helper()
	s := &script{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read the request: %v", err)
		}
		s.mutex.Lock()
		s.requests = append(s.requests, received{r, string(body)})
		answer := answers[min(len(s.requests), len(answers))-1]
		s.mutex.Unlock()
		r.Body = io.NopCloser(nil)
		answer(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	start(s.Server)
	t.Cleanup(s.Close)
	return s
}

func plain(s *httptest.Server) { s.Start() }

func withTLS(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() }

func (s *script) got() []received {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.requests
}

// client returns a client of the script that makes at most 3 attempts and does not wait between them.
func (s *script) client(t *testing.T, changes ...func(*client.Config)) *client.Client {
	t.Helper()
	config := client.Config{
		Endpoint: s.URL,
		Token:    testToken,
		Retry:    client.RetryPolicy{Attempts: 3, MinWait: 1, MaxWait: 1},
	}
	if s.TLS != nil {
		config.CACertificates = x509.NewCertPool()
		config.CACertificates.AddCert(s.Certificate())
	}
	return newClient(t, config, changes...)
}

func newClient(t *testing.T, config client.Config, changes ...func(*client.Config)) *client.Client {
	t.Helper()
	for _, change := range changes {
		change(&config)
	}
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// respond answers with a status, a content type and a body.
func respond(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const storedUser = `{"id":"usr_1","etag":"\"1\"","email":"alice@example.com"}`

// succeed answers as a portal in which everything works and the only user is usr_1.
func succeed(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPost:
		respond(http.StatusCreated, "application/json", storedUser)(w, r)
	case r.URL.Path == "/v1/users":
		respond(http.StatusOK, "application/json", `{"items":[`+storedUser+`]}`)(w, r)
	default:
		respond(http.StatusOK, "application/json", storedUser)(w, r)
	}
}

func problem(status int, text string) http.HandlerFunc {
	return respond(status, "application/problem+json", text)
}

// reset breaks the connection without an answer, so that the other side reads "connection reset".
func reset(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}

// breakOff sends the status and the beginning of a longer body, then breaks the connection.
func breakOff(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// operation is one way to use the client.
type operation struct {
	name   string
	method string
	run    func(context.Context, *client.Client) error
}

func operations() []operation {
	user := portal.User{
		Email: new("alice@example.com"), Password: new(portal.Secret(testPassword)), Voicemail: &portal.Voicemail{PIN: new(portal.Secret(testPIN))},
	}
	return []operation{
		{"get", http.MethodGet, func(ctx context.Context, c *client.Client) error {
			_, err := c.GetUser(ctx, "usr_1")
			return err
		}},
		{"list", http.MethodGet, func(ctx context.Context, c *client.Client) error {
			_, err := c.ListUsers(ctx, client.UserQuery{Email: "alice@example.com"})
			return err
		}},
		{"create", http.MethodPost, func(ctx context.Context, c *client.Client) error {
			_, err := c.CreateUser(ctx, user)
			return err
		}},
		{"replace", http.MethodPut, func(ctx context.Context, c *client.Client) error {
			_, err := c.ReplaceUser(ctx, "usr_1", user, "")
			return err
		}},
		{"replace if unchanged", http.MethodPut, func(ctx context.Context, c *client.Client) error {
			_, err := c.ReplaceUser(ctx, "usr_1", user, `"1"`)
			return err
		}},
		{"delete", http.MethodDelete, func(ctx context.Context, c *client.Client) error {
			return c.DeleteUser(ctx, "usr_1", `"1"`, portal.Deletion{})
		}},
	}
}
