package service

import (
	"reflect"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func subgroups(names ...string) []portal.Subgroup {
	list := []portal.Subgroup{}
	for _, name := range names {
		list = append(list, portal.Subgroup{Name: name})
	}
	return list
}

// userGroup makes a user group of acme and returns the ids of its subgroups by name.
func (f *fixture) userGroup(name string, names ...string) (portal.UserGroup, map[string]string) {
	f.t.Helper()
	made, err := f.CreateUserGroup(f.t.Context(), f.acme, portal.UserGroup{Name: &name, Subgroups: subgroups(names...)}, "")
	if err != nil {
		f.t.Fatal(err)
	}
	ids := map[string]string{}
	for _, subgroup := range made.Object.Subgroups {
		ids[subgroup.Name] = subgroup.ID
	}
	return made.Object, ids
}

func TestService_TC10_subgroupsKeepTheirIDs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	request := portal.UserGroup{Name: new("position"), Subgroups: []portal.Subgroup{{ID: "sub_mine", Name: "Manager", MemberCount: 9}, {Name: "Agent"}}}
	made, err := f.CreateUserGroup(t.Context(), f.acme, request, "key")
	if err != nil {
		t.Fatal(err)
	}
	group := made.Object
	if len(group.Subgroups) != 2 || group.Subgroups[0].Name != "Manager" || !strings.HasPrefix(group.Subgroups[0].ID, "sub_") || group.Subgroups[0].ID == "sub_mine" || group.Subgroups[0].MemberCount != 0 {
		t.Fatalf("created %s", marshal(t, group))
	}
	if again, err := f.CreateUserGroup(t.Context(), f.acme, request, "key"); err != nil || !again.Replayed || !reflect.DeepEqual(again.Object, group) {
		t.Errorf("repeated: %s, %v", marshal(t, again), err)
	}
	if got, err := f.GetUserGroup(t.Context(), f.acme, group.ID); err != nil || !reflect.DeepEqual(got, group) {
		t.Errorf("read %s, %v; created %s", marshal(t, got), err, marshal(t, group))
	}
	if page, err := f.ListUserGroups(t.Context(), f.acme, ListQuery{Where: map[string]string{"name": "POSITION"}}); err != nil || len(page.Items) != 1 || !reflect.DeepEqual(page.Items[0], group) {
		t.Errorf("listed %s, %v", marshal(t, page), err)
	}
	same, err := f.ReplaceUserGroup(t.Context(), f.acme, group.ID, portal.UserGroup{Subgroups: subgroups("Manager", "Agent")}, `"v9"`)
	if err != nil || !reflect.DeepEqual(same, group) {
		t.Errorf("a replacement by the same names: %s, %v", marshal(t, same), err)
	}
	changed, err := f.ReplaceUserGroup(t.Context(), f.acme, group.ID, portal.UserGroup{Subgroups: subgroups("Trainee", "MANAGER")}, group.ETag)
	if err != nil || changed.Subgroups[1].ID != group.Subgroups[0].ID || changed.Subgroups[1].Name != "MANAGER" || changed.Subgroups[0].ID == group.Subgroups[1].ID || changed.ETag == group.ETag {
		t.Errorf("changed to %s, %v", marshal(t, changed), err)
	}
	_, err = f.ReplaceUserGroup(t.Context(), f.acme, group.ID, portal.UserGroup{Subgroups: subgroups("Agent")}, group.ETag)
	wantError(t, err, portal.CodePreconditionFailed, "", "")
	_, err = f.ReplaceUserGroup(t.Context(), f.acme, group.ID, portal.UserGroup{Subgroups: subgroups("Agent", "agent")}, "")
	wantError(t, err, portal.CodeInvalid, "subgroups", portal.CodeNotAllowed)
	_, err = f.CreateUserGroup(t.Context(), f.acme, portal.UserGroup{Name: new("Position")}, "")
	wantError(t, err, portal.CodeConflict, "name", portal.CodeAlreadyExists)
	umbrella := f.on(umbrellaFile)
	_, err = f.CreateUserGroup(t.Context(), umbrella, portal.UserGroup{Name: new("position")}, "")
	wantError(t, err, portal.CodeInvalid, "", portal.CodeNotOnPlatform)
}

func TestService_TC10_oneSubgroupOfEachGroup(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, position := f.userGroup("position", "Manager", "Agent")
	_, team := f.userGroup("team", "North", "South")
	request := dynamic(f.group("Agents"), "bob@example.com")
	in := func(ids ...string) *portal.Directory {
		return &portal.Directory{UserGroupIDs: append([]string{}, ids...)}
	}

	request.Directory = in(position["Manager"], position["Agent"])
	_, err := f.CreateUser(t.Context(), f.acme, request, "")
	wantError(t, err, portal.CodeInvalid, "directory.user_group_ids", portal.CodeNotAllowed)
	request.Directory = in("sub_none")
	_, err = f.CreateUser(t.Context(), f.acme, request, "")
	wantError(t, err, portal.CodeInvalid, "directory.user_group_ids", portal.CodeMissing)

	request.Directory = in(team["South"], position["Manager"])
	user := f.user(request)
	if got := user.Directory.UserGroupIDs; len(got) != 2 || got[0] >= got[1] {
		t.Errorf("user is in %v, want both in order", got)
	}
	moved := f.replaceIn(f.acme, user.ID, portal.User{Directory: in(position["Agent"])})
	if got := moved.Directory.UserGroupIDs; len(got) != 1 || got[0] != position["Agent"] || moved.ETag == user.ETag {
		t.Errorf("moved to %s", marshal(t, moved))
	}
	if got := f.replaceIn(f.acme, user.ID, portal.User{Directory: in()}).Directory.UserGroupIDs; got == nil || len(got) != 0 {
		t.Errorf("taken out of all groups: %v", got)
	}
}

func TestService_TC10_subgroupWithMembersStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group, position := f.userGroup("position", "Manager", "Agent")
	request := dynamic(f.group("Agents"), "bob@example.com")
	request.Directory = &portal.Directory{UserGroupIDs: []string{position["Agent"]}}
	user := f.user(request)

	got, err := f.GetUserGroup(t.Context(), f.acme, group.ID)
	if err != nil || got.Subgroups[0].MemberCount != 0 || got.Subgroups[1].MemberCount != 1 || got.ETag != group.ETag {
		t.Errorf("with a member the group is %s, %v", marshal(t, got), err)
	}
	if same, err := f.ReplaceUserGroup(t.Context(), f.acme, group.ID, group, ""); err != nil || same.ETag != group.ETag {
		t.Errorf("what was read before there was a member makes a change: %s, %v", marshal(t, same), err)
	}
	_, err = f.ReplaceUserGroup(t.Context(), f.acme, group.ID, portal.UserGroup{Subgroups: subgroups("Manager")}, "")
	wantError(t, err, portal.CodeConflict, "subgroups", portal.CodeInUse)
	if text := portalError(t, err).Errors[0].Message; text != `"Agent" has 1 member: bob@example.com; move them to another subgroup first` {
		t.Errorf("the refusal says %q", text)
	}
	err = f.DeleteUserGroup(t.Context(), f.acme, group.ID, "")
	wantError(t, err, portal.CodeConflict, "", portal.CodeInUse)
	if _, err := f.ReplaceUserGroup(t.Context(), f.acme, group.ID, portal.UserGroup{Subgroups: subgroups("Agent")}, ""); err != nil {
		t.Errorf("a subgroup without members cannot go: %v", err)
	}
	if err := f.DeleteUser(t.Context(), f.acme, user.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteUserGroup(t.Context(), f.acme, group.ID, ""); err != nil {
		t.Error(err)
	}
	_, err = f.GetUserGroup(t.Context(), f.acme, group.ID)
	wantError(t, err, portal.CodeNotFound, "", "")
}

func TestService_MW06_groupsTellHowManyMembersTheyHave(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group := f.group("Agents")
	f.user(dynamic(group, "bob@example.com"))
	f.user(dynamic(group, "carol@example.com"))
	got, err := f.GetPermissionGroup(t.Context(), f.acme, group.ID)
	if err != nil || got.MemberCount != 2 || got.ETag != group.ETag {
		t.Errorf("group has %d members and ETag %s, %v; want 2 and %s", got.MemberCount, got.ETag, err, group.ETag)
	}
	if same, err := f.ReplacePermissionGroup(t.Context(), f.acme, group.ID, group, ""); err != nil || same.ETag != group.ETag || same.MemberCount != 2 {
		t.Errorf("what was read before there were members makes a change: %s, %v", marshal(t, same), err)
	}
	page, err := f.ListPermissionGroups(t.Context(), f.acme, ListQuery{Where: map[string]string{"name": "agents"}})
	if err != nil || page.Items[0].MemberCount != 2 {
		t.Errorf("listed %s, %v", marshal(t, page), err)
	}
}
