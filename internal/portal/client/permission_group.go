package client

import (
	"context"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func (c *Client) permissionGroups() collection[portal.PermissionGroup] {
	return collection[portal.PermissionGroup]{
		client: c, view: c.views.permissionGroups, title: c.views.permissionGroups.title, path: c.views.permissionGroups.path, id: func(group portal.PermissionGroup) string { return group.ID },
	}
}

// PermissionGroupQuery selects permission groups by exact match. An empty field does not count; the zero value selects
// all.
type PermissionGroupQuery struct {
	Name string
}

// ListPermissionGroups returns every permission group that the query selects, ordered by id.
func (c *Client) ListPermissionGroups(ctx context.Context, query PermissionGroupQuery) ([]portal.PermissionGroup, error) {
	return c.permissionGroups().list(ctx, map[string]string{"name": query.Name})
}

// GetPermissionGroup returns one permission group. IsNotFound tells whether an error means that there is none.
func (c *Client) GetPermissionGroup(ctx context.Context, id string) (*portal.PermissionGroup, error) {
	return c.permissionGroups().get(ctx, id)
}

// CreatePermissionGroup makes a permission group. What is left out gets the platform's default. A request that was
// lost, in this run or in one before, makes no second permission group.
func (c *Client) CreatePermissionGroup(ctx context.Context, group portal.PermissionGroup) (Created[portal.PermissionGroup], error) {
	return c.permissionGroups().create(ctx, group)
}

// ReplacePermissionGroup stores a permission group; what is left out keeps its value. With an ETag the portal refuses
// (precondition_failed) if the permission group has changed since; an empty one matches always.
func (c *Client) ReplacePermissionGroup(ctx context.Context, id string, group portal.PermissionGroup, etag string) (*portal.PermissionGroup, error) {
	defer c.users().note((*view).reset) // what a user may do follows from the groups
	return c.permissionGroups().replace(ctx, id, group, etag)
}

// DeletePermissionGroup removes a permission group; the ETag is as in ReplacePermissionGroup. One that was gone before
// the first attempt is an error for which IsNotFound is true. With Config.HandOver, the deletion of a group with
// members waits for them, as far as they have the same manager: then it returns what waits.
func (c *Client) DeletePermissionGroup(ctx context.Context, id, etag string) (*portal.HandOver, error) {
	return c.permissionGroups().delete(ctx, id, etag, nil)
}
