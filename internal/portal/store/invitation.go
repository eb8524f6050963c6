package store

import (
	"context"
	"time"
)

func scanTime(r row) (at time.Time, err error) {
	err = r.Scan(&at)
	return at, err
}

// Invitations returns when the invitations of a user were or will be queued between two times, the earliest first, and
// forgets all others.
func (t *Tx) Invitations(ctx context.Context, organizationID, userID string, since, until time.Time) ([]time.Time, error) {
	const others = `DELETE FROM invitations WHERE organization_id = $1 AND user_id = $2 AND (queued_at <= $3 OR queued_at > $4)`
	if _, err := t.exec(ctx, others, organizationID, userID, since, until); err != nil {
		return nil, err
	}
	const query = `SELECT queued_at FROM invitations WHERE organization_id = $1 AND user_id = $2 ORDER BY queued_at`
	return all(ctx, t, scanTime, query, organizationID, userID)
}

// NoteInvitation notes that an invitation of a user was queued.
func (t *Tx) NoteInvitation(ctx context.Context, organizationID, userID, id string, at time.Time) error {
	return t.change(ctx, `INSERT INTO invitations (organization_id, user_id, id, queued_at) VALUES ($1, $2, $3, $4)`, organizationID, userID, id, at)
}
