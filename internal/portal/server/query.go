package server

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// checkQuery refuses what a route does not know, and what is there twice or empty: a misspelt filter must not return
// everything.
func (c *call) checkQuery(r route) error {
	var known []string
	most := map[string]int{}
	for _, p := range r.parameters {
		if p.in == "query" {
			known = append(known, p.name)
			most[p.name] = max(p.most, 1)
		}
	}
	query := c.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		switch values := query[name]; {
		case !slices.Contains(known, name) && len(known) == 0:
			return badField(name, "is not a query parameter; there are none here")
		case !slices.Contains(known, name):
			return badField(name, "is not a query parameter; there are "+strings.Join(known, ", "))
		case len(values) > most[name] && most[name] == 1:
			return badField(name, fmt.Sprintf("is there %d times; give it once", len(values)))
		case len(values) > most[name]:
			return badField(name, fmt.Sprintf("is there %d times; give it at most %d times", len(values), most[name]))
		case slices.Contains(values, ""):
			return badField(name, "is empty; give it a value or leave it out")
		}
	}
	return nil
}

// listQuery reads the parameters of a list; keys are the fields that it can be filtered by.
func (c *call) listQuery(keys []string) (service.ListQuery, error) {
	values := c.URL.Query()
	query := service.ListQuery{Limit: portal.DefaultPageSize, After: values.Get("after"), Where: map[string]string{}}
	if text := values.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > portal.MaxPageSize {
			return query, badField("limit", fmt.Sprintf("must be a whole number from 1 to %d", portal.MaxPageSize))
		}
		query.Limit = limit
	}
	ends, err := c.flag(pageEndsParameter)
	if err != nil {
		return query, err
	}
	query.Ends, query.IDs = ends, values[idsParameter.name]
	for _, key := range keys {
		if values.Has(key) {
			query.Where[key] = values.Get(key)
		}
	}
	return query, nil
}

// flag reads a parameter that is true or false, and false if it is left out.
func (c *call) flag(p parameter) (bool, error) {
	switch c.URL.Query().Get(p.name) {
	case "true":
		return true, nil
	case "false", "":
		return false, nil
	default:
		return false, badField(p.name, "must be true or false")
	}
}

// maxKeyLength is the most characters that an Idempotency-Key may have.
const maxKeyLength = 255

// idempotencyKey reads the key under which a client may repeat a creation, or "".
// managedBy is who manages the object from this write on; nil leaves it as it is.
func (c *call) managedBy() (*string, error) {
	values := c.Header.Values("Managed-By")
	if len(values) == 0 {
		return nil, nil
	}
	if len(values) > 1 || values[0] != "" && !portal.IsManagedBy(values[0]) {
		return nil, badField("Managed-By", fmt.Sprintf("must be one header of 1 to %d printable ASCII characters, or empty to manage the object no longer",
			portal.MaxManagedByLength))
	}
	return &values[0], nil
}

func (c *call) idempotencyKey() (string, error) {
	values := c.Header.Values("Idempotency-Key")
	if len(values) == 0 {
		return "", nil
	}
	key := values[0]
	unprintable := func(r rune) bool { return r < ' ' || r > '~' }
	if len(values) > 1 || key == "" || len(key) > maxKeyLength || strings.ContainsFunc(key, unprintable) {
		return "", badField("Idempotency-Key", fmt.Sprintf("must be one header of 1 to %d printable ASCII characters", maxKeyLength))
	}
	return key, nil
}
