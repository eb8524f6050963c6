package server

import (
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// route is one operation of the API. The table of them makes both the handler and the OpenAPI description, so that
// neither can lack what the other has.
type route struct {
	method, path string
	id           string       // operation id
	summary      string       // one sentence
	scope        portal.Scope // what the token must allow; empty: no token is asked for
	session      bool         // the bearer is a person's session, not a token; it goes without a scope
	parameters   []parameter
	request      any           // a value of the type of the body; nil: none
	maxBody      int64         // of the request, in bytes; 0 is defaultMaxBody
	response     any           // likewise, on success
	mediaType    string        // of the response; empty is JSON
	status       int           // on success
	waiting      any           // the body of the answer 202, with which a deletion waits; nil: none does
	headers      []header      // of the answer on success, besides those that every answer has
	codes        []portal.Code // of errors, besides those that every route has
	run          func(*call) (any, error)
}

// parameter is a part of the request besides its body.
type parameter struct {
	in, name    string
	description string
	schema      map[string]any
	most        int // how often it may be there; 0 is once
}

// header is a header of an answer.
type header struct {
	name, description string
}

// health is the answer of a portal that is up.
type health struct {
	Status string `json:"status"` // ok
}

// routes is the route table.
func routes() []route {
	table := []route{
		{
			method: http.MethodGet, path: "/v1/organization", id: "getOrganization", scope: portal.ScopeRead,
			summary:  "The organisation of the token: what it ordered, rents and has.",
			response: portal.Organization{}, status: http.StatusOK,
			run: func(c *call) (any, error) { return c.portal.Organization(c.Context(), c.caller) },
		},
		{
			method: http.MethodGet, path: "/healthz", id: "getHealth",
			summary:  "Says that the portal is up.",
			response: health{}, status: http.StatusOK,
			run: func(*call) (any, error) { return health{Status: "ok"}, nil },
		},
		{
			method: http.MethodGet, path: "/openapi.json", id: "getOpenAPI",
			summary:  "This description.",
			response: map[string]any{}, status: http.StatusOK,
			run: func(c *call) (any, error) {
				text, err := c.description()
				return jsontext.Value(text), err
			},
		},
	}
	return slices.Concat(table, users().routes(), permissionGroups().routes(), permissionGroupMemberRoutes(), sipAccounts().routes(), userGroups().routes(),
		sessionRoutes(), pwnedPasswordRoutes(), userActionRoutes(), plannedPublicationRoutes(), phoneNumberRoutes(), handOverRoutes(), pbxRoutes(), auditRoutes())
}
