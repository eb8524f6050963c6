package rules_test

import (
	"slices"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func TestGuard_privilegedPermissions(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		set := ruleSet(t, platform)
		for _, name := range set.Privileged {
			if _, ok := set.Permissions[name]; !ok {
				t.Errorf("%s: %q is privileged and no permission", platform, name)
			}
		}
		for _, name := range set.Administrators {
			if !slices.Contains(set.Privileged, name) {
				t.Errorf("%s: %q makes an administrator and is not privileged", platform, name)
			}
		}
	}
}

// writer has the scopes of a token that may read and write, and nothing else.
var writer = []portal.Scope{portal.ScopeRead, portal.ScopeWrite}

// TestCheck_privilegedThingsThatStay: on every platform and for every privileged permission, a write that leaves it as
// it is, or takes it away, needs no admin, and neither does a write whose token has admin or is not known.
func TestCheck_privilegedThingsThatStay(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		set := ruleSet(t, platform)
		for _, permission := range set.Privileged {
			inventory := acme()
			for _, id := range []string{"grp_priv", "grp_same"} {
				inventory.PermissionGroups[id] = portal.PermissionGroup{ID: id, Permissions: []string{permission}}
			}
			stored := storedAlice(t, set)
			stored.PermissionGroupIDs = []string{"grp_priv"}
			check := func(name string, scopes []portal.Scope, edit func(*portal.User), want ...string) {
				t.Helper()
				t.Log(platform, permission, name)
				wanted := &portal.User{}
				rules.FillFrom(wanted, stored)
				edit(wanted)
				expect(t, set.Check(inventory, rules.Change{Noun: portal.NounUser, Before: stored, After: wanted, Scopes: scopes}), want...)
			}
			address := func(u *portal.User) { u.Email = new("new@example.com") }
			check("another name", writer, func(u *portal.User) { u.FirstName = new("Alicia") })
			check("the address in capitals", writer, func(u *portal.User) { u.Email = new("ALICE@example.com") })
			check("another group with the same", writer, func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_same"} })
			check("taken away", writer, func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_1"} })
			check("with admin", portal.Scopes(), address)
			check("scopes that are not known", nil, address)
			check("another address", writer, address, "email needs_admin ")
			check("taken away, and another address", writer, func(u *portal.User) {
				u.PermissionGroupIDs, u.Email = []string{"grp_1"}, new("new@example.com")
			}, "email needs_admin ")

			group := &portal.PermissionGroup{ID: "grp_priv", Name: new("Priv"), Permissions: []string{permission}}
			for _, permissions := range [][]string{{permission}, {}} {
				renamed := &portal.PermissionGroup{Name: group.Name, Description: new("Another one."), Permissions: permissions}
				expect(t, set.Check(inventory, rules.Change{Noun: portal.NounPermissionGroup, Before: group, After: renamed, Scopes: writer}))
			}
		}
	}
}

// TestCheck_privilegedUnknown: what is not known yet is not refused, and a password that is to come is, whatever it
// will be.
func TestCheck_privilegedUnknown(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Telecube)
	inventory := acme()
	inventory.PermissionGroups["grp_priv"] = portal.PermissionGroup{ID: "grp_priv", Permissions: []string{"users.manage"}}
	for path, want := range map[string][]string{"permission_group_ids": nil, "email": nil, "password": {"password needs_admin "}} {
		stored := storedAlice(t, set)
		wanted := *stored
		switch path {
		case "permission_group_ids":
			wanted.PermissionGroupIDs = nil
		default:
			stored.PermissionGroupIDs, wanted.PermissionGroupIDs = []string{"grp_priv"}, []string{"grp_priv"}
		}
		switch path {
		case "email":
			wanted.Email = new("")
		case "password":
			wanted.Password = new(portal.Secret)
		}
		unknown := func(p string) bool { return p == path }
		change := rules.Change{Noun: portal.NounUser, Before: stored, After: &wanted, Unknown: unknown, Scopes: writer}
		expect(t, set.Check(inventory, change), want...)
	}
}
