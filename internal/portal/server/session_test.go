package server_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// session is what a log-in answers.
type session struct {
	Token          string    `json:"token"`
	Stage          string    `json:"stage"`
	OrganizationID string    `json:"organization_id"`
	UserID         string    `json:"user_id"`
	Name           string    `json:"name"`
	Permissions    []string  `json:"permissions"`
	ExpiresAt      time.Time `json:"expires_at"`
}

const (
	givenPassword = "Vq7-lamp-Orbit-kiwi"
	ownPassword   = "Kormoran-l3ci-nad-Wisla"
)

// person makes somebody with a given password.
func person(t *testing.T, p *portaltest.Portal) portal.User {
	t.Helper()
	user := portaltest.GoodUser(p.Stock(t))
	user.Password = new(portal.Secret(givenPassword))
	return into[portal.User](t, send(t, p, "POST", "/v1/users", user), http.StatusCreated)
}

func logIn(t *testing.T, p *portaltest.Portal, login, password string) answer {
	t.Helper()
	return send(t, p, "POST", "/v1/sessions", map[string]string{"organization_id": "delfin", "login": login, "password": password}, header("Authorization", ""))
}

func bearer(token string) option { return header("Authorization", "Bearer "+token) }

func TestSessions_MW16_VX22_anAppLogsIn(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	user := person(t, p)
	first := into[session](t, logIn(t, p, *user.Email, givenPassword), http.StatusCreated)
	if first.Stage != "password" || first.UserID != user.ID || first.Permissions != nil || first.Token == "" {
		t.Fatalf("logged in as %+v", first)
	}
	change := map[string]string{"old_password": givenPassword, "password": ownPassword}
	second := into[session](t, send(t, p, "PUT", "/v1/sessions/current/password", change, bearer(first.Token)), http.StatusOK)
	if second.Stage != "full" || second.Token == first.Token {
		t.Fatalf("with an own password: %+v", second)
	}
	refused(t, send(t, p, "GET", "/v1/sessions/current", nil, bearer(first.Token)), portal.CodeUnauthorized)
	shown := into[session](t, send(t, p, "GET", "/v1/sessions/current", nil, bearer(second.Token)), http.StatusOK)
	if shown.Token != "" || shown.Name != "Jagoda Wiśniewska" || !shown.ExpiresAt.After(time.Now()) {
		t.Errorf("the session is %+v", shown)
	}
	refused(t, send(t, p, "GET", "/v1/users", nil, bearer(second.Token)), portal.CodeUnauthorized) // a session is no token
	if gone := send(t, p, "DELETE", "/v1/sessions/current", nil, bearer(second.Token)); gone.status != http.StatusNoContent {
		t.Errorf("logging out: %d", gone.status)
	}
	refused(t, send(t, p, "GET", "/v1/sessions/current", nil, bearer(second.Token)), portal.CodeUnauthorized)
	for _, missing := range []string{`{"login": "x", "password": "y"}`, `{"organization_id": "delfin", "password": "y"}`, `{"organization_id": "delfin", "login": "x"}`} {
		refused(t, send(t, p, "POST", "/v1/sessions", missing, header("Authorization", "")), portal.CodeBadRequest)
	}
}

func TestSessions_EN14_EN18_blockedAndUnblocked(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	user := person(t, p)
	path := "/v1/users/" + user.ID
	blocked := into[portal.User](t, send(t, p, "POST", path+"/block", nil), http.StatusOK)
	if blocked.Status != portal.StatusBlocked || *blocked.Enabled || blocked.ETag == user.ETag {
		t.Errorf("blocked by an administrator: %+v", blocked)
	}
	refused(t, logIn(t, p, *user.Email, givenPassword), portal.CodeUnauthorized)
	if page := into[portal.Page[portal.User]](t, send(t, p, "GET", "/v1/users?status=blocked", nil), http.StatusOK); len(page.Items) != 1 || page.Items[0].ID != user.ID {
		t.Errorf("blocked are %+v", page.Items)
	}
	refused(t, send(t, p, "GET", "/v1/users?status=asleep", nil), portal.CodeBadRequest)
	refused(t, send(t, p, "POST", path+"/activation", nil), portal.CodeConflict)
	if unblocked := into[portal.User](t, send(t, p, "POST", path+"/unblock", nil), http.StatusOK); unblocked.Status != portal.StatusPending || !*unblocked.Enabled {
		t.Errorf("unblocked: %+v", unblocked)
	}
	into[session](t, logIn(t, p, *user.Email, givenPassword), http.StatusCreated)
	if sent := into[portal.User](t, send(t, p, "POST", path+"/activation", nil), http.StatusOK); sent.InvitedAt == "" {
		t.Errorf("the activation was not sent: %+v", sent)
	}
}

func TestSessions_failedLogInsHaveToWait(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	user := person(t, p)
	for range 5 {
		refused(t, logIn(t, p, *user.Email, "Zupelnie-1nne-haslo"), portal.CodeUnauthorized)
	}
	early := logIn(t, p, *user.Email, givenPassword)
	refused(t, early, portal.CodeTooManyRequests)
	if early.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After is %q, want 1 second", early.header.Get("Retry-After"))
	}
}

func TestSessions_MW15_theSecondFactor(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	user := person(t, p)
	first := into[session](t, logIn(t, p, *user.Email, givenPassword), http.StatusCreated)
	change := map[string]string{"old_password": givenPassword, "password": ownPassword}
	full := into[session](t, send(t, p, "PUT", "/v1/sessions/current/password", change, bearer(first.Token)), http.StatusOK)
	enrolment, err := p.Service.BeginEnrolment(t.Context(), full.Token)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(enrolment.Secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	codes, _, _, err := p.Service.ConfirmEnrolment(t.Context(), full.Token, code)
	if err != nil {
		t.Fatal(err)
	}
	half := into[session](t, logIn(t, p, *user.Email, ownPassword), http.StatusCreated)
	if half.Stage != "code" || half.Permissions != nil {
		t.Fatalf("with a second factor: %+v", half)
	}
	refused(t, send(t, p, "PUT", "/v1/sessions/current/password", change, bearer(half.Token)), portal.CodeForbidden)
	refused(t, send(t, p, "POST", "/v1/sessions/current/code", map[string]string{"code": code}, bearer(half.Token)), portal.CodeInvalid) // it was taken
	shown := into[session](t, send(t, p, "POST", "/v1/sessions/current/code", map[string]string{"code": codes[0]}, bearer(half.Token)), http.StatusOK)
	if shown.Stage != "full" {
		t.Errorf("with a recovery code: %+v", shown)
	}
}

func TestUsersCSV_EN19_isStreamed(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	user := person(t, p)
	answer := send(t, p, "GET", "/v1/users.csv", nil)
	rows, err := csv.NewReader(strings.NewReader(string(answer.body))).ReadAll()
	if err != nil || len(rows) != 3 || len(rows[0]) != 9 || !strings.Contains(string(answer.body), *user.Email) {
		t.Errorf("%d: %s, %v", answer.status, answer.body, err)
	}
	if !strings.HasPrefix(answer.header.Get("Content-Type"), "text/csv") || !strings.Contains(answer.header.Get("Content-Disposition"), "users.csv") {
		t.Errorf("headers %v", answer.header)
	}
}
