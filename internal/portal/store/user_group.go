package store

import (
	"context"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// UserGroup is a user group with its version, which counts its changes.
type UserGroup struct {
	portal.UserGroup
	Version    int64
	MovedSince int64    // the version since which nothing but hand-overs changed the group; 0 if something else was last
	Leaving    bool     // whether it is gone as soon as nobody is in it any more
	NameKey    string   // the name as it is compared; to be given, not returned
	Keys       []string // the names of the subgroups as they are compared, in their order; to be given, not returned
}

const selectUserGroup = `SELECT id, version, name, managed_by, created_at, moved_since, leaving FROM user_groups WHERE organization_id = $1`

func scanUserGroup(r row) (g UserGroup, err error) {
	var made origin
	err = r.Scan(&g.ID, &g.Version, &g.Name, &made.managedBy, &made.createdAt, &made.movedSince, &g.Leaving)
	g.MovedSince = made.movedSince.Int64
	g.ManagedBy, g.CreatedAt, g.Untouched = made.of(g.Version)
	g.Subgroups = []portal.Subgroup{}
	return g, err
}

// UserGroup returns a group, or ErrNotFound.
func (t *Tx) UserGroup(ctx context.Context, organizationID, id string) (UserGroup, error) {
	group, err := one(ctx, t, scanUserGroup, selectUserGroup+` AND id = $2`, organizationID, id)
	if err != nil {
		return UserGroup{}, err
	}
	groups := []UserGroup{group}
	err = t.loadSubgroups(ctx, organizationID, groups)
	return groups[0], err
}

// UserGroups returns a page of groups, selected by the key of a name if wanted.
func (t *Tx) UserGroups(ctx context.Context, organizationID string, selection Selection) ([]UserGroup, error) {
	conditions := map[string]string{"name": "name_key = $%d"}
	query, args, err := selection.page(selectUserGroup+selection.staying("leaving"), "id", []any{organizationID}, conditions)
	if err != nil {
		return nil, err
	}
	groups, err := all(ctx, t, scanUserGroup, query, args...)
	if err != nil {
		return nil, err
	}
	return groups, t.loadSubgroups(ctx, organizationID, groups)
}

// Subgroup is a subgroup and the group that it is one of.
type Subgroup struct {
	portal.Subgroup
	GroupID, GroupName string
	Leaving            bool // whether it, or its group, is gone as soon as nobody is in it any more
}

const selectSubgroup = `SELECT s.id, s.name, (SELECT COUNT(*) FROM user_subgroups u WHERE u.organization_id = s.organization_id AND u.subgroup_id = s.id), g.id, g.name, s.leaving OR g.leaving
	FROM subgroups s JOIN user_groups g ON g.organization_id = s.organization_id AND g.id = s.user_group_id WHERE s.organization_id = $1`

func scanSubgroup(r row) (s Subgroup, err error) {
	err = r.Scan(&s.ID, &s.Name, &s.MemberCount, &s.GroupID, &s.GroupName, &s.Leaving)
	return s, err
}

// Subgroup returns a subgroup, or ErrNotFound.
func (t *Tx) Subgroup(ctx context.Context, organizationID, id string) (Subgroup, error) {
	return one(ctx, t, scanSubgroup, selectSubgroup+` AND s.id = $2`, organizationID, id)
}

// loadSubgroups completes groups, which are in the order of their ids, with one query for all of them.
func (t *Tx) loadSubgroups(ctx context.Context, organizationID string, groups []UserGroup) error {
	if len(groups) == 0 {
		return nil
	}
	const query = selectSubgroup + ` AND NOT s.leaving AND g.id BETWEEN $2 AND $3 ORDER BY g.id, s.position`
	subgroups, err := all(ctx, t, scanSubgroup, query, organizationID, groups[0].ID, groups[len(groups)-1].ID)
	if err != nil {
		return err
	}
	index := make(map[string]int, len(groups))
	for i := range groups {
		index[groups[i].ID] = i
	}
	for _, subgroup := range subgroups {
		if i, ok := index[subgroup.GroupID]; ok {
			groups[i].Subgroups = append(groups[i].Subgroups, subgroup.Subgroup)
		}
	}
	return nil
}

// InsertUserGroup adds a group as version 1.
func (t *Tx) InsertUserGroup(ctx context.Context, organizationID string, g UserGroup) error {
	const query = `INSERT INTO user_groups (organization_id, id, version, name, name_key, managed_by, created_at)
		VALUES ($1, $2, 1, $3, $4, NULLIF($5, ''), $6)`
	if err := t.change(ctx, query, organizationID, g.ID, g.Name, keyOrNone(g.NameKey, g.ID), g.ManagedBy, createdAt(g.CreatedAt)); err != nil {
		return err
	}
	return t.putSubgroups(ctx, organizationID, g)
}

// UpdateUserGroup replaces the group of that version by its next one. Subgroups that it does not have any more are
// deleted, which fails for one with members.
func (t *Tx) UpdateUserGroup(ctx context.Context, organizationID string, g UserGroup) error {
	const query = `UPDATE user_groups SET version = version + 1, name = $4, name_key = $5, managed_by = NULLIF($6, ''), moved_since = NULL
		WHERE organization_id = $1 AND id = $2 AND version = $3`
	if err := t.change(ctx, query, organizationID, g.ID, g.Version, g.Name, keyOrNone(g.NameKey, g.ID), g.ManagedBy); err != nil {
		return err
	}
	stored, err := t.UserGroup(ctx, organizationID, g.ID)
	if err != nil {
		return err
	}
	kept := make(map[string]bool, len(g.Subgroups))
	for _, subgroup := range g.Subgroups {
		kept[subgroup.ID] = true
	}
	for _, subgroup := range stored.Subgroups {
		if kept[subgroup.ID] {
			continue
		}
		if err := t.change(ctx, `DELETE FROM subgroups WHERE organization_id = $1 AND id = $2`, organizationID, subgroup.ID); err != nil {
			return err
		}
	}
	return t.putSubgroups(ctx, organizationID, g)
}

func (t *Tx) putSubgroups(ctx context.Context, organizationID string, g UserGroup) error {
	for i, subgroup := range g.Subgroups {
		const query = `INSERT INTO subgroups (organization_id, user_group_id, id, position, name, name_key) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (organization_id, id) DO UPDATE SET position = excluded.position, name = excluded.name, name_key = excluded.name_key`
		if err := t.change(ctx, query, organizationID, g.ID, subgroup.ID, i, subgroup.Name, g.Keys[i]); err != nil {
			return err
		}
	}
	return nil
}

// DeleteUserGroup deletes a group without members, and its subgroups.
func (t *Tx) DeleteUserGroup(ctx context.Context, organizationID, id string) error {
	return t.change(ctx, `DELETE FROM user_groups WHERE organization_id = $1 AND id = $2`, organizationID, id)
}

// UserGroupByName returns the group whose name has a key, or ErrNotFound.
func (t *Tx) UserGroupByName(ctx context.Context, organizationID, nameKey string) (Holder, error) {
	const query = `SELECT id, name FROM user_groups WHERE organization_id = $1 AND name_key = $2`
	return one(ctx, t, scanHolder, query, organizationID, nameKey)
}

// SubgroupByName returns the subgroup whose name has a key, in the group of another one, or ErrNotFound.
func (t *Tx) SubgroupByName(ctx context.Context, organizationID, beside, nameKey string) (Holder, error) {
	const query = `SELECT s.id, s.name FROM subgroups s JOIN subgroups b ON b.organization_id = s.organization_id AND b.user_group_id = s.user_group_id
		WHERE s.organization_id = $1 AND b.id = $2 AND s.name_key = $3`
	return one(ctx, t, scanHolder, query, organizationID, beside, nameKey)
}

// MembersOfSubgroup returns the users in a subgroup.
func (t *Tx) MembersOfSubgroup(ctx context.Context, organizationID, id string) ([]Holder, error) {
	return t.userHolders(ctx, `id IN (SELECT user_id FROM user_subgroups s WHERE s.organization_id = $1 AND s.subgroup_id = $2)`, organizationID, id)
}

// MembersOfUserGroup returns the users in any subgroup of a group.
func (t *Tx) MembersOfUserGroup(ctx context.Context, organizationID, id string) ([]Holder, error) {
	return t.userHolders(ctx, `id IN (SELECT user_id FROM user_subgroups s WHERE s.organization_id = $1 AND s.user_group_id = $2)`, organizationID, id)
}
