package provider

import (
	"context"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// membership is a user and a permission group, in which the user may be or not.
type membership struct {
	user  portal.User
	group portal.PermissionGroup
}

func (m membership) id() string        { return membershipID(m.user.ID, m.group.ID) }
func (m membership) exists() bool      { return slices.Contains(m.user.PermissionGroupIDs, m.group.ID) }
func (m membership) userName() string  { return calledBy(nameOf(m.user), m.user.ID) }
func (m membership) groupName() string { return calledBy(valueOf(m.group.Name), m.group.ID) }

// membershipKeys are two keys, of a user and of a permission group; see kind.imported.
type membershipKeys struct{ user, group string }

// splitMembershipID returns what the id of an import may name, from its first slash to its last: an e-mail address
// and a name may have slashes, too.
func splitMembershipID(id string) []membershipKeys {
	var splits []membershipKeys
	for at := range len(id) {
		if id[at] == '/' && at > 0 && at < len(id)-1 {
			splits = append(splits, membershipKeys{id[:at], id[at+1:]})
		}
	}
	return splits
}

// importedMemberships returns the memberships that exist of those that an import may name; if none does, those that
// don't. Of several, the one with exactly this id counts, so that every membership can be imported by its ids.
func (v *view) importedMemberships(
	ctx context.Context, id string, splits []membershipKeys,
) (found []membership, err error) {
	for _, now := range []bool{false, true} { // as in kind.imported
		if found, err = v.membershipsMeant(ctx, splits, now); err != nil && !client.IsNotFound(err) {
			return nil, err
		}
		if i := slices.IndexFunc(found, func(m membership) bool { return m.exists() && m.id() == id }); i >= 0 {
			return found[i : i+1], nil
		}
		if slices.ContainsFunc(found, membership.exists) {
			return slices.DeleteFunc(found, func(m membership) bool { return !m.exists() }), nil
		}
	}
	return found, err
}

// membershipsMeant returns the pairs of a user and a permission group that are meant; now is that of kind.meant. If
// there are none, the error says what is missing: the group after a user who is there, or else the user.
func (v *view) membershipsMeant(
	ctx context.Context, splits []membershipKeys, now bool,
) (found []membership, err error) {
	var missing error
	for _, keys := range splits {
		users, err := userKind().meant(ctx, v, keys.user, now)
		var groups []portal.PermissionGroup
		if err == nil {
			groups, err = permissionGroupKind().meant(ctx, v, keys.group, now)
		}
		switch {
		case client.IsNotFound(err):
			if missing == nil || len(users) > 0 {
				missing = err
			}
		case err != nil:
			return nil, err
		}
		for _, user := range users {
			for _, group := range groups {
				found = append(found, membership{user, group})
			}
		}
	}
	if len(found) == 0 {
		return nil, missing
	}
	return found, nil
}
