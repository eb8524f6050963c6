package server_test

import (
	"net/http"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

func TestServer_SA10_aReloadIsPendingUntilItIsDone(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Samoobsluha))
	stock := p.Stock(t)
	pending := func() map[string]bool {
		t.Helper()
		organization := into[portal.Organization](t, send(t, p, "GET", "/v1/organization", nil), http.StatusOK)
		all := map[string]bool{}
		for _, pbx := range organization.PBXs {
			all[pbx.ID] = pbx.ReloadPending
		}
		return all
	}
	into[portal.User](t, send(t, p, "POST", "/v1/users", portaltest.GoodUser(stock)), http.StatusCreated)
	if have := pending(); !have["warszawa"] || have["krakow"] {
		t.Errorf("after a user was made: %v", have)
	}
	for range 2 {
		reloaded := into[portal.PBX](t, send(t, p, "POST", "/v1/pbxs/warszawa/reload", nil), http.StatusOK)
		if reloaded.ID != "warszawa" || reloaded.ReloadPending {
			t.Errorf("reloaded %+v", reloaded)
		}
	}
	if have := pending(); have["warszawa"] {
		t.Errorf("after the reload: %v", have)
	}
	if gone := send(t, p, "DELETE", "/v1/users/"+stock.HolderID, nil); gone.status != http.StatusNoContent {
		t.Fatalf("DELETE: %d %s", gone.status, gone.body)
	}
	if have := pending(); !have["warszawa"] {
		t.Errorf("after a user was deleted: %v", have)
	}
	refused(t, send(t, p, "POST", "/v1/pbxs/gdansk/reload", nil), portal.CodeNotFound)
	refused(t, send(t, p, "GET", "/v1/pbxs/warszawa/reload", nil), portal.CodeMethodNotAllowed)
}
