// Package store keeps the portal's objects in a database. It knows SQL and nothing of what a platform allows; what must hold for
// every platform is in the schema as well: keys, references within one organisation, digests of the right length.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
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
	KeyExtension           Key = "extensions.extension"
	KeySIPDomain           Key = "organizations.sip_domain"
	KeyPlatformEmail       Key = "platform_emails.email_key" // over all organisations
	KeyUserGroupName       Key = "user_groups.name_key"
	KeySubgroupName        Key = "subgroups.name_key"
	KeyUserGroupOfUser     Key = "user_subgroups.user_group_id" // two subgroups of one group
	KeyAllocatedNumber     Key = "number_allocations.number"
)

// DuplicateError says that another row has the same key. It is always returned as *DuplicateError.
type DuplicateError struct {
	Key Key
}

func (e *DuplicateError) Error() string { return fmt.Sprintf("another row has the same %s", e.Key) }

// Store is an open database. It is safe for concurrent use.
type Store struct {
	db   *sql.DB
	path string // of the file, for messages
	// writing is held by the one transaction of this process that writes. Waiting here is fair and ends with the context;
	// waiting for SQLite's own lock is neither, and is left for other processes.
	writing chan struct{}
}

// Open opens the database file at path, making it and its tables if there are none. Several processes can have it open at once.
func Open(ctx context.Context, path string) (*Store, error) {
	db, err := openDatabase(ctx, path)
	if err != nil {
		err = storageError(path, err)
		if _, told := errors.AsType[*StorageError](err); told {
			return nil, err // which names the file
		}
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	return &Store{db: db, path: path, writing: make(chan struct{}, 1)}, nil
}

// Close waits for what is running and closes the database.
func (s *Store) Close() error { return s.db.Close() }

// Tx is a transaction. It ends when the function it was given to returns.
type Tx struct {
	tx        *sql.Tx
	committed []func()
	audited   uint16 // entries of the audit trail so far
}

// OnCommit has do called once the transaction is committed, and not if it fails.
func (t *Tx) OnCommit(do func()) { t.committed = append(t.committed, do) }

// Read runs do on one consistent view of the database. It waits for nobody and nobody waits for it.
func (s *Store) Read(ctx context.Context, do func(*Tx) error) error {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin transaction: %w", storageError(s.path, err))
	}
	return storageError(s.path, run(tx, do))
}

// Write runs do with the right to write, one such transaction at a time over all processes, and commits if do returns nil.
// It waits up to 30 seconds for another process. What the disk does not take is a *StorageError, and then nothing was changed.
func (s *Store) Write(ctx context.Context, do func(*Tx) error) (err error) {
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	connection, err := s.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", storageError(s.path, err))
	}
	defer func() { err = storageError(s.path, errors.Join(err, connection.Close())) }()
	tx, err := beginWriting(ctx, connection)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	return run(tx, do)
}

func run(tx *sql.Tx, do func(*Tx) error) (err error) {
	defer func() {
		if rollback := tx.Rollback(); !errors.Is(rollback, sql.ErrTxDone) {
			err = errors.Join(err, rollback)
		}
	}()
	t := &Tx{tx: tx}
	if err := do(t); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit transaction: %w", err)
	}
	for _, tell := range t.committed {
		tell()
	}
	return nil
}

// exec runs a statement and returns how many rows it touched.
func (t *Tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := t.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, constraintError(err)
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
	value, err := scan(t.tx.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return value, err
}

// all returns every row of a query.
func all[T any](ctx context.Context, t *Tx, scan func(row) (T, error), query string, args ...any) (list []T, err error) {
	rows, err := t.tx.QueryContext(ctx, query, args...)
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

	Search string // in a list of users: what names, e-mail address or username contain, ignoring case; empty for all
}

// page completes a query that ends in conditions. Columns are those of the natural keys.
func (s Selection) page(query, id string, args []any, columns map[string]string) (string, []any, error) {
	args = append(args, s.After)
	query += fmt.Sprintf(" AND %s > $%d", id, len(args))
	for field, key := range s.Where {
		column, ok := columns[field]
		if !ok {
			return "", nil, fmt.Errorf("this list cannot be selected by %q", field)
		}
		args = append(args, key)
		query += fmt.Sprintf(" AND %s = $%d", column, len(args))
	}
	if s.IDs != nil {
		places := make([]string, 0, len(s.IDs))
		for _, id := range s.IDs {
			args = append(args, id)
			places = append(places, fmt.Sprintf("$%d", len(args)))
		}
		query += fmt.Sprintf(" AND %s IN (%s)", id, strings.Join(places, ", "))
	}
	args = append(args, s.Limit)
	return query + fmt.Sprintf(" ORDER BY %s LIMIT $%d", id, len(args)), args, nil
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
	query := `SELECT id FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS position, COUNT(*) OVER () AS total FROM ` + string(list) + `
		WHERE organization_id = $1) AS numbered WHERE position % $2 = 0 AND position < total ORDER BY id`
	return all(ctx, t, scanText, query, organizationID, size)
}

// Holder is an object that has something, and what people call it.
type Holder struct {
	ID   string
	Name string
}

func scanHolder(r row) (Holder, error) {
	var h Holder
	err := r.Scan(&h.ID, &h.Name)
	return h, err
}
