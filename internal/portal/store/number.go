package store

import "context"

// Allocation is an owned number and the user who is called under it.
type Allocation struct {
	Number, UserID string
}

func scanAllocation(r row) (a Allocation, err error) {
	err = r.Scan(&a.Number, &a.UserID)
	return a, err
}

// Allocations returns all allocated numbers of the organisation.
func (t *Tx) Allocations(ctx context.Context, organizationID string) ([]Allocation, error) {
	return all(ctx, t, scanAllocation, `SELECT number, user_id FROM number_allocations WHERE organization_id = $1 ORDER BY number`, organizationID)
}

// Allocation returns who has a number, or ErrNotFound.
func (t *Tx) Allocation(ctx context.Context, organizationID, number string) (Allocation, error) {
	return one(ctx, t, scanAllocation, `SELECT number, user_id FROM number_allocations WHERE organization_id = $1 AND number = $2`, organizationID, number)
}

// Allocate gives a number to a user. That of another one is a DuplicateError.
func (t *Tx) Allocate(ctx context.Context, organizationID string, a Allocation) error {
	const query = `INSERT INTO number_allocations (organization_id, number, user_id) VALUES ($1, $2, $3)`
	return t.change(ctx, query, organizationID, a.Number, a.UserID)
}

// ReleaseNumbers frees the numbers of a user.
func (t *Tx) ReleaseNumbers(ctx context.Context, organizationID, userID string) error {
	_, err := t.exec(ctx, `DELETE FROM number_allocations WHERE organization_id = $1 AND user_id = $2`, organizationID, userID)
	return err
}
