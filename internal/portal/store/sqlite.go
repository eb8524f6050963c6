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

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is the SQL that the migration library writes its own table in.
const dialect = goose.DialectSQLite3

// maxConnections bounds the open files and the memory of one process. Readers do not wait for one another below it.
const maxConnections = 16

// How long a connection waits for another process. SQLite does not hear a context while it waits, so whoever wants to write
// waits in short turns.
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

// openDatabase opens the pool and brings the schema up to date.
func openDatabase(ctx context.Context, path string) (_ *sql.DB, err error) {
	if path == "" || strings.Contains(path, ":memory:") {
		return nil, fmt.Errorf("%q is not a file; every connection would have a database of its own, give the path of a file", path)
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	unlock, err := lockSchema(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()

	// Made here and not by SQLite, so that only the owner can read the digests in it. SQLite gives its other files the same mode.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(maxConnections)
	db.SetMaxIdleConns(maxConnections)
	if err := migrate(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if _, err := db.ExecContext(ctx, keepAudit); err != nil {
		return nil, errors.Join(fmt.Errorf("protect the audit trail: %w", err), db.Close())
	}
	return db, nil
}

// keepAudit has the database itself refuse to change, delete or replace what the audit trail says. It is no migration, as PostgreSQL says it
// otherwise. The last trigger is there because a replacement in SQLite is no deletion to a trigger.
const keepAudit = `
	CREATE TRIGGER IF NOT EXISTS audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
	CREATE TRIGGER IF NOT EXISTS audit_never_shrinks BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
	CREATE TRIGGER IF NOT EXISTS audit_never_repeats BEFORE INSERT ON audit
		WHEN EXISTS (SELECT 1 FROM audit WHERE organization_id = NEW.organization_id AND id = NEW.id)
		BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;`

// beginWriting starts a transaction that may write, waiting for other processes until the context ends.
func beginWriting(ctx context.Context, connection *sql.Conn) (tx *sql.Tx, err error) {
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
		failure, ok := errors.AsType[*sqlite.Error](err)
		switch {
		case !ok || failure.Code()&0xff != sqlite3.SQLITE_BUSY: // the low byte tells the error, the others its details
			return tx, err
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case time.Since(start) > busyLimit:
			return nil, &BusyError{err}
		}
	}
}

// BusyError says that another process has kept the database to itself for too long. It is always returned as *BusyError, and is a timeout.
type BusyError struct{ err error }

func (e *BusyError) Error() string {
	return fmt.Sprintf("another process has been writing to the database for %v; end it or try again later: %v", busyLimit, e.err)
}

func (e *BusyError) Unwrap() error { return e.err }

// Timeout is how callers that do not know this package tell that trying again may help.
func (*BusyError) Timeout() bool { return true }

// constraintError tells a broken constraint by the schema's own names, and leaves any other error as it is.
func constraintError(err error) error {
	failure, ok := errors.AsType[*sqlite.Error](err)
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
