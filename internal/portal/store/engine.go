package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// engine is what differs between the databases. The SQL of this package does not.
type engine interface {
	// read starts a transaction on one consistent view, which waits for nobody.
	read(ctx context.Context, db *sql.DB) (*sql.Tx, error)
	// write starts a transaction that may write. Until it ends, nobody else changes anything of the organisation, if
	// there is one with this id, so that what the transaction reads of it stays true.
	write(ctx context.Context, connection *sql.Conn, organizationID string) (*sql.Tx, error)
	// turn names what writers of this process take turns for. They would wait for each other in the database otherwise,
	// each with a connection that readers need.
	turn(organizationID string) string
	// repeatable reports whether a transaction failed for no reason of its own, such as another one at the same time,
	// so that it can be run again.
	repeatable(err error) bool
	// commitError is the error of a commit. It says so when the outcome is not known.
	commitError(err error) error
	// constraintError tells a broken constraint by the schema's own names, and leaves any other error as it is.
	constraintError(err error) error
	// storageError tells what is wrong with the place that the database lies on, and leaves any other error as it is.
	storageError(err error) error
	// purge overwrites what was replaced or deleted and still lies in the database's files, as far as it is this
	// program's to do.
	purge(ctx context.Context, db *sql.DB) error
	close() error
}

// IsURL tells a database on a server from one in a file.
func IsURL(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// Name is what a database is called in logs and messages: the path of a file, or of a URL what names the database: no
// user, no password.
func Name(database string) string {
	if !IsURL(database) {
		return database
	}
	parsed, err := url.Parse(database)
	if err != nil { // its text is not to be trusted to have the password where it belongs
		return "postgres://…"
	}
	return (&url.URL{Scheme: "postgres", Host: parsed.Host, Path: parsed.Path}).String()
}

// Open opens a database and brings its schema up to date. It is the path of a SQLite file, which is made if there is
// none, or the URL of a PostgreSQL database (postgres://user@host/database), which must exist. Several processes can
// have it open at once.
func Open(ctx context.Context, database string) (*Store, error) {
	open := openSQLite
	if IsURL(database) {
		open = openPostgres
	}
	db, engine, err := open(ctx, database)
	if err != nil {
		if _, told := errors.AsType[*StorageError](err); told {
			return nil, err // which names the database
		}
		return nil, fmt.Errorf("%s: %w", Name(database), err)
	}
	return &Store{db: db, engine: engine, writers: writers{held: map[string]*turn{}}}, nil
}
