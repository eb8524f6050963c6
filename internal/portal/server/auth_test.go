package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
)

// operations lists every method and path of the API, as the description has them.
func operations(t *testing.T) [][2]string {
	t.Helper()
	text, err := server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var description struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(text, &description); err != nil {
		t.Fatal(err)
	}
	var list [][2]string
	for path, methods := range description.Paths {
		for method := range methods {
			list = append(list, [2]string{strings.ToUpper(method), path})
		}
	}
	return list
}

func TestServer_everyRouteAsksForATokenAndItsScope(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	reader, writer := p.NewToken(t, portal.ScopeRead), p.NewToken(t, portal.ScopeWrite)
	var guarded int
	for _, operation := range operations(t) {
		method, path := operation[0], strings.NewReplacer("{id}", "usr_1", "{publication}", "pub_1").Replace(operation[1])
		if !strings.HasPrefix(path, "/v1/") {
			if open := send(t, p, method, path, nil, header("Authorization", "")); open.status != http.StatusOK {
				t.Errorf("%s %s without a token: %d", method, path, open.status)
			}
			continue
		}
		guarded++
		for _, authorization := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + p.Token, p.Token} {
			answer := send(t, p, method, path, nil, header("Authorization", authorization))
			refused(t, answer, portal.CodeUnauthorized)
			if !strings.HasPrefix(answer.header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s %s: WWW-Authenticate %q", method, path, answer.header.Get("WWW-Authenticate"))
			}
		}
		token, missing := reader, "write"
		if method == http.MethodGet {
			token, missing = writer, "read"
		}
		answer := send(t, p, method, path, nil, header("Authorization", "Bearer "+token))
		if problem := refused(t, answer, portal.CodeForbidden); !strings.Contains(problem.Detail, `"`+missing+`"`) {
			t.Errorf("%s %s: %q does not name the scope %s", method, path, problem.Detail, missing)
		}
		if !strings.Contains(answer.header.Get("WWW-Authenticate"), missing) {
			t.Errorf("%s %s: WWW-Authenticate %q", method, path, answer.header.Get("WWW-Authenticate"))
		}
	}
	const want = 4*5 + 3 + 3 // five for each of four nouns, three for planned publications; the organisation, its numbers, and the reload of a PBX
	if guarded != want {
		t.Errorf("%d routes under /v1, want %d", guarded, want)
	}
}

func TestServer_aTokenEndsWhenItIsRevoked(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	into[portal.Organization](t, send(t, p, "GET", "/v1/organization", nil), http.StatusOK)
	if err := p.Service.RevokeToken(t.Context(), p.Caller.OrganizationID, p.Caller.TokenID); err != nil {
		t.Fatal(err)
	}
	refused(t, send(t, p, "GET", "/v1/organization", nil), portal.CodeUnauthorized)
}

func TestServer_organizationsNeverSeeOneAnother(t *testing.T) {
	t.Parallel()
	other := strings.NewReplacer("id: delfin", "id: orka", "Delfin", "Orka", "delfin.sip", "orka.sip").Replace(portaltest.Organization(portal.Telecube))
	p := portaltest.Start(t, portaltest.WithOrganization(portaltest.Organization(portal.Telecube)), portaltest.WithOrganization(other))
	stock := p.Stock(t)
	stranger := header("Authorization", "Bearer "+p.TokenOf(t, "orka", portal.ScopeRead, portal.ScopeWrite))
	if have := into[portal.Organization](t, send(t, p, "GET", "/v1/organization", nil, stranger), http.StatusOK); have.ID != "orka" {
		t.Errorf("the organisation of the token is %q", have.ID)
	}
	for _, path := range []string{"/v1/users", "/v1/sip-accounts", "/v1/user-groups"} {
		page := into[portal.Page[map[string]any]](t, send(t, p, "GET", path, nil, stranger), http.StatusOK)
		if len(page.Items) != 0 {
			t.Errorf("%s shows %v", path, page.Items)
		}
	}
	for path, object := range map[string]any{
		"/v1/users/" + stock.HolderID:             portaltest.GoodUser(stock),
		"/v1/permission-groups/" + stock.GroupID:  portaltest.GoodPermissionGroup(),
		"/v1/sip-accounts/" + stock.FreeAccountID: portaltest.GoodSIPAccount(),
		"/v1/user-groups/" + stock.UserGroupID:    portaltest.GoodUserGroup(),
	} {
		refused(t, send(t, p, "GET", path, nil, stranger), portal.CodeNotFound)
		refused(t, send(t, p, "PUT", path, object, stranger), portal.CodeNotFound)
		refused(t, send(t, p, "DELETE", path, nil, stranger), portal.CodeNotFound)
	}
}

func TestServer_ActingAs_needsNoTokenButScopes(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	embedded := portaltest.Checked(t, server.New(p.Service, discard()).ActingAs(p.Caller))
	if answer := serve(t, embedded, "GET", "/v1/organization", nil); answer.status != http.StatusOK {
		t.Errorf("status %d: %s", answer.status, answer.body)
	}
	if answer := serve(t, embedded, "POST", "/v1/permission-groups", strings.NewReader(`{"name": "Agenci"}`)); answer.status != http.StatusCreated {
		t.Errorf("status %d: %s", answer.status, answer.body)
	}
	reader := p.Caller
	reader.Scopes = []portal.Scope{portal.ScopeRead}
	readOnly := portaltest.Checked(t, server.New(p.Service, discard()).ActingAs(reader))
	refused(t, serve(t, readOnly, "DELETE", "/v1/users/usr_1", nil), portal.CodeForbidden)
}
