package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

func TestAudit_saysWhoWhatWhenAndFromWhichRequest(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	created := send(t, p, "POST", "/v1/permission-groups", `{"name": "Agenci", "permissions": ["contacts.view"]}`, header("X-Request-Id", "hr-import-7"))
	group := into[portal.PermissionGroup](t, created, http.StatusCreated)
	into[portal.PermissionGroup](t, send(t, p, "PUT", "/v1/permission-groups/"+group.ID, `{"description": "Zespół"}`), http.StatusOK)
	page := into[portal.Page[portal.AuditEntry]](t, send(t, p, "GET", "/v1/audit?object_id="+group.ID, nil), http.StatusOK)
	if len(page.Items) != 2 {
		t.Fatalf("the trail of the group is %+v", page.Items)
	}
	newest, oldest := page.Items[0], page.Items[1]
	if newest.Action != portal.ActionReplace || strings.Join(newest.Fields, " ") != "description" || newest.RequestID == "" {
		t.Errorf("the newest entry is %+v", newest)
	}
	want := portal.Actor{Kind: portal.ActorToken, ID: p.Caller.TokenID, Name: t.Name()}
	if oldest.Actor != want || oldest.Action != portal.ActionCreate || oldest.Noun != "permission_group" || oldest.ObjectName != "Agenci" ||
		oldest.RequestID != "hr-import-7" || oldest.Address != "127.0.0.1" || oldest.At.IsZero() || strings.Join(oldest.Fields, " ") != "name permissions" {
		t.Errorf("the oldest entry is %+v", oldest)
	}
	// A proxy's word for where a request comes from is anybody's word.
	send(t, p, "DELETE", "/v1/permission-groups/"+group.ID, nil, header("X-Forwarded-For", "203.0.113.9"))
	first := into[portal.Page[portal.AuditEntry]](t, send(t, p, "GET", "/v1/audit?limit=1", nil), http.StatusOK)
	if len(first.Items) != 1 || first.Next == "" || first.Items[0].Action != portal.ActionDelete || first.Items[0].Address != "127.0.0.1" {
		t.Errorf("the newest page is %+v", first)
	}
	next := into[portal.Page[portal.AuditEntry]](t, send(t, p, "GET", "/v1/audit?limit=1&after="+first.Next, nil), http.StatusOK)
	if len(next.Items) != 1 || next.Items[0].ID != newest.ID {
		t.Errorf("the page after is %+v", next)
	}
	badAt(t, send(t, p, "GET", "/v1/audit?noun=user", nil), "noun")
}

func TestServer_staleWriteIsToldWhoAndWhen(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	created := send(t, p, "POST", "/v1/permission-groups", `{"name": "Agenci"}`)
	group := into[portal.PermissionGroup](t, created, http.StatusCreated)
	path, etag := "/v1/permission-groups/"+group.ID, header("If-Match", group.ETag)
	into[portal.PermissionGroup](t, send(t, p, "PUT", path, `{"description": "Zespół"}`), http.StatusOK)
	for method, body := range map[string]any{"PUT": `{"description": "Inny"}`, "DELETE": nil} {
		problem := refused(t, send(t, p, method, path, body, etag), portal.CodePreconditionFailed)
		if problem.ChangedBy != "token "+t.Name()+" ("+p.Caller.TokenID+")" || problem.ChangedAt == nil || !strings.Contains(problem.Detail, problem.ChangedBy) {
			t.Errorf("%s: %+v does not say who and when", method, problem)
		}
	}
	if problem := refused(t, send(t, p, "GET", "/v1/users/usr_none", nil), portal.CodeNotFound); problem.ChangedBy != "" || problem.ChangedAt != nil {
		t.Errorf("another problem says who: %+v", problem)
	}
}

func TestServer_theLastAdministratorAndTheOwnRightStay(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	group := into[portal.PermissionGroup](t, send(t, p, "POST", "/v1/permission-groups", `{"name": "Kierownicy", "permissions": ["users.manage"]}`), http.StatusCreated)
	other := into[portal.PermissionGroup](t, send(t, p, "POST", "/v1/permission-groups", `{"name": "Agenci"}`), http.StatusCreated)
	administrator := func(email string) portal.User {
		return into[portal.User](t, send(t, p, "POST", "/v1/users", portal.User{
			Email: &email, FirstName: new("Ewa"), LastName: new("Nowak"), PermissionGroupIDs: []string{group.ID}, Telephony: &portal.Telephony{SIPAssignment: new("dynamic")},
		}), http.StatusCreated)
	}
	ewa := administrator("ewa@delfin.example.com")
	path := "/v1/users/" + ewa.ID
	fieldRefused := func(answer answer, code portal.Code, field string, fieldCode portal.Code) {
		t.Helper()
		if problem := refused(t, answer, code); len(problem.Errors) != 1 || problem.Errors[0].Field != field || problem.Errors[0].Code != fieldCode {
			t.Errorf("%+v, want %s at %q", problem, fieldCode, field)
		}
	}
	own := header("Authorization", "Bearer "+p.TokenOfUser(t, "ewa@delfin.example.com", portal.ScopeRead, portal.ScopeWrite, portal.ScopeAdmin))
	for _, try := range []struct {
		code  portal.Code
		token option
	}{{portal.CodeLastAdmin, header("X-Request-Id", "all")}, {portal.CodeOwnAccess, own}} {
		if try.code == portal.CodeOwnAccess {
			administrator("jan@delfin.example.com") // so that she is not the last one
		}
		fieldRefused(send(t, p, "PUT", path, `{"enabled": false}`, try.token), portal.CodeInvalid, "enabled", try.code)
		fieldRefused(send(t, p, "PUT", path, portal.User{PermissionGroupIDs: []string{other.ID}}, try.token), portal.CodeInvalid, "permission_group_ids", try.code)
		fieldRefused(send(t, p, "DELETE", path, nil, try.token), portal.CodeConflict, "", try.code)
		if try.code == portal.CodeLastAdmin {
			fieldRefused(send(t, p, "PUT", "/v1/permission-groups/"+group.ID, `{"permissions": []}`, try.token), portal.CodeInvalid, "permissions", try.code)
		}
	}
	if organization := into[portal.Organization](t, send(t, p, "GET", "/v1/organization", nil, own), http.StatusOK); organization.UserID != ewa.ID {
		t.Errorf("the organisation tells that the token is that of %q", organization.UserID)
	}
	into[portal.User](t, send(t, p, "PUT", path, `{"enabled": false}`), http.StatusOK)
	refused(t, send(t, p, "GET", "/v1/organization", nil, own), portal.CodeUnauthorized)
}
