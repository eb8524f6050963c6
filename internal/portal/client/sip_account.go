package client

import (
	"context"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func (c *Client) sipAccounts() collection[portal.SIPAccount] {
	return collection[portal.SIPAccount]{
		client: c, view: c.views.sipAccounts, title: c.views.sipAccounts.title, path: c.views.sipAccounts.path, id: func(account portal.SIPAccount) string { return account.ID },
	}
}

// SIPAccountQuery selects SIP accounts by exact match. An empty field does not count; the zero value selects all.
type SIPAccountQuery struct {
	Extension string
}

// ListSIPAccounts returns every SIP account that the query selects, ordered by id.
func (c *Client) ListSIPAccounts(ctx context.Context, query SIPAccountQuery) ([]portal.SIPAccount, error) {
	return c.sipAccounts().list(ctx, map[string]string{"extension": query.Extension})
}

// GetSIPAccount returns one SIP account. IsNotFound tells whether an error means that there is none.
func (c *Client) GetSIPAccount(ctx context.Context, id string) (*portal.SIPAccount, error) {
	return c.sipAccounts().get(ctx, id)
}

// CreateSIPAccount makes a SIP account. What is left out gets the platform's default. A request that was lost, in this
// run or in one before, makes no second SIP account.
func (c *Client) CreateSIPAccount(ctx context.Context, account portal.SIPAccount) (Created[portal.SIPAccount], error) {
	return c.sipAccounts().create(ctx, account)
}

// ReplaceSIPAccount stores a SIP account; what is left out keeps its value. With an ETag the portal refuses
// (precondition_failed) if the SIP account has changed since; an empty one matches always.
func (c *Client) ReplaceSIPAccount(ctx context.Context, id string, account portal.SIPAccount, etag string) (*portal.SIPAccount, error) {
	return c.sipAccounts().replace(ctx, id, account, etag)
}

// DeleteSIPAccount removes a SIP account; the ETag is as in ReplaceSIPAccount. One that was gone before the first
// attempt is an error for which IsNotFound is true. With Config.HandOver, the deletion of a SIP account that users have
// waits for them, as far as they have the same manager: then it returns what waits.
func (c *Client) DeleteSIPAccount(ctx context.Context, id, etag string) (*portal.HandOver, error) {
	return c.sipAccounts().delete(ctx, id, etag, nil)
}
