package store

import (
	"context"
	"database/sql"
	"time"
)

// Session is somebody who is logged in: a user, or an administrator who showed a token.
type Session struct {
	OrganizationID string
	UserID         string // empty for a token's
	TokenID        string // empty for a user's
	Stage          string // what is still to be done; for the service to name
	CSRF           string
	LastSeenAt     time.Time
	ExpiresAt      time.Time
}

func scanSession(r row) (s Session, err error) {
	var user, token sql.NullString
	err = r.Scan(&s.OrganizationID, &user, &token, &s.Stage, &s.CSRF, &s.LastSeenAt, &s.ExpiresAt)
	s.UserID, s.TokenID = user.String, token.String
	return s, err
}

// Session returns the session with this hash, over or not, or ErrNotFound.
func (t *Tx) Session(ctx context.Context, secretHash string) (Session, error) {
	const query = `SELECT organization_id, user_id, token_id, stage, csrf, last_seen_at, expires_at FROM sessions WHERE secret_sha256 = $1`
	return one(ctx, t, scanSession, query, secretHash)
}

// InsertSession adds a session, and forgets those of its organisation that are over.
func (t *Tx) InsertSession(ctx context.Context, secretHash string, s Session, now time.Time) error {
	if _, err := t.exec(ctx, `DELETE FROM sessions WHERE organization_id = $1 AND expires_at < $2`, s.OrganizationID, now); err != nil {
		return err
	}
	const query = `INSERT INTO sessions (secret_sha256, organization_id, user_id, token_id, stage, csrf, last_seen_at, expires_at)
		VALUES ($1, $2, NULLIF($3, ''), NULLIF($4, ''), $5, $6, $7, $8)`
	return t.change(ctx, query, secretHash, s.OrganizationID, s.UserID, s.TokenID, s.Stage, s.CSRF, s.LastSeenAt, s.ExpiresAt)
}

// TouchSession notes that a session was used.
func (t *Tx) TouchSession(ctx context.Context, secretHash string, at time.Time) error {
	return t.change(ctx, `UPDATE sessions SET last_seen_at = $2 WHERE secret_sha256 = $1`, secretHash, at)
}

// DeleteSession ends a session, or returns ErrNotFound.
func (t *Tx) DeleteSession(ctx context.Context, secretHash string) error {
	return t.change(ctx, `DELETE FROM sessions WHERE secret_sha256 = $1`, secretHash)
}

// DeleteSessionsOfUser ends all sessions of a user (VX-22).
func (t *Tx) DeleteSessionsOfUser(ctx context.Context, organizationID, userID string) error {
	_, err := t.exec(ctx, `DELETE FROM sessions WHERE organization_id = $1 AND user_id = $2`, organizationID, userID)
	return err
}
