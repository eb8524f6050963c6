package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// HandOver is something that waits for another object to let go. A thing has one successor at most.
type HandOver struct {
	Kind      portal.HandOverKind
	Thing     string // as it is compared; of a deletion, the ids of what ends
	ID        string
	Noun      portal.Noun
	ObjectID  string // that waits, or is deleted
	Field     string // of the object, that the thing is for
	Value     string // the thing as it was given; of a deletion, what people called the object
	ManagedBy string
	Since     time.Time

	HolderID string // who has the thing; empty for nobody; to be returned, not given
}

// Same reports whether both have one object wait for one thing.
func (h HandOver) Same(other HandOver) bool {
	return h.Kind == other.Kind && h.Thing == other.Thing && h.ObjectID == other.ObjectID
}

// selectHandOvers selects what waits, with whoever has it.
const selectHandOvers = `SELECT kind, thing, id, noun, object_id, field, value, managed_by, since, COALESCE(CASE kind
		WHEN '` + string(portal.HandOverExtension) + `' THEN (SELECT COALESCE(e.user_id, e.sip_account_id) FROM extensions e
			WHERE e.organization_id = w.organization_id AND e.extension = w.thing)
		WHEN '` + string(portal.HandOverNumber) + `' THEN (SELECT n.user_id FROM number_allocations n
			WHERE n.organization_id = w.organization_id AND n.number = w.thing)
		WHEN '` + string(portal.HandOverSIPAccount) + `' THEN (SELECT MIN(a.user_id) FROM user_sip_accounts a
			WHERE a.organization_id = w.organization_id AND a.sip_account_id = w.thing)
		WHEN '` + string(portal.HandOverPermissionGroupName) + `' THEN (SELECT g.id FROM permission_groups g
			WHERE g.organization_id = w.organization_id AND g.name_key = w.thing)
		WHEN '` + string(portal.HandOverUserGroupName) + `' THEN (SELECT g.id FROM user_groups g
			WHERE g.organization_id = w.organization_id AND g.name_key = w.thing)
		END, '') FROM hand_overs w WHERE w.organization_id = $1`

func scanHandOver(r row) (h HandOver, err error) {
	err = r.Scan(
		&h.Kind,
		&h.Thing,
		&h.ID,
		&h.Noun,
		&h.ObjectID,
		&h.Field,
		&h.Value,
		&h.ManagedBy,
		&h.Since,
		&h.HolderID,
	)
	h.Since = h.Since.UTC()
	return h, err
}

// HandOvers returns all that waits in an organisation, the oldest first.
func (t *Tx) HandOvers(ctx context.Context, organizationID string) ([]HandOver, error) {
	list, err := all(ctx, t, scanHandOver, selectHandOvers, organizationID)
	slices.SortFunc(
		list,
		func(a, b HandOver) int { return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.ID, b.ID)) },
	)
	return list, err
}

// InsertHandOver has something wait. A second successor of a thing is a DuplicateError.
func (t *Tx) InsertHandOver(ctx context.Context, organizationID string, h HandOver) error {
	const query = `INSERT INTO hand_overs (organization_id, kind, thing, id, noun, object_id, field, value, managed_by, since)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	t.waits = true
	return t.change(
		ctx,
		query,
		organizationID,
		string(h.Kind),
		h.Thing,
		h.ID,
		string(h.Noun),
		h.ObjectID,
		h.Field,
		h.Value,
		h.ManagedBy,
		h.Since,
	)
}

// Waits reports whether this transaction has had something wait.
func (t *Tx) Waits() bool { return t.waits }

// DeleteHandOver ends a wait.
func (t *Tx) DeleteHandOver(ctx context.Context, organizationID, id string) error {
	return t.change(ctx, `DELETE FROM hand_overs WHERE organization_id = $1 AND id = $2`, organizationID, id)
}

// RestartHandOver sets the time since which something waits.
func (t *Tx) RestartHandOver(ctx context.Context, organizationID, id string, since time.Time) error {
	return t.change(
		ctx,
		`UPDATE hand_overs SET since = $3 WHERE organization_id = $1 AND id = $2`,
		organizationID,
		id,
		since,
	)
}

// Names returns what people call objects, by their ids.
func (t *Tx) Names(ctx context.Context, organizationID string, ids []string) (map[string]string, error) {
	query, args := selectNames(organizationID, ids)
	holders, err := all(ctx, t, scanHolder, query, args...)
	names := make(map[string]string, len(holders))
	for _, holder := range holders {
		names[holder.ID] = holder.Name
	}
	return names, err
}

func selectNames(organizationID string, ids []string) (query string, args []any) {
	of, args := in("id", []any{organizationID}, ids)
	where := ` WHERE organization_id = $1 AND ` + of
	return `SELECT id, ` + userName + ` FROM users` + where + ` UNION ALL SELECT id, ` + accountName + ` FROM sip_accounts` + where +
		` UNION ALL SELECT id, name FROM permission_groups` + where + ` UNION ALL SELECT id, name FROM user_groups` + where +
		` UNION ALL SELECT id, name FROM subgroups` + where, args
}

// Manager returns who manages an object; empty for nobody, ErrNotFound if there is no such object.
func (t *Tx) Manager(ctx context.Context, organizationID string, noun portal.Noun, id string) (string, error) {
	return one(
		ctx,
		t,
		scanText,
		`SELECT COALESCE(managed_by, '') FROM `+string(table(noun))+` WHERE organization_id = $1 AND id = $2`,
		organizationID,
		id,
	)
}

func table(noun portal.Noun) List {
	switch noun {
	case portal.NounUser:
		return ListUsers
	case portal.NounSIPAccount:
		return ListSIPAccounts
	case portal.NounPermissionGroup:
		return ListPermissionGroups
	case portal.NounSubgroup:
		return "subgroups"
	default:
		return ListUserGroups
	}
}

// TakeAway takes from an object what it has of a kind of thing of which it has one at a time, so that it is free.
func (t *Tx) TakeAway(
	ctx context.Context,
	organizationID string,
	kind portal.HandOverKind,
	noun portal.Noun,
	id string,
) error {
	if kind != portal.HandOverExtension {
		query := `UPDATE ` + string(table(noun)) + ` SET name_key = $3 WHERE organization_id = $1 AND id = $2`
		return t.change(ctx, query, organizationID, id, keyOrNone("", id))
	}
	column := "user_id"
	if noun == portal.NounSIPAccount {
		column = "sip_account_id"
		query := `UPDATE sip_accounts SET extension = CASE WHEN extension >= '` + noExtension + `' THEN extension ELSE ` + nextNoExtension + ` END
			WHERE organization_id = $1 AND id = $2`
		if err := t.change(ctx, query, organizationID, id); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, `DELETE FROM extensions WHERE organization_id = $1 AND `+column+` = $2`, organizationID, id)
	return err
}

// Give gives a thing that nobody has to the object that waits for it, without making another version of the object.
func (t *Tx) Give(ctx context.Context, organizationID string, h HandOver) error {
	switch h.Kind {
	case portal.HandOverNumber:
		return t.Allocate(ctx, organizationID, Allocation{Number: h.Thing, UserID: h.ObjectID})
	case portal.HandOverSIPAccount:
		return t.giveSIPAccount(ctx, organizationID, h.ObjectID, h.Thing, true)
	case portal.HandOverPermissionGroupName, portal.HandOverUserGroupName:
		query := `UPDATE ` + string(
			table(h.Noun),
		) + ` SET name = $3, name_key = $4 WHERE organization_id = $1 AND id = $2`
		return t.change(ctx, query, organizationID, h.ObjectID, h.Value, h.Thing)
	case portal.HandOverExtension:
		if h.Noun == portal.NounUser {
			return t.change(
				ctx,
				`INSERT INTO extensions (organization_id, extension, user_id) VALUES ($1, $2, $3)`,
				organizationID,
				h.Thing,
				h.ObjectID,
			)
		}
		if err := t.change(
			ctx,
			`UPDATE sip_accounts SET extension = $3 WHERE organization_id = $1 AND id = $2`,
			organizationID,
			h.ObjectID,
			h.Thing,
		); err != nil {
			return err
		}
		return t.giveExtension(ctx, organizationID, h.ObjectID, &h.Thing)
	default:
		return fmt.Errorf("%s is nothing that an object is given", h.Kind)
	}
}

// Moved makes the next version of an object that a hand-over has changed, and returns it.
func (t *Tx) Moved(ctx context.Context, organizationID string, noun portal.Noun, id string) (version int64, err error) {
	scan := func(r row) (version int64, err error) {
		err = r.Scan(&version)
		return version, err
	}
	return one(
		ctx,
		t,
		scan,
		`UPDATE `+string(table(noun))+` SET version = version + 1, moved_since = COALESCE(moved_since, version)
		WHERE organization_id = $1 AND id = $2 RETURNING version`,
		organizationID,
		id,
	)
}
