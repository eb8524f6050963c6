package service

import (
	"context"
	"errors"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// noteClaim notes that somebody in another organisation has the address of a user, and nothing about who or where
// (MW-02). A user who had the address before addresses were unique may keep it.
func (e *userEntity) noteClaim(ctx context.Context, tx *store.Tx, sc scene, u *portal.User, inventory *rules.Inventory) error {
	key := sc.claimedEmail(*u)
	if key == nil || u.ID != "" && sameKey(key, sc.claimedEmail(e.row.User)) {
		return nil
	}
	claim, err := tx.EmailClaim(ctx, sc.organization.Platform, *key)
	if errors.Is(err, store.ErrNotFound) || err == nil && claim.OrganizationID == sc.organization.ID {
		return nil // who has it within the organisation may be named
	}
	if err != nil {
		return err
	}
	return sc.holder(inventory, portal.NounUser, "email", u.Email, func(string) (store.Holder, error) { return store.Holder{}, nil })
}

// claimEmail makes the address of a user unique on the platform, if it is another one than before.
func claimEmail(ctx context.Context, tx *store.Tx, sc scene, before, after portal.User) error {
	key := sc.claimedEmail(after)
	if sameKey(key, sc.claimedEmail(before)) {
		return nil
	}
	if key == nil {
		return tx.ReleaseEmail(ctx, sc.organization.ID, after.ID)
	}
	return tx.ClaimEmail(ctx, store.EmailClaim{Platform: sc.organization.Platform, EmailKey: *key, OrganizationID: sc.organization.ID, UserID: after.ID})
}

// claimedEmail is the key of an address that is unique on the whole platform; nil if it need not be.
func (sc scene) claimedEmail(u portal.User) *string {
	if field := sc.set.Objects[portal.NounUser].Fields["email"]; field == nil || !field.Everywhere {
		return nil
	}
	return sc.uniqueKey(portal.NounUser, "email", u.Email)
}

func sameKey(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }
