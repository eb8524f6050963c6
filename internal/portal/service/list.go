package service

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// list returns one page of objects in the order of their ids.
func list[T any](ctx context.Context, s *Service, caller Caller, e entity[T], query ListQuery, id func(T) string) (page portal.Page[T], err error) {
	selection, err := selectPage(query, listing{prefix: idPrefix(e.noun()), title: e.noun().Title(), keys: listFilters(e.noun())})
	if err != nil {
		return page, err
	}
	var items []T
	var ends []string
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		sc.expire(s.now())
		for field, value := range query.Where {
			if field == statusField {
				selection.Where[field] = value
				continue
			}
			key := sc.uniqueKey(e.noun(), keyPath(e.noun(), field), &value)
			if key == nil {
				return nil // nothing has the empty value, or a field that the platform does not have
			}
			selection.Where[field] = *key
		}
		if items, err = e.list(ctx, tx, sc, selection); err != nil {
			return err
		}
		for i := range items {
			if err := sc.notePending(ctx, tx, &items[i], id(items[i])); err != nil {
				return err
			}
		}
		if !query.Ends {
			return nil
		}
		ends, err = tx.PageEnds(ctx, sc.organization.ID, tableOf(e.noun()), selection.Limit-1)
		return err
	})
	page = pageOf(items, selection, id)
	page.Ends = pageEnds(ends)
	return page, err
}

// pageEnds makes the ends of pages of the ids of the last objects on them.
func pageEnds(ids []string) []portal.PageEnd {
	var ends []portal.PageEnd
	for _, id := range ids {
		ends = append(ends, portal.PageEnd{ID: id, Next: cursor(id)})
	}
	return ends
}

// listing is what a list is of.
type listing struct {
	prefix string   // of the ids, by which a cursor of another list is told
	title  string   // of one object
	keys   []string // fields by which it can be searched
}

// selectPage checks the parameters of a list. It selects one object more than the page has, which tells whether there
// is a next page.
func selectPage(query ListQuery, of listing) (store.Selection, error) {
	limit := cmp.Or(query.Limit, portal.DefaultPageSize)
	if limit < 0 || limit > portal.MaxPageSize {
		return store.Selection{}, badParameter("limit", fmt.Sprintf("%d is not a page size; 1 to %d are allowed", limit, portal.MaxPageSize))
	}
	after, err := parseCursor(query.After, of.prefix)
	if err != nil {
		return store.Selection{}, err
	}
	switch {
	case len(query.IDs) > portal.MaxIDs:
		return store.Selection{}, badParameter("id", fmt.Sprintf("there are %d ids; ask for at most %d at once", len(query.IDs), portal.MaxIDs))
	case query.Ends && (len(query.Where) > 0 || query.IDs != nil):
		return store.Selection{}, badParameter("page_ends", "the ends of pages are those of the whole list; leave out what selects some of it")
	}
	for _, field := range slices.Sorted(maps.Keys(query.Where)) {
		switch {
		case len(of.keys) == 0:
			return store.Selection{}, badParameter(field, fmt.Sprintf("%ss cannot be selected by %q; read the whole list", of.title, field))
		case !slices.Contains(of.keys, field):
			return store.Selection{}, badParameter(field, fmt.Sprintf("%ss cannot be selected by %q; by %s", of.title, field, strings.Join(of.keys, " or ")))
		}
	}
	if status, given := query.Where[statusField]; given && !slices.Contains(portal.UserStatuses(), portal.UserStatus(status)) {
		return store.Selection{}, badParameter(statusField, fmt.Sprintf("%q is no status of a user; one of pending, active and blocked", status))
	}
	return store.Selection{After: after, Limit: limit + 1, Where: map[string]string{}, IDs: query.IDs}, nil
}

// pageOf makes a page of what was selected.
func pageOf[T any](items []T, selection store.Selection, id func(T) string) portal.Page[T] {
	page := portal.Page[T]{Items: []T{}}
	if most := selection.Limit - 1; len(items) > most {
		items = items[:most]
		page.Next = cursor(id(items[most-1]))
	}
	page.Items = append(page.Items, items...)
	return page
}

// statusField is what a list of users can be selected by besides their natural keys.
const statusField = "status"

// extensionField selects users and SIP accounts.
const extensionField = "extension"

// listFilters are the fields by which a list can be searched: those that a person knows an object by (ALL-04), and the
// status of a user.
func listFilters(noun portal.Noun) []string {
	switch noun {
	case portal.NounUser:
		return []string{"email", "username", extensionField, statusField}
	case portal.NounPermissionGroup, portal.NounUserGroup:
		return []string{"name"}
	default:
		return []string{extensionField}
	}
}

// keyPath is the path of the field that a list is selected by.
func keyPath(noun portal.Noun, field string) string {
	if noun == portal.NounUser && field == extensionField {
		return "telephony." + field
	}
	return field
}

func tableOf(noun portal.Noun) store.List {
	switch noun {
	case portal.NounUser:
		return store.ListUsers
	case portal.NounPermissionGroup:
		return store.ListPermissionGroups
	case portal.NounUserGroup:
		return store.ListUserGroups
	default:
		return store.ListSIPAccounts
	}
}

// cursor names the object that a page ended with. It is opaque, so that its content can change.
func cursor(id string) string { return base64.RawURLEncoding.EncodeToString([]byte(id)) }

func parseCursor(text, prefix string) (id string, err error) {
	if text == "" {
		return "", nil
	}
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !strings.HasPrefix(string(decoded), prefix) {
		return "", badParameter("after", "not a cursor of this list; give the value of next in the previous page, unchanged")
	}
	return string(decoded), nil
}

func badParameter(field, message string) error {
	return portal.NewError(portal.CodeBadRequest, "the list cannot be read with this parameter", portal.FieldError{Field: field, Code: portal.CodeMalformed, Message: message})
}
