package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func TestGuard_administratorsHavePermissionsOfThePlatform(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		set := ruleSet(t, platform)
		if (len(set.Administrators) == 0) != (set.Objects[portal.NounPermissionGroup] == nil) {
			t.Errorf("%s: administrators need %v, and a platform has them if it has permission groups", platform, set.Administrators)
		}
		for _, name := range set.Administrators {
			if _, ok := set.Permissions[name]; !ok {
				t.Errorf("%s: administrators need %q, which is no permission", platform, name)
			}
		}
		if set.Administers(nil) || set.Administers(set.PermissionNames()) != (len(set.Administrators) > 0) {
			t.Errorf("%s: who has no permission administers, or who has all does not", platform)
		}
	}
}

// administered is an organisation on maatwerk, where it takes three permissions: anna has them from one group, bo from
// two, and the others lack something.
func administered() *rules.Administration {
	person := func(id string, enabled bool, groups ...string) rules.Person {
		return rules.Person{Holder: rules.Holder{ID: "usr_" + id, Name: id + "@example.com"}, Enabled: enabled, GroupIDs: groups}
	}
	return &rules.Administration{
		Groups: map[string][]string{
			"grp_all":  {"organization.view", "modules.update", "modules.switch", "invoices.view"},
			"grp_some": {"organization.view", "modules.update"}, "grp_rest": {"modules.switch"}, "grp_none": {"own_destination.update"},
		},
		People: []rules.Person{person("anna", true, "grp_all"), person("bo", true, "grp_some", "grp_rest"), person("cas", false, "grp_all"), person("dee", true, "grp_some")},
	}
}

// only leaves these people of an administration.
func only(a *rules.Administration, names ...string) *rules.Administration {
	a.People = slices.DeleteFunc(a.People, func(p rules.Person) bool { return !slices.Contains(names, strings.TrimPrefix(p.ID, "usr_")) })
	return a
}

// changes that may take the right to administer from anna, whom grp_all makes one.
func annas(t *testing.T) (before portal.User, change func(func(*portal.User)) rules.Change) {
	t.Helper()
	user := *alice(t, portal.Maatwerk)
	user.ID, user.Enabled, user.PermissionGroupIDs = "usr_anna", new(true), []string{"grp_all"}
	return user, func(edit func(*portal.User)) rules.Change {
		after := user
		edit(&after)
		return rules.Change{Noun: portal.NounUser, Before: &user, After: &after, Scopes: portal.Scopes()}
	}
}

func TestCheck_lastAdministratorStays(t *testing.T) {
	t.Parallel()
	anna, change := annas(t)
	group := portal.PermissionGroup{ID: "grp_all", Name: new("All"), Permissions: administered().Groups["grp_all"]}
	narrowed := group
	narrowed.Permissions = []string{"organization.view", "modules.update"}
	other := group
	other.Permissions = []string{"organization.view", "modules.update", "modules.switch"}
	inventory := acme()
	inventory.PermissionGroups = map[string]portal.PermissionGroup{"grp_all": {}, "grp_some": {}, "grp_rest": {}, "grp_none": {}}
	ofGroup := rules.Change{Noun: portal.NounPermissionGroup, Before: &group, After: &narrowed, Scopes: portal.Scopes()}
	unknownGroups := change(func(u *portal.User) { u.PermissionGroupIDs = []string{} })
	unknownGroups.Unknown = func(path string) bool { return path == "permission_group_ids" }
	deletion := rules.Change{Noun: portal.NounUser, Before: &anna, Deletion: &portal.Deletion{}, Scopes: portal.Scopes()}
	for name, c := range map[string]struct {
		change rules.Change
		left   []string // of the people
		field  string
		code   portal.Code
	}{
		"deleted":                     {deletion, []string{"anna", "cas", "dee"}, "", portal.CodeLastAdmin},
		"deleted, another one left":   {deletion, []string{"anna", "bo"}, "", ""},
		"deleted, nobody administers": {deletion, []string{"cas", "dee"}, "", ""},
		"deleted, not known":          {deletion, nil, "", ""},
		"disabled":                    {change(func(u *portal.User) { u.Enabled = new(false) }), []string{"anna", "cas"}, "enabled", portal.CodeLastAdmin},
		"disabled, another one left":  {change(func(u *portal.User) { u.Enabled = new(false) }), []string{"anna", "bo"}, "", ""},
		"moved":                       {change(func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_some"} }), []string{"anna", "dee"}, "permission_group_ids", portal.CodeLastAdmin},
		"moved to as much":            {change(func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_some", "grp_rest"} }), []string{"anna"}, "", ""},
		"moved, groups not known":     {unknownGroups, []string{"anna"}, "", ""},
		"renamed":                     {change(func(u *portal.User) { u.LastName = new("Smit") }), []string{"anna"}, "", ""},
		"group narrowed":              {ofGroup, []string{"anna", "dee"}, "permissions", portal.CodeLastAdmin},
		"group narrowed, others left": {ofGroup, []string{"anna", "bo"}, "", ""},
		"group without the rest":      {rules.Change{Noun: portal.NounPermissionGroup, Before: &group, After: &other, Scopes: portal.Scopes()}, []string{"anna"}, "", ""},
	} {
		inventory.Administration = nil
		if c.left != nil {
			inventory.Administration = only(administered(), c.left...)
		}
		findings := ruleSet(t, portal.Maatwerk).Check(inventory, c.change)
		findings = slices.DeleteFunc(findings, func(f rules.Finding) bool { return f.Severity == rules.SeverityWarning })
		switch {
		case c.code == "" && len(findings) > 0:
			t.Errorf("%s: refused with %+v", name, findings)
		case c.code != "" && (len(findings) != 1 || findings[0].Field != c.field || findings[0].Code != c.code):
			t.Errorf("%s: %+v, want %s at %q", name, findings, c.code, c.field)
		case c.code != "" && (!strings.Contains(findings[0].Message, "anna@example.com") || !strings.Contains(findings[0].Message, "make another user an administrator")):
			t.Errorf("%s: %q does not say who it is and what to do", name, findings[0].Message)
		}
	}
}

func TestCheck_theTokensOwnRightStays(t *testing.T) {
	t.Parallel()
	anna, change := annas(t)
	group := portal.PermissionGroup{ID: "grp_all", Name: new("All"), Permissions: administered().Groups["grp_all"]}
	narrowed := group
	narrowed.Permissions = []string{"organization.view"}
	inventory := acme()
	inventory.PermissionGroups = map[string]portal.PermissionGroup{"grp_all": {}, "grp_none": {}}
	inventory.Administration = only(administered(), "anna", "bo")
	disabled := change(func(u *portal.User) { u.Enabled = new(false) })
	disabledUnknown := disabled
	disabledUnknown.Unknown = func(path string) bool { return path == "enabled" }
	for name, c := range map[string]struct {
		change rules.Change
		field  string
		ok     bool
	}{
		"deleted":        {change: rules.Change{Noun: portal.NounUser, Before: &anna, Deletion: &portal.Deletion{}}},
		"disabled":       {change: disabled, field: "enabled"},
		"not known":      {change: disabledUnknown, ok: true},
		"moved":          {change: change(func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_none"} }), field: "permission_group_ids"},
		"group narrowed": {change: rules.Change{Noun: portal.NounPermissionGroup, Before: &group, After: &narrowed}, field: "permissions"},
		"renamed":        {change: change(func(u *portal.User) { u.LastName = new("Smit") }), ok: true},
	} {
		for _, owner := range []string{"usr_anna", "usr_bo", ""} {
			c.change.UserID, c.change.Scopes = owner, portal.Scopes()
			findings := ruleSet(t, portal.Maatwerk).Check(inventory, c.change)
			findings = slices.DeleteFunc(findings, func(f rules.Finding) bool { return f.Severity == rules.SeverityWarning })
			if refused := owner == "usr_anna" && !c.ok; !refused && len(findings) > 0 {
				t.Errorf("%s by %q: %+v", name, owner, findings)
			} else if refused && (len(findings) != 1 || findings[0].Code != portal.CodeOwnAccess || findings[0].Field != c.field) {
				t.Errorf("%s by %q: %+v, want %s at %q", name, owner, findings, portal.CodeOwnAccess, c.field)
			}
		}
	}
	// A user of a platform without administrators has a token that may end, too.
	user := *alice(t, portal.Vaxel)
	user.ID = "usr_anna"
	findings := ruleSet(t, portal.Vaxel).Check(acme(), rules.Change{Noun: portal.NounUser, Before: &user, Deletion: &portal.Deletion{}, UserID: "usr_anna", Scopes: portal.Scopes()})
	if len(findings) != 1 || findings[0].Code != portal.CodeOwnAccess {
		t.Errorf("on vaxel: %+v", findings)
	}
}

func TestChangedFields_namesWhatIsSetAndNothingElse(t *testing.T) {
	t.Parallel()
	before := *alice(t, portal.Telecube)
	before.Enabled, before.Description = new(true), new("")
	before.Permissions = []string{"contacts.view"}
	for name, c := range map[string]struct {
		edit func(*portal.User)
		want string
	}{
		"nothing":       {func(*portal.User) {}, ""},
		"a text":        {func(u *portal.User) { u.LastName = new("Smit") }, "last_name"},
		"a flag":        {func(u *portal.User) { u.Enabled = new(false) }, "enabled"},
		"a nested list": {func(u *portal.User) { u.Telephony = &portal.Telephony{SIPAccountIDs: []string{"sip_also"}} }, "telephony.sip_account_ids"},
		"emptied":       {func(u *portal.User) { u.PermissionGroupIDs = []string{} }, "permission_group_ids"},
		"secrets": {func(u *portal.User) {
			u.Password, u.Voicemail = new(portal.Secret("x")), &portal.Voicemail{PIN: new(portal.Secret(""))}
		}, "password voicemail.pin"},
		"what is none":   {func(u *portal.User) { u.Username = new("") }, ""},
		"read-only ones": {func(u *portal.User) { u.ID, u.Permissions = "usr_2", nil }, ""},
	} {
		after := before
		c.edit(&after)
		if got := strings.Join(rules.ChangedFields(&before, &after), " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := strings.Join(rules.ChangedFields(nil, &before), " "); got != "email enabled first_name last_name permission_group_ids telephony.sip_account_ids" {
		t.Errorf("a new user: %q", got)
	}
}
