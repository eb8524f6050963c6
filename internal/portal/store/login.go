package store

import (
	"context"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Login is how far a user has got with logging in. Its changes are none of the user's version, except a block (EN-18).
type Login struct {
	UserID          string
	OwnPassword     bool // chosen by the person (MW-16)
	Failures        int  // in a row
	BlockedAt       *time.Time
	InvitedAt       *time.Time
	LastLoginAt     *time.Time
	TOTPSecret      string // base32 (RFC 4648), encrypted; empty for none
	TOTPConfirmedAt *time.Time
	TOTPLastStep    int64  // RFC 6238: of the latest code that was taken
	TOTPSession     string // hash of the session that enrols, while the secret is not confirmed
}

// Status is what the login says of the user.
func (l Login) Status() portal.UserStatus {
	switch {
	case l.BlockedAt != nil:
		return portal.StatusBlocked
	case l.OwnPassword:
		return portal.StatusActive
	default:
		return portal.StatusPending
	}
}

// loginStatus is Login.Status of a user u in SQL, for lists that are selected by it.
const loginStatus = `(SELECT CASE WHEN l.blocked_at IS NOT NULL THEN '` + string(portal.StatusBlocked) + `' WHEN l.own_password THEN '` +
	string(portal.StatusActive) + `' ELSE '` + string(portal.StatusPending) + `' END FROM logins l WHERE l.organization_id = u.organization_id AND l.user_id = u.id)`

const loginColumns = `user_id, own_password, failures, blocked_at, invited_at, last_login_at, COALESCE(totp_secret, ''), totp_confirmed_at, totp_last_step, COALESCE(totp_session, '')`

// stamp is a time as the contract writes it; empty for none.
func stamp(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func scanLogin(r row) (l Login, err error) {
	err = r.Scan(&l.UserID, &l.OwnPassword, &l.Failures, &l.BlockedAt, &l.InvitedAt, &l.LastLoginAt, &l.TOTPSecret, &l.TOTPConfirmedAt, &l.TOTPLastStep, &l.TOTPSession)
	return l, err
}

// Login returns the login of a user, or ErrNotFound.
func (t *Tx) Login(ctx context.Context, organizationID, userID string) (Login, error) {
	const query = `SELECT ` + loginColumns + ` FROM logins WHERE organization_id = $1 AND user_id = $2`
	return one(ctx, t, scanLogin, query, organizationID, userID)
}

func (t *Tx) insertLogin(ctx context.Context, organizationID, userID string, invitedAt *time.Time) error {
	const query = `INSERT INTO logins (organization_id, user_id, own_password, invited_at) VALUES ($1, $2, FALSE, $3)`
	return t.change(ctx, query, organizationID, userID, invitedAt)
}

// PutLogin replaces a login.
func (t *Tx) PutLogin(ctx context.Context, organizationID string, l Login) error {
	const query = `UPDATE logins SET own_password = $3, failures = $4, blocked_at = $5, invited_at = $6, last_login_at = $7,
			totp_secret = NULLIF($8, ''), totp_confirmed_at = $9, totp_last_step = $10, totp_session = NULLIF($11, '')
		WHERE organization_id = $1 AND user_id = $2`
	return t.change(ctx, query, organizationID, l.UserID, l.OwnPassword, l.Failures, l.BlockedAt, l.InvitedAt, l.LastLoginAt, l.TOTPSecret, l.TOTPConfirmedAt,
		l.TOTPLastStep, l.TOTPSession)
}

// SetUserEnabled grants or withdraws a user's access, which is a new version of the user.
func (t *Tx) SetUserEnabled(ctx context.Context, organizationID, userID string, enabled bool) error {
	return t.change(ctx, `UPDATE users SET version = version + 1, enabled = $3 WHERE organization_id = $1 AND id = $2`, organizationID, userID, enabled)
}

// SetUserPassword replaces the hash of a login password, which is no new version of the user: nobody can read it.
func (t *Tx) SetUserPassword(ctx context.Context, organizationID, userID, hash string) error {
	return t.change(ctx, `UPDATE users SET password_hash = $3 WHERE organization_id = $1 AND id = $2`, organizationID, userID, hash)
}

// PutRecoveryCodes replaces the recovery codes of a user by their hashes.
func (t *Tx) PutRecoveryCodes(ctx context.Context, organizationID, userID string, hashes []string) error {
	if _, err := t.exec(ctx, `DELETE FROM recovery_codes WHERE organization_id = $1 AND user_id = $2`, organizationID, userID); err != nil {
		return err
	}
	for _, hash := range hashes {
		const query = `INSERT INTO recovery_codes (organization_id, user_id, code_sha256) VALUES ($1, $2, $3)`
		if err := t.change(ctx, query, organizationID, userID, hash); err != nil {
			return err
		}
	}
	return nil
}

// UseRecoveryCode takes a recovery code away, or returns ErrNotFound: each works once.
func (t *Tx) UseRecoveryCode(ctx context.Context, organizationID, userID, hash string) error {
	return t.change(ctx, `DELETE FROM recovery_codes WHERE organization_id = $1 AND user_id = $2 AND code_sha256 = $3`, organizationID, userID, hash)
}
