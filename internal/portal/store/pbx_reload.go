package store

import "context"

func scanText(r row) (text string, err error) {
	err = r.Scan(&text)
	return text, err
}

// PendingReloads returns the ids of the PBXs that wait for a reload (SA-10).
func (t *Tx) PendingReloads(ctx context.Context, organizationID string) ([]string, error) {
	return all(ctx, t, scanText, `SELECT pbx_id FROM pending_reloads WHERE organization_id = $1 ORDER BY pbx_id`, organizationID)
}

// SetPendingReload notes that a PBX waits for a reload.
func (t *Tx) SetPendingReload(ctx context.Context, organizationID, pbxID string) error {
	_, err := t.exec(ctx, `INSERT INTO pending_reloads (organization_id, pbx_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, organizationID, pbxID)
	return err
}

// ClearPendingReload notes that a PBX was reloaded, or is no more.
func (t *Tx) ClearPendingReload(ctx context.Context, organizationID, pbxID string) error {
	_, err := t.exec(ctx, `DELETE FROM pending_reloads WHERE organization_id = $1 AND pbx_id = $2`, organizationID, pbxID)
	return err
}
