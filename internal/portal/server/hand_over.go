package server

import (
	"net/http"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// handOverWait is the value of the header Hand-Over.
const handOverWait = "wait"

var (
	handOverParameter = parameter{
		in:   "header",
		name: "Hand-Over",
		description: "With wait, a write takes over what an object of the same manager (Managed-By, which is required " +
			"then) has: extensions, incoming numbers, SIP accounts of one user, and names of groups. It is stored without " +
			"that, which the field pending lists, and gets it in the moment in which the holder lets go. A deletion waits " +
			"for users of the same manager (202): the object is gone for everybody else, and goes with its last user. " +
			"What waits ends after 24 hours. Left out, both are refused with 409. An If-Match is also true of what " +
			"hand-overs of the same manager have made of an object since.",
		schema: map[string]any{"type": "string", "enum": []string{handOverWait}},
	}
	managerParameter = parameter{
		in: "header", name: "Managed-By", description: "With Hand-Over: who asks. Who manages the object stays.",
		schema: managedByParameter.schema,
	}
	managedByFilter = parameter{
		in: "query", name: "managed_by", description: "Only what waits for this manager.",
		schema: map[string]any{"type": "string", "minLength": 1, "maxLength": portal.MaxManagedByLength},
	}
	alsoChangedHeader = header{
		"Also-Changed",
		"With Hand-Over: the ids of the other objects that this request has changed, because something passed to them " +
			"or waited for them to go, separated by commas; * for many.",
	}
)

// mostAlsoChanged bounds the header, which has to fit with others into what proxies take.
const mostAlsoChanged = 50

// readHandOver notes whether a write waits for what others have. What it brings with it is told by tellEffects.
func (c *call) readHandOver() error {
	values := c.Header.Values(handOverParameter.name)
	c.caller.Effects = &service.Effects{}
	if len(values) == 0 {
		return nil
	}
	if len(values) > 1 || values[0] != handOverWait {
		return badField(handOverParameter.name, "must be one header with the value "+handOverWait)
	}
	manager, err := c.managedBy()
	if err != nil {
		return err
	}
	if manager == nil || *manager == "" {
		return badField(
			handOverParameter.name,
			"needs the header Managed-By: an object takes over from objects of the same manager only",
		)
	}
	c.caller.TakesOver = *manager
	return nil
}

// tellEffects answers with what a write changed besides its object.
func (c *call) tellEffects() {
	changed := c.caller.Effects.Changed
	switch {
	case len(changed) > mostAlsoChanged:
		c.header.Set(alsoChangedHeader.name, "*")
	case len(changed) > 0:
		c.header.Set(alsoChangedHeader.name, strings.Join(changed, ", "))
	}
}

func handOverRoutes() []route {
	return []route{
		{
			method: http.MethodGet,
			path:   "/v1/hand-overs",
			id:     "listHandOvers",
			scope:  portal.ScopeRead,
			summary: "What waits for another object to let go: values for their successors, and deletions for users of what they " +
				"delete, in the order of their ids, page by page.",
			parameters: []parameter{
				limitParameter,
				afterParameter,
				managedByFilter,
			},
			response: portal.Page[portal.HandOver]{},
			status:   http.StatusOK,
			run: func(c *call) (any, error) {
				query, err := c.listQuery([]string{managedByFilter.name})
				if err != nil {
					return nil, err
				}
				return c.portal.ListHandOvers(c.Context(), c.caller, query)
			},
		},
	}
}
