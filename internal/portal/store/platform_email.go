package store

import (
	"context"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// EmailClaim says that an address belongs to one user of a whole platform (MW-02).
type EmailClaim struct {
	Platform               portal.Platform
	EmailKey               string // the address as it is compared
	OrganizationID, UserID string
}

func scanEmailClaim(r row) (c EmailClaim, err error) {
	err = r.Scan(&c.Platform, &c.EmailKey, &c.OrganizationID, &c.UserID)
	return c, err
}

// EmailClaim returns who claims an address on a platform, or ErrNotFound. It is the one query that looks beyond an
// organisation; what it finds is never shown.
func (t *Tx) EmailClaim(ctx context.Context, platform portal.Platform, emailKey string) (EmailClaim, error) {
	query := `SELECT platform, email_key, organization_id, user_id FROM platform_emails WHERE platform = $1 AND ` + hasKey("email_key", "$2") + `
		ORDER BY email_key LIMIT 1`
	return one(ctx, t, scanEmailClaim, query, platform, emailKey)
}

// SharedClaims returns the claims to addresses that several users of a platform have, those to one address together.
func (t *Tx) SharedClaims(ctx context.Context) ([][]EmailClaim, error) {
	const query = `SELECT platform, email_key, organization_id, user_id FROM platform_emails WHERE email_key LIKE '%' || $1 || '%' ORDER BY platform, email_key`
	further, err := all(ctx, t, scanEmailClaim, query, sharedKeyMark)
	if err != nil {
		return nil, err
	}
	var shared [][]EmailClaim
	for _, claim := range further {
		claim.EmailKey, _, _ = strings.Cut(claim.EmailKey, sharedKeyMark)
		last := len(shared) - 1
		if last < 0 || shared[last][0].Platform != claim.Platform || shared[last][0].EmailKey != claim.EmailKey {
			const first = `SELECT platform, email_key, organization_id, user_id FROM platform_emails WHERE platform = $1 AND email_key = $2`
			holders, err := all(ctx, t, scanEmailClaim, first, claim.Platform, claim.EmailKey)
			if err != nil {
				return nil, err
			}
			shared, last = append(shared, holders), last+1
		}
		shared[last] = append(shared[last], claim)
	}
	return shared, nil
}

// ClaimEmail gives a user the claim in place of the one that it had. That of another user is a DuplicateError.
func (t *Tx) ClaimEmail(ctx context.Context, c EmailClaim) error {
	if err := t.ReleaseEmail(ctx, c.OrganizationID, c.UserID); err != nil {
		return err
	}
	const query = `INSERT INTO platform_emails (platform, email_key, organization_id, user_id) VALUES ($1, $2, $3, $4)`
	return t.change(ctx, query, c.Platform, c.EmailKey, c.OrganizationID, c.UserID)
}

// ReleaseEmail ends the claim of a user, if it has one.
func (t *Tx) ReleaseEmail(ctx context.Context, organizationID, userID string) error {
	_, err := t.exec(ctx, `DELETE FROM platform_emails WHERE organization_id = $1 AND user_id = $2`, organizationID, userID)
	return err
}
