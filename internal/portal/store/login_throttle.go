package store

import (
	"context"
	"time"
)

// LoginFailures are the failed log-ins under one account or from one address.
type LoginFailures struct {
	Count int
	Last  time.Time
}

func scanLoginFailures(r row) (f LoginFailures, err error) {
	err = r.Scan(&f.Count, &f.Last)
	return f, err
}

// LoginFailures returns what is remembered under a key, or ErrNotFound.
func (t *Tx) LoginFailures(ctx context.Context, organizationID, keyHash string) (LoginFailures, error) {
	const query = `SELECT failures, failed_at FROM login_throttle WHERE organization_id = $1 AND key_sha256 = $2`
	return one(ctx, t, scanLoginFailures, query, organizationID, keyHash)
}

// AddLoginFailure counts a failure under a key, from the start if the last one is from before a time, and forgets all
// such keys.
func (t *Tx) AddLoginFailure(ctx context.Context, organizationID, keyHash string, at, forgetBefore time.Time) error {
	if _, err := t.exec(ctx, `DELETE FROM login_throttle WHERE organization_id = $1 AND failed_at < $2`, organizationID, forgetBefore); err != nil {
		return err
	}
	const query = `INSERT INTO login_throttle (organization_id, key_sha256, failures, failed_at) VALUES ($1, $2, 1, $3)
		ON CONFLICT (organization_id, key_sha256) DO UPDATE SET failures = login_throttle.failures + 1, failed_at = excluded.failed_at`
	return t.change(ctx, query, organizationID, keyHash, at)
}

// ForgetLoginFailures forgets a key.
func (t *Tx) ForgetLoginFailures(ctx context.Context, organizationID, keyHash string) error {
	_, err := t.exec(ctx, `DELETE FROM login_throttle WHERE organization_id = $1 AND key_sha256 = $2`, organizationID, keyHash)
	return err
}

// TakeBackLoginFailure takes one failure off a key, if there is any.
func (t *Tx) TakeBackLoginFailure(ctx context.Context, organizationID, keyHash string) error {
	const query = `UPDATE login_throttle SET failures = failures - 1 WHERE organization_id = $1 AND key_sha256 = $2 AND failures > 0`
	_, err := t.exec(ctx, query, organizationID, keyHash)
	return err
}
