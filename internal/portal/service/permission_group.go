package service

import (
	"context"
	"fmt"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// ListPermissionGroups returns a page of groups.
func (s *Service) ListPermissionGroups(ctx context.Context, caller Caller, query ListQuery) (portal.Page[portal.PermissionGroup], error) {
	return list(ctx, s, caller, &groupEntity{}, query, func(g portal.PermissionGroup) string { return g.ID })
}

// GetPermissionGroup returns a group.
func (s *Service) GetPermissionGroup(ctx context.Context, caller Caller, id string) (portal.PermissionGroup, error) {
	return get(ctx, s, caller, &groupEntity{}, id)
}

// CreatePermissionGroup makes a group.
func (s *Service) CreatePermissionGroup(ctx context.Context, caller Caller, group portal.PermissionGroup, idempotencyKey string) (Created[portal.PermissionGroup], error) {
	return create(ctx, s, caller, &groupEntity{}, group, idempotencyKey)
}

// ReplacePermissionGroup changes a group; every member's rights follow (MW-06).
func (s *Service) ReplacePermissionGroup(ctx context.Context, caller Caller, id string, group portal.PermissionGroup, ifMatch string) (portal.PermissionGroup, error) {
	return replace(ctx, s, caller, &groupEntity{}, id, group, ifMatch)
}

// DeletePermissionGroup deletes a group that has no members and did not come with the platform (TC-08, MW-06).
func (s *Service) DeletePermissionGroup(ctx context.Context, caller Caller, id, ifMatch string) error {
	return remove(ctx, s, caller, &groupEntity{}, id, ifMatch, portal.Deletion{})
}

type groupEntity struct {
	withoutSecrets[portal.PermissionGroup]
	row store.PermissionGroup
}

func (*groupEntity) noun() portal.Noun { return portal.NounPermissionGroup }

func (e *groupEntity) find(ctx context.Context, tx *store.Tx, sc scene, id string) (_ portal.PermissionGroup, _ int64, err error) {
	if e.row, err = tx.PermissionGroup(ctx, sc.organization.ID, id); err == nil && e.row.Leaving {
		err = store.ErrNotFound
	}
	return e.row.PermissionGroup, e.row.Version, err
}

func (e *groupEntity) list(ctx context.Context, tx *store.Tx, sc scene, selection store.Selection) ([]portal.PermissionGroup, error) {
	rows, err := tx.PermissionGroups(ctx, sc.organization.ID, selection)
	groups := make([]portal.PermissionGroup, 0, len(rows))
	for _, row := range rows {
		e.show(&row.PermissionGroup, row.Version)
		groups = append(groups, row.PermissionGroup)
	}
	return groups, err
}

func (*groupEntity) show(g *portal.PermissionGroup, version int64) { g.ETag = etag(version) }

func (*groupEntity) keepWritable(g *portal.PermissionGroup) {
	g.ID, g.ETag, g.BuiltIn, g.MemberCount = "", "", false, 0
	g.ManagedBy, g.CreatedAt, g.Untouched, g.Pending = "", "", false, nil
}

func (*groupEntity) origin(g *portal.PermissionGroup) (managedBy, createdAt *string) {
	return &g.ManagedBy, &g.CreatedAt
}

func (*groupEntity) resolve(_, _ *portal.PermissionGroup) {}

func (*groupEntity) inventory(ctx context.Context, tx *store.Tx, sc scene, g *portal.PermissionGroup) (rules.Inventory, error) {
	inventory := rules.Inventory{Organization: sc.organization}
	err := sc.holder(&inventory, portal.NounPermissionGroup, "name", g.Name, func(key string) (store.Holder, error) {
		return tx.PermissionGroupByName(ctx, sc.organization.ID, key)
	})
	return inventory, err
}

func (*groupEntity) insert(ctx context.Context, tx *store.Tx, sc scene, id string, g portal.PermissionGroup) error {
	g.ID = id
	return tx.InsertPermissionGroup(ctx, sc.organization.ID, store.PermissionGroup{PermissionGroup: g, NameKey: groupNameKey(sc, g)})
}

func (e *groupEntity) update(ctx context.Context, tx *store.Tx, sc scene, g portal.PermissionGroup) error {
	return tx.UpdatePermissionGroup(ctx, sc.organization.ID, store.PermissionGroup{PermissionGroup: g, Version: e.row.Version, NameKey: groupNameKey(sc, g)})
}

func groupNameKey(sc scene, g portal.PermissionGroup) string {
	if key := sc.uniqueKey(portal.NounPermissionGroup, "name", g.Name); key != nil {
		return *key
	}
	return ""
}

func (e *groupEntity) movedSince() int64 { return e.row.MovedSince }

func (*groupEntity) inUse(g portal.PermissionGroup, members []store.Holder) error {
	return portal.NewError(portal.CodeConflict, "a permission group with members cannot be deleted", portal.FieldError{
		Code: portal.CodeInUse, Message: fmt.Sprintf("%q has %s: %s; move them to another group first", *g.Name, count(len(members), "member"), names(members)),
	})
}

func (*groupEntity) delete(ctx context.Context, tx *store.Tx, sc scene, id string) error {
	return tx.DeletePermissionGroup(ctx, sc.organization.ID, id)
}
