package store

import (
	"context"
	"time"
)

func scanTime(r row) (at time.Time, err error) {
	err = r.Scan(&at)
	return at, err
}

// Invitations returns when the invitations of a user were queued since a time, the earliest first, and forgets those before it.
func (t *Tx) Invitations(ctx context.Context, organizationID, userID string, since time.Time) ([]time.Time, error) {
	const old = `DELETE FROM invitations WHERE organization_id = $1 AND user_id = $2 AND queued_at <= $3`
	if _, err := t.exec(ctx, old, organizationID, userID, since); err != nil {
		return nil, err
	}
	const query = `SELECT queued_at FROM invitations WHERE organization_id = $1 AND user_id = $2 ORDER BY queued_at`
	return all(ctx, t, scanTime, query, organizationID, userID)
}

// NoteInvitation notes that an invitation of a user was queued.
func (t *Tx) NoteInvitation(ctx context.Context, organizationID, userID, id string, at time.Time) error {
	return t.change(ctx, `INSERT INTO invitations (organization_id, user_id, id, queued_at) VALUES ($1, $2, $3, $4)`, organizationID, userID, id, at)
}
