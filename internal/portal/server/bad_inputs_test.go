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
	portaltest.WalkBadInputs(t, func(t *testing.T, p *portaltest.Portal, token string, bad portaltest.BadInput) {
		want := portal.CodeInvalid
		if bad.Code == portal.CodeAlreadyExists {
			want = portal.CodeConflict
		}
		method, at := "POST", path(bad.Noun)
		if bad.Before != nil {
			method, at = "PUT", at+"/"+bad.ID
		}
		problem := refused(t, send(t, p, method, at, bad.Object, header("Authorization", "Bearer "+token)), want)
		if !slices.ContainsFunc(problem.Errors, func(e portal.FieldError) bool {
			return e.Field == bad.Field && e.Code == bad.Code && e.Message != "" && strings.Contains(e.Message, bad.Message)
		}) {
			t.Errorf("want %s at %s with %q, have %+v", bad.Code, bad.Field, bad.Message, problem.Errors)
		}
	})
}

// Without this, a table of objects that are wrong in some other way would prove nothing.
func TestServer_theGoodCounterpartsAreAccepted(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(platform))
			for noun, object := range portaltest.GoodObjects(p.Stock(t)) {
				into[map[string]any](t, send(t, p, "POST", path(noun), object), http.StatusCreated)
			}
		})
	}
}
