package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
)

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
