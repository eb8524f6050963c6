package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Users whose addresses or login names became one when keys became canonical keep them. The first has the key, and the
// key of each other one ends in this character and the user's id. No key has the character otherwise, since no text of
// the portal has it.
const (
	sharedKeyMark = "\x01"
	sharedKeyEnd  = "\x02" // sorts behind all keys that are shared
)

// hasKey is the condition that a column of keys has the key of a parameter, by itself or shared.
func hasKey(column, parameter string) string {
	return column + " >= " + parameter + " AND " + column + " < " + parameter + " || '" + sharedKeyEnd + "'"
}

// SharedKey is what several users of an organisation have although only one may.
type SharedKey struct {
	Field   string // email or username
	Key     string
	UserIDs []string
}

// keyed is a user, or the claim of one, with what it is unique by.
type keyed struct {
	organizationID, id string // of the user
	scope              string // among which the key is unique: an organisation or a platform
	value, key         string
}

// SharedKeys returns what several users of an organisation have although only one may.
func (t *Tx) SharedKeys(ctx context.Context, organizationID string) ([]SharedKey, error) {
	const query = `SELECT id, COALESCE(email_key, ''), COALESCE(username_key, '') FROM users WHERE organization_id = $1 AND shares_key ORDER BY id`
	users, err := all(ctx, t, scanUserKeys, query, organizationID)
	if err != nil {
		return nil, err
	}
	var shared []SharedKey
	add := func(field, key, id string) {
		key, _, _ = strings.Cut(key, sharedKeyMark)
		for i := range shared {
			if shared[i].Field == field && shared[i].Key == key {
				shared[i].UserIDs = append(shared[i].UserIDs, id)
				return
			}
		}
		if key != "" {
			shared = append(shared, SharedKey{Field: field, Key: key, UserIDs: []string{id}})
		}
	}
	for _, user := range users {
		add("email", user.email, user.id)
		add("username", user.username, user.id)
	}
	return slices.DeleteFunc(shared, func(s SharedKey) bool { return len(s.UserIDs) < 2 }), nil
}

// userKeys are the keys of a user; empty for none.
type userKeys struct{ id, email, username string }

func scanUserKeys(r row) (k userKeys, err error) {
	err = r.Scan(&k.id, &k.email, &k.username)
	return k, err
}

// canonicalKeys brings the keys of all users into their canonical form, in the transaction of migration 7.
func canonicalKeys(ctx context.Context, tx *sql.Tx) error {
	var sharing []keyed
	for _, column := range []struct {
		read, write string
		canonical   func(string) string
	}{
		{
			`SELECT organization_id, id, organization_id, email, email_key FROM users WHERE email IS NOT NULL AND email_key IS NOT NULL ORDER BY organization_id, id`,
			`UPDATE users SET email_key = $1 WHERE organization_id = $2 AND id = $3`, portal.EmailKey,
		},
		{
			`SELECT organization_id, id, organization_id, username, username_key FROM users WHERE username IS NOT NULL AND username_key IS NOT NULL
				ORDER BY organization_id, id`,
			`UPDATE users SET username_key = $1 WHERE organization_id = $2 AND id = $3`, portal.LoginNameKey,
		},
		{
			`SELECT c.organization_id, c.user_id, c.platform, u.email, c.email_key FROM platform_emails c
				JOIN users u ON u.organization_id = c.organization_id AND u.id = c.user_id WHERE u.email IS NOT NULL
				ORDER BY c.platform, c.organization_id, c.user_id`,
			`UPDATE platform_emails SET email_key = $1 WHERE organization_id = $2 AND user_id = $3`, portal.EmailKey,
		},
	} {
		list, err := readKeyed(ctx, tx, column.read)
		if err != nil {
			return err
		}
		several, err := writeCanonical(ctx, tx, list, column.write, column.canonical)
		if err != nil {
			return err
		}
		sharing = append(sharing, several...)
	}
	for _, user := range sharing {
		const note = `UPDATE users SET shares_key = TRUE WHERE organization_id = $1 AND id = $2`
		if _, err := tx.ExecContext(ctx, note, user.organizationID, user.id); err != nil {
			return err
		}
	}
	return nil
}

func readKeyed(ctx context.Context, tx *sql.Tx, query string) (list []keyed, err error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var k keyed
		if err := rows.Scan(&k.organizationID, &k.id, &k.scope, &k.value, &k.key); err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	return list, rows.Err()
}

// writeCanonical writes the keys that change and returns the users that share one. The keys make room for one another
// first: one may be the old key of another user.
func writeCanonical(ctx context.Context, tx *sql.Tx, list []keyed, update string, canonical func(string) string) (sharing []keyed, err error) {
	first := map[[2]string]keyed{}
	var changed []keyed
	for _, k := range list {
		before := k.key
		k.key = canonical(k.value)
		place := [2]string{k.scope, k.key}
		if other, taken := first[place]; taken {
			sharing = append(sharing, other, k)
			k.key += sharedKeyMark + k.id
		} else {
			first[place] = k
		}
		if k.key != before {
			changed = append(changed, k)
		}
	}
	for _, k := range changed {
		if _, err := tx.ExecContext(ctx, update, sharedKeyMark+k.id, k.organizationID, k.id); err != nil {
			return nil, err
		}
	}
	for _, k := range changed {
		if _, err := tx.ExecContext(ctx, update, k.key, k.organizationID, k.id); err != nil {
			return nil, err
		}
	}
	return sharing, nil
}
