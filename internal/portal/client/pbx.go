package client

import (
	"context"
	"net/http"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// ReloadPBX reloads a PBX, so that what was changed about the users on it takes effect (SA-10), and returns it. It is
// safe to repeat, and repeated like a read. IsNotFound tells whether an error means that the organisation has no such
// PBX.
func (c *Client) ReloadPBX(ctx context.Context, id string) (*portal.PBX, error) {
	pbxs := collection[portal.PBX]{client: c, title: "PBX", path: "/v1/pbxs", id: func(pbx portal.PBX) string { return pbx.ID }}
	path, err := pbxs.objectPath(id)
	if err != nil {
		return nil, err
	}
	pbx, _, err := pbxs.object(ctx, request{method: http.MethodPost, path: path + "/reload", idempotent: true})
	return pbx, err
}
