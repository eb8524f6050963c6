package store

import (
	"context"
	"strings"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Token is an API token without its secret.
type Token struct {
	OrganizationID string
	ID             string
	Name           string
	Scopes         []portal.Scope
	UserID         string // whose token it is; empty for nobody's
	CreatedAt      time.Time
	ExpiresAt      *time.Time
	LastUsedAt     *time.Time
	RevokedAt      *time.Time
}

const selectToken = `SELECT organization_id, id, name, scopes, COALESCE(user_id, ''), created_at, expires_at, last_used_at, revoked_at FROM tokens`

func scanToken(r row) (t Token, err error) {
	var scopes string
	err = r.Scan(&t.OrganizationID, &t.ID, &t.Name, &scopes, &t.UserID, &t.CreatedAt, &t.ExpiresAt, &t.LastUsedAt, &t.RevokedAt)
	for scope := range strings.FieldsSeq(scopes) {
		t.Scopes = append(t.Scopes, portal.Scope(scope))
	}
	return t, err
}

// InsertToken adds a token whose secret has the given SHA-256, in hexadecimal.
func (t *Tx) InsertToken(ctx context.Context, token Token, secretSHA256 string) error {
	scopes := make([]string, 0, len(token.Scopes))
	for _, scope := range token.Scopes {
		scopes = append(scopes, string(scope))
	}
	const query = `INSERT INTO tokens (organization_id, id, name, scopes, secret_sha256, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, NULLIF($6, ''), $7, $8)`
	return t.change(ctx, query, token.OrganizationID, token.ID, token.Name, strings.Join(scopes, " "), secretSHA256, token.UserID, token.CreatedAt, token.ExpiresAt)
}

// TokenBySecret returns the token whose secret has the given SHA-256, or ErrNotFound.
func (t *Tx) TokenBySecret(ctx context.Context, secretSHA256 string) (Token, error) {
	return one(ctx, t, scanToken, selectToken+` WHERE secret_sha256 = $1`, secretSHA256)
}

// Token returns a token, or ErrNotFound.
func (t *Tx) Token(ctx context.Context, organizationID, id string) (Token, error) {
	return one(ctx, t, scanToken, selectToken+` WHERE organization_id = $1 AND id = $2`, organizationID, id)
}

// Tokens returns every token of an organisation, the oldest first.
func (t *Tx) Tokens(ctx context.Context, organizationID string) ([]Token, error) {
	return all(ctx, t, scanToken, selectToken+` WHERE organization_id = $1 ORDER BY created_at, id`, organizationID)
}

// RevokeToken marks a token as revoked, once; it returns ErrNotFound if there is no such token.
func (t *Tx) RevokeToken(ctx context.Context, organizationID, id string, now time.Time) error {
	return t.change(ctx, `UPDATE tokens SET revoked_at = COALESCE(revoked_at, $3) WHERE organization_id = $1 AND id = $2`, organizationID, id, now)
}

// TouchToken notes that a token was used.
func (t *Tx) TouchToken(ctx context.Context, organizationID, id string, now time.Time) error {
	return t.change(ctx, `UPDATE tokens SET last_used_at = $3 WHERE organization_id = $1 AND id = $2`, organizationID, id, now)
}
