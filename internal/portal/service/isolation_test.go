package service

import (
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// What came with the other platforms is as invisible to another organisation as what was there before.
func TestService_organisationsOfOnePlatformAreApart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	group, position := f.userGroup("position", "Manager")
	umbrella, hooli := f.on(umbrellaFile), f.on(strings.NewReplacer("umbrella", "hooli", "Umbrella", "Hooli").Replace(umbrellaFile))
	writer := f.umbrellaUser(umbrella, "alice")
	planned := f.plan(umbrella, writer.ID, "Hello")
	strom, proud := f.on(stromFile), f.on(strings.NewReplacer("strom", "proud", "Strom", "Proud", "{id: main", "{id: west").Replace(stromFile))
	nord, syd := f.on(nordFile), f.on(strings.NewReplacer("nord", "syd", "Nord", "Syd").Replace(nordFile))
	astrid := f.userIn(nord, nordUser("astrid@example.com", "+46812345671"))

	for name, call := range map[string]func() error{
		"get group": func() error { _, err := f.GetUserGroup(ctx, f.globex, group.ID); return err },
		"replace group": func() error {
			_, err := f.ReplaceUserGroup(ctx, f.globex, group.ID, portal.UserGroup{}, "")
			return err
		},
		"delete group":      func() error { return f.DeleteUserGroup(ctx, f.globex, group.ID, "") },
		"list publications": func() error { _, err := f.ListPlannedPublications(ctx, hooli, writer.ID, ListQuery{}); return err },
		"create publication": func() error {
			_, err := f.CreatePlannedPublication(ctx, hooli, writer.ID, portal.PlannedPublication{})
			return err
		},
		"delete publication": func() error { return f.DeletePlannedPublication(ctx, hooli, writer.ID, planned.ID) },
		"discard publication": func() error {
			return f.DeleteUser(ctx, hooli, writer.ID, "", portal.Deletion{DiscardPlannedWork: true})
		},
		"reload PBX": func() error { _, err := f.ReloadPBX(ctx, proud, "main"); return err },
		"numbers of none": func() error {
			_, err := f.ListPhoneNumbers(ctx, Caller{OrganizationID: "initech"}, ListQuery{})
			return err
		},
	} {
		err := call()
		if err == nil {
			t.Errorf("%s of another organisation went through", name)
			continue
		}
		wantError(t, err, portal.CodeNotFound, "", "")
	}
	if page, err := f.ListUserGroups(ctx, f.globex, ListQuery{}); err != nil || len(page.Items) != 0 {
		t.Errorf("globex sees %v, %v", page.Items, err)
	}
	if got := f.holders(syd); strings.Join(got, "") != "" {
		t.Errorf("syd sees %v of nord", got)
	}
	// The same number, name and PBX are everybody's own.
	if got := f.userIn(syd, nordUser("astrid@example.com", "+46812345671")).Telephony.IncomingNumbers; len(got) != 1 {
		t.Errorf("syd's own number is not free: %v", got)
	}
	if _, err := f.CreateUserGroup(ctx, f.globex, portal.UserGroup{Name: new("position"), Subgroups: subgroups("Manager")}, ""); err != nil {
		t.Error(err)
	}
	agents, err := f.CreatePermissionGroup(ctx, f.globex, portal.PermissionGroup{Name: new("Agents")}, "")
	if err != nil {
		t.Fatal(err)
	}
	request := dynamic(agents.Object, "bob@example.com")
	request.Directory = &portal.Directory{UserGroupIDs: []string{position["Manager"]}}
	_, err = f.CreateUser(ctx, f.globex, request, "")
	wantError(t, err, portal.CodeInvalid, "directory.user_group_ids", portal.CodeMissing)

	f.userIn(proud, portal.User{
		Email: new("jan@example.com"), FirstName: new("Jan"), LastName: new("Novak"), PermissionGroupIDs: []string{f.groupIn(proud, "Agents").ID},
		Licence: callcentrum(), Telephony: &portal.Telephony{Extension: new("201"), PBXID: new("spare")},
	})
	if got := f.pending(strom); got["spare"] {
		t.Error("a change at proud waits for a reload at strom")
	}
	if _, err := f.ReloadPBX(ctx, strom, "spare"); err != nil || !f.pending(proud)["spare"] {
		t.Errorf("a reload at strom was one at proud: %v", err)
	}
	if got, err := f.GetUser(ctx, nord, astrid.ID); err != nil || marshal(t, got) != marshal(t, astrid) {
		t.Errorf("a stranger changed the user to %s, %v", marshal(t, got), err)
	}
}
