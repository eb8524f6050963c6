package portaltest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// do sends a request over a connection of its own, so that none is repeated by the transport because a kept one was
// closed.
func do(t *testing.T, ctx context.Context, p *portaltest.Portal, method, path, body string) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, p.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+p.Token)
	request.Header.Set("Content-Type", "application/json")
	request.Close = true
	return http.DefaultClient.Do(request)
}

func get(t *testing.T, p *portaltest.Portal, path string) (int, string) {
	t.Helper()
	response, err := do(t, t.Context(), p, "GET", path, "")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestStart_everyPlatform(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		p := portaltest.Start(t, portaltest.WithPlatform(platform))
		if status, body := get(t, p, "/v1/organization"); status != http.StatusOK || !strings.Contains(body, `"platform":"`+string(platform)+`"`) {
			t.Errorf("%d %s", status, body)
		}
	}
}

func TestPortal_StopAndRestart(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	stock := p.Stock(t)
	url := p.URL
	p.Stop()
	if response, err := do(t, t.Context(), p, "GET", "/healthz", ""); err == nil || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a stopped portal answered %v, %v", response, err)
	}
	p.Restart(t)
	if p.URL != url {
		t.Errorf("address %s, was %s", p.URL, url)
	}
	if status, body := get(t, p, "/v1/users/"+stock.HolderID); status != http.StatusOK {
		t.Errorf("the user is gone after a restart: %d %s", status, body)
	}
}

func TestPortal_NewToken(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	p.Token = p.NewToken(t, portal.ScopeWrite)
	if status, _ := get(t, p, "/v1/users"); status != http.StatusForbidden {
		t.Errorf("status %d with a token that may only write", status)
	}
}

func TestPortal_Requests(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	get(t, p, "/v1/users?limit=7")
	get(t, p, "/healthz")
	if have := p.Requests(); !slices.Equal(have, []string{"GET /v1/users", "GET /healthz"}) {
		t.Errorf("requests are %v", have)
	}
}

func inject(p *portaltest.Portal, fault *portaltest.Fault) {
	p.Inject(func(*http.Request) *portaltest.Fault { return fault })
}

const group = `{"name": "Agenci"}`

func groups(t *testing.T, p *portaltest.Portal) int {
	t.Helper()
	p.Inject(nil)
	_, body := get(t, p, "/v1/permission-groups?name=Agenci")
	return strings.Count(body, `"Agenci"`)
}

func TestInject_Answer(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	inject(p, portaltest.Answer(http.StatusBadGateway, http.Header{"Retry-After": {"7"}}, "<html>"))
	response, err := do(t, t.Context(), p, "POST", "/v1/permission-groups", group)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusBadGateway || response.Header.Get("Retry-After") != "7" || string(body) != "<html>" {
		t.Errorf("%v %v %s", err, response, body)
	}
	if n := groups(t, p); n != 0 {
		t.Errorf("the portal made %d groups", n)
	}
}

func TestInject_lostAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault *portaltest.Fault
		made  int
	}{
		"drop the answer": {portaltest.DropAnswer(), 1},
		"close before":    {portaltest.CloseBefore(), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t)
			inject(p, c.fault)
			if response, err := do(t, t.Context(), p, "POST", "/v1/permission-groups", group); !errors.Is(err, io.EOF) {
				t.Errorf("answer %v, %v", response, err)
			}
			if n := groups(t, p); n != c.made {
				t.Errorf("the portal made %d groups, want %d", n, c.made)
			}
		})
	}
}

func TestInject_Truncate(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	inject(p, portaltest.Truncate())
	response, err := do(t, t.Context(), p, "POST", "/v1/permission-groups", group)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); !errors.Is(err, io.ErrUnexpectedEOF) || response.StatusCode != http.StatusCreated || len(body) == 0 {
		t.Errorf("%v %v %s", err, response, body)
	}
	if n := groups(t, p); n != 1 {
		t.Errorf("the portal made %d groups", n)
	}
}

func TestInject_Hold(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	ctx, cancel := context.WithCancel(t.Context())
	p.Inject(func(*http.Request) *portaltest.Fault {
		cancel() // the client gives up once the portal has its request
		return portaltest.Hold()
	})
	if response, err := do(t, ctx, p, "POST", "/v1/permission-groups", group); !errors.Is(err, context.Canceled) {
		t.Errorf("answer %v, %v", response, err)
	}
	if n := groups(t, p); n != 0 {
		t.Errorf("the portal made %d groups", n)
	}
}

// recorder takes the place of a test, to see whether it would fail.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func TestChecked_findsWhatTheDescriptionDoesNotHave(t *testing.T) {
	t.Parallel()
	const problem = `{"type": "about:blank", "status": 404, "title": "Not Found", "code": "not_found"}`
	const good = `{"id": "grp_1", "etag": "\"v1\"", "name": "Agenci", "built_in": false, "member_count": 0}`
	for name, c := range map[string]struct {
		method, path, request string
		status                int
		contentType, body     string
		want                  string // in the error; empty: none
	}{
		"as described":           {"GET", "/v1/permission-groups/grp_1", "", 200, "application/json", good, ""},
		"request as described":   {"PUT", "/v1/permission-groups/grp_1", group, 200, "application/json", good, ""},
		"unknown path, refused":  {"GET", "/v1/nothing", "", 404, "application/problem+json", problem, ""},
		"a field too many":       {"GET", "/v1/sip-accounts/sip_1", "", 200, "application/json", `{"id": "sip_1", "etag": "\"v1\"", "password": "x"}`, "password"},
		"a field too few":        {"GET", "/v1/permission-groups/grp_1", "", 200, "application/json", `{"id": "grp_1"}`, "etag"},
		"a field of wrong type":  {"GET", "/v1/users/usr_1", "", 200, "application/json", `{"id": "usr_1", "etag": "\"v1\"", "enabled": "yes"}`, "enabled"},
		"null":                   {"GET", "/v1/users/usr_1", "", 200, "application/json", `{"id": "usr_1", "etag": "\"v1\"", "email": null}`, "email"},
		"accepted but wrong":     {"PUT", "/v1/permission-groups/grp_1", `{"nam": "x"}`, 200, "application/json", good, "nam"},
		"status not described":   {"GET", "/v1/users", "", 418, "application/problem+json", problem, "418"},
		"path not described":     {"GET", "/v1/nothing", "", 200, "application/json", `{}`, "/v1/nothing"},
		"method not described":   {"DELETE", "/v1/users", "", 204, "", "", "DELETE"},
		"content type":           {"GET", "/v1/users/usr_1", "", 404, "text/html", "<html>", "text/html"},
		"problem without a code": {"GET", "/v1/users/usr_1", "", 404, "application/problem+json", `{"type": "about:blank", "status": 404, "title": "Not Found"}`, "code"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{TB: t}
			handler := portaltest.Checked(r, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if c.contentType != "" {
					w.Header().Set("Content-Type", c.contentType)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			request := httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(c.request))
			if c.request != "" {
				request.Header.Set("Content-Type", "application/json")
			}
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)
			if answer.Code != c.status || answer.Body.String() != c.body {
				t.Errorf("the check changed the answer: %d %s", answer.Code, answer.Body)
			}
			found := strings.Join(r.errors, "\n")
			if (found == "") != (c.want == "") || !strings.Contains(found, c.want) {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
}
