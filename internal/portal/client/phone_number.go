package client

import (
	"context"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// ListPhoneNumbers returns every number that the organisation owns and who has it, in the order of the numbers.
func (c *Client) ListPhoneNumbers(ctx context.Context) ([]portal.PhoneNumberStatus, error) {
	numbers := collection[portal.PhoneNumberStatus]{
		client: c, view: c.views.phoneNumbers, title: c.views.phoneNumbers.title, path: c.views.phoneNumbers.path, id: func(number portal.PhoneNumberStatus) string { return number.Number },
	}
	return numbers.list(ctx, nil)
}
