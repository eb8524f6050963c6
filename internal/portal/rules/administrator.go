package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Administration is who may administer an organisation. People and groups that have nothing to do with
// Set.Administrators may be left out.
type Administration struct {
	People []Person
	Groups map[string][]string // permission group → its permissions
}

// Person is a user as far as the right to administer goes.
type Person struct {
	Holder
	Enabled  bool // may log in
	GroupIDs []string
}

// Administers reports whether these permissions make somebody an administrator. Nobody is one on a platform that says
// nothing about it.
func (s *Set) Administers(permissions []string) bool {
	return len(s.Administrators) > 0 && !slices.ContainsFunc(s.Administrators, func(p string) bool { return !slices.Contains(permissions, p) })
}

// ConcernsAdministrators reports whether a change may take the right to administer from somebody. Only then does Check
// ask for Inventory.Administration, which is dear to know.
func (s *Set) ConcernsAdministrators(change Change) bool {
	if len(s.Administrators) == 0 {
		return false
	}
	switch before := change.Before.(type) {
	case *portal.User:
		if before == nil || before.Permissions != nil && !s.Administers(before.Permissions) {
			return false
		}
		after, _ := change.After.(*portal.User)
		return change.Deletion != nil || after != nil && (!enabled(after) || !slices.Equal(slices.Sorted(slices.Values(before.PermissionGroupIDs)), slices.Sorted(slices.Values(after.PermissionGroupIDs))))
	case *portal.PermissionGroup:
		after, _ := change.After.(*portal.PermissionGroup)
		return before != nil && after != nil && slices.ContainsFunc(s.Administrators, func(p string) bool {
			return slices.Contains(before.Permissions, p) && !slices.Contains(after.Permissions, p)
		})
	default:
		return false
	}
}

func enabled(u *portal.User) bool { return u.Enabled == nil || *u.Enabled }

// LoseAdministration returns those who administer the organisation before a change and do not after it, in the order of
// their ids. What of the change is not known yet takes nothing from anybody.
func (s *Set) LoseAdministration(administration Administration, change Change) []Holder {
	after, known := administration.after(change)
	if !known {
		return nil
	}
	left := s.administrators(after)
	return slices.DeleteFunc(s.administrators(administration), func(h Holder) bool {
		return slices.ContainsFunc(left, func(other Holder) bool { return other.ID == h.ID })
	})
}

// administrators are the people who may log in and have all that it takes.
func (s *Set) administrators(a Administration) []Holder {
	var list []Holder
	for _, person := range a.People {
		var permissions []string
		for _, id := range person.GroupIDs {
			permissions = append(permissions, a.Groups[id]...)
		}
		if person.Enabled && s.Administers(permissions) {
			list = append(list, person.Holder)
		}
	}
	slices.SortFunc(list, func(a, b Holder) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// after is the administration as a change leaves it; it is not known if it hangs on a value that is not.
func (a Administration) after(change Change) (_ Administration, known bool) {
	unknown := func(path string) bool { return change.open(path) > 0 }
	switch before := change.Before.(type) {
	case *portal.User:
		people := slices.DeleteFunc(slices.Clone(a.People), func(p Person) bool { return p.ID == before.ID })
		if after, ok := change.After.(*portal.User); ok && after != nil && change.Deletion == nil {
			if unknown("enabled") || unknown("permission_group_ids") {
				return a, false
			}
			name := slices.IndexFunc(a.People, func(p Person) bool { return p.ID == before.ID })
			if name < 0 {
				return a, false
			}
			people = append(people, Person{Holder: a.People[name].Holder, Enabled: enabled(after), GroupIDs: after.PermissionGroupIDs})
		}
		return Administration{people, a.Groups}, true
	case *portal.PermissionGroup:
		after, ok := change.After.(*portal.PermissionGroup)
		if !ok || after == nil || unknown("permissions") {
			return a, false
		}
		groups := maps.Clone(a.Groups)
		groups[before.ID] = after.Permissions
		return Administration{a.People, groups}, true
	default:
		return a, false
	}
}

// CheckAdministrators is the part of Check that is about who administers the organisation, for a change that the
// platform allows otherwise.
func (s *Set) CheckAdministrators(inventory Inventory, change Change) []Finding {
	e := evaluation{set: s, inventory: inventory, change: change}
	e.administrators()
	return e.findings
}

// administrators refuses what would leave an organisation without anybody to administer it, or the writer without
// access. An organisation that nobody administers yet may be set up as it likes.
func (e *evaluation) administrators() {
	if own, ok := e.change.Before.(*portal.User); ok && own != nil && e.change.UserID != "" && own.ID == e.change.UserID && e.losesAccess() {
		return
	}
	if e.inventory.Administration == nil {
		return
	}
	before := e.set.administrators(*e.inventory.Administration)
	lost := e.set.LoseAdministration(*e.inventory.Administration, e.change)
	field := e.administrationField()
	switch own := slices.IndexFunc(lost, func(h Holder) bool { return h.ID == e.change.UserID }); {
	case len(lost) > 0 && len(lost) == len(before) && e.change.LastAdministrator:
	case len(lost) > 0 && len(lost) == len(before):
		e.addSentence(field, "", portal.CodeLastAdmin, "%s would have no administrator left: %s; make another user an administrator before, with a change of its own (%s)",
			cmp.Or(e.inventory.Organization.Name, "the organisation"), whoLoses(lost), strings.Join(e.set.Administrators, ", "))
	case own >= 0 && e.change.UserID != "":
		e.addSentence(field, "", portal.CodeOwnAccess, "the token that asks for this belongs to %s, who would no longer be an administrator; use the token of another administrator",
			lost[own].Name)
	}
}

// losesAccess refuses that the writer's own user is deleted or disabled, and reports whether it did.
func (e *evaluation) losesAccess() bool {
	after, _ := e.change.After.(*portal.User)
	if e.change.Deletion == nil && (after == nil || e.unknown("enabled") || enabled(after)) {
		return false
	}
	e.addSentence(e.administrationField(), "", portal.CodeOwnAccess,
		"the token that asks for this belongs to this very user and would end with it; use another token")
	return true
}

// administrationField is where a change takes the right away.
func (e *evaluation) administrationField() string {
	after, isUser := e.change.After.(*portal.User)
	switch {
	case e.change.Deletion != nil:
		return ""
	case !isUser:
		return "permissions"
	case !enabled(after):
		return "enabled"
	default:
		return "permission_group_ids"
	}
}

func whoLoses(lost []Holder) string {
	if len(lost) == 1 {
		return lost[0].Name + " is the last one"
	}
	return fmt.Sprintf("all %d have the right from here", len(lost))
}
