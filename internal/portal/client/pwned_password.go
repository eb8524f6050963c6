package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// PwnedPasswords returns what the portal knows of the passwords whose SHA-1 starts with five hexadecimal digits
// (TC-06). Nothing else of a password is sent.
func (c *Client) PwnedPasswords(ctx context.Context, prefix string) (*portal.PwnedRange, error) {
	r := request{method: http.MethodGet, path: "/v1/pwned-passwords/" + url.PathEscape(prefix)}
	got, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	var known portal.PwnedRange
	if err := json.Unmarshal(got.body, &known); err != nil {
		return nil, c.unexpected(r, got, err)
	}
	return &known, nil
}
