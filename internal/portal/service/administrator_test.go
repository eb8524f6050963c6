package service

import (
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// managers is a group whose members administer the organisation.
func (f *fixture) managers(name string) portal.PermissionGroup {
	f.t.Helper()
	created, err := f.CreatePermissionGroup(f.t.Context(), f.acme, portal.PermissionGroup{Name: &name, Permissions: []string{"users.manage", "contacts.view"}}, "")
	if err != nil {
		f.t.Fatal(err)
	}
	return created.Object
}

func TestAdministrator_theLastOneStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	managers, others, agents := f.managers("Managers"), f.managers("Other managers"), f.group("Agents")
	ann := f.user(dynamic(managers, "ann@example.com"))
	ben := f.user(dynamic(others, "ben@example.com"))
	off := dynamic(managers, "off@example.com")
	off.Enabled = new(false)
	f.user(off) // who does not count
	f.user(dynamic(agents, "eve@example.com"))

	// While there are two, either may go, and not both.
	f.replaceUser(ben.ID, portal.User{Enabled: new(false)})
	refusals := map[string]func() error{
		"enabled": func() error {
			_, err := f.ReplaceUser(t.Context(), f.acme, ann.ID, portal.User{Enabled: new(false)}, "")
			return err
		},
		"permission_group_ids": func() error {
			_, err := f.ReplaceUser(t.Context(), f.acme, ann.ID, portal.User{PermissionGroupIDs: []string{agents.ID}}, "")
			return err
		},
		"permissions": func() error {
			_, err := f.ReplacePermissionGroup(t.Context(), f.acme, managers.ID, portal.PermissionGroup{Permissions: []string{"contacts.view"}}, "")
			return err
		},
	}
	for field, write := range refusals {
		wantError(t, write(), portal.CodeInvalid, field, portal.CodeLastAdmin)
	}
	wantError(t, f.DeleteUser(t.Context(), f.acme, ann.ID, "", portal.Deletion{}), portal.CodeConflict, "", portal.CodeLastAdmin)
	f.replaceUser(ann.ID, portal.User{PermissionGroupIDs: []string{others.ID}}) // has the right still
	f.replaceUser(ben.ID, portal.User{Enabled: new(true)})
	if err := f.DeleteUser(t.Context(), f.acme, ann.ID, "", portal.Deletion{}); err != nil {
		t.Errorf("one of two administrators: %v", err)
	}
	wantError(t, f.DeleteUser(t.Context(), f.acme, ben.ID, "", portal.Deletion{}), portal.CodeConflict, "", portal.CodeLastAdmin)
	givesUp := f.acme
	givesUp.LastAdministrator = true
	if err := f.DeleteUser(t.Context(), givesUp, ben.ID, "", portal.Deletion{}); err != nil {
		t.Errorf("the last administrator of an organisation that is given up: %v", err)
	}
}

func TestAdministrator_anOrganisationWithoutOneMayBeSetUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	agents, managers := f.group("Agents"), f.managers("Managers")
	user := f.user(dynamic(agents, "eve@example.com"))
	f.replaceUser(user.ID, portal.User{Enabled: new(false)})
	if _, err := f.ReplacePermissionGroup(t.Context(), f.acme, managers.ID, portal.PermissionGroup{Permissions: []string{}}, ""); err != nil {
		t.Errorf("a group without members: %v", err)
	}
	if err := f.DeleteUser(t.Context(), f.acme, user.ID, "", portal.Deletion{}); err != nil {
		t.Errorf("a user who administers nothing: %v", err)
	}
}

// Two requests at once may each take one of the last two administrators: one of them is refused, also when two portals
// work on one database.
func TestAdministrator_ofTwoAtOnceOneStays(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		managers := f.managers("Managers")
		users := []portal.User{f.user(dynamic(managers, "ann@example.com")), f.user(dynamic(managers, "ben@example.com"))}
		services := []*Service{f.Service, f.another(t)}
		results := make(chan error)
		for i, user := range users {
			go func() { results <- services[i].DeleteUser(t.Context(), f.acme, user.ID, "", portal.Deletion{}) }()
		}
		refused := 0
		for range users {
			if err := <-results; err != nil {
				refused++
				wantError(t, err, portal.CodeConflict, "", portal.CodeLastAdmin)
			}
		}
		if refused != 1 {
			t.Errorf("%d of two deletions were refused, want one", refused)
		}
	})
}

// tokenOf makes a token of a user and authenticates with it.
func (f *fixture) tokenOf(user string, scopes ...portal.Scope) (secret string, caller Caller) {
	f.t.Helper()
	secret, _, err := f.CreateToken(f.t.Context(), "acme", TokenRequest{Name: "of " + user, Scopes: scopes, User: user})
	if err != nil {
		f.t.Fatal(err)
	}
	if caller, err = f.Authenticate(f.t.Context(), secret); err != nil {
		f.t.Fatal(err)
	}
	return secret, caller
}

func TestToken_ofAUserNeverTakesThatUsersOwnRight(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	managers, agents := f.managers("Managers"), f.group("Agents")
	ann, ben := f.user(dynamic(managers, "ann@example.com")), f.user(dynamic(managers, "ben@example.com"))
	_, caller := f.tokenOf("ANN@example.com", portal.Scopes()...)
	if caller.UserID != ann.ID {
		t.Fatalf("the token is that of %q, want %q", caller.UserID, ann.ID)
	}
	if organization, err := f.Organization(t.Context(), caller); err != nil || organization.UserID != ann.ID {
		t.Errorf("the organisation tells %q, %v", organization.UserID, err)
	}
	_, err := f.ReplaceUser(t.Context(), caller, ann.ID, portal.User{Enabled: new(false)}, "")
	wantError(t, err, portal.CodeInvalid, "enabled", portal.CodeOwnAccess)
	_, err = f.ReplaceUser(t.Context(), caller, ann.ID, portal.User{PermissionGroupIDs: []string{agents.ID}}, "")
	wantError(t, err, portal.CodeInvalid, "permission_group_ids", portal.CodeOwnAccess)
	if _, err = f.ReplacePermissionGroup(t.Context(), caller, managers.ID, portal.PermissionGroup{Permissions: []string{"contacts.view"}}, ""); err == nil {
		t.Error("the group of all administrators was narrowed")
	}
	wantError(t, f.DeleteUser(t.Context(), caller, ann.ID, "", portal.Deletion{}), portal.CodeConflict, "", portal.CodeOwnAccess)
	if _, err := f.ReplaceUser(t.Context(), caller, ann.ID, portal.User{LastName: new("Smit")}, ""); err != nil {
		t.Errorf("another change of the own user: %v", err)
	}
	if err := f.DeleteUser(t.Context(), caller, ben.ID, "", portal.Deletion{}); err != nil {
		t.Errorf("another administrator: %v", err)
	}
}

func TestToken_ofAUserIsOverWithTheUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	managers, agents := f.managers("Managers"), f.group("Agents")
	f.user(dynamic(managers, "ann@example.com"))
	ben := f.user(dynamic(managers, "ben@example.com"))
	secret, caller := f.tokenOf("ben@example.com", portal.ScopeRead, portal.ScopeAdmin)
	scopes := func() []portal.Scope {
		t.Helper()
		caller, err := f.Authenticate(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		return caller.Scopes
	}
	if !slices.Contains(caller.Scopes, portal.ScopeAdmin) {
		t.Errorf("an administrator's token has %v", caller.Scopes)
	}
	f.replaceUser(ben.ID, portal.User{PermissionGroupIDs: []string{agents.ID}})
	if got := scopes(); !slices.Equal(got, []portal.Scope{portal.ScopeRead}) {
		t.Errorf("the token of one who no longer administers has %v", got)
	}
	f.replaceUser(ben.ID, portal.User{PermissionGroupIDs: []string{managers.ID}})
	if got := scopes(); !slices.Contains(got, portal.ScopeAdmin) {
		t.Errorf("the token of one who administers again has %v", got)
	}
	f.replaceUser(ben.ID, portal.User{Enabled: new(false)})
	_, err := f.Authenticate(t.Context(), secret)
	wantError(t, err, portal.CodeUnauthorized, "", "")
	f.replaceUser(ben.ID, portal.User{Enabled: new(true)})
	scopes()
	adminOnly, _ := f.tokenOf("ben@example.com", portal.ScopeAdmin)
	f.replaceUser(ben.ID, portal.User{PermissionGroupIDs: []string{agents.ID}})
	if caller, err := f.Authenticate(t.Context(), adminOnly); err != nil || len(caller.Scopes) != 0 {
		t.Errorf("a token that only has a scope that does not count is not over: %+v, %v", caller, err)
	}
	if err := f.DeleteUser(t.Context(), f.acme, ben.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	_, err = f.Authenticate(t.Context(), secret)
	wantError(t, err, portal.CodeUnauthorized, "", "")
	tokens, err := f.ListTokens(t.Context(), "acme")
	if err != nil || len(tokens) != 2 || tokens[0].UserID != ben.ID || tokens[0].UserName != ben.ID {
		t.Errorf("the list has %+v, %v", tokens, err)
	}
}

func TestToken_ofAUserWhoCannotHaveIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	agents := f.group("Agents")
	f.user(dynamic(agents, "eve@example.com"))
	off := dynamic(agents, "off@example.com")
	off.Enabled = new(false)
	f.user(off)
	for _, c := range []struct {
		user, field string
		scope       portal.Scope
		code        portal.Code
	}{
		{"nobody@example.com", "user", portal.ScopeRead, portal.CodeMissing},
		{"off@example.com", "user", portal.ScopeRead, portal.CodeNotAllowed},
		{"eve@example.com", "scopes", portal.ScopeAdmin, portal.CodeNotAllowed},
	} {
		_, _, err := f.CreateToken(t.Context(), "acme", TokenRequest{Name: "x", Scopes: []portal.Scope{c.scope}, User: c.user})
		wantError(t, err, portal.CodeInvalid, c.field, c.code)
		if !strings.Contains(err.Error(), c.user) {
			t.Errorf("%v does not name %s", err, c.user)
		}
	}
	if tokens, err := f.ListTokens(t.Context(), "acme"); err != nil || len(tokens) != 0 {
		t.Errorf("tokens were made: %+v, %v", tokens, err)
	}
}
