package store

import (
	"context"
	"time"
)

// IdempotencyKey remembers which object a request made, so that the same request sent again does not make another.
type IdempotencyKey struct {
	TokenID       string // who sent it: keys of different tokens are different
	Key           string
	Fingerprint   string // SHA-256 of the request without its secrets, in hexadecimal
	ObjectID      string
	ObjectVersion int64 // as the request left it
	CreatedAt     time.Time
}

func scanIdempotencyKey(r row) (k IdempotencyKey, err error) {
	err = r.Scan(&k.TokenID, &k.Key, &k.Fingerprint, &k.ObjectID, &k.ObjectVersion, &k.CreatedAt)
	return k, err
}

// IdempotencyKey returns what is remembered of a key, or ErrNotFound.
func (t *Tx) IdempotencyKey(ctx context.Context, organizationID, tokenID, key string) (IdempotencyKey, error) {
	const query = `SELECT token_id, request_key, fingerprint, object_id, object_version, created_at FROM idempotency_keys
		WHERE organization_id = $1 AND token_id = $2 AND request_key = $3`
	return one(ctx, t, scanIdempotencyKey, query, organizationID, tokenID, key)
}

// PutIdempotencyKey remembers a key in place of what was remembered of it, and forgets those from before a time.
func (t *Tx) PutIdempotencyKey(ctx context.Context, organizationID string, k IdempotencyKey, forgetBefore time.Time) error {
	if _, err := t.exec(ctx, `DELETE FROM idempotency_keys WHERE organization_id = $1 AND created_at < $2`, organizationID, forgetBefore); err != nil {
		return err
	}
	const query = `INSERT INTO idempotency_keys (organization_id, token_id, request_key, fingerprint, object_id, object_version, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (organization_id, token_id, request_key) DO UPDATE SET fingerprint = excluded.fingerprint, object_id = excluded.object_id,
			object_version = excluded.object_version, created_at = excluded.created_at`
	return t.change(ctx, query, organizationID, k.TokenID, k.Key, k.Fingerprint, k.ObjectID, k.ObjectVersion, k.CreatedAt)
}
