package store

import (
	"context"
	"encoding/json"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// PermissionGroup is a permission group with its version, which counts its changes.
type PermissionGroup struct {
	portal.PermissionGroup
	Version    int64
	MovedSince int64  // the version since which nothing but hand-overs changed the group; 0 if something else was last
	Leaving    bool   // whether it is gone as soon as nobody is in it any more
	NameKey    string // the name as it is compared; to be given, not returned
}

const selectPermissionGroup = `SELECT id, version, name, description, permissions, built_in, managed_by, created_at, moved_since, leaving,
	(SELECT COUNT(*) FROM user_permission_groups u WHERE u.organization_id = permission_groups.organization_id AND u.permission_group_id = permission_groups.id)
	FROM permission_groups WHERE organization_id = $1`

func scanPermissionGroup(r row) (g PermissionGroup, err error) {
	var permissions string
	var made origin
	err = r.Scan(&g.ID, &g.Version, &g.Name, &g.Description, &permissions, &g.BuiltIn, &made.managedBy, &made.createdAt, &made.movedSince, &g.Leaving, &g.MemberCount)
	if err != nil {
		return g, err
	}
	g.ManagedBy, g.CreatedAt, g.Untouched = made.of(g.Version)
	g.MovedSince = made.movedSince.Int64
	return g, json.Unmarshal([]byte(permissions), &g.Permissions)
}

// PermissionGroup returns a group, or ErrNotFound.
func (t *Tx) PermissionGroup(ctx context.Context, organizationID, id string) (PermissionGroup, error) {
	return one(ctx, t, scanPermissionGroup, selectPermissionGroup+` AND id = $2`, organizationID, id)
}

// PermissionGroups returns a page of groups, selected by the key of a name if wanted.
func (t *Tx) PermissionGroups(ctx context.Context, organizationID string, selection Selection) ([]PermissionGroup, error) {
	conditions := map[string]string{"name": "name_key = $%d"}
	query, args, err := selection.page(selectPermissionGroup+selection.staying("leaving"), "id", []any{organizationID}, conditions)
	if err != nil {
		return nil, err
	}
	return all(ctx, t, scanPermissionGroup, query, args...)
}

// InsertPermissionGroup adds a group as version 1.
func (t *Tx) InsertPermissionGroup(ctx context.Context, organizationID string, g PermissionGroup) error {
	permissions, err := json.Marshal(g.Permissions)
	if err != nil {
		return err
	}
	const query = `INSERT INTO permission_groups (organization_id, id, version, name, name_key, description, permissions, built_in, managed_by, created_at)
		VALUES ($1, $2, 1, $3, $4, $5, $6, $7, NULLIF($8, ''), $9)`
	return t.change(ctx, query, organizationID, g.ID, g.Name, keyOrNone(g.NameKey, g.ID), g.Description, string(permissions), g.BuiltIn,
		g.ManagedBy, createdAt(g.CreatedAt))
}

// UpdatePermissionGroup replaces the group of that version by its next one.
func (t *Tx) UpdatePermissionGroup(ctx context.Context, organizationID string, g PermissionGroup) error {
	permissions, err := json.Marshal(g.Permissions)
	if err != nil {
		return err
	}
	const query = `UPDATE permission_groups SET version = version + 1, name = $4, name_key = $5, description = $6, permissions = $7,
			managed_by = NULLIF($8, ''), moved_since = NULL
		WHERE organization_id = $1 AND id = $2 AND version = $3`
	return t.change(ctx, query, organizationID, g.ID, g.Version, g.Name, keyOrNone(g.NameKey, g.ID), g.Description, string(permissions), g.ManagedBy)
}

// keyOrNone is the key of a name, or of an object without one, because it waits for one or is leaving: U+0001, which no
// text has, and its id.
func keyOrNone(key, id string) string {
	if key == "" {
		return "\x01" + id
	}
	return key
}

// DeletePermissionGroup deletes a group without members.
func (t *Tx) DeletePermissionGroup(ctx context.Context, organizationID, id string) error {
	return t.change(ctx, `DELETE FROM permission_groups WHERE organization_id = $1 AND id = $2`, organizationID, id)
}

// PermissionGroupByName returns the group whose name has a key, or ErrNotFound.
func (t *Tx) PermissionGroupByName(ctx context.Context, organizationID, nameKey string) (Holder, error) {
	const query = `SELECT id, name FROM permission_groups WHERE organization_id = $1 AND name_key = $2`
	return one(ctx, t, scanHolder, query, organizationID, nameKey)
}

// MembersOfPermissionGroup returns the users in a group.
func (t *Tx) MembersOfPermissionGroup(ctx context.Context, organizationID, id string) ([]Holder, error) {
	return t.userHolders(ctx, `id IN (SELECT user_id FROM user_permission_groups g WHERE g.organization_id = $1 AND g.permission_group_id = $2)`, organizationID, id)
}
