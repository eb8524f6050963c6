package server_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// Two users who have one address since before all its spellings were one: the organisation and its operator are told,
// and each logs in as before.
func TestOrganization_ALL03_usersWhoShareAnAddress(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	const readable, encoded, otherPassword = "anna@bücher.example", "Anna@xn--bcher-kva.example", "Czapla-5toi-w-szuwarach"
	ids := []string{
		p.Make(t, portal.User{Email: new(readable), FirstName: new("Anna"), LastName: new("First"), Password: new(portal.Secret(givenPassword))}),
		p.Make(t, portal.User{Email: new("other@example.com"), FirstName: new("Anna"), LastName: new("Second"), Password: new(portal.Secret(otherPassword))}),
	}
	if organization := into[portal.Organization](t, send(t, p, "GET", "/v1/organization", nil), http.StatusOK); organization.SharedKeys != nil {
		t.Errorf("shared keys %+v", organization.SharedKeys)
	}
	p.ShareAddress(t, ids[1], encoded)
	slices.Sort(ids)
	organization := into[portal.Organization](t, send(t, p, "GET", "/v1/organization", nil), http.StatusOK)
	if len(organization.SharedKeys) != 1 || organization.SharedKeys[0].Field != "email" || !slices.Equal(organization.SharedKeys[0].UserIDs, ids) {
		t.Errorf("shared keys %+v", organization.SharedKeys)
	}
	shared, err := p.Service.SharedAddresses(t.Context())
	if err != nil || len(shared) != 1 || !slices.Equal(shared[0].UserIDs, ids) || shared[0].Value != readable {
		t.Errorf("the operator is told of %+v, %v", shared, err)
	}
	for login, password := range map[string]string{readable: givenPassword, encoded: otherPassword} {
		into[session](t, logIn(t, p, login, password), http.StatusCreated)
	}
}
