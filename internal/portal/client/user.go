package client

import (
	"context"
	"net/url"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func (c *Client) users() collection[portal.User] {
	return collection[portal.User]{
		client: c, view: c.views.users, title: c.views.users.title, path: c.views.users.path, id: func(user portal.User) string { return user.ID },
	}
}

// UserQuery selects users by exact match. An empty field does not count; the zero value selects all.
type UserQuery struct {
	Email     string // in any case
	Username  string // in exactly this case
	Extension string
	Status    portal.UserStatus
}

// ListUsers returns every user that the query selects, ordered by id.
func (c *Client) ListUsers(ctx context.Context, query UserQuery) ([]portal.User, error) {
	return c.users().list(ctx, map[string]string{"email": query.Email, "username": query.Username, "extension": query.Extension, "status": string(query.Status)})
}

// GetUser returns one user. IsNotFound tells whether an error means that there is none.
func (c *Client) GetUser(ctx context.Context, id string) (*portal.User, error) {
	return c.users().get(ctx, id)
}

// CreateUser makes a user. What is left out gets the platform's default. A request that was lost, in this run or in one
// before, makes no second user.
func (c *Client) CreateUser(ctx context.Context, user portal.User) (Created[portal.User], error) {
	created, err := c.users().create(ctx, user)
	c.noteUser(created.Object.ID, user, created.Object)
	return created, err
}

// ReplaceUser stores a user; what is left out keeps its value. With an ETag the portal refuses (precondition_failed) if
// the user has changed since; an empty one matches always.
func (c *Client) ReplaceUser(ctx context.Context, id string, user portal.User, etag string) (*portal.User, error) {
	stored, err := c.users().replace(ctx, id, user, etag)
	if err != nil {
		c.noteUser(id, user, portal.User{})
		return nil, err
	}
	c.noteUser(id, user, *stored)
	return stored, nil
}

// DeleteUser removes a user; the ETag is as in ReplaceUser. While the user has planned publications the portal refuses
// (in_use), unless the deletion discards them (EN-16). One that was gone before the first attempt is an error for which
// IsNotFound is true.
func (c *Client) DeleteUser(ctx context.Context, id, etag string, deletion portal.Deletion) error {
	query := c.endOfAccess()
	if deletion.DiscardPlannedWork {
		query.Set("discard_planned_work", "true")
	}
	defer c.noteUser(id, portal.User{}, portal.User{})
	_, err := c.users().delete(ctx, id, etag, query)
	return err
}

// endOfAccess is what the client says of whatever takes access from a user.
func (c *Client) endOfAccess() url.Values {
	if !c.lastAdministrator {
		return url.Values{}
	}
	return url.Values{"last_administrator": {"true"}}
}

// noteUser tells the views of other lists of a user that was written: SIP accounts say who has them, groups how many
// are in them, phone numbers where they ring.
func (c *Client) noteUser(id string, wanted, stored portal.User) {
	c.users().note(func(*view) {
		c.views.sipAccounts.given(id, slices.Concat(sipAccountIDs(wanted), sipAccountIDs(stored)))
		c.views.permissionGroups.reset()
		c.views.userGroups.reset()
		c.views.phoneNumbers.reset()
	})
}

func sipAccountIDs(user portal.User) []string {
	if user.Telephony == nil {
		return nil
	}
	return user.Telephony.SIPAccountIDs
}
