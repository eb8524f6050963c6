package service

import (
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// leaver is an object that users use, and how they stop.
type leaver struct {
	noun   portal.Noun
	name   string // by which people know it
	by     Caller // with its Effects
	id     string
	users  []string
	remove func(Caller) error
	gone   func() error // what reading it says
	listed func() []string
	again  func() (id string, err error) // another object of the same name
	use    func(Caller, string) error    // by one more user
	stop   func(Caller, string) error    // of one user
	found  func() string                 // what the object is called, if it is there
}

// office is acme as a configuration manages it.
func (f *fixture) office() Caller { return underName(f.acme, "office") }

func (f *fixture) officeUser(groupID, email string) portal.User {
	f.t.Helper()
	made, err := f.CreateUser(f.t.Context(), f.office(), dynamic(portal.PermissionGroup{ID: groupID}, email), "")
	if err != nil {
		f.t.Fatal(err)
	}
	return made.Object
}

// leavers are one object of each kind that two users use.
func leavers(t *testing.T, f *fixture) map[string]*leaver {
	t.Helper()
	ctx, office := t.Context(), f.office()
	other := f.group("Elsewhere").ID
	all := map[string]*leaver{}
	change := func(c Caller, id string, request portal.User) error {
		_, err := f.ReplaceUser(ctx, c, id, request, "")
		return err
	}

	group := &leaver{noun: portal.NounPermissionGroup, name: "Sales"}
	makeGroup := func() (string, error) {
		made, err := f.CreatePermissionGroup(ctx, office, portal.PermissionGroup{Name: new("Sales")}, "")
		return made.Object.ID, err
	}
	group.again = makeGroup
	group.id, _ = makeGroup()
	group.remove = func(c Caller) error { return f.DeletePermissionGroup(ctx, c, group.id, "") }
	group.gone = func() error { _, err := f.GetPermissionGroup(ctx, office, group.id); return err }
	group.listed = func() (ids []string) {
		page, err := f.ListPermissionGroups(ctx, office, ListQuery{Ends: true})
		f.must(err)
		for _, g := range page.Items {
			ids = append(ids, g.ID)
		}
		return ids
	}
	group.found = func() string { g, _ := f.GetPermissionGroup(ctx, office, group.id); return valueOf(g.Name) }
	group.use = func(c Caller, id string) error {
		return change(c, id, portal.User{PermissionGroupIDs: []string{group.id}})
	}
	group.stop = func(c Caller, id string) error {
		return change(c, id, portal.User{PermissionGroupIDs: []string{other}})
	}
	for _, email := range []string{"a@example.com", "b@example.com"} {
		group.users = append(group.users, f.officeUser(group.id, email).ID)
	}
	all["permission group"] = group

	account := &leaver{noun: portal.NounSIPAccount, name: "1001"}
	makeAccount := func() (string, error) {
		made, err := f.CreateSIPAccount(ctx, office, portal.SIPAccount{Extension: new("1001")}, "")
		return made.Object.ID, err
	}
	account.again = makeAccount
	account.id, _ = makeAccount()
	account.remove = func(c Caller) error { return f.DeleteSIPAccount(ctx, c, account.id, "") }
	account.gone = func() error { _, err := f.GetSIPAccount(ctx, office, account.id); return err }
	account.listed = func() (ids []string) {
		page, err := f.ListSIPAccounts(ctx, office, ListQuery{Ends: true})
		f.must(err)
		for _, a := range page.Items {
			ids = append(ids, a.ID)
		}
		return ids
	}
	account.found = func() string { a, _ := f.GetSIPAccount(ctx, office, account.id); return valueOf(a.Extension) }
	phone := func(ids ...string) portal.User {
		return portal.User{
			Telephony: &portal.Telephony{
				SIPAssignment: new([]string{"dynamic", "static"}[len(ids)]),
				SIPAccountIDs: append([]string{}, ids...),
			},
		}
	}
	account.use = func(c Caller, id string) error { return change(c, id, phone(account.id)) }
	account.stop = func(c Caller, id string) error { return change(c, id, phone()) }
	account.users = []string{f.officeUser(other, "c@example.com").ID}
	f.must(account.use(office, account.users[0]))
	all["SIP account"] = account

	userGroup := &leaver{noun: portal.NounUserGroup, name: "Position"}
	makeUserGroup := func() (portal.UserGroup, error) {
		made, err := f.CreateUserGroup(
			ctx,
			office,
			portal.UserGroup{Name: new("Position"), Subgroups: []portal.Subgroup{{Name: "Junior"}}},
			"",
		)
		return made.Object, err
	}
	userGroup.again = func() (string, error) { made, err := makeUserGroup(); return made.ID, err }
	made, err := makeUserGroup()
	f.must(err)
	userGroup.id = made.ID
	userGroup.remove = func(c Caller) error { return f.DeleteUserGroup(ctx, c, userGroup.id, "") }
	userGroup.gone = func() error { _, err := f.GetUserGroup(ctx, office, userGroup.id); return err }
	userGroup.listed = func() (ids []string) {
		page, err := f.ListUserGroups(ctx, office, ListQuery{Ends: true})
		f.must(err)
		for _, g := range page.Items {
			ids = append(ids, g.ID)
		}
		return ids
	}
	userGroup.found = func() string { g, _ := f.GetUserGroup(ctx, office, userGroup.id); return valueOf(g.Name) }
	in := func(ids ...string) portal.User {
		return portal.User{Directory: &portal.Directory{UserGroupIDs: append([]string{}, ids...)}}
	}
	userGroup.use = func(c Caller, id string) error { return change(c, id, in(made.Subgroups[0].ID)) }
	userGroup.stop = func(c Caller, id string) error { return change(c, id, in()) }
	for _, email := range []string{"d@example.com", "e@example.com"} {
		id := f.officeUser(other, email).ID
		f.must(userGroup.use(office, id))
		userGroup.users = append(userGroup.users, id)
	}
	all["user group"] = userGroup
	for _, l := range all {
		l.by = office
		l.by.Effects = &Effects{}
	}
	return all
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// onEveryLeaver runs a test for each kind of object that users can use, on each database.
func onEveryLeaver(t *testing.T, test func(t *testing.T, f *fixture, l *leaver)) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		for name, l := range leavers(t, f) {
			t.Run(name, func(t *testing.T) { test(t, f, l) })
		}
	})
}
