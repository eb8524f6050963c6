package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// path is where objects of a noun are made.
func path(noun portal.Noun) string { return "/v1/" + strings.ReplaceAll(string(noun), "_", "-") + "s" }

func TestServer_badInputsAreRefusedAtTheirField(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	stock := p.Stock(t)
	for _, bad := range portaltest.BadInputs(stock) {
		t.Run(bad.Name, func(t *testing.T) {
			t.Parallel()
			want := portal.CodeInvalid
			if bad.Code == portal.CodeAlreadyExists {
				want = portal.CodeConflict
			}
			problem := refused(t, send(t, p, "POST", path(bad.Noun), bad.Object), want)
			if !slices.ContainsFunc(problem.Errors, func(e portal.FieldError) bool { return e.Field == bad.Field && e.Code == bad.Code && e.Message != "" }) {
				t.Errorf("want %s at %s, have %+v", bad.Code, bad.Field, problem.Errors)
			}
		})
	}
}

// Without this, a table of objects that are wrong in some other way would prove nothing.
func TestServer_theGoodCounterpartsAreAccepted(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	stock := p.Stock(t)
	for noun, object := range map[portal.Noun]any{
		portal.NounUser: portaltest.GoodUser(stock), portal.NounPermissionGroup: portaltest.GoodPermissionGroup(), portal.NounSIPAccount: portaltest.GoodSIPAccount(),
	} {
		into[map[string]any](t, send(t, p, "POST", path(noun), object), http.StatusCreated)
	}
}
