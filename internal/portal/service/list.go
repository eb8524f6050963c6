package service

import (
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
func list[T any](ctx context.Context, s *Service, caller Caller, e entity[T], query ListQuery, id func(T) string) (portal.Page[T], error) {
	page := portal.Page[T]{Items: []T{}}
	limit := query.Limit
	if limit == 0 {
		limit = portal.DefaultPageSize
	}
	if limit < 0 || limit > portal.MaxPageSize {
		return page, badParameter("limit", fmt.Sprintf("%d is not a page size; 1 to %d are allowed", limit, portal.MaxPageSize))
	}
	after, err := parseCursor(query.After, idPrefix(e.noun()))
	if err != nil {
		return page, err
	}
	keys := naturalKeys(e.noun())
	for _, field := range slices.Sorted(maps.Keys(query.Where)) {
		if !slices.Contains(keys, field) {
			return page, badParameter(field, fmt.Sprintf("%ss cannot be selected by %q; by %s", e.noun().Title(), field, strings.Join(keys, " or ")))
		}
	}
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		selection := store.Selection{After: after, Limit: limit + 1, Where: map[string]string{}} // one more tells whether there is a next page
		for field, value := range query.Where {
			key := sc.uniqueKey(e.noun(), field, &value)
			if key == nil {
				return nil // nothing has the empty value, or a field that the platform does not have
			}
			selection.Where[field] = *key
		}
		items, err := e.list(ctx, tx, sc, selection)
		if err != nil {
			return err
		}
		if len(items) > limit {
			items = items[:limit]
			page.Next = cursor(id(items[limit-1]))
		}
		page.Items = append(page.Items, items...)
		return nil
	})
	return page, err
}

// naturalKeys are the fields by which a list can be searched: those that a person knows an object by (ALL-04).
func naturalKeys(noun portal.Noun) []string {
	switch noun {
	case portal.NounUser:
		return []string{"email", "username"}
	case portal.NounPermissionGroup:
		return []string{"name"}
	default:
		return []string{"extension"}
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
