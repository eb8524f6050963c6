package rules

import (
	"reflect"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// ChangedFields names the fields, as dotted paths in their order, that a write sets to something else than before: for
// the audit trail, which has no values. Of a new object (before is nil) these are all that hold anything. A secret that
// is given counts as changed: the portal stores it anew, or removes it. Both are nil or pointers to the same wire type.
func ChangedFields(before, after any) []string {
	had, has := flatten(before), flatten(after)
	changed := []string{}
	for _, path := range has.given {
		value, isLeaf := has.values[path]
		_, secret := value.(portal.Secret)
		empty := len(has.strings(path)) == 0 && len(had.strings(path)) == 0
		if isLeaf && (secret || !empty && !reflect.DeepEqual(value, had.values[path])) {
			changed = append(changed, path)
		}
	}
	slices.Sort(changed)
	return changed
}
