package service

import (
	"context"
	"errors"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// emailTaken says no more than that: who has the address, and where, is not for another organisation to know (MW-02).
func emailTaken() rules.Finding {
	return rules.Finding{
		Field: "email", Severity: rules.SeverityError, Code: portal.CodeAlreadyExists, ID: "MW-02",
		Message: "this address is taken; every address can be used once on the platform, choose another",
	}
}

// emailFindings refuses an address that another organisation of the platform has. One of the same organisation is refused by the rules,
// which may name it.
func (e *userEntity) emailFindings(ctx context.Context, tx *store.Tx, sc scene, u *portal.User) ([]rules.Finding, error) {
	key := sc.claimedEmail(*u)
	if key == nil {
		return nil, nil
	}
	claim, err := tx.EmailClaim(ctx, sc.organization.Platform, *key)
	if errors.Is(err, store.ErrNotFound) || err == nil && claim.OrganizationID == sc.organization.ID {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if u.ID != "" && sameKey(key, sc.claimedEmail(e.row.User)) {
		return nil, nil // both had it before addresses were unique, and may keep it
	}
	return []rules.Finding{emailTaken()}, nil
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
	if !sc.claimsEmails() {
		return nil
	}
	return sc.uniqueKey(portal.NounUser, "email", u.Email)
}

func sameKey(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }
