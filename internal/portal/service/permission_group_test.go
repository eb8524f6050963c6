package service

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

func (f *fixture) builtIn() portal.PermissionGroup {
	f.t.Helper()
	page, err := f.ListPermissionGroups(f.t.Context(), f.acme, ListQuery{Where: map[string]string{"name": "administrator"}})
	if err != nil || len(page.Items) != 1 {
		f.t.Fatalf("groups called administrator: %+v, %v", page.Items, err)
	}
	return page.Items[0]
}

func TestPermissionGroup_TC08_groupWithMembersStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group := f.group("Agents")
	for i := range 7 {
		f.user(dynamic(group, fmt.Sprintf("user%d@example.com", i)))
	}
	err := f.DeletePermissionGroup(t.Context(), f.acme, group.ID, group.ETag)
	wantError(t, err, portal.CodeConflict, "", portal.CodeInUse)
	got := portalError(t, err)
	want := `"Agents" has 7 members: user0@example.com, user1@example.com, user2@example.com, user3@example.com, user4@example.com and 2 more; move them to another group first`
	if got.Status != 409 || got.Errors[0].Message != want {
		t.Errorf("%d %q, want 409 %q", got.Status, got.Errors[0].Message, want)
	}
	empty := f.group("Nobody")
	if err := f.DeletePermissionGroup(t.Context(), f.acme, empty.ID, ""); err != nil {
		t.Error(err)
	}
	wantError(t, f.DeletePermissionGroup(t.Context(), f.acme, empty.ID, ""), portal.CodeNotFound, "", "")
}

func TestPermissionGroup_MW06_builtInStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group := f.builtIn()
	if !group.BuiltIn || len(group.Permissions) != 10 {
		t.Errorf("built-in group is %+v", group)
	}
	wantError(t, f.DeletePermissionGroup(t.Context(), f.acme, group.ID, ""), portal.CodeConflict, "", portal.CodeUnchangeable)
	_, err := f.ReplacePermissionGroup(t.Context(), f.acme, group.ID, portal.PermissionGroup{Name: new("Boss")}, "")
	wantError(t, err, portal.CodeInvalid, "name", portal.CodeUnchangeable)
	changed, err := f.ReplacePermissionGroup(t.Context(), f.acme, group.ID, portal.PermissionGroup{Permissions: []string{"users.manage"}}, group.ETag)
	if err != nil || !changed.BuiltIn || len(changed.Permissions) != 1 || changed.ETag == group.ETag {
		t.Errorf("its permissions can be adjusted, but: %+v, %v", changed, err)
	}
}

func TestPermissionGroup_builtInIsReadOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	created, err := f.CreatePermissionGroup(t.Context(), f.acme, portal.PermissionGroup{ID: "grp_mine", Name: new("Agents"), BuiltIn: true}, "")
	if err != nil {
		t.Fatal(err)
	}
	if created.Object.BuiltIn || created.Object.ID == "grp_mine" {
		t.Errorf("a request decided what the portal decides: %+v", created.Object)
	}
	if err := f.DeletePermissionGroup(t.Context(), f.acme, created.Object.ID, ""); err != nil {
		t.Error(err)
	}
}

func TestPermissionGroup_nameIsUniqueIgnoringCase(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first, second := f.group("Agents"), f.group("Others")
	_, err := f.CreatePermissionGroup(t.Context(), f.acme, portal.PermissionGroup{Name: new("AGENTS")}, "")
	wantError(t, err, portal.CodeConflict, "name", portal.CodeAlreadyExists)
	if got := portalError(t, err); got.Errors[0].ExistingID != first.ID {
		t.Errorf("existing_id is %q, want %q", got.Errors[0].ExistingID, first.ID)
	}
	_, err = f.ReplacePermissionGroup(t.Context(), f.acme, second.ID, portal.PermissionGroup{Name: new("agents")}, "")
	wantError(t, err, portal.CodeConflict, "name", portal.CodeAlreadyExists)
	_, err = f.CreatePermissionGroup(t.Context(), f.acme, portal.PermissionGroup{Name: new("More"), Permissions: []string{"moon.landing"}}, "")
	wantError(t, err, portal.CodeInvalid, "permissions", portal.CodeNotAllowed)
	renamed, err := f.ReplacePermissionGroup(t.Context(), f.acme, first.ID, portal.PermissionGroup{Name: new("AGENTS")}, first.ETag)
	if err != nil || *renamed.Name != "AGENTS" || len(renamed.Permissions) != 1 {
		t.Errorf("a group cannot re-spell its name: %+v, %v", renamed, err)
	}
}

// The rules look first, so a race between two portals on one database is what is left for the indexes.
func TestRefusal_indexesSpeakTheLanguageOfTheRules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		noun  portal.Noun
		key   store.Key
		field string
	}{
		{portal.NounUser, store.KeyUserEmail, "email"},
		{portal.NounUser, store.KeyUserUsername, "username"},
		{portal.NounUser, store.KeyExtension, "telephony.extension"},
		{portal.NounSIPAccount, store.KeyExtension, "extension"},
		{portal.NounSIPAccount, store.KeySIPAccountExtension, "extension"},
		{portal.NounPermissionGroup, store.KeyPermissionGroupName, "name"},
	} {
		wantError(t, brokenKey(&store.DuplicateError{Key: test.key}, test.noun), portal.CodeConflict, test.field, portal.CodeAlreadyExists)
	}
	wantError(t, brokenKey(fmt.Errorf("insert: %w", store.ErrMissingReference), portal.NounUser), portal.CodeInvalid, "", portal.CodeMissing)
	if other := errors.New("disk full"); !errors.Is(brokenKey(other, portal.NounUser), other) {
		t.Error("another error is changed")
	}
}

func TestRefusal_warningsStopNothing(t *testing.T) {
	t.Parallel()
	warning := rules.Finding{Field: "email", Severity: rules.SeverityWarning, Code: portal.CodeNotAllowed, Message: "free mail"}
	mistake := rules.Finding{Field: "name", Severity: rules.SeverityError, Code: portal.CodeMalformed, Message: "too long"}
	taken := rules.Finding{Field: "email", Severity: rules.SeverityError, Code: portal.CodeAlreadyExists, Message: "taken", ExistingID: "usr_1"}
	if err := refuse(portal.NounUser, []rules.Finding{warning}); err != nil {
		t.Errorf("a warning refuses: %v", err)
	}
	err := refuse(portal.NounUser, []rules.Finding{warning, mistake})
	wantError(t, err, portal.CodeInvalid, "name", portal.CodeMalformed)
	if got := portalError(t, err); len(got.Errors) != 1 || strings.Contains(got.Error(), "free mail") {
		t.Errorf("the warning is among the errors: %v", got)
	}
	wantError(t, refuse(portal.NounUser, []rules.Finding{mistake, taken}), portal.CodeConflict, "email", portal.CodeAlreadyExists)
}
