package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// planned starts a portal on engage in which a user has planned so many publications, and returns the path of the user.
func planned(t *testing.T, publications int) (*portaltest.Portal, string) {
	t.Helper()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Engage))
	user := "/v1/users/" + p.Stock(t).HolderID
	for range publications {
		publication := portal.PlannedPublication{Text: "Wesołych świąt!", PublishAt: time.Now().Add(24 * time.Hour)}
		into[portal.PlannedPublication](t, send(t, p, "POST", user+"/planned-publications", publication), http.StatusCreated)
	}
	return p, user
}

func TestServer_EN16_plannedPublications(t *testing.T) {
	t.Parallel()
	p, user := planned(t, 2)
	before := into[portal.User](t, send(t, p, "GET", user, nil), http.StatusOK)
	created := send(t, p, "POST", user+"/planned-publications", `{"text": "Zamknięte", "publish_at": "2099-12-24T08:00:00+01:00"}`)
	publication := into[portal.PlannedPublication](t, created, http.StatusCreated)
	if want := time.Date(2099, time.December, 24, 7, 0, 0, 0, time.UTC); !publication.PublishAt.Equal(want) || publication.Text != "Zamknięte" {
		t.Errorf("planned %+v", publication)
	}
	location := user + "/planned-publications/" + publication.ID
	if have := created.header.Get("Location"); have != location {
		t.Errorf("Location %q, want %q", have, location)
	}
	after := into[portal.User](t, send(t, p, "GET", user, nil), http.StatusOK)
	if after.PlannedPublications != 3 || after.ETag != before.ETag {
		t.Errorf("the user has %d publications and the ETag %s, before %s", after.PlannedPublications, after.ETag, before.ETag)
	}
	seen := map[string]bool{}
	for path := user + "/planned-publications?limit=2"; path != ""; {
		page := into[portal.Page[portal.PlannedPublication]](t, send(t, p, "GET", path, nil), http.StatusOK)
		for _, item := range page.Items {
			seen[item.ID] = true
		}
		path = ""
		if page.Next != "" {
			path = user + "/planned-publications?limit=2&after=" + page.Next
		}
	}
	if len(seen) != 3 || !seen[publication.ID] {
		t.Errorf("the pages have %v", seen)
	}
	if gone := send(t, p, "DELETE", location, nil); gone.status != http.StatusNoContent || len(gone.body) > 0 {
		t.Errorf("DELETE: %d %s", gone.status, gone.body)
	}
	refused(t, send(t, p, "DELETE", location, nil), portal.CodeNotFound)
	for _, method := range []string{"GET", "POST"} {
		refused(t, send(t, p, method, "/v1/users/usr_none/planned-publications", `{"text": "x", "publish_at": "2099-12-24T08:00:00Z"}`), portal.CodeNotFound)
	}
	for body, field := range map[string]string{
		`{"text": "x", "publish_at": "tomorrow"}`: "publish_at",
		`{"text": "x", "publish_at": 7}`:          "publish_at",
		`{"txt": "x"}`:                            "txt",
	} {
		badAt(t, send(t, p, "POST", user+"/planned-publications", body), field)
	}
	answer := send(t, p, "POST", user+"/planned-publications", `{"text": "x", "publish_at": 7}`)
	if !strings.Contains(string(answer.body), "RFC 3339") {
		t.Errorf("%s does not say what a time is", answer.body)
	}
	refused(t, send(t, p, "POST", user+"/planned-publications", `{"text": "", "publish_at": "2099-12-24T08:00:00Z"}`), portal.CodeInvalid)
}

func TestServer_EN16_aUserWithPlannedPublicationsStays(t *testing.T) {
	t.Parallel()
	p, user := planned(t, 2)
	for _, query := range []string{"", "?discard_planned_work=false"} {
		problem := refused(t, send(t, p, "DELETE", user+query, nil), portal.CodeConflict)
		if len(problem.Errors) != 1 || problem.Errors[0].Code != portal.CodeInUse || !strings.Contains(problem.Errors[0].Message, "2") {
			t.Errorf("refused with %+v", problem.Errors)
		}
	}
	badAt(t, send(t, p, "DELETE", user+"?discard_planned_work=yes", nil), "discard_planned_work")
	badAt(t, send(t, p, "DELETE", user+"?discard_planned_work=", nil), "discard_planned_work")
	badAt(t, send(t, p, "GET", user+"?discard_planned_work=true", nil), "discard_planned_work")
	badAt(t, send(t, p, "DELETE", "/v1/permission-groups/grp_1?discard_planned_work=true", nil), "discard_planned_work")
	if gone := send(t, p, "DELETE", user+"?discard_planned_work=true", nil); gone.status != http.StatusNoContent {
		t.Errorf("DELETE: %d %s", gone.status, gone.body)
	}
	refused(t, send(t, p, "GET", user+"/planned-publications", nil), portal.CodeNotFound)
}
