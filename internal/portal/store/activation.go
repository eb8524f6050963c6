package store

import (
	"context"
	"time"
)

// Activation is a link by which a person chooses a password. It is there until it is used.
type Activation struct {
	UserID    string
	Purpose   string // "activation" or "reset"
	ExpiresAt time.Time
}

func scanActivation(r row) (a Activation, err error) {
	err = r.Scan(&a.UserID, &a.Purpose, &a.ExpiresAt)
	return a, err
}

// Activation returns the link with this hash, expired or not, or ErrNotFound.
func (t *Tx) Activation(ctx context.Context, organizationID, tokenHash string) (Activation, error) {
	const query = `SELECT user_id, purpose, expires_at FROM activations WHERE organization_id = $1 AND token_sha256 = $2`
	return one(ctx, t, scanActivation, query, organizationID, tokenHash)
}

// PutActivation adds a link for a user in place of those for the same purpose, so that only the newest mail works.
func (t *Tx) PutActivation(ctx context.Context, organizationID, tokenHash string, a Activation) error {
	const old = `DELETE FROM activations WHERE organization_id = $1 AND user_id = $2 AND purpose = $3`
	if _, err := t.exec(ctx, old, organizationID, a.UserID, a.Purpose); err != nil {
		return err
	}
	const query = `INSERT INTO activations (organization_id, token_sha256, user_id, purpose, expires_at) VALUES ($1, $2, $3, $4, $5)`
	return t.change(ctx, query, organizationID, tokenHash, a.UserID, a.Purpose, a.ExpiresAt)
}

// UseActivation takes a link away, or returns ErrNotFound: each works once.
func (t *Tx) UseActivation(ctx context.Context, organizationID, tokenHash string) error {
	return t.change(ctx, `DELETE FROM activations WHERE organization_id = $1 AND token_sha256 = $2`, organizationID, tokenHash)
}

// DropActivations takes all links of a user away.
func (t *Tx) DropActivations(ctx context.Context, organizationID, userID string) error {
	_, err := t.exec(ctx, `DELETE FROM activations WHERE organization_id = $1 AND user_id = $2`, organizationID, userID)
	return err
}
