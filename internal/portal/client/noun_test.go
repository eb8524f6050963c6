package client_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

func TestClient_EN16_aDeletionSaysWhatMayGoWithIt(t *testing.T) {
	t.Parallel()
	for discard, query := range map[bool]string{false: "", true: "discard_planned_work=true"} {
		server := newScript(t, plain, reset, succeed)
		if err := server.client(t).DeleteUser(t.Context(), "usr_1", `"1"`, portal.Deletion{DiscardPlannedWork: discard}); err != nil {
			t.Fatal(err)
		}
		requests := server.got()
		if len(requests) != 2 {
			t.Fatalf("%d requests, want 2", len(requests))
		}
		for _, r := range requests {
			if r.Method != http.MethodDelete || r.URL.Path != "/v1/users/usr_1" || r.URL.RawQuery != query || r.Header.Get("If-Match") != `"1"` {
				t.Errorf("%s %s with If-Match %s, want the query %q", r.Method, r.URL, r.Header.Get("If-Match"), query)
			}
		}
	}
}

func TestClient_SA10_aReloadIsRepeatedWithoutAKey(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, reset, problem(503, `{"status":503,"code":"unavailable"}`),
		respond(200, "application/json", `{"id":"praha/1","name":"Praha","reload_pending":false}`))
	pbx, err := server.client(t).ReloadPBX(t.Context(), "praha/1")
	if err != nil || pbx.Name != "Praha" || pbx.ReloadPending {
		t.Fatalf("reloaded %+v, %v", pbx, err)
	}
	requests := server.got()
	if len(requests) != 3 {
		t.Fatalf("%d requests, want 3", len(requests))
	}
	for _, r := range requests {
		if r.Method != http.MethodPost || r.RequestURI != "/v1/pbxs/praha%2F1/reload" || r.body != "" || r.Header.Get("Idempotency-Key") != "" {
			t.Errorf("%s %s with the body %q and the key %q", r.Method, r.RequestURI, r.body, r.Header.Get("Idempotency-Key"))
		}
	}
}

func TestClient_phoneNumbersWithoutANumberAreNone(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, page(`{"items":[{"number":"+46855511001","main":true}],"next":"a","page_ends":[{"id":"+46855511001","next":"a"}]}`), page(`{"items":[{"main":false}]}`))
	if numbers, err := server.client(t).ListPhoneNumbers(t.Context()); err == nil || numbers != nil || !strings.Contains(err.Error(), "phone number") {
		t.Errorf("got %v and error %v", numbers, err)
	}
}

func TestClient_TC10_userGroups(t *testing.T) {
	t.Parallel()
	const stored = `{"id":"ugr_1","etag":"\"1\"","name":"position","subgroups":[{"id":"sub_1","name":"sales","member_count":2}]}`
	server := newScript(t, plain, respond(http.StatusCreated, "application/json", stored), page(`{"items":[`+stored+`]}`), respond(200, "application/json", stored))
	c := server.client(t, func(c *client.Config) { c.SingleReads = true })
	wanted := portal.UserGroup{Name: new("position"), Subgroups: []portal.Subgroup{{Name: "sales"}}}
	made, err := c.CreateUserGroup(t.Context(), wanted)
	if err != nil || made.Object.Subgroups[0].ID != "sub_1" || made.Object.Subgroups[0].MemberCount != 2 {
		t.Fatalf("made %+v, %v", made, err)
	}
	if listed, err := c.ListUserGroups(t.Context(), client.UserGroupQuery{Name: "position"}); err != nil || len(listed) != 1 || listed[0].ID != "ugr_1" {
		t.Errorf("listed %+v, %v", listed, err)
	}
	if read, err := c.GetUserGroup(t.Context(), "ugr_1"); err != nil || *read.Name != "position" {
		t.Errorf("read %+v, %v", read, err)
	}
	if _, err := c.ReplaceUserGroup(t.Context(), "ugr_1", wanted, `"1"`); err != nil {
		t.Error(err)
	}
	if _, err := c.DeleteUserGroup(t.Context(), "ugr_1", `"1"`); err != nil {
		t.Error(err)
	}
	requests := server.got()
	want := []string{"POST /v1/user-groups", "GET /v1/user-groups", "GET /v1/user-groups/ugr_1", "PUT /v1/user-groups/ugr_1", "DELETE /v1/user-groups/ugr_1"}
	for i, r := range requests {
		if r.Method+" "+r.URL.Path != want[i] {
			t.Errorf("request %d is %s %s, want %s", i, r.Method, r.URL.Path, want[i])
		}
	}
	if len(requests) != len(want) || requests[0].Header.Get("Idempotency-Key") == "" || requests[1].URL.Query().Get("name") != "position" || requests[4].Header.Get("If-Match") != `"1"` {
		t.Errorf("%d requests, query %v", len(requests), requests[1].URL.Query())
	}
}

func TestClient_MW04_aMembershipEndsOnce(t *testing.T) {
	t.Parallel()
	gone := problem(404, `{"status":404,"code":"not_found"}`)
	member, err := newScript(t, plain, reset, gone).client(t).DeletePermissionGroupMember(t.Context(), "grp_1", "usr_1")
	if err != nil || member.UserID != "usr_1" || member.UserETag != "" {
		t.Errorf("after a lost answer: %+v, %v", member, err)
	}
	if _, err := newScript(t, plain, gone).client(t).DeletePermissionGroupMember(t.Context(), "grp_1", "usr_1"); !client.IsNotFound(err) {
		t.Errorf("gone before: %v, want not found", err)
	}
}
