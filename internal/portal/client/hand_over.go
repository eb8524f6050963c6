package client

import (
	"context"
	"net/http"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// HandOverQuery selects what waits. An empty field does not count.
type HandOverQuery struct {
	ManagedBy string
}

// ListHandOvers returns everything that waits for another object to let go, in the order of ids: values for their successors, and deletions for users of
// what they delete. It is always read anew.
func (c *Client) ListHandOvers(ctx context.Context, query HandOverQuery) ([]portal.HandOver, error) {
	waits := collection[portal.HandOver]{client: c, title: "hand-over", path: "/v1/hand-overs", id: func(h portal.HandOver) string { return h.ID }}
	return waits.list(ctx, map[string]string{"managed_by": query.ManagedBy})
}

// noteOthers tells the views what a write has changed besides its object, by the header of its answer. Of a write whose outcome is not known it may be
// anything.
func (c *Client) noteOthers(answer http.Header, err error) {
	changed := answer.Get("Also-Changed")
	switch {
	case !c.handOver:
	case changed == "*" || err != nil && !isRefusal(err):
		c.Forget()
	case changed != "":
		for id := range strings.SplitSeq(changed, ", ") {
			for _, v := range []*view{c.views.users, c.views.permissionGroups, c.views.sipAccounts, c.views.userGroups} {
				v.changed(id)
			}
		}
	}
}
