package server

import (
	"net/http"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func pbxRoutes() []route {
	return []route{{
		method: http.MethodPost, path: "/v1/pbxs/{id}/reload", id: "reloadPBX", scope: portal.ScopeWrite,
		summary:    "Reloads a PBX, so that what was changed about its users takes effect. Doing it again does nothing more.",
		parameters: []parameter{idParameter}, response: portal.PBX{}, status: http.StatusOK, codes: []portal.Code{portal.CodeNotFound},
		run: func(c *call) (any, error) { return c.portal.ReloadPBX(c.Context(), c.caller, c.PathValue("id")) },
	}}
}
