package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Organization returns the organisation that the token belongs to.
func (c *Client) Organization(ctx context.Context) (*portal.Organization, error) {
	r := request{method: http.MethodGet, path: "/v1/organization"}
	got, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	var organization portal.Organization
	if err := json.Unmarshal(got.body, &organization); err != nil {
		return nil, c.unexpected(r, got, err)
	}
	if organization.ID == "" {
		return nil, c.unexpected(r, got, errors.New("the organisation in it has no id"))
	}
	c.defaultManager.Store(&organization.ManagedBy)
	return &organization, nil
}

// manager is the name under which the client manages the objects that it writes. It is empty as long as it was neither
// told one nor has read the organisation, and with a portal that keeps no such names.
func (c *Client) manager() string {
	if c.managedBy != "" {
		return c.managedBy
	}
	if known := c.defaultManager.Load(); known != nil {
		return *known
	}
	return ""
}
