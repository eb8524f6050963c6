// Package store keeps the portal's objects in a database. It knows SQL and nothing of what a platform allows; what must
// hold for every platform is in the schema as well: keys, references within one organisation, digests of the right
// length.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrNotFound says that no row has the key that was asked for, or that it changed since it was read.
var ErrNotFound = errors.New("not found")

// ErrMissingReference says that a row refers to one that does not exist, or is still referred to.
var ErrMissingReference = errors.New("reference to a row that does not exist, or from one that does")

// Key names a unique value of an organisation.
type Key string

// The keys. Each is the table and the last column of the index.
const (
	KeyUserEmail           Key = "users.email_key"
	KeyUserUsername        Key = "users.username_key"
	KeyPermissionGroupName Key = "permission_groups.name_key"
	KeySIPAccountExtension Key = "sip_accounts.extension"
	KeySIPUsername         Key = "sip_accounts.sip_username" // also of accounts that have an extension as their username
	KeyExtension           Key = "extensions.extension"
	KeyOrganization        Key = "organizations.id"
	KeySIPDomain           Key = "organizations.sip_domain"
	KeyPlatformEmail       Key = "platform_emails.email_key" // over all organisations
	KeyUserGroupName       Key = "user_groups.name_key"
	KeySubgroupName        Key = "subgroups.name_key"
	KeyUserGroupOfUser     Key = "user_subgroups.user_group_id" // two subgroups of one group
	KeyAllocatedNumber     Key = "number_allocations.number"
	KeySoleSIPAccount      Key = "user_sip_accounts.sole_account_id" // one that belongs to one user only
)

// DuplicateError says that another row has the same key. It is always returned as *DuplicateError.
type DuplicateError struct {
	Key Key
}

func (e *DuplicateError) Error() string { return fmt.Sprintf("another row has the same %s", e.Key) }

// Store is an open database. It is safe for concurrent use.
type Store struct {
	db      *sql.DB
	engine  engine
	writers writers // the transactions of this process that write
}

// Close waits for what is running and closes the database.
func (s *Store) Close() error { return errors.Join(s.db.Close(), s.engine.close()) }

// Purge overwrites what was replaced or deleted. On PostgreSQL that is for VACUUM to do.
func (s *Store) Purge(ctx context.Context) error {
	return s.engine.storageError(s.engine.purge(ctx, s.db))
}

// Tx is a transaction. It ends when the function it was given to returns.
type Tx struct {
	tx        *sql.Tx
	engine    engine
	committed []func()
	waits     bool   // whether something waits since
	audited   uint16 // entries of the audit trail so far
}

// OnCommit has do called once the transaction is committed, and not if it fails.
func (t *Tx) OnCommit(do func()) { t.committed = append(t.committed, do) }

// Read runs do on one consistent view of the database. It waits for nobody and nobody waits for it.
func (s *Store) Read(ctx context.Context, do func(*Tx) error) error {
	return s.engine.storageError(s.repeated(ctx, func() error {
		tx, err := s.engine.read(ctx, s.db)
		if err != nil {
			return &beginError{err}
		}
		return s.run(tx, do)
	}))
}

// repeated runs a transaction again as long as it fails for no reason of its own.
func (s *Store) repeated(ctx context.Context, transaction func() error) error {
	for attempt := 1; ; attempt++ {
		err := transaction()
		if err == nil || attempt == maxAttempts || ctx.Err() != nil || !s.engine.repeatable(err) {
			return err
		}
	}
}

// beginError is the error of a transaction that did not begin.
type beginError struct{ err error }

func (e *beginError) Error() string { return "begin transaction: " + e.err.Error() }

func (e *beginError) Unwrap() error { return e.err }

// maxAttempts is how often a transaction is run that others keep from being committed. One that fails so often is in
// the way of something that has to be told.
const maxAttempts = 8

// Write runs do with the right to write to an organisation, and commits if do returns nil. Over all processes there is
// one such transaction of an organisation at a time, and on SQLite one altogether, so that nothing of the organisation
// changes between what do reads and what it writes. What is unique over organisations is kept so by the schema alone.
// One that makes an organisation has nobody to wait for.
//
// do, here and in Read, may be run several times, each time in a transaction of its own, when one fails because of
// others that ran at the same time. Write waits up to 30 seconds for other processes, and then returns a *BusyError.
// What the database does not take is a *StorageError, and then nothing was changed.
func (s *Store) Write(ctx context.Context, organizationID string, do func(*Tx) error) error {
	release, err := s.writers.take(ctx, s.engine.turn(organizationID), organizationID)
	if err != nil {
		return err
	}
	defer release()
	return s.engine.storageError(s.repeated(ctx, func() error { return s.write(ctx, organizationID, do) }))
}

func (s *Store) write(ctx context.Context, organizationID string, do func(*Tx) error) (err error) {
	connection, err := s.db.Conn(ctx)
	if err != nil {
		return &beginError{err}
	}
	defer func() { err = errors.Join(err, ignoreClosed(connection.Close())) }()
	tx, err := s.engine.write(ctx, connection, organizationID)
	if err != nil {
		return &beginError{err}
	}
	return s.run(tx, do)
}

// ignoreClosed leaves out that a connection which broke is closed already: what broke it was told.
func ignoreClosed(err error) error {
	if errors.Is(err, sql.ErrConnDone) {
		return nil
	}
	return err
}

func (s *Store) run(tx *sql.Tx, do func(*Tx) error) (err error) {
	defer func() {
		if rollback := tx.Rollback(); !errors.Is(rollback, sql.ErrTxDone) {
			err = errors.Join(err, rollback)
		}
	}()
	t := &Tx{tx: tx, engine: s.engine}
	if err := do(t); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return s.engine.commitError(fmt.Errorf("commit transaction: %w", err))
	}
	for _, tell := range t.committed {
		tell()
	}
	return nil
}

// stored are parameters as they are stored: times in UTC, which SQLite compares as text, and as exact as PostgreSQL, to
// the microsecond.
func stored(args []any) []any {
	converted := slices.Clone(args)
	for i, arg := range converted {
		switch at := arg.(type) {
		case time.Time:
			converted[i] = at.UTC().Truncate(time.Microsecond)
		case *time.Time:
			if at != nil {
				converted[i] = at.UTC().Truncate(time.Microsecond)
			}
		}
	}
	return converted
}

// errUnstorable says that a text is none: PostgreSQL takes neither what is no UTF-8 nor the character U+0000. SQLite
// would, so it is refused here.
var errUnstorable = errors.New("a text has a character that no text can have")

// unstorable reports whether one of the parameters is a text that is in no database, so that nothing is found by it.
func unstorable(args []any) bool {
	return slices.ContainsFunc(args, func(arg any) bool {
		if pointer, ok := arg.(*string); ok && pointer != nil {
			arg = *pointer
		}
		text, ok := arg.(string)
		return ok && (strings.ContainsRune(text, 0) || !utf8.ValidString(text))
	})
}

// exec runs a statement and returns how many rows it touched.
func (t *Tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	if unstorable(args) {
		return 0, errUnstorable
	}
	result, err := t.tx.ExecContext(ctx, query, stored(args)...)
	if err != nil {
		return 0, t.engine.constraintError(err)
	}
	return result.RowsAffected()
}

// change runs a statement that must touch a row.
func (t *Tx) change(ctx context.Context, query string, args ...any) error {
	touched, err := t.exec(ctx, query, args...)
	if err == nil && touched == 0 {
		return ErrNotFound
	}
	return err
}

// row is what *sql.Row and *sql.Rows have in common.
type row interface {
	Scan(into ...any) error
}

// one returns the only row of a query.
func one[T any](ctx context.Context, t *Tx, scan func(row) (T, error), query string, args ...any) (T, error) {
	if unstorable(args) {
		var none T
		return none, ErrNotFound
	}
	value, err := scan(t.tx.QueryRowContext(ctx, query, stored(args)...))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return value, err
}

// all returns every row of a query.
func all[T any](ctx context.Context, t *Tx, scan func(row) (T, error), query string, args ...any) (list []T, err error) {
	if unstorable(args) {
		return nil, nil
	}
	rows, err := t.tx.QueryContext(ctx, query, stored(args)...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, rows.Err()
}

// Selection is a page of a list in the order of ids.
type Selection struct {
	After string            // the id that the page starts behind
	Limit int               // most rows
	Where map[string]string // natural key field → the value as it is compared; each list says which it knows
	IDs   []string          // only these objects; nil for all

	Leaving bool   // also objects that are gone as soon as nobody uses them any more
	Search  string // in a list of users: what names, e-mail address or username contain, ignoring case; empty for all
}

// everybody reports whether it leaves out nobody between the first and the last on its page.
func (s Selection) everybody() bool { return len(s.Where) == 0 && s.IDs == nil && s.Search == "" }

// staying is the condition that an object is not leaving, unless those are selected too.
func (s Selection) staying(column string) string {
	if s.Leaving {
		return ""
	}
	return " AND NOT " + column
}

// page completes a query that ends in conditions. Those of the natural keys are formats, with the number of the
// parameter.
func (s Selection) page(query, id string, args []any, conditions map[string]string) (string, []any, error) {
	args = append(args, s.After)
	query += fmt.Sprintf(" AND %s > $%d", id, len(args))
	for field, key := range s.Where {
		condition, ok := conditions[field]
		if !ok {
			return "", nil, fmt.Errorf("this list cannot be selected by %q", field)
		}
		args = append(args, key)
		query += " AND " + fmt.Sprintf(condition, len(args))
	}
	if s.IDs != nil {
		var condition string
		condition, args = in(id, args, s.IDs)
		query += " AND " + condition
	}
	args = append(args, s.Limit)
	return query + fmt.Sprintf(" ORDER BY %s LIMIT $%d", id, len(args)), args, nil
}

// in is the condition that a column has one of some values, which become parameters behind those that there are.
func in(column string, args []any, values []string) (string, []any) {
	places := make([]string, len(values))
	for i, value := range values {
		args = append(args, value)
		places[i] = fmt.Sprintf("$%d", len(args))
	}
	return column + " IN (" + strings.Join(places, ", ") + ")", args
}

// List is a list of which PageEnds knows the pages.
type List string

// The lists, by their tables.
const (
	ListUsers            List = "users"
	ListPermissionGroups List = "permission_groups"
	ListSIPAccounts      List = "sip_accounts"
	ListUserGroups       List = "user_groups"
)

// PageEnds returns the ids of the last objects of all pages of so many objects, the last page aside.
func (t *Tx) PageEnds(ctx context.Context, organizationID string, list List, size int) ([]string, error) {
	stays := ""
	if list != ListUsers {
		stays = " AND NOT leaving"
	}
	query := `SELECT id FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS position, COUNT(*) OVER () AS total FROM ` + string(list) + `
		WHERE organization_id = $1` + stays + `) AS numbered WHERE position % $2 = 0 AND position < total ORDER BY id`
	return all(ctx, t, scanText, query, organizationID, size)
}

// Holder is an object that has something, and what people call it.
type Holder struct {
	ID        string
	Name      string
	ManagedBy string // who manages it, where that was asked for; empty for nobody
}

func scanHolder(r row) (Holder, error) {
	var h Holder
	err := r.Scan(&h.ID, &h.Name)
	return h, err
}

func scanManagedHolder(r row) (h Holder, err error) {
	err = r.Scan(&h.ID, &h.Name, &h.ManagedBy)
	return h, err
}
