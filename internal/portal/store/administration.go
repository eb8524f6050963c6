package store

import (
	"context"
	"encoding/json"
	"slices"
)

// GroupMember is a user in a permission group, and whether the user may log in.
type GroupMember struct {
	Holder
	Enabled bool
	GroupID string
}

// GroupsGranting returns the permissions of those permission groups, by id, that grant any of the given ones.
func (t *Tx) GroupsGranting(ctx context.Context, organizationID string, permissions []string) (map[string][]string, error) {
	type group struct {
		id      string
		granted []string
	}
	scan := func(r row) (g group, err error) {
		var granted string
		if err := r.Scan(&g.id, &granted); err != nil {
			return g, err
		}
		return g, json.Unmarshal([]byte(granted), &g.granted)
	}
	groups, err := all(ctx, t, scan, `SELECT id, permissions FROM permission_groups WHERE organization_id = $1`, organizationID)
	granting := map[string][]string{}
	for _, g := range groups {
		if slices.ContainsFunc(g.granted, func(p string) bool { return slices.Contains(permissions, p) }) {
			granting[g.id] = g.granted
		}
	}
	return granting, err
}

// GroupMembers returns the users in a permission group.
func (t *Tx) GroupMembers(ctx context.Context, organizationID, groupID string) ([]GroupMember, error) {
	scan := func(r row) (m GroupMember, err error) {
		err = r.Scan(&m.ID, &m.Name, &m.Enabled, &m.GroupID)
		return m, err
	}
	const query = `SELECT users.id, ` + userName + `, COALESCE(users.enabled, TRUE) AND l.blocked_at IS NULL, m.permission_group_id FROM user_permission_groups m
		JOIN users ON users.organization_id = m.organization_id AND users.id = m.user_id
		JOIN logins l ON l.organization_id = m.organization_id AND l.user_id = m.user_id
		WHERE m.organization_id = $1 AND m.permission_group_id = $2 ORDER BY users.id`
	return all(ctx, t, scan, query, organizationID, groupID)
}
