package service

import (
	"slices"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

const fietsFile = "id: fiets\nname: Fiets\nplatform: maatwerk\nsip_domain: fiets.example.com\nordered: [pbx]\n"

// onMaatwerk is an organisation on the platform where a user can be in several groups, with a user in one of them.
func onMaatwerk(t *testing.T) (f *fixture, fiets Caller, user portal.User) {
	t.Helper()
	f = newFixture(t)
	f.apply(fietsFile)
	fiets = Caller{OrganizationID: "fiets", TokenID: "tok_f", Scopes: everyday}
	created, err := f.CreateUser(t.Context(), fiets, portal.User{
		Email: new("femke@example.com"), FirstName: new("Femke"), LastName: new("Fiets"), PermissionGroupIDs: []string{f.groupIn(fiets, "Workshop").ID},
		Telephony: &portal.Telephony{ForwardNumbers: []string{"+31612345678"}},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	return f, fiets, created.Object
}

func TestPermissionGroupMember_MW04_besideTheOthers(t *testing.T) {
	t.Parallel()
	f, fiets, user := onMaatwerk(t)
	created, err := f.CreatePermissionGroup(t.Context(), fiets, portal.PermissionGroup{Name: new("More"), Permissions: []string{"invoices.view"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	had, more := user.PermissionGroupIDs, created.Object.ID

	f.clock.forward(time.Second) // so that the audit trail has an order
	given, err := f.PutPermissionGroupMember(t.Context(), fiets, more, user.ID, user.ETag)
	if err != nil || given.PreviousUserETag != user.ETag || given.UserETag == user.ETag {
		t.Fatalf("given: %+v, %v; the user had the ETag %s", given, err, user.ETag)
	}
	after, err := f.GetUser(t.Context(), fiets, user.ID)
	if err != nil || !slices.Equal(after.PermissionGroupIDs, slices.Sorted(slices.Values(append(slices.Clone(had), more)))) || !slices.Contains(after.Permissions, "invoices.view") {
		t.Errorf("the user is in %v with %v (%v), before in %v", after.PermissionGroupIDs, after.Permissions, err, had)
	}
	if after.ETag != given.UserETag {
		t.Errorf("the user has the ETag %s, not %s", after.ETag, given.UserETag)
	}
	if again, err := f.PutPermissionGroupMember(t.Context(), fiets, more, user.ID, user.ETag); err != nil || again.UserETag != given.UserETag || again.PreviousUserETag != "" {
		t.Errorf("given again: %+v, %v; nothing is to change, whatever the condition", again, err)
	}
	if got, err := f.GetPermissionGroupMember(t.Context(), fiets, more, user.ID); err != nil || got.UserETag != given.UserETag {
		t.Errorf("read: %+v, %v", got, err)
	}
	trail, err := f.ListAudit(t.Context(), fiets, ListQuery{Where: map[string]string{"object_id": user.ID}})
	if err != nil || trail.Items[0].Action != portal.ActionReplace || !slices.Equal(trail.Items[0].Fields, []string{"permission_group_ids"}) {
		t.Errorf("the audit trail has %+v, %v", trail.Items, err)
	}

	_, err = f.DeletePermissionGroupMember(t.Context(), fiets, more, user.ID, user.ETag)
	wantError(t, err, portal.CodePreconditionFailed, "", "")
	ended, err := f.DeletePermissionGroupMember(t.Context(), fiets, more, user.ID, "")
	if err != nil || ended.PreviousUserETag != given.UserETag || ended.UserETag == given.UserETag {
		t.Errorf("ended: %+v, %v", ended, err)
	}
	if left, err := f.GetUser(t.Context(), fiets, user.ID); err != nil || !slices.Equal(left.PermissionGroupIDs, had) {
		t.Errorf("the user is left in %v (%v), was in %v", left.PermissionGroupIDs, err, had)
	}
	_, err = f.DeletePermissionGroupMember(t.Context(), fiets, more, user.ID, "")
	wantError(t, err, portal.CodeNotFound, "", "")
	_, err = f.GetPermissionGroupMember(t.Context(), fiets, more, user.ID)
	wantError(t, err, portal.CodeNotFound, "", "")
}

func TestPermissionGroupMember_MW04_whatIsRefused(t *testing.T) {
	t.Parallel()
	f, fiets, user := onMaatwerk(t)
	_, err := f.PutPermissionGroupMember(t.Context(), fiets, "grp_none", user.ID, "")
	wantError(t, err, portal.CodeNotFound, "", "")
	_, err = f.PutPermissionGroupMember(t.Context(), fiets, user.PermissionGroupIDs[0], "usr_none", "")
	wantError(t, err, portal.CodeNotFound, "", "")
	_, err = f.DeletePermissionGroupMember(t.Context(), fiets, user.PermissionGroupIDs[0], user.ID, "")
	wantError(t, err, portal.CodeConflict, "", portal.CodeRequired)

	on := f.user(dynamic(f.group("Agents"), "alice@example.com")) // telecube, where a user is in exactly one
	_, err = f.PutPermissionGroupMember(t.Context(), f.acme, f.group("More").ID, on.ID, "")
	wantError(t, err, portal.CodeInvalid, "", portal.CodeNotOnPlatform)
	_, err = f.DeletePermissionGroupMember(t.Context(), f.acme, on.PermissionGroupIDs[0], on.ID, "")
	wantError(t, err, portal.CodeInvalid, "", portal.CodeNotOnPlatform)
}

func TestPermissionGroupMember_ofThisOrganisationOnly(t *testing.T) {
	t.Parallel()
	f, fiets, user := onMaatwerk(t)
	foreign := f.user(dynamic(f.group("Agents"), "alice@example.com"))
	for _, ids := range [][2]string{{foreign.PermissionGroupIDs[0], user.ID}, {user.PermissionGroupIDs[0], foreign.ID}} {
		_, err := f.PutPermissionGroupMember(t.Context(), fiets, ids[0], ids[1], "")
		wantError(t, err, portal.CodeNotFound, "", "")
		_, err = f.GetPermissionGroupMember(t.Context(), fiets, ids[0], ids[1])
		wantError(t, err, portal.CodeNotFound, "", "")
		_, err = f.DeletePermissionGroupMember(t.Context(), fiets, ids[0], ids[1], "")
		wantError(t, err, portal.CodeNotFound, "", "")
	}
}

// TestPermissionGroupMember_theLastAdministratorStays: the end of a membership is judged like any change of a user.
func TestPermissionGroupMember_theLastAdministratorStays(t *testing.T) {
	t.Parallel()
	f, fiets, user := onMaatwerk(t)
	administrators, err := f.CreatePermissionGroup(t.Context(), fiets, portal.PermissionGroup{
		Name: new("Administrators"), Permissions: []string{"organization.view", "modules.update", "modules.switch"},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.PutPermissionGroupMember(t.Context(), fiets, administrators.Object.ID, user.ID, ""); err != nil {
		t.Fatal(err)
	}
	_, err = f.DeletePermissionGroupMember(t.Context(), fiets, administrators.Object.ID, user.ID, "")
	wantError(t, err, portal.CodeInvalid, "permission_group_id", portal.CodeLastAdmin)
}
