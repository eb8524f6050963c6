package server

import (
	"net/http"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func pwnedPasswordRoutes() []route {
	prefix := parameter{
		in: "path", name: "prefix", description: "The first five hexadecimal digits of the SHA-1 of a password. No more is ever sent.",
		schema: map[string]any{"type": "string", "pattern": "^[0-9A-Fa-f]{5}$"},
	}
	return []route{{
		method: http.MethodGet, path: "/v1/pwned-passwords/{prefix}", id: "listPwnedPasswords", scope: portal.ScopeRead,
		summary:    "Which passwords are known from breaches, of those whose SHA-1 starts with five digits (TC-06).",
		parameters: []parameter{prefix}, response: portal.PwnedRange{}, status: http.StatusOK, codes: []portal.Code{portal.CodeNotFound},
		run: func(c *call) (any, error) { return c.portal.PwnedPasswords(c.Context(), c.PathValue("prefix")) },
	}}
}
