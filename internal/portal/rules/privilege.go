package rules

import (
	"slices"
	"strings"
	"unicode"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// loginFields are those of a user by which somebody else could log in as that user.
var loginFields = []string{"email", "password", "username"}

// CheckLogins is the part of Check that is about how privileged users log in. It needs no inventory if the stored user
// has its permissions.
func (s *Set) CheckLogins(change Change) []Finding {
	e := s.evaluation(Inventory{}, change)
	if e.object != nil {
		e.logins()
	}
	return e.findings
}

// privileges refuses a writer without the scope admin who gives a privileged permission, or who changes how a user who
// has one logs in.
func (e *evaluation) privileges() {
	if !e.unprivileged() {
		return
	}
	switch after := e.change.After.(type) {
	case *portal.PermissionGroup:
		before, _ := e.change.Before.(*portal.PermissionGroup)
		e.grants(before, after)
	case *portal.User:
		before, _ := e.change.Before.(*portal.User)
		e.joins(before, after)
		e.logins()
	}
}

// unprivileged reports whether the writer is known to lack the scope admin.
func (e *evaluation) unprivileged() bool {
	return e.change.Scopes != nil && !slices.Contains(e.change.Scopes, portal.ScopeAdmin)
}

// grants refuses the privileged permissions that a group gets. An empty group is no exception: members may come later,
// in the same plan.
func (e *evaluation) grants(before, after *portal.PermissionGroup) {
	if e.unknown("permissions") {
		return
	}
	var had []string
	if before != nil {
		had = before.Permissions
	}
	if gained := without(e.set.privilegedAmong(after.Permissions), had); len(gained) > 0 {
		e.add("permissions", "", portal.CodeNeedsAdmin, "include some that see or change other people (%s), which only a token with the scope admin can give; "+
			"leave them out, or use such a token", strings.Join(gained, ", "))
	}
}

// joins refuses the groups by which a user gets a privileged permission that no group of the user had before.
func (e *evaluation) joins(before, after *portal.User) {
	if e.unknown(fieldPermissionGroups) {
		return
	}
	had := e.privilegesOf(before)
	for _, id := range after.PermissionGroupIDs {
		group := e.inventory.PermissionGroups[id]
		if gained := without(e.set.privilegedAmong(group.Permissions), had); len(gained) > 0 {
			e.add(fieldPermissionGroups, "", portal.CodeNeedsAdmin, "has the group %q, whose permissions see or change other people (%s), "+
				"which only a token with the scope admin can give; choose another group, or use such a token", clip(id), strings.Join(gained, ", "))
		}
	}
}

// logins refuses another address, username or password of a user who is privileged already.
func (e *evaluation) logins() {
	before, _ := e.change.Before.(*portal.User)
	privileges := e.privilegesOf(before)
	if !e.unprivileged() || len(privileges) == 0 || e.change.Deletion != nil {
		return
	}
	for _, path := range loginFields {
		field := e.object.Fields[path]
		if field == nil || e.unknown(path) && field.Format != FormatPassword || field.Immutable != "" || !e.changed(path) || e.sameLetters(path) {
			continue
		}
		e.add(path, "", portal.CodeNeedsAdmin, "%sof a user who may see or change other people (%s) is changed only with a token that has the scope admin; "+
			"keep the one that is there, or use such a token", e.inBrackets(path), strings.Join(privileges, ", "))
	}
}

// sameLetters reports whether a value only has capitals elsewhere. Other spellings that compare alike, such as ß and
// ss, may be another mailbox.
func (e *evaluation) sameLetters(path string) bool {
	before, _ := e.before.values[path].(string)
	after, _ := e.after.values[path].(string)
	other := func(r rune) bool { return r > unicode.MaxASCII }
	return before != "" && strings.EqualFold(before, after) && !strings.ContainsFunc(before+after, other)
}

// privilegesOf are the privileged permissions of a user as it is stored: those that the portal answers, and where the
// writer has no such answer those of the user's groups.
func (e *evaluation) privilegesOf(user *portal.User) []string {
	if user == nil {
		return nil
	}
	permissions := slices.Clone(user.Permissions)
	for _, id := range user.PermissionGroupIDs {
		permissions = append(permissions, e.inventory.PermissionGroups[id].Permissions...)
	}
	return e.set.privilegedAmong(permissions)
}

// privilegedAmong picks the privileged ones, each once.
func (s *Set) privilegedAmong(permissions []string) []string {
	return slices.DeleteFunc(slices.Clone(s.Privileged), func(name string) bool { return !slices.Contains(permissions, name) })
}
