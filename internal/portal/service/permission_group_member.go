package service

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// A membership is a user in one permission group, beside whatever others the user is in (MW-04). Giving and taking one are changes of the user:
// the rules judge them, the audit trail tells them, and the user has another ETag from then on.

// GetPermissionGroupMember returns a membership.
func (s *Service) GetPermissionGroupMember(ctx context.Context, caller Caller, groupID, userID string) (portal.PermissionGroupMember, error) {
	user, err := s.GetUser(ctx, caller, userID)
	if err != nil {
		return portal.PermissionGroupMember{}, err
	}
	if !slices.Contains(user.PermissionGroupIDs, groupID) {
		return portal.PermissionGroupMember{}, noMember(groupID, userID)
	}
	return portal.PermissionGroupMember{PermissionGroupID: groupID, UserID: userID, UserETag: user.ETag}, nil
}

// PutPermissionGroupMember puts a user into a group, if the user is not in it already. The condition is about the user.
func (s *Service) PutPermissionGroupMember(ctx context.Context, caller Caller, groupID, userID, ifMatch string) (portal.PermissionGroupMember, error) {
	return s.changeMembership(ctx, caller, groupID, userID, ifMatch, func(tx *store.Tx, d decision[portal.User]) ([]string, error) {
		if _, err := tx.PermissionGroup(ctx, d.scene.organization.ID, groupID); err != nil {
			return nil, notFound(err, portal.NounPermissionGroup, groupID)
		}
		if slices.Contains(d.stored.PermissionGroupIDs, groupID) {
			return d.stored.PermissionGroupIDs, nil
		}
		return append(slices.Clone(d.stored.PermissionGroupIDs), groupID), nil
	})
}

// DeletePermissionGroupMember takes a user out of a group, and leaves the user's other groups alone.
func (s *Service) DeletePermissionGroupMember(ctx context.Context, caller Caller, groupID, userID, ifMatch string) (portal.PermissionGroupMember, error) {
	return s.changeMembership(ctx, caller, groupID, userID, ifMatch, func(_ *store.Tx, d decision[portal.User]) ([]string, error) {
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

// changeMembership stores the groups that a user is to be in, given those that it is in.
func (s *Service) changeMembership(
	ctx context.Context, caller Caller, groupID, userID, ifMatch string, groups func(*store.Tx, decision[portal.User]) ([]string, error),
) (portal.PermissionGroupMember, error) {
	member := portal.PermissionGroupMember{PermissionGroupID: groupID, UserID: userID}
	user, err := amend(ctx, s, caller, s.user(), userID, ifMatch, func(tx *store.Tx, d decision[portal.User]) (request portal.User, err error) {
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
