package server

import (
	"net/http"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func phoneNumberRoutes() []route {
	return []route{{
		method: http.MethodGet, path: "/v1/phone-numbers", id: "listPhoneNumbers", scope: portal.ScopeRead,
		summary:    "The numbers that the organisation owns and who has them, in the order of the numbers, page by page.",
		parameters: []parameter{limitParameter, afterParameter, pageEndsParameter}, response: portal.Page[portal.PhoneNumberStatus]{}, status: http.StatusOK,
		run: func(c *call) (any, error) {
			query, err := c.listQuery(nil)
			if err != nil {
				return nil, err
			}
			return c.portal.ListPhoneNumbers(c.Context(), c.caller, query)
		},
	}}
}
