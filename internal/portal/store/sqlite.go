package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqlite is the engine of a database in a file.
type sqlite struct{ path string }

// maxConnections bounds the open files and the memory of one process. Readers do not wait for one another below it.
const maxConnections = 16

// How long a connection waits for another process. SQLite does not hear a context while it waits, so whoever wants to
// write waits in short turns.
const (
	busyTimeout = "busy_timeout(30000)" // milliseconds
	busyTurn    = "busy_timeout(100)"
	busyLimit   = 30 * time.Second
)

// dsn is the data source name of a database file. What is a property of a connection stands here and nowhere else,
// because a pool opens connections whenever it likes.
func dsn(path string) string {
	query := url.Values{
		"_pragma": {
			busyTimeout,         // first: switching to WAL may have to wait, too
			"journal_mode(WAL)", // readers, among them a SIP registrar, go on while someone writes
			"synchronous(FULL)", // what was answered survives a power cut
			"foreign_keys(1)",
			"secure_delete(1)", // of a secret that was in clear nothing stays in the file
		},
		"_txlock":      {"immediate"}, // a transaction that turns from reading to writing could not wait, only fail
		"_time_format": {"sqlite"},
	}
	name := filepath.ToSlash(path)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // a drive letter
	}
	return (&url.URL{Scheme: "file", Path: name, RawQuery: query.Encode()}).String()
}

// openSQLite opens the file at path, making it if there is none, and brings the schema up to date.
func openSQLite(ctx context.Context, path string) (_ *sql.DB, _ engine, err error) {
	if path == "" || strings.Contains(path, ":memory:") {
		return nil, nil, fmt.Errorf("%q is not a file; every connection would have a database of its own, give the path of a file", path)
	}
	e := sqlite{path}
	defer func() { err = e.storageError(err) }()
	if path, err = filepath.Abs(path); err != nil {
		return nil, nil, err
	}
	unlock, err := lockSchema(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()

	// Made here and not by SQLite, so that only the owner can read the digests in it. SQLite gives its other files the
	// same mode.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, nil, err
	}
	if err := file.Close(); err != nil {
		return nil, nil, err
	}
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(maxConnections)
	db.SetMaxIdleConns(maxConnections)
	if err := migrate(ctx, db, goose.DialectSQLite3); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	if _, err := db.ExecContext(ctx, keepAudit); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("protect the audit trail: %w", err), db.Close())
	}
	return db, e, nil
}

// lockRetry is how often a process looks whether another one is done with the schema.
const lockRetry = 20 * time.Millisecond

// lockSchema keeps other processes from making or migrating the same database at once: neither the switch to WAL nor
// the first migration is safe against that by itself. The lock is a file beside the database and ends with the process.
func lockSchema(ctx context.Context, path string) (unlock func() error, err error) {
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return nil, fmt.Errorf("lock file %s: %w", lock.Path(), err)
	}
	return lock.Close, nil
}

func (sqlite) close() error { return nil }

// purge empties the write-ahead log into the file, where secure_delete overwrites. Somebody who reads meanwhile keeps
// the log; then whoever is the last to close the database empties it.
func (sqlite) purge(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

func (sqlite) read(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
	return db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
}

// turn is the same for all: the file has one writer.
func (sqlite) turn(string) string { return "" }

// repeatable is never true: whoever waits for the one writer fails of nothing else.
func (sqlite) repeatable(error) bool { return false }

func (sqlite) commitError(err error) error { return err }

// keepAudit has SQLite itself refuse to change, delete or replace what the audit trail says, but for erasing names and
// for pruning. It is no migration, as PostgreSQL says it otherwise. The last trigger is there because a replacement in
// SQLite is no deletion to a trigger.
const keepAudit = `
	DROP TRIGGER IF EXISTS audit_never_changes;
	DROP TRIGGER IF EXISTS audit_never_shrinks;
	DROP TRIGGER IF EXISTS audit_only_forgets;
	CREATE TRIGGER IF NOT EXISTS audit_only_erases BEFORE UPDATE ON audit WHEN NOT ` + auditUpdate + `
		BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
	CREATE TRIGGER IF NOT EXISTS audit_only_ages BEFORE DELETE ON audit WHEN NOT ` + auditPruned + `
		BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
	CREATE TRIGGER IF NOT EXISTS audit_never_repeats BEFORE INSERT ON audit
		WHEN EXISTS (SELECT 1 FROM audit WHERE organization_id = NEW.organization_id AND id = NEW.id)
		BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;`

// write waits for other processes until the context ends.
func (sqlite) write(ctx context.Context, connection *sql.Conn, _ string) (tx *sql.Tx, err error) {
	if _, err := connection.ExecContext(ctx, "PRAGMA "+busyTurn); err != nil {
		return nil, err
	}
	defer func() { // however this ends, the connection goes back to the pool as it was
		_, restored := connection.ExecContext(context.WithoutCancel(ctx), "PRAGMA "+busyTimeout)
		if restored != nil && tx != nil {
			restored = errors.Join(restored, tx.Rollback())
		}
		err = errors.Join(err, restored)
	}()
	for start := time.Now(); ; {
		tx, err = connection.BeginTx(ctx, nil)
		failure, ok := errors.AsType[*driver.Error](err)
		switch {
		case !ok || failure.Code()&0xff != sqlite3.SQLITE_BUSY: // the low byte tells the error, the others its details
			return tx, err
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case time.Since(start) > busyLimit:
			return nil, &BusyError{fmt.Sprintf("another process has been writing to the database for %v; end it or try again later", busyLimit), err}
		}
	}
}

func (sqlite) constraintError(err error) error {
	failure, ok := errors.AsType[*driver.Error](err)
	if !ok {
		return err
	}
	switch failure.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		// "constraint failed: UNIQUE constraint failed: users.organization_id, users.email_key (2067)"
		columns := failure.Error()
		columns = columns[strings.LastIndex(columns, ": ")+2:]
		columns, _, _ = strings.Cut(columns, " (")
		return &DuplicateError{Key: Key(columns[strings.LastIndex(columns, " ")+1:])}
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		return fmt.Errorf("%w: %w", ErrMissingReference, err)
	default:
		return err
	}
}
