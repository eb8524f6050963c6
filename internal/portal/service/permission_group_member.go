package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// A membership is a user in one permission group, beside whatever others the user is in (MW-04). Giving and taking one
// are changes of the user: the rules judge them, the audit trail tells them, and the user has another ETag from then
// on.

// GetPermissionGroupMember returns a membership.
func (s *Service) GetPermissionGroupMember(ctx context.Context, caller Caller, groupID, userID string) (portal.PermissionGroupMember, error) {
	var ends bool // once the user is in another group
	var user portal.User
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		sc.expire(s.now())
		e := s.user()
		var version int64
		if user, version, err = e.find(ctx, tx, sc, userID); err != nil {
			return notFound(err, portal.NounUser, userID)
		}
		e.show(&user, version)
		ends = sc.find(portal.HandOverMembershipEnd, membershipKey(userID, groupID)) != nil
		return nil
	})
	if err != nil {
		return portal.PermissionGroupMember{}, err
	}
	if ends || !slices.Contains(user.PermissionGroupIDs, groupID) {
		return portal.PermissionGroupMember{}, noMember(groupID, userID)
	}
	return portal.PermissionGroupMember{PermissionGroupID: groupID, UserID: userID, UserETag: user.ETag}, nil
}

// PutPermissionGroupMember puts a user into a group, if the user is not in it already. The condition is about the user.
func (s *Service) PutPermissionGroupMember(ctx context.Context, caller Caller, groupID, userID, ifMatch string) (portal.PermissionGroupMember, error) {
	return s.changeMembership(ctx, caller, groupID, groupID, userID, ifMatch, func(tx *store.Tx, d decision[portal.User]) ([]string, error) {
		if _, err := tx.PermissionGroup(ctx, d.scene.organization.ID, groupID); err != nil {
			return nil, notFound(err, portal.NounPermissionGroup, groupID)
		}
		if slices.Contains(d.stored.PermissionGroupIDs, groupID) {
			return d.stored.PermissionGroupIDs, nil
		}
		return append(slices.Clone(d.stored.PermissionGroupIDs), groupID), nil
	})
}

// membershipKey names a membership among all.
func membershipKey(userID, groupID string) string { return userID + "/" + groupID }

// DeletePermissionGroupMember takes a user out of a group, and leaves the user's other groups alone. From the only
// group of a user that has to be in one, a caller that lets deletions wait takes the user as soon as there is another.
func (s *Service) DeletePermissionGroupMember(ctx context.Context, caller Caller, groupID, userID, ifMatch string) (portal.PermissionGroupMember, error) {
	if caller.TakesOver != "" {
		if member, waits, err := s.awaitMembershipEnd(ctx, caller, groupID, userID, ifMatch); waits || err != nil {
			return member, ofMember(err)
		}
	}
	return s.changeMembership(ctx, caller, "", groupID, userID, ifMatch, func(_ *store.Tx, d decision[portal.User]) ([]string, error) {
		if !slices.Contains(d.stored.PermissionGroupIDs, groupID) {
			return nil, noMember(groupID, userID)
		}
		left := slices.DeleteFunc(slices.Clone(d.stored.PermissionGroupIDs), func(id string) bool { return id == groupID })
		if reason := d.scene.set.RefuseEnd(nameOf(d.stored), left); reason != "" {
			return nil, portal.NewError(portal.CodeConflict, "the membership stays", portal.FieldError{Code: portal.CodeRequired, Message: reason})
		}
		return left, nil
	})
}

// changeMembership stores the groups that a user is to be in, given those that it is in. begun is the id of a group
// that the user comes into.
func (s *Service) changeMembership(
	ctx context.Context, caller Caller, begun, groupID, userID, ifMatch string, groups func(*store.Tx, decision[portal.User]) ([]string, error),
) (portal.PermissionGroupMember, error) {
	member := portal.PermissionGroupMember{PermissionGroupID: groupID, UserID: userID}
	e := s.user()
	e.membership = cmp.Or(begun, noGroup)
	user, err := amend(ctx, s, caller, e, userID, ifMatch, func(tx *store.Tx, d decision[portal.User]) (request portal.User, err error) {
		if reason := d.scene.set.RefuseMemberships(); reason != "" {
			return request, portal.NewError(portal.CodeInvalid, "there are no single memberships", portal.FieldError{Code: portal.CodeNotOnPlatform, Message: reason})
		}
		member.PreviousUserETag = etag(d.version)
		request.PermissionGroupIDs, err = groups(tx, d)
		return request, err
	})
	if err != nil {
		return portal.PermissionGroupMember{}, ofMember(err)
	}
	if member.UserETag = user.ETag; member.PreviousUserETag == user.ETag {
		member.PreviousUserETag = ""
	}
	return member, nil
}

// noGroup is the id of no group.
const noGroup = "none"

// awaitMembershipEnd has the end of a membership wait, if the user has to be in a permission group and would be in
// none.
func (s *Service) awaitMembershipEnd(
	ctx context.Context, caller Caller, groupID, userID, ifMatch string,
) (member portal.PermissionGroupMember, waits bool, err error) {
	member = portal.PermissionGroupMember{PermissionGroupID: groupID, UserID: userID}
	err = s.store.Write(ctx, caller.OrganizationID, func(tx *store.Tx) error {
		waits = false
		caller.begin()
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		sc.expire(s.now())
		e := s.user()
		user, version, err := e.find(ctx, tx, sc, userID)
		if err != nil {
			return notFound(err, portal.NounUser, userID)
		}
		left := slices.DeleteFunc(slices.Clone(user.PermissionGroupIDs), func(id string) bool {
			return id == groupID || sc.find(portal.HandOverMembershipEnd, membershipKey(userID, id)) != nil
		})
		known := sc.find(portal.HandOverMembershipEnd, membershipKey(userID, groupID)) != nil
		switch {
		case known || !slices.Contains(user.PermissionGroupIDs, groupID):
			return noMember(groupID, userID)
		case sc.set.RefuseMemberships() != "" || sc.set.RefuseEnd(nameOf(user), left) == "" || user.ManagedBy != caller.TakesOver:
			return nil // which changeMembership refuses, or does at once
		case !matches(ifMatch, version, caller.since(user.ManagedBy, version, e.movedSince())):
			return stale(ctx, tx, sc, portal.NounUser, userID, version)
		}
		if err := refuseEndOfAdministration(ctx, tx, sc, caller, user, groupID); err != nil {
			return err
		}
		wait := store.HandOver{
			Kind: portal.HandOverMembershipEnd, Thing: membershipKey(userID, groupID), Noun: portal.NounUser, ObjectID: userID,
			Field: fieldPermissionGroups, Value: groupID, ManagedBy: caller.TakesOver,
		}
		begun := event{action: portal.ActionLeave, noun: string(portal.NounUser), id: userID, name: nameOf(user), fields: []string{fieldPermissionGroups}, from: groupID}
		if err := errors.Join(s.endExpired(ctx, tx, sc), comeBack(ctx, tx, sc, s.now())); err != nil {
			return err
		}
		if err := s.beginWait(ctx, tx, caller, &wait, begun); err != nil {
			return err
		}
		if caller.Effects != nil {
			caller.Effects.Waits = new(wireHandOver(wait, map[string]string{userID: nameOf(user)}, []store.Holder{{ID: userID, Name: nameOf(user)}}))
		}
		waits, member.UserETag = true, etag(version)
		return nil
	})
	return member, waits && err == nil, err
}

// fieldPermissionGroups is where a user has its permission groups.
const fieldPermissionGroups = "permission_group_ids"

func noMember(groupID, userID string) error {
	return portal.NewError(portal.CodeNotFound, fmt.Sprintf("the user %q is not in the permission group %q", userID, groupID))
}

// ofMember names the field that a refusal is about as a membership does.
func ofMember(err error) error {
	if refusal, ok := errors.AsType[*portal.Error](err); ok {
		for i, field := range refusal.Errors {
			if field.Field == "permission_group_ids" {
				refusal.Errors[i].Field = "permission_group_id"
			}
		}
	}
	return err
}
