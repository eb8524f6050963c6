package rules

import (
	"fmt"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// A membership is one permission group of a user beside others. It is the field permission_group_ids, one value at a
// time.

// fieldPermissionGroups is where a user has its permission groups.
const fieldPermissionGroups = "permission_group_ids"

// RefuseMemberships says why nobody on the platform can be in a permission group beside others; "" if that is possible.
func (s *Set) RefuseMemberships() string {
	field := s.Objects[portal.NounUser].Fields[fieldPermissionGroups]
	switch {
	case field == nil:
		return fmt.Sprintf("%s has no permission groups", s.Platform)
	case field.MaxItems == 1:
		return fmt.Sprintf("a user on %s is in exactly one permission group; set %s of the user instead", s.Platform, fieldPermissionGroups)
	default:
		return ""
	}
}

// RefuseEnd says why the user of that name, of whom these permission groups would be left, cannot leave the others; ""
// if it can.
func (s *Set) RefuseEnd(name string, left []string) string {
	if field := s.Objects[portal.NounUser].Fields[fieldPermissionGroups]; field == nil || !field.Required || len(left) > 0 {
		return ""
	}
	return fmt.Sprintf("the user %s would be in no permission group, and %s requires one; put the user into another one before, with a change of its own", name, s.Platform)
}

// CheckMemberships is the part of Check that is about the permission groups of a user, for a change of nothing else.
func (s *Set) CheckMemberships(inventory Inventory, change Change) []Finding {
	e := s.evaluation(inventory, change)
	e.field(fieldPermissionGroups, e.object.Fields[fieldPermissionGroups])
	e.privileges()
	e.administrators()
	return e.findings
}
