package server_test

import (
	"net/http"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

func TestServer_MW04_permissionGroupMembers(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Maatwerk))
	user := p.Stock(t).HolderID
	path := "/v1/permission-groups/" + p.Make(t, portal.PermissionGroup{Name: new("More")}) + "/members/" + user
	refused(t, send(t, p, "GET", path, nil), portal.CodeNotFound)
	refused(t, send(t, p, "DELETE", path, nil), portal.CodeNotFound)
	refused(t, send(t, p, "PUT", path, nil, header("If-Match", `"v7"`)), portal.CodePreconditionFailed)

	given := into[portal.PermissionGroupMember](t, send(t, p, "PUT", path, nil, header("If-Match", `"v1"`)), http.StatusOK)
	read := into[portal.PermissionGroupMember](t, send(t, p, "GET", path, nil), http.StatusOK)
	if given.UserID != user || given.PreviousUserETag != `"v1"` || read.UserETag != given.UserETag || read.PreviousUserETag != "" {
		t.Errorf("given %+v, read %+v", given, read)
	}
	if now := into[portal.User](t, send(t, p, "GET", "/v1/users/"+user, nil), http.StatusOK); now.ETag != given.UserETag {
		t.Errorf("the user has the ETag %s, not %s", now.ETag, given.UserETag)
	}
	ended := into[portal.PermissionGroupMember](t, send(t, p, "DELETE", path, nil), http.StatusOK)
	if ended.PreviousUserETag != given.UserETag {
		t.Errorf("ended %+v", ended)
	}
	refused(t, send(t, p, "DELETE", path, nil), portal.CodeNotFound)
}
