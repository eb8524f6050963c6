package service

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// ListUserGroups returns a page of user groups.
func (s *Service) ListUserGroups(ctx context.Context, caller Caller, query ListQuery) (portal.Page[portal.UserGroup], error) {
	return list(ctx, s, caller, s.userGroup(), query, func(g portal.UserGroup) string { return g.ID })
}

// GetUserGroup returns a user group.
func (s *Service) GetUserGroup(ctx context.Context, caller Caller, id string) (portal.UserGroup, error) {
	return get(ctx, s, caller, s.userGroup(), id)
}

// CreateUserGroup makes a user group with its subgroups.
func (s *Service) CreateUserGroup(ctx context.Context, caller Caller, group portal.UserGroup, idempotencyKey string) (Created[portal.UserGroup], error) {
	return create(ctx, s, caller, s.userGroup(), group, idempotencyKey)
}

// ReplaceUserGroup changes a user group. A subgroup whose name stays, ignoring case, keeps its id and its members; one
// with members cannot go.
func (s *Service) ReplaceUserGroup(ctx context.Context, caller Caller, id string, group portal.UserGroup, ifMatch string) (portal.UserGroup, error) {
	e := s.userGroup()
	e.caller = caller
	return replace(ctx, s, caller, e, id, group, ifMatch)
}

// DeleteUserGroup deletes a user group of which no subgroup has members.
func (s *Service) DeleteUserGroup(ctx context.Context, caller Caller, id, ifMatch string) error {
	return remove(ctx, s, caller, s.userGroup(), id, ifMatch, portal.Deletion{})
}

// subgroupPrefix is how the id of a subgroup starts.
const subgroupPrefix = "sub_"

func (s *Service) userGroup() *userGroupEntity { return &userGroupEntity{service: s} }

type userGroupEntity struct {
	withoutSecrets[portal.UserGroup]
	service *Service
	caller  Caller // of a replacement
	row     store.UserGroup
}

func (*userGroupEntity) noun() portal.Noun { return portal.NounUserGroup }

func (e *userGroupEntity) find(ctx context.Context, tx *store.Tx, sc scene, id string) (_ portal.UserGroup, _ int64, err error) {
	if e.row, err = tx.UserGroup(ctx, sc.organization.ID, id); err == nil && e.row.Leaving {
		err = store.ErrNotFound
	}
	return e.row.UserGroup, e.row.Version, err
}

func (e *userGroupEntity) list(ctx context.Context, tx *store.Tx, sc scene, selection store.Selection) ([]portal.UserGroup, error) {
	rows, err := tx.UserGroups(ctx, sc.organization.ID, selection)
	groups := make([]portal.UserGroup, 0, len(rows))
	for _, row := range rows {
		e.show(&row.UserGroup, row.Version)
		groups = append(groups, row.UserGroup)
	}
	return groups, err
}

func (*userGroupEntity) show(g *portal.UserGroup, version int64) { g.ETag = etag(version) }

func (*userGroupEntity) keepWritable(g *portal.UserGroup) {
	g.ID, g.ETag = "", ""
	g.ManagedBy, g.CreatedAt, g.Untouched, g.Pending = "", "", false, nil
	for i := range g.Subgroups {
		g.Subgroups[i].ID, g.Subgroups[i].MemberCount = "", 0
	}
}

func (*userGroupEntity) origin(g *portal.UserGroup) (managedBy, createdAt *string) {
	return &g.ManagedBy, &g.CreatedAt
}

// resolve recognises the subgroups that are there by their names.
func (*userGroupEntity) resolve(wanted, stored *portal.UserGroup) {
	if wanted.Subgroups == nil {
		wanted.Subgroups = []portal.Subgroup{}
	}
	if stored == nil {
		return
	}
	known := make(map[string]portal.Subgroup, len(stored.Subgroups))
	for _, subgroup := range stored.Subgroups {
		known[nameKey(subgroup.Name)] = subgroup
	}
	for i := range wanted.Subgroups {
		subgroup := &wanted.Subgroups[i]
		before := known[nameKey(subgroup.Name)]
		subgroup.ID, subgroup.MemberCount = before.ID, before.MemberCount
	}
}

func (*userGroupEntity) inventory(ctx context.Context, tx *store.Tx, sc scene, g *portal.UserGroup) (rules.Inventory, error) {
	inventory := rules.Inventory{Organization: sc.organization}
	err := sc.holder(&inventory, portal.NounUserGroup, "name", g.Name, func(key string) (store.Holder, error) {
		return tx.UserGroupByName(ctx, sc.organization.ID, key)
	})
	return inventory, err
}

func (e *userGroupEntity) insert(ctx context.Context, tx *store.Tx, sc scene, id string, g portal.UserGroup) error {
	g.ID = id
	row, err := e.rowOf(sc, g)
	if err != nil {
		return err
	}
	return tx.InsertUserGroup(ctx, sc.organization.ID, row)
}

func (e *userGroupEntity) update(ctx context.Context, tx *store.Tx, sc scene, g portal.UserGroup) error {
	row, err := e.rowOf(sc, g)
	if err != nil {
		return err
	}
	if err := e.guardSubgroups(ctx, tx, sc, row); err != nil {
		return err
	}
	return tx.UpdateUserGroup(ctx, sc.organization.ID, row)
}

// rowOf is the row of a group, in which every new subgroup has an id.
func (e *userGroupEntity) rowOf(sc scene, g portal.UserGroup) (store.UserGroup, error) {
	row := store.UserGroup{UserGroup: g, Version: e.row.Version}
	if key := sc.uniqueKey(portal.NounUserGroup, "name", g.Name); key != nil {
		row.NameKey = *key
	}
	for i := range row.Subgroups {
		row.Keys = append(row.Keys, nameKey(row.Subgroups[i].Name))
		if row.Subgroups[i].ID != "" {
			continue
		}
		id, err := e.service.newID(subgroupPrefix)
		if err != nil {
			return row, err
		}
		row.Subgroups[i].ID = id
	}
	return row, nil
}

// guardSubgroups refuses to remove a subgroup that users are in (TC-10), or has it wait for them.
func (e *userGroupEntity) guardSubgroups(ctx context.Context, tx *store.Tx, sc scene, wanted store.UserGroup) error {
	kept := map[string]bool{}
	for _, subgroup := range wanted.Subgroups {
		kept[subgroup.ID] = true
	}
	var fields []portal.FieldError
	for _, subgroup := range e.row.Subgroups {
		if kept[subgroup.ID] || subgroup.MemberCount == 0 {
			continue
		}
		members, err := tx.MembersOfSubgroup(ctx, sc.organization.ID, subgroup.ID)
		if err != nil {
			return err
		}
		foreign := e.caller.foreign(members)
		if len(foreign) == 0 {
			leaving := store.HandOver{Noun: portal.NounSubgroup, ObjectID: subgroup.ID, Value: subgroup.Name}
			if err := e.service.leave(ctx, tx, e.caller, sc, leaving, members); err != nil {
				return err
			}
			continue
		}
		members = foreign
		fields = append(fields, portal.FieldError{
			Field: "subgroups", Code: portal.CodeInUse,
			Message: fmt.Sprintf("%q has %s: %s; move them to another subgroup first", subgroup.Name, count(len(members), "member"), names(members)),
		})
	}
	if len(fields) == 0 {
		return nil
	}
	return portal.NewError(portal.CodeConflict, "a subgroup with members cannot be removed", fields...)
}

func (e *userGroupEntity) movedSince() int64 { return e.row.MovedSince }

func (*userGroupEntity) inUse(g portal.UserGroup, members []store.Holder) error {
	return portal.NewError(portal.CodeConflict, "a user group with members cannot be deleted", portal.FieldError{
		Code: portal.CodeInUse, Message: fmt.Sprintf("%q has %s: %s; take them out of its subgroups first", *g.Name, count(len(members), "member"), names(members)),
	})
}

func (*userGroupEntity) delete(ctx context.Context, tx *store.Tx, sc scene, id string) error {
	return tx.DeleteUserGroup(ctx, sc.organization.ID, id)
}

// nameKey is the form in which names of subgroups are compared.
func nameKey(name string) string { return rules.UniqueKey(&rules.Field{}, name) }

// noteSubgroups notes the subgroups that a user refers to.
func (e *userEntity) noteSubgroups(ctx context.Context, tx *store.Tx, sc scene, u *portal.User, inventory *rules.Inventory) error {
	inventory.Subgroups = map[string]rules.Subgroup{}
	if u.Directory == nil {
		return nil
	}
	for _, id := range u.Directory.UserGroupIDs {
		subgroup, err := tx.Subgroup(ctx, sc.organization.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		inventory.Subgroups[id] = rules.Subgroup{Subgroup: subgroup.Subgroup, GroupID: subgroup.GroupID, GroupName: subgroup.GroupName}
		if d := e.row.Directory; subgroup.Leaving && (d == nil || !slices.Contains(d.UserGroupIDs, id)) {
			e.refuseLeaving("directory.user_group_ids", id, "the subgroup "+subgroup.Name)
		}
	}
	return nil
}
