package store

import (
	"context"
	"time"
)

// QueuedMail is a mail that is due to a user. Its text and its link are made when it is sent.
type QueuedMail struct {
	OrganizationID string
	ID             string
	UserID         string
	Kind           string // for the service to name
	Address        string // where it goes; empty: to the address that the user has when it is sent
	CreatedAt      time.Time
	Attempts       int // that have failed
	NextAttemptAt  time.Time
}

func scanQueuedMail(r row) (m QueuedMail, err error) {
	err = r.Scan(&m.OrganizationID, &m.ID, &m.UserID, &m.Kind, &m.Address, &m.CreatedAt, &m.Attempts, &m.NextAttemptAt)
	return m, err
}

// QueueMail adds a mail, in place of one of the same kind to the same user and address that is still to be sent.
func (t *Tx) QueueMail(ctx context.Context, m QueuedMail) error {
	const earlier = `DELETE FROM outbox WHERE organization_id = $1 AND user_id = $2 AND kind = $3 AND COALESCE(address, '') = $4`
	if _, err := t.exec(ctx, earlier, m.OrganizationID, m.UserID, m.Kind, m.Address); err != nil {
		return err
	}
	const query = `INSERT INTO outbox (organization_id, id, user_id, kind, address, created_at, next_attempt_at) VALUES ($1, $2, $3, $4, NULLIF($5, ''), $6, $7)`
	return t.change(ctx, query, m.OrganizationID, m.ID, m.UserID, m.Kind, m.Address, m.CreatedAt, m.NextAttemptAt)
}

// Due says which waits are over: those that ended by Now, and those that end after Latest, later than any wait does.
// The clock was set back since these began.
type Due struct{ Now, Latest time.Time }

// OrganizationsWithMail returns the organisations that have mails which are due, that with the longest due first.
func (t *Tx) OrganizationsWithMail(ctx context.Context, due Due) ([]string, error) {
	const query = `SELECT organization_id FROM outbox WHERE next_attempt_at <= $1 OR next_attempt_at > $2
		GROUP BY organization_id ORDER BY MIN(next_attempt_at), organization_id`
	return all(ctx, t, scanText, query, due.Now, due.Latest)
}

// LeaseMails returns mails of an organisation that are due, the longest due first, and keeps others from sending them
// until a time.
func (t *Tx) LeaseMails(ctx context.Context, organizationID string, when Due, until time.Time, limit int) ([]QueuedMail, error) {
	const query = `SELECT organization_id, id, user_id, kind, COALESCE(address, ''), created_at, attempts, next_attempt_at FROM outbox
		WHERE organization_id = $1 AND (next_attempt_at <= $2 OR next_attempt_at > $3) ORDER BY next_attempt_at, created_at, id LIMIT $4`
	due, err := all(ctx, t, scanQueuedMail, query, organizationID, when.Now, when.Latest, limit)
	if err != nil {
		return nil, err
	}
	for i, mail := range due {
		const lease = `UPDATE outbox SET next_attempt_at = $3 WHERE organization_id = $1 AND id = $2`
		if err := t.change(ctx, lease, organizationID, mail.ID, until); err != nil {
			return nil, err
		}
		due[i].NextAttemptAt = until
	}
	return due, nil
}

// NextMail returns when the next mail is due, or ErrNotFound if there is none.
func (t *Tx) NextMail(ctx context.Context) (time.Time, error) {
	scan := func(r row) (at time.Time, err error) {
		err = r.Scan(&at)
		return at, err
	}
	return one(ctx, t, scan, `SELECT next_attempt_at FROM outbox ORDER BY next_attempt_at LIMIT 1`)
}

// DeleteMail takes a mail out of the outbox; one that is gone already is no error.
func (t *Tx) DeleteMail(ctx context.Context, organizationID, id string) error {
	_, err := t.exec(ctx, `DELETE FROM outbox WHERE organization_id = $1 AND id = $2`, organizationID, id)
	return err
}

// MailFailed notes a failed attempt and when the next one is due.
func (t *Tx) MailFailed(ctx context.Context, organizationID, id, reason string, next time.Time) error {
	const query = `UPDATE outbox SET attempts = attempts + 1, last_error = $3, next_attempt_at = $4 WHERE organization_id = $1 AND id = $2`
	_, err := t.exec(ctx, query, organizationID, id, reason, next)
	return err
}

// DropMailsOf takes the mails of some kinds to a user out of the outbox.
func (t *Tx) DropMailsOf(ctx context.Context, organizationID, userID string, kinds ...string) error {
	condition, args := in("kind", []any{organizationID, userID}, kinds)
	_, err := t.exec(ctx, `DELETE FROM outbox WHERE organization_id = $1 AND user_id = $2 AND `+condition, args...)
	return err
}
