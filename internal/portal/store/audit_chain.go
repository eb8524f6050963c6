package store

import (
	"context"
	"time"
)

// AuditLink is the place of an entry in the chain of its organisation.
type AuditLink struct {
	Position   int64  // from 1
	Previous   string // link of the entry before, hexadecimal; empty for the first
	Link       string
	KeyID      string // empty: made without a key
	ActorSalt  string // of ActorHash; empty: the actor's name and address are erased
	ActorHash  string
	ObjectSalt string // of ObjectHash; empty: the object's name is erased
	ObjectHash string
}

// AuditTrailID is the object of what is done to the trail itself.
const AuditTrailID = "trail"

func scanAuditLink(r row) (l AuditLink, err error) {
	err = r.Scan(&l.Position, &l.Link)
	return l, err
}

// AuditHead returns position and link of the last entry in the chain, or ErrNotFound.
func (t *Tx) AuditHead(ctx context.Context, organizationID string) (AuditLink, error) {
	const query = `SELECT position, link FROM audit WHERE organization_id = $1 AND position IS NOT NULL ORDER BY position DESC LIMIT 1`
	return one(ctx, t, scanAuditLink, query, organizationID)
}

// AuditChain returns the entries behind a position, in the order of the chain.
func (t *Tx) AuditChain(ctx context.Context, organizationID string, after int64, limit int) ([]AuditEntry, error) {
	const query = selectAudit + ` AND position > $2 ORDER BY position LIMIT $3`
	return all(ctx, t, scanAuditEntry, query, organizationID, after, limit)
}

// UnchainedAuditEntries returns entries that are not in the chain, in the order of their ids.
func (t *Tx) UnchainedAuditEntries(ctx context.Context, organizationID string, limit int) ([]AuditEntry, error) {
	const query = selectAudit + ` AND position IS NULL ORDER BY id LIMIT $2`
	return all(ctx, t, scanAuditEntry, query, organizationID, limit)
}

// ChainAuditEntry gives an entry that was not in the chain its place there.
func (t *Tx) ChainAuditEntry(ctx context.Context, organizationID, id string, l AuditLink) error {
	const query = `UPDATE audit SET position = $3, previous = $4, link = $5, key_id = $6, actor_salt = $7, actor_hash = $8, object_salt = $9, object_hash = $10
		WHERE organization_id = $1 AND id = $2 AND position IS NULL`
	return t.change(ctx, query, organizationID, id, l.Position, l.Previous, l.Link, l.KeyID, l.ActorSalt, l.ActorHash, l.ObjectSalt, l.ObjectHash)
}

// erased begins every pseudonym.
const erased = "erased "

// Pseudonym takes the place of a name that was erased. The id in it says nothing once the object is deleted.
func Pseudonym(id string) string { return erased + id }

// EraseFromAudit puts a pseudonym in the place of the name that somebody or something had, and removes the addresses
// that the requests of that actor came from. It returns how many names there were.
func (t *Tx) EraseFromAudit(ctx context.Context, organizationID, id string) (int64, error) {
	const actors = `UPDATE audit SET actor_name = $3, address = '', actor_salt = '' WHERE organization_id = $1 AND actor_id = $2 AND actor_salt <> ''`
	as, err := t.exec(ctx, actors, organizationID, id, Pseudonym(id))
	if err != nil {
		return 0, err
	}
	const objects = `UPDATE audit SET object_name = $3, object_salt = '' WHERE organization_id = $1 AND object_id = $2 AND object_salt <> ''`
	of, err := t.exec(ctx, objects, organizationID, id, Pseudonym(id))
	return as + of, err
}

// AuditPositionBefore returns the last position of which all entries are older than a time, but not the last entry of
// all, which the next one follows. It is 0 for none.
func (t *Tx) AuditPositionBefore(ctx context.Context, organizationID string, before time.Time) (int64, error) {
	const query = `SELECT COALESCE(MIN(position), (SELECT MAX(position) FROM audit WHERE organization_id = $1), 1) - 1
		FROM audit WHERE organization_id = $1 AND at >= $2 AND position IS NOT NULL`
	return one(ctx, t, scanPosition, query, organizationID, before)
}

// FirstAuditPosition returns where the chain begins that is still there; 0 if there is none.
func (t *Tx) FirstAuditPosition(ctx context.Context, organizationID string) (int64, error) {
	return one(ctx, t, scanPosition, `SELECT COALESCE(MIN(position), 0) FROM audit WHERE organization_id = $1`, organizationID)
}

func scanPosition(r row) (position int64, err error) {
	err = r.Scan(&position)
	return position, err
}

// PruneAudit removes the entries up to a position. The database allows it only after an entry says so.
func (t *Tx) PruneAudit(ctx context.Context, organizationID string, position int64) error {
	_, err := t.exec(ctx, `DELETE FROM audit WHERE organization_id = $1 AND position <= $2`, organizationID, position)
	return err
}

// AuditedUserIDs returns the ids of the users that the trail knows under a name.
func (t *Tx) AuditedUserIDs(ctx context.Context, organizationID, name string) ([]string, error) {
	const query = `SELECT object_id FROM audit WHERE organization_id = $1 AND noun = 'user' AND object_name = $2
		UNION SELECT actor_id FROM audit WHERE organization_id = $1 AND actor_kind = 'user' AND actor_name = $2 ORDER BY 1`
	return all(ctx, t, scanText, query, organizationID, name)
}

// auditUpdate is what an update of an entry may do: give it its place in the chain, and erase names.
const auditUpdate = `COALESCE(NEW.organization_id = OLD.organization_id AND NEW.id = OLD.id AND NEW.at = OLD.at
	AND NEW.actor_kind = OLD.actor_kind AND NEW.actor_id = OLD.actor_id AND NEW.action = OLD.action AND NEW.noun = OLD.noun
	AND NEW.object_id = OLD.object_id AND COALESCE(NEW.object_version, 0) = COALESCE(OLD.object_version, 0)
	AND COALESCE(NEW.from_id, '') = COALESCE(OLD.from_id, '') AND NEW.fields = OLD.fields AND NEW.request_id = OLD.request_id
	AND (OLD.position IS NULL OR NEW.position = OLD.position AND NEW.previous = OLD.previous AND NEW.link = OLD.link
		AND NEW.key_id = OLD.key_id AND NEW.actor_hash = OLD.actor_hash AND NEW.object_hash = OLD.object_hash)
	AND (NEW.actor_name = OLD.actor_name AND NEW.address = OLD.address
		OR NEW.actor_salt = '' AND NEW.actor_name = '` + erased + `' || OLD.actor_id AND NEW.address = '')
	AND (NEW.object_name = OLD.object_name
		OR NEW.object_salt = '' AND NEW.object_name = '` + erased + `' || OLD.object_id), FALSE)`

// auditPruned is whether an entry says that another one, OLD, may go.
const auditPruned = `EXISTS (SELECT 1 FROM audit p WHERE p.organization_id = OLD.organization_id AND p.object_id = '` + AuditTrailID + `'
	AND p.action = 'prune' AND p.object_version >= OLD.position)`
