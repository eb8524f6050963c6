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
	Kind           string // "activation", "account" or "reset"
	CreatedAt      time.Time
	Attempts       int // that have failed
	NextAttemptAt  time.Time
}

func scanQueuedMail(r row) (m QueuedMail, err error) {
	err = r.Scan(&m.OrganizationID, &m.ID, &m.UserID, &m.Kind, &m.CreatedAt, &m.Attempts, &m.NextAttemptAt)
	return m, err
}

// QueueMail adds a mail, in place of one of the same kind to the same user that is still to be sent.
func (t *Tx) QueueMail(ctx context.Context, m QueuedMail) error {
	if _, err := t.exec(ctx, `DELETE FROM outbox WHERE organization_id = $1 AND user_id = $2 AND kind = $3`, m.OrganizationID, m.UserID, m.Kind); err != nil {
		return err
	}
	const query = `INSERT INTO outbox (organization_id, id, user_id, kind, created_at, next_attempt_at) VALUES ($1, $2, $3, $4, $5, $6)`
	return t.change(ctx, query, m.OrganizationID, m.ID, m.UserID, m.Kind, m.CreatedAt, m.NextAttemptAt)
}

// LeaseMails returns mails of all organisations that are due, the longest due first, and keeps others from sending them until a time.
func (t *Tx) LeaseMails(ctx context.Context, now, until time.Time, limit int) ([]QueuedMail, error) {
	const query = `SELECT organization_id, id, user_id, kind, created_at, attempts, next_attempt_at FROM outbox WHERE next_attempt_at <= $1
		ORDER BY next_attempt_at, created_at, id LIMIT $2`
	due, err := all(ctx, t, scanQueuedMail, query, now, limit)
	if err != nil {
		return nil, err
	}
	leased := make([]QueuedMail, 0, len(due))
	for _, mail := range due {
		const lease = `UPDATE outbox SET next_attempt_at = $4 WHERE organization_id = $1 AND id = $2 AND next_attempt_at = $3`
		taken, err := t.exec(ctx, lease, mail.OrganizationID, mail.ID, mail.NextAttemptAt, until)
		if err != nil {
			return nil, err
		}
		if taken > 0 { // another instance was not faster
			mail.NextAttemptAt = until
			leased = append(leased, mail)
		}
	}
	return leased, nil
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

// DropMails takes all mails to a user out of the outbox.
func (t *Tx) DropMails(ctx context.Context, organizationID, userID string) error {
	_, err := t.exec(ctx, `DELETE FROM outbox WHERE organization_id = $1 AND user_id = $2`, organizationID, userID)
	return err
}
