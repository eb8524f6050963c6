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

// HolderOfNumber returns the user who has a number, or ErrNotFound.
func (t *Tx) HolderOfNumber(ctx context.Context, organizationID, number string) (Holder, error) {
	const query = `SELECT users.id, ` + userName + ` FROM number_allocations a JOIN users ON users.organization_id = a.organization_id AND users.id = a.user_id
		WHERE a.organization_id = $1 AND a.number = $2`
	return one(ctx, t, scanHolder, query, organizationID, number)
}

// Allocate gives a number to a user. That of another one is a DuplicateError.
func (t *Tx) Allocate(ctx context.Context, organizationID string, a Allocation) error {
	const query = `INSERT INTO number_allocations (organization_id, number, user_id) VALUES ($1, $2, $3)`
	return t.change(ctx, query, organizationID, a.Number, a.UserID)
}

// ReleaseNumber frees a number.
func (t *Tx) ReleaseNumber(ctx context.Context, organizationID, number string) error {
	return t.change(ctx, `DELETE FROM number_allocations WHERE organization_id = $1 AND number = $2`, organizationID, number)
}
