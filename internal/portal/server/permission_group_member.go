package server

import (
	"context"
	"net/http"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// permissionGroupMemberRoutes are about one user in one permission group. Ending a membership answers with what it
// makes of the user.
func permissionGroupMemberRoutes() []route {
	const path = "/v1/permission-groups/{id}/members/{user_id}"
	change := func(method, id, summary string, do func(*service.Service, context.Context, service.Caller, string, string, string) (portal.PermissionGroupMember, error)) route {
		return route{
			method: method, path: path, id: id, scope: portal.ScopeWrite, summary: summary,
			parameters: []parameter{idParameter, userIDParameter, userIfMatchParameter, managerParameter, handOverParameter},
			response:   portal.PermissionGroupMember{}, status: http.StatusOK, headers: []header{alsoChangedHeader},
			codes: []portal.Code{portal.CodeNotFound, portal.CodeInvalid, portal.CodeConflict, portal.CodePreconditionFailed},
			run: func(c *call) (any, error) {
				if err := c.readHandOver(); err != nil {
					return nil, err
				}
				if method == http.MethodDelete {
					var err error
					if c.caller.LastAdministrator, err = c.flag(lastAdministratorParameter); err != nil {
						return nil, err
					}
				}
				member, err := do(c.portal, c.Context(), c.caller, c.PathValue("id"), c.PathValue("user_id"), c.ifMatch())
				c.tellEffects()
				c.accepted = c.caller.Effects.Waits != nil
				member.Waits = c.accepted
				return member, err
			},
		}
	}
	end := change(http.MethodDelete, "deletePermissionGroupMember", "Takes a user out of a permission group, and leaves the user's other groups alone.",
		(*service.Service).DeletePermissionGroupMember)
	end.waiting = portal.PermissionGroupMember{}
	end.parameters = append(end.parameters, lastAdministratorParameter)
	return []route{
		{
			method: http.MethodGet, path: path, id: "getPermissionGroupMember", scope: portal.ScopeRead,
			summary:    "A user in a permission group, whatever others the user is in.",
			parameters: []parameter{idParameter, userIDParameter}, response: portal.PermissionGroupMember{}, status: http.StatusOK,
			codes: []portal.Code{portal.CodeNotFound},
			run: func(c *call) (any, error) {
				return c.portal.GetPermissionGroupMember(c.Context(), c.caller, c.PathValue("id"), c.PathValue("user_id"))
			},
		},
		change(http.MethodPut, "putPermissionGroupMember", "Puts a user into a permission group, beside the others that the user is in. Doing it again changes nothing.",
			(*service.Service).PutPermissionGroupMember),
		end,
	}
}
