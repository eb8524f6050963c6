package rules

import (
	"fmt"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Change is one write to be checked.
type Change struct {
	Noun   portal.Noun
	Before any // pointer to the stored object; nil on creation
	After  any // pointer to the wanted object, on creation with its defaults (see Complete); on a replacement what it leaves out stays as stored
	// Unknown reports whether the wanted value at a dotted path is not known yet, a nested object with all its fields
	// included. What depends on it is not checked. Nil: all is known.
	Unknown func(path string) bool
	// Partial returns how many elements of the list or map at a dotted path are not known yet. After has the others,
	// and of a map the keys of all, with an empty text where the value is not known. Nil: none.
	Partial func(path string) int
	// Given reports whether the writer says what is to be at a dotted path, rather than leaving it to the portal. Nil:
	// not known.
	Given func(path string) bool
	// Scopes are what the token of the writer may do. Nil: not known, not checked.
	Scopes []portal.Scope
	// UserID is the user whose token the writer's is; empty: nobody's.
	UserID string
	// Deletion is not nil if Before is to be deleted. After is nil then.
	Deletion *portal.Deletion
	// LastAdministrator says that the organisation is given up, so that its last administrator may go.
	LastAdministrator bool
}

// Inventory is what the organisation has, as far as a check needs it.
type Inventory struct {
	Organization     portal.Organization               // zero (no ID): not known, not checked
	PermissionGroups map[string]portal.PermissionGroup // by id; a group that is not here does not exist. Nil: not known, not checked.
	SIPAccounts      map[string]SIPAccount             // by id, likewise
	Subgroups        map[string]Subgroup               // by id, likewise
	Numbers          map[string]Number                 // owned numbers by their E.164 form. Nil: not known, not checked.
	Holders          map[string]map[string]Holder      // field path → UniqueKey of a value → who has it. Nil: not known, not checked.
	Administration   *Administration                   // who administers the organisation before the change. Nil: not known, not checked.
}

// Subgroup is a subgroup and the user group that it is of.
type Subgroup struct {
	portal.Subgroup
	GroupID, GroupName string
}

// Number says at whom an owned number rings; at nobody, if Holder is the zero value.
type Number struct {
	Holder Holder
	Main   bool // the main number of the organisation
}

// SIPAccount is an account and who has it; nobody, if Holder is the zero value.
type SIPAccount struct {
	portal.SIPAccount
	Holder Holder
}

// Holder is an object that has something, and its name in messages. The zero value is an object of another
// organisation, of which nothing may be said (MW-02).
type Holder struct {
	ID   string
	Name string      // e-mail, username, group name or extension
	Noun portal.Noun // empty where nothing depends on it
}

// title is the holder of a value in a sentence. A name that is the value itself is not said again.
func (h Holder) title(value string) string {
	switch {
	case h == Holder{}:
		return "somebody else"
	case h.Noun == "":
		return fmt.Sprintf("%s (%s)", h.Name, h.ID)
	case h.Name == value || h.Name == "":
		return fmt.Sprintf("the %s %s", h.Noun.Title(), h.ID)
	default:
		return fmt.Sprintf("the %s %s (%s)", h.Noun.Title(), h.Name, h.ID)
	}
}

// Free reports whether the organisation owns a number, given as E.164, that nobody has and that is not its main one:
// such a number is allocated to the user who shows it first (VX-07).
func (i Inventory) Free(number string) bool {
	return slices.Contains(i.Organization.PhoneNumbers, number) && i.Numbers[number] == Number{}
}
