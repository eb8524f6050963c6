package client

import (
	"context"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func (c *Client) userGroups() collection[portal.UserGroup] {
	return collection[portal.UserGroup]{
		client: c, view: c.views.userGroups, title: c.views.userGroups.title, path: c.views.userGroups.path, id: func(group portal.UserGroup) string { return group.ID },
	}
}

// UserGroupQuery selects user groups by exact match. An empty field does not count; the zero value selects all.
type UserGroupQuery struct {
	Name string
}

// ListUserGroups returns every user group that the query selects with its subgroups, ordered by id.
func (c *Client) ListUserGroups(ctx context.Context, query UserGroupQuery) ([]portal.UserGroup, error) {
	return c.userGroups().list(ctx, map[string]string{"name": query.Name})
}

// GetUserGroup returns one user group. IsNotFound tells whether an error means that there is none.
func (c *Client) GetUserGroup(ctx context.Context, id string) (*portal.UserGroup, error) {
	return c.userGroups().get(ctx, id)
}

// CreateUserGroup makes a user group with its subgroups. A request that was lost, in this run or in one before, makes
// no second user group.
func (c *Client) CreateUserGroup(ctx context.Context, group portal.UserGroup) (Created[portal.UserGroup], error) {
	return c.userGroups().create(ctx, group)
}

// ReplaceUserGroup stores a user group; what is left out keeps its value, and a subgroup whose name stays keeps its id.
// With an ETag the portal refuses (precondition_failed) if the user group has changed since; an empty one matches
// always.
func (c *Client) ReplaceUserGroup(ctx context.Context, id string, group portal.UserGroup, etag string) (*portal.UserGroup, error) {
	return c.userGroups().replace(ctx, id, group, etag)
}

// DeleteUserGroup removes a user group; the ETag is as in ReplaceUserGroup. One that was gone before the first attempt
// is an error for which IsNotFound is true. With Config.HandOver, the deletion of a group with members waits for them,
// as far as they have the same manager: then it returns what waits.
func (c *Client) DeleteUserGroup(ctx context.Context, id, etag string) (*portal.HandOver, error) {
	return c.userGroups().delete(ctx, id, etag, nil)
}
