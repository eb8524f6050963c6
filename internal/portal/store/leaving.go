package store

import (
	"context"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Leave marks an object that is gone as soon as nobody uses it any more: it is in no list, and its name or its
// extension is free.
func (t *Tx) Leave(ctx context.Context, organizationID string, noun portal.Noun, id string) error {
	query := `UPDATE ` + string(table(noun)) + ` SET leaving = TRUE WHERE organization_id = $1 AND id = $2`
	if err := t.change(ctx, query, organizationID, id); err != nil {
		return err
	}
	return t.TakeAway(ctx, organizationID, naturalKey(noun), noun, id)
}

// naturalKey is the kind of thing that people know an object by.
func naturalKey(noun portal.Noun) portal.HandOverKind {
	switch noun {
	case portal.NounSIPAccount:
		return portal.HandOverExtension
	case portal.NounPermissionGroup:
		return portal.HandOverPermissionGroupName
	default:
		return portal.HandOverUserGroupName
	}
}

// Stay takes the mark from an object, which gets a name that nobody has. A SIP account gets none.
func (t *Tx) Stay(ctx context.Context, organizationID string, noun portal.Noun, id, name, key string) error {
	if noun == portal.NounSIPAccount {
		return t.change(
			ctx,
			`UPDATE sip_accounts SET leaving = FALSE WHERE organization_id = $1 AND id = $2`,
			organizationID,
			id,
		)
	}
	query := `UPDATE ` + string(
		table(noun),
	) + ` SET leaving = FALSE, name = $3, name_key = $4 WHERE organization_id = $1 AND id = $2`
	return t.change(ctx, query, organizationID, id, name, keyOrNone(key, id))
}

// UsersOf returns the users that an object cannot go without.
func (t *Tx) UsersOf(ctx context.Context, organizationID string, noun portal.Noun, id string) ([]Holder, error) {
	switch noun {
	case portal.NounPermissionGroup:
		return t.MembersOfPermissionGroup(ctx, organizationID, id)
	case portal.NounSIPAccount:
		return t.UsersOfSIPAccount(ctx, organizationID, id)
	case portal.NounUserGroup:
		return t.MembersOfUserGroup(ctx, organizationID, id)
	case portal.NounSubgroup:
		return t.MembersOfSubgroup(ctx, organizationID, id)
	default:
		return nil, nil
	}
}

// DeleteUnused deletes an object that nobody uses, or returns ErrNotFound if it is gone already.
func (t *Tx) DeleteUnused(ctx context.Context, organizationID string, noun portal.Noun, id string) error {
	return t.change(
		ctx,
		`DELETE FROM `+string(table(noun))+` WHERE organization_id = $1 AND id = $2`,
		organizationID,
		id,
	)
}

// EndMembership takes a user out of a permission group.
func (t *Tx) EndMembership(ctx context.Context, organizationID, userID, groupID string) error {
	const query = `DELETE FROM user_permission_groups WHERE organization_id = $1 AND user_id = $2 AND permission_group_id = $3`
	return t.change(ctx, query, organizationID, userID, groupID)
}
