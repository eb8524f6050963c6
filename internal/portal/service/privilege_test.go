package service

import (
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// writing is a caller whose token has the scopes read and write only.
func writing(caller Caller) Caller {
	caller.Scopes = []portal.Scope{portal.ScopeRead, portal.ScopeWrite}
	return caller
}

// TestPermissionGroupMember_privilegedOneNeedsAdmin walks the privileged permissions of the platform that has single
// memberships.
func TestPermissionGroupMember_privilegedOneNeedsAdmin(t *testing.T) {
	t.Parallel()
	f, fiets, user := onMaatwerk(t)
	set, err := rules.For(portal.Maatwerk)
	if err != nil {
		t.Fatal(err)
	}
	for _, permission := range set.Privileged {
		made, err := f.CreatePermissionGroup(t.Context(), fiets, portal.PermissionGroup{Name: new(permission), Permissions: []string{permission}}, "")
		if err != nil {
			t.Fatal(err)
		}
		groupID := made.Object.ID
		_, err = f.PutPermissionGroupMember(t.Context(), writing(fiets), groupID, user.ID, "")
		wantError(t, err, portal.CodeInvalid, "permission_group_id", portal.CodeNeedsAdmin)
		if _, err := f.PutPermissionGroupMember(t.Context(), fiets, groupID, user.ID, ""); err != nil {
			t.Errorf("%s with admin: %v", permission, err)
		}
		if _, err := f.PutPermissionGroupMember(t.Context(), writing(fiets), groupID, user.ID, ""); err != nil {
			t.Errorf("%s again: %v; the user has it", permission, err)
		}
		if _, err := f.DeletePermissionGroupMember(t.Context(), writing(fiets), groupID, user.ID, ""); err != nil {
			t.Errorf("%s taken away: %v", permission, err)
		}
	}
}

// TestUser_passwordOfAPrivilegedOneIsNoOracle: without admin, the right password and a wrong one get the same answer.
func TestUser_passwordOfAPrivilegedOneIsNoOracle(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		made, err := f.CreatePermissionGroup(t.Context(), f.acme, portal.PermissionGroup{Name: new("Managers"), Permissions: []string{"users.manage"}}, "")
		if err != nil {
			t.Fatal(err)
		}
		ann := dynamic(made.Object, "ann@example.com")
		ann.Password = new(loginPassword)
		user := f.user(ann)
		for _, password := range []portal.Secret{loginPassword, otherLoginPassword} {
			given := portal.User{Password: &password}
			_, err := f.ReplaceUser(t.Context(), writing(f.acme), user.ID, given, "")
			wantError(t, err, portal.CodeInvalid, "password", portal.CodeNeedsAdmin)
		}
		if _, err := f.ReplaceUser(t.Context(), writing(f.acme), user.ID, portal.User{LastName: new("Smit")}, ""); err != nil {
			t.Errorf("another name: %v", err)
		}
		if _, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{Password: new(otherLoginPassword)}, ""); err != nil {
			t.Errorf("with admin: %v", err)
		}
	})
}
