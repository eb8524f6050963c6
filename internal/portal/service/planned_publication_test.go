package service

import (
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// umbrellaUser makes a user on engage.
func (f *fixture) umbrellaUser(caller Caller, username string) portal.User {
	f.t.Helper()
	page, err := f.ListPermissionGroups(f.t.Context(), caller, ListQuery{Where: map[string]string{"name": "Agent"}})
	if err != nil {
		f.t.Fatal(err)
	}
	if len(page.Items) == 0 {
		page.Items = append(page.Items, f.groupIn(caller, "Agent"))
	}
	return f.userIn(caller, portal.User{
		Username: &username, Email: new(username + "@example.com"), FirstName: new("Alice"), LastName: new("Jansen"), PermissionGroupIDs: []string{page.Items[0].ID},
	})
}

func (f *fixture) plan(caller Caller, userID, text string) portal.PlannedPublication {
	f.t.Helper()
	planned, err := f.CreatePlannedPublication(f.t.Context(), caller, userID, portal.PlannedPublication{Text: text, PublishAt: f.clock.Now().Add(time.Hour)})
	if err != nil {
		f.t.Fatal(err)
	}
	return planned
}

func TestService_EN16_plannedPublicationsKeepTheirUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	umbrella := f.on(umbrellaFile)
	alice, bob := f.umbrellaUser(umbrella, "alice"), f.umbrellaUser(umbrella, "bob")
	first := f.plan(umbrella, alice.ID, "Good morning")
	f.plan(umbrella, alice.ID, "Good evening")
	f.plan(umbrella, bob.ID, "Hello")

	got, err := f.GetUser(t.Context(), umbrella, alice.ID)
	if err != nil || got.PlannedPublications != 2 || got.ETag != alice.ETag {
		t.Errorf("user has %d planned publications and ETag %s, %v; want 2 and %s", got.PlannedPublications, got.ETag, err, alice.ETag)
	}
	if same := f.replaceIn(umbrella, alice.ID, alice); same.ETag != alice.ETag || same.PlannedPublications != 2 {
		t.Errorf("what was read before they were planned makes a change: %s", marshal(t, same))
	}
	list, err := f.ListUsers(t.Context(), umbrella, ListQuery{Where: map[string]string{"username": "alice"}})
	if err != nil || list.Items[0].PlannedPublications != 2 {
		t.Errorf("the list shows %s, %v", marshal(t, list.Items), err)
	}

	err = f.DeleteUser(t.Context(), umbrella, alice.ID, "", portal.Deletion{})
	wantError(t, err, portal.CodeConflict, portalError(t, err).Errors[0].Field, portal.CodeInUse)
	if text := portalError(t, err).Errors[0].Message; !strings.Contains(text, "2") || !strings.Contains(text, "discard_planned_work") {
		t.Errorf("the refusal says %q, want how many there are and what to do", text)
	}
	if err := f.DeletePlannedPublication(t.Context(), umbrella, alice.ID, first.ID); err != nil {
		t.Fatal(err)
	}
	err = f.DeletePlannedPublication(t.Context(), umbrella, alice.ID, first.ID)
	wantError(t, err, portal.CodeNotFound, "", "")
	if err := f.DeleteUser(t.Context(), umbrella, alice.ID, "", portal.Deletion{DiscardPlannedWork: true}); err != nil {
		t.Fatal(err)
	}
	if page, err := f.ListPlannedPublications(t.Context(), umbrella, bob.ID, ListQuery{}); err != nil || len(page.Items) != 1 {
		t.Errorf("another user's plan is %v, %v", page.Items, err)
	}
	_, err = f.ListPlannedPublications(t.Context(), umbrella, alice.ID, ListQuery{})
	wantError(t, err, portal.CodeNotFound, "", "")
}

func TestPlannedPublications_pagesAndMistakes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	umbrella := f.on(umbrellaFile)
	alice := f.umbrellaUser(umbrella, "alice")
	want := map[string]string{}
	for _, text := range []string{"one", "two", "three"} {
		want[f.plan(umbrella, alice.ID, text).ID] = text
	}
	query := ListQuery{Limit: 2}
	for range 2 {
		page, err := f.ListPlannedPublications(t.Context(), umbrella, alice.ID, query)
		if err != nil {
			t.Fatal(err)
		}
		for _, planned := range page.Items {
			if want[planned.ID] != planned.Text || !planned.PublishAt.Equal(f.clock.Now().Add(time.Hour)) {
				t.Errorf("the page has %+v", planned)
			}
			delete(want, planned.ID)
		}
		query.After = page.Next
	}
	if len(want) != 0 || query.After != "" {
		t.Errorf("%v are on no page; next is %q", want, query.After)
	}
	_, err := f.ListPlannedPublications(t.Context(), umbrella, alice.ID, ListQuery{After: cursor(alice.ID)})
	wantError(t, err, portal.CodeBadRequest, "after", portal.CodeMalformed)

	later := f.clock.Now().Add(time.Hour)
	for _, test := range []struct {
		publication portal.PlannedPublication
		field       string
		code        portal.Code
	}{
		{portal.PlannedPublication{Text: " ", PublishAt: later}, "text", portal.CodeRequired},
		{portal.PlannedPublication{Text: strings.Repeat("x", maxPublicationLength+1), PublishAt: later}, "text", portal.CodeMalformed},
		{portal.PlannedPublication{Text: "x"}, "publish_at", portal.CodeRequired},
		{portal.PlannedPublication{Text: "x", PublishAt: f.clock.Now()}, "publish_at", portal.CodeNotAllowed},
	} {
		_, err := f.CreatePlannedPublication(t.Context(), umbrella, alice.ID, test.publication)
		wantError(t, err, portal.CodeInvalid, test.field, test.code)
	}
	bob := f.user(dynamic(f.group("Agents"), "bob@example.com"))
	_, err = f.CreatePlannedPublication(t.Context(), f.acme, bob.ID, portal.PlannedPublication{Text: "x", PublishAt: later})
	wantError(t, err, portal.CodeInvalid, "", portal.CodeNotOnPlatform)
}
