package client

import (
	"context"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// HandOverQuery selects what waits. An empty field does not count.
type HandOverQuery struct {
	ManagedBy string
}

// ListHandOvers returns everything that waits for another object to let go, in the order of ids: values for their
// successors, and deletions for users of what they delete. It is always read anew.
func (c *Client) ListHandOvers(ctx context.Context, query HandOverQuery) ([]portal.HandOver, error) {
	waits := collection[portal.HandOver]{
		client: c,
		title:  "hand-over",
		path:   "/v1/hand-overs",
		id:     func(h portal.HandOver) string { return h.ID },
	}
	return waits.list(ctx, map[string]string{"managed_by": query.ManagedBy})
}

// noteOthers tells the views what a write has changed besides its object, by the header of its answer. It may be
// anything if the outcome is not known, or if the answer to an earlier attempt, which did it, was lost.
func (c *Client) noteOthers(got answer, err error) {
	changed := got.header.Get("Also-Changed")
	switch {
	case !c.handOver:
	case changed == "*" || got.attempts > 1 || err != nil && !isRefusal(err):
		c.Forget()
	case changed != "":
		for id := range strings.SplitSeq(changed, ", ") {
			c.views.users.changed(id)
			c.views.permissionGroups.changed(id)
			c.views.sipAccounts.changed(id)
			c.views.userGroups.changed(id)
		}
	}
}
