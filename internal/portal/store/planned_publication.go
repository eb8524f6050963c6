package store

import (
	"context"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

const selectPublication = `SELECT id, body, publish_at FROM planned_publications WHERE organization_id = $1 AND user_id = $2`

func scanPublication(r row) (p portal.PlannedPublication, err error) {
	err = r.Scan(&p.ID, &p.Text, &p.PublishAt)
	p.PublishAt = p.PublishAt.UTC()
	return p, err
}

// PlannedPublications returns a page of what a user has planned.
func (t *Tx) PlannedPublications(ctx context.Context, organizationID, userID string, selection Selection) ([]portal.PlannedPublication, error) {
	query, args, err := selection.page(selectPublication, "id", []any{organizationID, userID}, nil)
	if err != nil {
		return nil, err
	}
	return all(ctx, t, scanPublication, query, args...)
}

// InsertPlannedPublication adds to what a user has planned.
func (t *Tx) InsertPlannedPublication(ctx context.Context, organizationID, userID string, p portal.PlannedPublication) error {
	const query = `INSERT INTO planned_publications (organization_id, id, user_id, body, publish_at) VALUES ($1, $2, $3, $4, $5)`
	return t.change(ctx, query, organizationID, p.ID, userID, p.Text, p.PublishAt)
}

// DeletePlannedPublication takes one publication off a user's plan.
func (t *Tx) DeletePlannedPublication(ctx context.Context, organizationID, userID, id string) error {
	return t.change(ctx, `DELETE FROM planned_publications WHERE organization_id = $1 AND user_id = $2 AND id = $3`, organizationID, userID, id)
}

// DiscardPlannedPublications takes everything off a user's plan.
func (t *Tx) DiscardPlannedPublications(ctx context.Context, organizationID, userID string) error {
	_, err := t.exec(ctx, `DELETE FROM planned_publications WHERE organization_id = $1 AND user_id = $2`, organizationID, userID)
	return err
}
