package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// AuditEntry is one line of the audit trail, with the version of the object that the change led to; 0 for none.
type AuditEntry struct {
	portal.AuditEntry
	AuditLink

	Version int64
}

// AuditSelection is a page of the audit trail, the newest entry first.
type AuditSelection struct {
	Before   string // the id that the page starts behind; empty for the newest
	ObjectID string // only what was done to this object; empty for everything
	Limit    int    // most rows
}

const selectAudit = `SELECT id, at, actor_kind, actor_id, actor_name, action, noun, object_id, object_name, COALESCE(object_version, 0), fields, request_id, address,
	COALESCE(position, 0), COALESCE(previous, ''), COALESCE(link, ''), COALESCE(key_id, ''),
	COALESCE(actor_salt, ''), COALESCE(actor_hash, ''), COALESCE(object_salt, ''), COALESCE(object_hash, ''), COALESCE(from_id, '')
	FROM audit WHERE organization_id = $1`

func scanAuditEntry(r row) (e AuditEntry, err error) {
	var fields string
	err = r.Scan(&e.ID, &e.At, &e.Actor.Kind, &e.Actor.ID, &e.Actor.Name, &e.Action, &e.Noun, &e.ObjectID, &e.ObjectName, &e.Version, &fields, &e.RequestID, &e.Address,
		&e.Position, &e.Previous, &e.Link, &e.KeyID, &e.ActorSalt, &e.ActorHash, &e.ObjectSalt, &e.ObjectHash, &e.From)
	if err != nil {
		return e, err
	}
	e.At = e.At.UTC()
	return e, json.Unmarshal([]byte(fields), &e.Fields)
}

// InsertAuditEntry adds to the audit trail, and to the chain if the entry has a place there.
func (t *Tx) InsertAuditEntry(ctx context.Context, organizationID string, e AuditEntry) error {
	fields, err := json.Marshal(e.Fields)
	if err != nil {
		return err
	}
	const query = `INSERT INTO audit (organization_id, id, at, actor_kind, actor_id, actor_name, action, noun, object_id, object_name, object_version, fields, request_id, address,
			position, previous, link, key_id, actor_salt, actor_hash, object_salt, object_hash, from_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULLIF(CAST($11 AS BIGINT), 0), $12, $13, $14,
			NULLIF(CAST($15 AS BIGINT), 0), $16, $17, $18, $19, $20, $21, $22, NULLIF($23, ''))`
	t.audited++
	return t.change(ctx, query, organizationID, e.ID, e.At, string(e.Actor.Kind), e.Actor.ID, e.Actor.Name, string(e.Action), e.Noun, e.ObjectID, e.ObjectName,
		e.Version, string(fields), e.RequestID, e.Address,
		e.Position, e.Previous, e.Link, e.KeyID, e.ActorSalt, e.ActorHash, e.ObjectSalt, e.ObjectHash, e.From)
}

// Audited is how many entries this transaction has added to the audit trail.
func (t *Tx) Audited() uint16 { return t.audited }

// AuditEntries returns a page of the audit trail.
func (t *Tx) AuditEntries(ctx context.Context, organizationID string, selection AuditSelection) ([]AuditEntry, error) {
	query, args := selectAudit, []any{organizationID}
	where := func(condition, value string) {
		if value != "" {
			args = append(args, value)
			query += fmt.Sprintf(condition, len(args))
		}
	}
	where(" AND id < $%d", selection.Before)
	where(" AND object_id = $%d", selection.ObjectID)
	args = append(args, selection.Limit)
	return all(ctx, t, scanAuditEntry, query+fmt.Sprintf(" ORDER BY id DESC LIMIT $%d", len(args)), args...)
}

// AuditEntryOfVersion returns the change that led to a version of an object, or ErrNotFound: the object may be older
// than the audit trail.
func (t *Tx) AuditEntryOfVersion(ctx context.Context, organizationID, objectID string, version int64) (AuditEntry, error) {
	return one(ctx, t, scanAuditEntry, selectAudit+` AND object_id = $2 AND object_version = $3`, organizationID, objectID, version)
}
