package server

import (
	"net/http"
	"net/url"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// plannedPublicationRoutes are for the webcare side, which places what users have planned (EN-16).
func plannedPublicationRoutes() []route {
	const list = "/v1/users/{id}/planned-publications"
	return []route{
		{
			method: http.MethodGet, path: list, id: "listPlannedPublications", scope: portal.ScopeRead,
			summary:    "What a user has planned to publish, in the order of the ids, page by page.",
			parameters: []parameter{idParameter, limitParameter, afterParameter}, response: portal.Page[portal.PlannedPublication]{}, status: http.StatusOK,
			codes: []portal.Code{portal.CodeNotFound}, run: listPlannedPublications,
		},
		{
			method: http.MethodPost, path: list, id: "createPlannedPublication", scope: portal.ScopeWrite,
			summary:    "Plans a publication for a user.",
			parameters: []parameter{idParameter}, request: portal.PlannedPublication{}, response: portal.PlannedPublication{}, status: http.StatusCreated,
			headers: []header{locationHeader},
			codes:   []portal.Code{portal.CodeNotFound, portal.CodeUnsupportedMedia, portal.CodeTooLarge, portal.CodeInvalid}, run: createPlannedPublication,
		},
		{
			method: http.MethodDelete, path: list + "/{publication}", id: "deletePlannedPublication", scope: portal.ScopeWrite,
			summary:    "Takes a publication off a user's plan.",
			parameters: []parameter{idParameter, publicationParameter}, status: http.StatusNoContent,
			codes: []portal.Code{portal.CodeNotFound}, run: deletePlannedPublication,
		},
	}
}

func listPlannedPublications(c *call) (any, error) {
	query, err := c.listQuery(nil)
	if err != nil {
		return nil, err
	}
	return c.portal.ListPlannedPublications(c.Context(), c.caller, c.PathValue("id"), query)
}

func createPlannedPublication(c *call) (any, error) {
	publication, err := decode[portal.PlannedPublication](c)
	if err != nil {
		return nil, err
	}
	userID := c.PathValue("id")
	planned, err := c.portal.CreatePlannedPublication(c.Context(), c.caller, userID, publication)
	if err != nil {
		return nil, err
	}
	c.header.Set("Location", "/v1/users/"+url.PathEscape(userID)+"/planned-publications/"+url.PathEscape(planned.ID))
	return planned, nil
}

func deletePlannedPublication(c *call) (any, error) {
	return nil, c.portal.DeletePlannedPublication(c.Context(), c.caller, c.PathValue("id"), c.PathValue("publication"))
}
