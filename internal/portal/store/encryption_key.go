package store

import (
	"context"
	"time"
)

// EncryptionKey names the key that secrets in a database are encrypted with. The key itself is not in it.
type EncryptionKey struct {
	ID    string
	Since time.Time
}

func scanEncryptionKey(r row) (k EncryptionKey, err error) {
	err = r.Scan(&k.ID, &k.Since)
	k.Since = k.Since.UTC()
	return k, err
}

// EncryptionKey returns the key of the database, or ErrNotFound: no portal with a key has used it yet.
func (t *Tx) EncryptionKey(ctx context.Context) (EncryptionKey, error) {
	return one(ctx, t, scanEncryptionKey, `SELECT id, since FROM encryption_key`)
}

// ClaimEncryptionKey makes a key the key of the database, unless it has one. It returns the key that it has then:
// of several portals that start at once, the first one wins.
func (t *Tx) ClaimEncryptionKey(ctx context.Context, k EncryptionKey) (EncryptionKey, error) {
	const query = `INSERT INTO encryption_key (singleton, id, since) VALUES (1, $1, $2) ON CONFLICT DO NOTHING`
	if _, err := t.exec(ctx, query, k.ID, k.Since); err != nil {
		return EncryptionKey{}, err
	}
	return t.EncryptionKey(ctx)
}

// ReplaceEncryptionKey makes a key the key of a database that has one.
func (t *Tx) ReplaceEncryptionKey(ctx context.Context, k EncryptionKey) error {
	return t.change(ctx, `UPDATE encryption_key SET id = $1, since = $2`, k.ID, k.Since)
}

// TOTPSecret is the secret of a second factor as it is stored.
type TOTPSecret struct {
	OrganizationID string
	UserID         string
	Stored         string
}

func scanTOTPSecret(r row) (s TOTPSecret, err error) {
	err = r.Scan(&s.OrganizationID, &s.UserID, &s.Stored)
	return s, err
}

// TOTPSecrets returns those of an organisation, or of all if it is empty.
func (t *Tx) TOTPSecrets(ctx context.Context, organizationID string) ([]TOTPSecret, error) {
	const query = `SELECT organization_id, user_id, totp_secret FROM logins
		WHERE totp_secret IS NOT NULL AND ($1 = '' OR organization_id = $1) ORDER BY organization_id, user_id`
	return all(ctx, t, scanTOTPSecret, query, organizationID)
}

// SetTOTPSecret stores the same secret in another way.
func (t *Tx) SetTOTPSecret(ctx context.Context, s TOTPSecret) error {
	const query = `UPDATE logins SET totp_secret = $3 WHERE organization_id = $1 AND user_id = $2`
	return t.change(ctx, query, s.OrganizationID, s.UserID, s.Stored)
}

// RemoveSecondFactor takes the second factor of a user away, with its recovery codes.
func (t *Tx) RemoveSecondFactor(ctx context.Context, organizationID, userID string) error {
	const query = `UPDATE logins SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = 0
		WHERE organization_id = $1 AND user_id = $2`
	if err := t.change(ctx, query, organizationID, userID); err != nil {
		return err
	}
	return t.PutRecoveryCodes(ctx, organizationID, userID, nil)
}
