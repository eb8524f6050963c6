package server_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// guarded is an operation and the scope that the description says it needs; empty: it needs none.
type guarded struct {
	method, path string
	scope        portal.Scope
	session      bool // it needs the token of a session
}

func (g guarded) open() bool { return g.scope == "" && !g.session }

func (g guarded) String() string { return g.method + " " + g.path }

// operations lists every operation of the API. The description is made of the route table, so that no route is missing;
// a GET is answered to HEAD as well.
func operations(t *testing.T) []guarded {
	t.Helper()
	needs := regexp.MustCompile(`^Needs a token with the scope (\w+)\.$`)
	placeholder := regexp.MustCompile(`\{\w+\}`)
	var list []guarded
	for path, methods := range described(t).Paths {
		for method, operation := range methods {
			g := guarded{method: strings.ToUpper(method), path: placeholder.ReplaceAllString(path, "none"), session: operation.Description == "Needs the token of a session."}
			if match := needs.FindStringSubmatch(operation.Description); match != nil {
				g.scope = portal.Scope(match[1])
			}
			g.session = operation.Description == "Needs the token of a session."
			list = append(list, g)
			if g.method == http.MethodGet {
				list = append(list, guarded{http.MethodHead, g.path, g.scope, g.session})
			}
		}
	}
	slices.SortFunc(list, func(a, b guarded) int { return strings.Compare(a.String(), b.String()) })
	return list
}

// scopeSets are all sets of scopes without this one.
func scopeSets(without portal.Scope) [][]portal.Scope {
	others := slices.DeleteFunc(portal.Scopes(), func(s portal.Scope) bool { return s == without })
	var sets [][]portal.Scope
	for bits := 1; bits < 1<<len(others); bits++ {
		var set []portal.Scope
		for i, scope := range others {
			if bits&(1<<i) != 0 {
				set = append(set, scope)
			}
		}
		sets = append(sets, set)
	}
	return sets
}

// challenged is a refusal with a challenge. HEAD has no body to look at.
func challenged(t *testing.T, g guarded, a answer, code portal.Code, what string) {
	t.Helper()
	if want := portal.NewError(code, "").Status; a.status != want {
		t.Errorf("%s %s: %d, want %d", g, what, a.status, want)
	}
	if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
		t.Errorf("%s %s: WWW-Authenticate %q", g, what, a.header.Get("WWW-Authenticate"))
	}
	if g.method != http.MethodHead && a.status >= 400 {
		refused(t, a, code)
	}
}

// TestServer_everyRouteAsksForATokenAndItsScope walks the whole route table: a new route that asks for no token, or for
// the wrong scope, fails here.
func TestServer_everyRouteAsksForATokenAndItsScope(t *testing.T) {
	t.Parallel()
	open := []string{"GET /healthz", "HEAD /healthz", "GET /openapi.json", "HEAD /openapi.json", "POST /v1/sessions"}
	p := portaltest.Start(t)
	list := operations(t)
	if len(list) < 30 {
		t.Fatalf("%d operations were found", len(list))
	}
	for _, g := range list {
		if g.open() != slices.Contains(open, g.String()) {
			t.Errorf("%s needs no token: %v; only %v are open", g, g.open(), open)
		}
		if g.open() {
			if answer := send(t, p, g.method, g.path, nil, header("Authorization", "")); answer.status == http.StatusUnauthorized {
				t.Errorf("%s is open and answers with %d", g, answer.status)
			}
			continue
		}
		if g.session {
			challenged(t, g, send(t, p, g.method, g.path, nil), portal.CodeUnauthorized, "with a token that is no session")
		} else if want := portal.ScopeRead; (g.method == http.MethodGet || g.method == http.MethodHead) && g.scope != want && g.scope != portal.ScopeAdmin {
			t.Errorf("%s only reads and needs %s", g, g.scope)
		} else if g.method != http.MethodGet && g.method != http.MethodHead && g.scope == want {
			t.Errorf("%s writes and needs no more than %s", g, g.scope)
		}
		for _, authorization := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + p.Token, p.Token} {
			challenged(t, g, send(t, p, g.method, g.path, nil, header("Authorization", authorization)), portal.CodeUnauthorized, "with "+authorization)
		}
	}
	for _, lacking := range portal.Scopes() {
		for _, scopes := range scopeSets(lacking) {
			token := header("Authorization", "Bearer "+p.NewToken(t, scopes...))
			for _, g := range list {
				if g.scope != lacking {
					continue
				}
				answer := send(t, p, g.method, g.path, nil, token)
				challenged(t, g, answer, portal.CodeForbidden, "with other scopes")
				if !strings.Contains(answer.header.Get("WWW-Authenticate"), string(lacking)) {
					t.Errorf("%s: WWW-Authenticate %q does not name the scope %s", g, answer.header.Get("WWW-Authenticate"), lacking)
				}
			}
		}
		enough := header("Authorization", "Bearer "+p.NewToken(t, lacking))
		for _, g := range list {
			if g.scope != lacking {
				continue
			}
			if answer := send(t, p, g.method, g.path, nil, enough); answer.status == http.StatusUnauthorized || answer.status == http.StatusForbidden {
				t.Errorf("%s with the scope that it needs: %d", g, answer.status)
			}
		}
	}
}

func TestServer_everyRouteRefusesATokenThatIsOver(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64 // by which the portal's clock is ahead
	start := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	now := func() time.Time { return start.Add(time.Duration(ahead.Load())) }
	p := portaltest.Start(t, portaltest.WithNow(now))
	create := func(expires *time.Time) (string, service.Token) {
		secret, token, err := p.Service.CreateToken(t.Context(), p.Caller.OrganizationID, service.TokenRequest{Name: "test", Scopes: portal.Scopes(), ExpiresAt: expires})
		if err != nil {
			t.Fatal(err)
		}
		return secret, token
	}
	expired, _ := create(new(start.Add(time.Hour)))
	revoked, token := create(nil)
	for name, secret := range map[string]string{"expires": expired, "to be revoked": revoked} {
		if answer := send(t, p, "GET", "/v1/organization", nil, header("Authorization", "Bearer "+secret)); answer.status != http.StatusOK {
			t.Fatalf("the token %s: %d before it is over", name, answer.status)
		}
	}
	ahead.Store(int64(time.Hour))
	if err := p.Service.RevokeToken(t.Context(), p.Caller.OrganizationID, token.ID); err != nil {
		t.Fatal(err)
	}
	for _, g := range operations(t) {
		if g.open() {
			continue
		}
		challenged(t, g, send(t, p, g.method, g.path, nil, header("Authorization", "Bearer "+expired)), portal.CodeUnauthorized, "with an expired token")
		challenged(t, g, send(t, p, g.method, g.path, nil, header("Authorization", "Bearer "+revoked)), portal.CodeUnauthorized, "with a revoked token")
	}
}
