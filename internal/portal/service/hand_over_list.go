package service

import (
	"context"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// managedByField selects what waits by who manages it.
const managedByField = "managed_by"

// ListHandOvers returns a page of what waits for another object to let go, in the order of ids. It can be selected by
// managed_by.
func (s *Service) ListHandOvers(
	ctx context.Context,
	caller Caller,
	query ListQuery,
) (page portal.Page[portal.HandOver], err error) {
	selection, err := selectPage(
		query,
		listing{prefix: handOverPrefix, title: "hand-over", keys: []string{managedByField}},
	)
	if err != nil {
		return page, err
	}
	manager, selected := query.Where[managedByField]
	var items []portal.HandOver
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		items = nil
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		sc.expire(s.now())
		names, err := namesIn(ctx, tx, sc.organization.ID, sc.handOvers...)
		if err != nil {
			return err
		}
		slices.SortFunc(sc.handOvers, func(a, b store.HandOver) int { return strings.Compare(a.ID, b.ID) })
		for _, h := range sc.handOvers {
			if selected && h.ManagedBy != manager || h.ID <= selection.After || len(items) == selection.Limit {
				continue
			}
			users := []store.Holder{{ID: h.HolderID, Name: names[h.HolderID]}}
			switch h.Kind {
			case portal.HandOverDeletion:
				users, err = tx.UsersOf(ctx, sc.organization.ID, h.Noun, h.ObjectID)
			case portal.HandOverMembershipEnd:
				users = []store.Holder{{ID: h.ObjectID, Name: names[h.ObjectID]}}
			}
			if err != nil {
				return err
			}
			items = append(items, wireHandOver(h, names, users))
		}
		return nil
	})
	return pageOf(items, selection, func(h portal.HandOver) string { return h.ID }), err
}

// wireHandOver shows what waits for these objects. It needs the names of what is referred to by id.
func wireHandOver(h store.HandOver, names map[string]string, holders []store.Holder) portal.HandOver {
	shown := portal.HandOver{
		ID:        h.ID,
		Kind:      h.Kind,
		Waiting:   portal.Reference{Noun: h.Noun, ID: h.ObjectID, Name: names[h.ObjectID]},
		Field:     h.Field,
		Value:     h.Value,
		ValueName: names[h.Value],
		Holders:   []portal.Reference{},
		Count:     len(holders),
		ManagedBy: h.ManagedBy,
		Since:     stamp(h.Since),
		Until:     stamp(h.Since.Add(portal.HandOverLife)),
	}
	if h.Kind == portal.HandOverDeletion {
		shown.Waiting.Name, shown.Value = h.Value, ""
	}
	for _, holder := range holders[:min(len(holders), portal.MaxHolders)] {
		shown.Holders = append(shown.Holders, reference(holder))
	}
	return shown
}
