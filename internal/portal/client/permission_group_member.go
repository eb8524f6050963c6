package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// PutPermissionGroupMember puts a user into a permission group, beside the others that the user is in. Where the user
// is in it already, nothing changes. IsNotFound tells whether an error means that there is no such user or no such
// group.
func (c *Client) PutPermissionGroupMember(ctx context.Context, groupID, userID string) (portal.PermissionGroupMember, error) {
	return c.changeMembership(ctx, http.MethodPut, groupID, userID)
}

// DeletePermissionGroupMember takes a user out of a permission group. For one that was not in it before the first
// attempt, IsNotFound is true of the error; of one that an earlier attempt took out, whose answer was lost, there is no
// more to say than that.
func (c *Client) DeletePermissionGroupMember(ctx context.Context, groupID, userID string) (portal.PermissionGroupMember, error) {
	return c.changeMembership(ctx, http.MethodDelete, groupID, userID)
}

func (c *Client) changeMembership(ctx context.Context, method, groupID, userID string) (portal.PermissionGroupMember, error) {
	members := collection[portal.PermissionGroupMember]{client: c, title: "member", id: func(m portal.PermissionGroupMember) string { return m.UserID }}
	group, err := c.permissionGroups().objectPath(groupID)
	if err != nil {
		return portal.PermissionGroupMember{}, err
	}
	if _, err := c.users().objectPath(userID); err != nil {
		return portal.PermissionGroupMember{}, err
	}
	defer c.users().note(func(users *view) {
		users.changed(userID)
		c.views.permissionGroups.reset()
	})
	r := request{method: method, path: group + "/members/" + url.PathEscape(userID), handsOver: true}
	if method == http.MethodDelete {
		r.query = c.endOfAccess()
	}
	member, got, err := members.object(ctx, r)
	c.noteOthers(got, err)
	if method == http.MethodDelete && IsNotFound(err) && got.attempts > 1 {
		return portal.PermissionGroupMember{PermissionGroupID: groupID, UserID: userID}, nil
	}
	if err != nil {
		return portal.PermissionGroupMember{}, err
	}
	return *member, nil
}
