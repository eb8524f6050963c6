package server

import (
	"net/http"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func auditRoutes() []route {
	return []route{{
		method: http.MethodGet, path: "/v1/audit", id: "listAudit", scope: portal.ScopeAdmin,
		summary:    "The audit trail: who changed what, when and with which request, the newest entry first, page by page.",
		parameters: []parameter{limitParameter, afterParameter, objectIDParameter}, response: portal.Page[portal.AuditEntry]{}, status: http.StatusOK,
		run: func(c *call) (any, error) {
			query, err := c.listQuery([]string{objectIDParameter.name})
			if err != nil {
				return nil, err
			}
			return c.portal.ListAudit(c.Context(), c.caller, query)
		},
	}}
}
