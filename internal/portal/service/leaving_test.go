package service

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestLeaving_ALL08_objectGoesWithItsLastUser(t *testing.T) {
	onEveryLeaver(t, func(t *testing.T, f *fixture, l *leaver) {
		silent := f.acme
		err := l.remove(silent)
		wantError(t, err, portal.CodeConflict, "", portal.CodeInUse)
		f.must(l.remove(l.by))
		waits := l.by.Effects.Waits
		if waits == nil || waits.Kind != portal.HandOverDeletion || waits.Waiting != (portal.Reference{Noun: l.noun, ID: l.id, Name: l.name}) ||
			waits.Count != len(l.users) || waits.ID == "" ||
			waits.Since == "" ||
			waits.Holders[0].Noun != portal.NounUser {
			t.Errorf("the deletion is answered with %+v", waits)
		}
		if refusal := portalError(
			t,
			l.gone(),
		); refusal.Code != portal.CodeNotFound ||
			slices.Contains(l.listed(), l.id) {
			t.Errorf("it can be read, %v, or is listed", refusal)
		}
		if refusal := portalError(t, l.remove(l.by)); refusal.Code != portal.CodeNotFound {
			t.Errorf("deleted again: %v", refusal)
		}
	})
}

func TestLeaving_ALL08_takesNoNewUsers(t *testing.T) {
	onEveryLeaver(t, func(t *testing.T, f *fixture, l *leaver) {
		newcomer := f.officeUser(f.group("For "+l.name).ID, "newcomer-"+string(l.noun)+"@example.com")
		ticking(f)
		f.must(l.remove(l.by))
		ticking(f)
		refusal := portalError(t, l.use(l.by, newcomer.ID))
		if refusal.Code != portal.CodeConflict || refusal.Errors[0].Code != portal.CodeLeaving ||
			!strings.Contains(refusal.Errors[0].Message, "being deleted") {
			t.Errorf("a new user: %v", refusal)
		}
		// Those who use it can still be changed, and what they are shown to have is what they have.
		before := f.stored(l.users[0])
		if _, err := f.ReplaceUser(t.Context(), l.by, l.users[0], portal.User{LastName: new("Smit")}, ""); err != nil {
			t.Errorf("a user of it is changed: %v", err)
		}
		user, err := f.GetUser(t.Context(), l.by, l.users[0])
		f.must(err)
		if !slices.Equal(user.PermissionGroupIDs, before.PermissionGroupIDs) ||
			!slices.Equal(telephonyOf(user).SIPAccountIDs, telephonyOf(before.User).SIPAccountIDs) {
			t.Errorf("the user is shown as %s, and was %s", marshal(t, user), marshal(t, before.User))
		}

		id, err := l.again() // under the same name, at once
		if err != nil || id == l.id {
			t.Fatalf("another one of the same name: %s, %v", id, err)
		}
		for i, userID := range l.users {
			l.by.Effects.Changed = nil
			f.must(l.stop(l.by, userID))
			if last := i == len(l.users)-1; slices.Contains(l.by.Effects.Changed, l.id) != last {
				t.Errorf("user %d of %d has stopped, and %v has changed", i+1, len(l.users), l.by.Effects.Changed)
			}
		}
		page, err := f.ListHandOvers(t.Context(), l.by, ListQuery{})
		if err != nil || len(page.Items) > 0 || !slices.Contains(l.listed(), id) {
			t.Errorf("still waiting: %+v, %v", page.Items, err)
		}
		entries := f.trail(l.id)
		if last := entries[len(entries)-1]; last.Action != portal.ActionDelete || last.ObjectName != l.name ||
			entries[len(entries)-2].Action != portal.ActionLeave {
			t.Errorf("the trail ends with %+v", entries[len(entries)-2:])
		}
	})
}

func TestLeaving_ALL08_goesWithDeletedUsers(t *testing.T) {
	onEveryLeaver(t, func(t *testing.T, f *fixture, l *leaver) {
		f.must(l.remove(l.by))
		for _, id := range l.users {
			f.must(f.DeleteUser(t.Context(), l.by, id, "", portal.Deletion{}))
		}
		if !slices.Contains(l.by.Effects.Changed, l.id) {
			t.Errorf("the last user is gone, and %v has changed", l.by.Effects.Changed)
		}
	})
}

func TestLeaving_ALL08_usersOfOthersAreNamed(t *testing.T) {
	onEveryLeaver(t, func(t *testing.T, f *fixture, l *leaver) {
		if _, err := f.ReplaceUser(
			t.Context(),
			underName(f.acme, "other"),
			l.users[0],
			portal.User{LastName: new("Smit")},
			"",
		); err != nil {
			t.Fatal(err)
		}
		refusal := portalError(t, l.remove(l.by))
		user := f.stored(l.users[0])
		if refusal.Code != portal.CodeConflict || refusal.Errors[0].Code != portal.CodeInUse ||
			!strings.Contains(refusal.Errors[0].Message, *user.Email) {
			t.Errorf("the user of another manager: %v", refusal)
		}
		if len(l.users) > 1 && strings.Contains(refusal.Error(), *f.stored(l.users[1]).Email) {
			t.Errorf("users that are no hindrance are named: %v", refusal)
		}
		if l.gone() != nil {
			t.Error("it is leaving nevertheless")
		}
	})
}

func TestLeaving_staysIfItsUsersStay(t *testing.T) {
	onEveryLeaver(t, func(t *testing.T, f *fixture, l *leaver) {
		f.must(l.remove(l.by))
		f.clock.forward(24*time.Hour + time.Second)
		f.must(l.use(l.by, l.users[0])) // which changes nothing, and ends nothing
		f.group("Written " + string(l.noun))
		if got := l.found(); got != l.name {
			t.Errorf("it is called %q, want %q again", got, l.name)
		}
		if entries := f.trail(l.id); entries[len(entries)-1].Action != portal.ActionEndWait {
			t.Errorf("the trail ends with %+v", entries[len(entries)-1])
		}
		f.must(l.remove(l.by))
		f.clock.forward(24*time.Hour + time.Second)
		id, err := l.again() // before anything else is written
		f.must(err)
		if l.gone() != nil || l.found() == l.name || !slices.Contains(l.listed(), id) {
			t.Errorf("with another one of the name, it is called %q, %v", l.found(), l.gone())
		}
	})
}

// A subgroup is renamed by another one in its place, to which people move afterwards (TC-10).
func TestLeaving_ALL08_TC10_subgroupsAreReplacedUnderTheirMembers(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		ctx, office := t.Context(), f.office()
		made, err := f.CreateUserGroup(
			ctx,
			office,
			portal.UserGroup{Name: new("position"), Subgroups: []portal.Subgroup{{Name: "Junior"}, {Name: "Senior"}}},
			"",
		)
		f.must(err)
		group := made.Object
		user := f.officeUser(f.group("Agents").ID, "alice@example.com")
		move := func(id string) portal.User {
			moved, err := f.ReplaceUser(
				ctx,
				office,
				user.ID,
				portal.User{Directory: &portal.Directory{UserGroupIDs: []string{id}}},
				"",
			)
			f.must(err)
			return moved
		}
		move(group.Subgroups[0].ID)
		names := func(names ...string) portal.UserGroup {
			g := portal.UserGroup{}
			for _, name := range names {
				g.Subgroups = append(g.Subgroups, portal.Subgroup{Name: name})
			}
			return g
		}
		_, err = f.ReplaceUserGroup(ctx, f.acme, group.ID, names("Trainee", "Senior"), "")
		wantError(t, err, portal.CodeConflict, "subgroups", portal.CodeInUse)
		changed, err := f.ReplaceUserGroup(ctx, office, group.ID, names("Trainee", "Senior"), group.ETag)
		f.must(err)
		if len(changed.Subgroups) != 2 || changed.Subgroups[0].Name != "Trainee" ||
			changed.Subgroups[1].ID != group.Subgroups[1].ID {
			t.Errorf("the group has %+v", changed.Subgroups)
		}
		again, err := f.ReplaceUserGroup(ctx, office, group.ID, names("Trainee", "Senior", "Junior"), changed.ETag)
		f.must(err)
		if again.Subgroups[2].ID == group.Subgroups[0].ID || again.Subgroups[2].MemberCount != 0 {
			t.Errorf("a subgroup of the old name is the old one: %+v", again.Subgroups)
		}
		if read, err := f.GetUser(
			ctx,
			office,
			user.ID,
		); err != nil ||
			read.Directory.UserGroupIDs[0] != group.Subgroups[0].ID {
			t.Errorf("the user is shown in %+v, %v", read.Directory, err)
		}
		move(changed.Subgroups[0].ID)
		if page, err := f.ListHandOvers(ctx, office, ListQuery{}); err != nil || len(page.Items) > 0 {
			t.Errorf("still waiting: %+v, %v", page.Items, err)
		}
	})
}

const noordFile = `id: noord
name: Noord B.V.
platform: maatwerk
sip_domain: noord.example.com
`

func TestLeaving_ALL08_MW04_onlyMembershipEndsWithTheNextOne(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		noord := underName(f.on(noordFile), "office")
		group := func(name string) string {
			made, err := f.CreatePermissionGroup(ctx, noord, portal.PermissionGroup{Name: &name}, "")
			f.must(err)
			return made.Object.ID
		}
		first, second := group("First"), group("Second")
		made, err := f.CreateUser(ctx, noord, portal.User{
			Email: new(
				"femke@example.com",
			),
			PermissionGroupIDs: []string{first},
			Telephony:          &portal.Telephony{ForwardNumbers: []string{"+31612345678"}},
		}, "")
		f.must(err)
		user := made.Object

		silent := noord
		silent.TakesOver = ""
		_, err = f.DeletePermissionGroupMember(ctx, silent, first, user.ID, "")
		wantError(t, err, portal.CodeConflict, "", portal.CodeRequired)
		noord.Effects = &Effects{}
		if _, err := f.DeletePermissionGroupMember(
			ctx,
			noord,
			first,
			user.ID,
			user.ETag,
		); err != nil ||
			noord.Effects.Waits == nil {
			t.Fatalf("%+v, %v", noord.Effects, err)
		}
		if _, err := f.GetPermissionGroupMember(
			ctx,
			noord,
			first,
			user.ID,
		); portalError(
			t,
			err,
		).Code != portal.CodeNotFound {
			t.Errorf("the membership can be read: %v", err)
		}
		f.must(f.DeletePermissionGroup(ctx, noord, first, "")) // dissolved at the same time
		if read, err := f.GetUser(
			ctx,
			noord,
			user.ID,
		); err != nil || !slices.Equal(read.PermissionGroupIDs, []string{first}) ||
			read.ETag != user.ETag {
			t.Errorf("meanwhile the user is %+v, %v", read, err)
		}
		member, err := f.PutPermissionGroupMember(ctx, noord, second, user.ID, user.ETag)
		f.must(err)
		read, err := f.GetUser(ctx, noord, user.ID)
		if err != nil || !slices.Equal(read.PermissionGroupIDs, []string{second}) || member.UserETag != read.ETag {
			t.Errorf(
				"the user is in %v with the ETag %s, told was %s, %v",
				read.PermissionGroupIDs,
				read.ETag,
				member.UserETag,
				err,
			)
		}
		if !slices.Contains(noord.Effects.Changed, first) {
			t.Errorf("the dissolved group is not among what changed: %v", noord.Effects.Changed)
		}

		// Taken back, and ended with the user.
		if _, err := f.DeletePermissionGroupMember(ctx, noord, second, user.ID, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := f.PutPermissionGroupMember(ctx, noord, second, user.ID, ""); err != nil {
			t.Fatal(err)
		}
		if page, err := f.ListHandOvers(ctx, noord, ListQuery{}); err != nil || len(page.Items) > 0 {
			t.Errorf("taken back: %+v, %v", page.Items, err)
		}
		if _, err := f.DeletePermissionGroupMember(ctx, noord, second, user.ID, ""); err != nil {
			t.Fatal(err)
		}
		f.must(f.DeletePermissionGroup(ctx, noord, second, ""))
		f.must(f.DeleteUser(ctx, noord, user.ID, "", portal.Deletion{}))
		if page, err := f.ListHandOvers(
			ctx,
			noord,
			ListQuery{},
		); err != nil || len(page.Items) > 0 ||
			!slices.Contains(noord.Effects.Changed, second) {
			t.Errorf("the user is gone: %+v, %v, %v", page.Items, noord.Effects.Changed, err)
		}
	})
}
