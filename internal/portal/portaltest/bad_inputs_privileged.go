package portaltest

import (
	"maps"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// privileges adds every way to give every privileged permission of the platform, and to change how a user who has one
// logs in, by a token without the scope admin.
func (b *badInputs) privileges() {
	if b.stock.bare() {
		return
	}
	for _, permission := range slices.Sorted(maps.Keys(b.stock.PrivilegedGroups)) {
		b.privilege(permission, b.stock.PrivilegedGroups[permission])
	}
}

func (b *badInputs) privilege(permission, groupID string) {
	needsAdmin := func(field string) mistake { return mistake{field, portal.CodeNeedsAdmin, permission} }
	unassigned := func(u *portal.User) {
		if b.stock.Organization.Platform == portal.Telecube {
			u.Telephony = &portal.Telephony{SIPAssignment: new("dynamic"), SIPAccountIDs: []string{}}
		}
	}
	member := func(u *portal.User) {
		unassigned(u)
		u.PermissionGroupIDs = []string{groupID}
	}
	group := portal.PermissionGroup{Name: new("Bez prawa " + permission)}
	granted := group
	granted.Permissions = []string{permission}
	made := GoodPermissionGroup()
	made.Permissions = []string{permission}
	from := len(b.table)
	b.user(permission+" for a new user", needsAdmin("permission_group_ids"), member)
	b.change(permission+" by another group", needsAdmin("permission_group_ids"), unassigned, member)
	b.change("another address of a user with "+permission, needsAdmin("email"), member, func(u *portal.User) { u.Email = new("x" + *u.Email) })
	b.add(permission+" of a new group", portal.NounPermissionGroup, needsAdmin("permissions"), nil, &made)
	b.add(permission+" for a group", portal.NounPermissionGroup, needsAdmin("permissions"), &group, &granted)
	if b.stock.Organization.Platform != portal.Engage {
		b.change("another password of a user with "+permission, needsAdmin("password"), member, func(u *portal.User) {
			u.Password = new(portal.Secret("wX7-kq9.Lm2vT"))
		})
	}
	if b.stock.Organization.Platform == portal.Maatwerk {
		b.change(permission+" by a group beside", needsAdmin("permission_group_ids"), unassigned, func(u *portal.User) {
			u.PermissionGroupIDs = append(u.PermissionGroupIDs, groupID)
		})
	}
	for i := range b.table[from:] {
		b.table[from+i].Scopes = []portal.Scope{portal.ScopeRead, portal.ScopeWrite}
	}
}
