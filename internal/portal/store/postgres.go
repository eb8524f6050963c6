package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// postgres is the engine of a database on a PostgreSQL server.
type postgres struct {
	name string // of the database, for messages
	pool *pgxpool.Pool
}

// What the portal asks of a server unless the URL says otherwise.
const (
	postgresConnections = 16 // of one process, at most; pool_max_conns in the URL
	fewestConnections   = 2  // one holds the schema while another migrates it
	connectTimeout      = 10 * time.Second
)

// How long a transaction that writes waits, in the words of PostgreSQL. Both hold for the transaction only, so that
// they hold behind a pooler, too.
const (
	lockTimeout = "30s" // for another instance
	idleTimeout = "60s" // for this process: one whose machine is gone holds its organisation no longer
)

// schemaLock is the advisory lock that an instance has while it looks at the schema and migrates it; "portal" in ASCII.
const schemaLock = 0x706f7274616c

// openPostgres opens a pool of connections to the database of a URL and brings the schema up to date.
func openPostgres(ctx context.Context, database string) (_ *sql.DB, _ engine, err error) {
	config, err := postgresConfig(database)
	if err != nil {
		return nil, nil, err
	}
	e := postgres{name: Name(database)}
	defer func() { err = e.storageError(err) }()
	if e.pool, err = pgxpool.NewWithConfig(context.WithoutCancel(ctx), config); err != nil {
		return nil, nil, err
	}
	db := stdlib.OpenDBFromPool(e.pool)
	if err := e.prepare(ctx, db); err != nil {
		return nil, nil, errors.Join(err, db.Close(), e.close())
	}
	return db, e, nil
}

func postgresConfig(database string) (*pgxpool.Config, error) {
	parsed, err := url.Parse(database)
	if err != nil { // the error repeats the URL with its password
		return nil, errors.New("its URL cannot be read; write postgres://user@host:5432/database, and percent-encode what is special in a password, such as %40 for @")
	}
	config, err := pgxpool.ParseConfig(database)
	if err != nil {
		return nil, fmt.Errorf("its URL cannot be used: %w", err) // which has the URL without passwords
	}
	if !parsed.Query().Has("pool_max_conns") {
		config.MaxConns = postgresConnections
	}
	if config.MaxConns < fewestConnections {
		return nil, fmt.Errorf("its URL has pool_max_conns=%d; the portal needs %d connections at least", config.MaxConns, fewestConnections)
	}
	config.ConnConfig.ConnectTimeout = cmp.Or(config.ConnConfig.ConnectTimeout, connectTimeout)
	if name := config.ConnConfig.RuntimeParams["application_name"]; name == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "switchboard portal"
	}
	return config, nil
}

// prepare brings the schema up to date, one instance after the other. The lock ends with its transaction, and so with
// the process at the latest, also behind a pooler.
func (p postgres) prepare(ctx context.Context, db *sql.DB) (err error) {
	lock, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Rollback()) }()
	if _, err := lock.ExecContext(ctx, `SELECT set_config('idle_in_transaction_session_timeout', '0', TRUE)`); err != nil {
		return err
	}
	if _, err := lock.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, schemaLock); err != nil {
		return fmt.Errorf("wait for another instance that migrates the schema: %w", err)
	}
	if err := migrate(ctx, db, goose.DialectPostgres); err != nil {
		return err
	}
	return keepPostgresAudit(ctx, db)
}

// keepPostgresAudit has PostgreSQL itself refuse to change or delete what the audit trail says, like keepAudit. A
// trigger that is there is left alone: to replace it would wait for everybody.
func keepPostgresAudit(ctx context.Context, db *sql.DB) error {
	const look = `SELECT COUNT(*) FROM pg_trigger WHERE tgrelid = 'audit'::regclass
		AND tgname IN ('audit_only_erases', 'audit_only_ages', 'audit_never_empties')`
	const protect = `
		CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'restrict_violation'; END $$;
		CREATE OR REPLACE FUNCTION audit_only_ages() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN
				IF NOT ` + auditPruned + ` THEN
					RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'restrict_violation';
				END IF;
				RETURN OLD;
			END $$;
		DROP TRIGGER IF EXISTS audit_never_changes ON audit;
		DROP TRIGGER IF EXISTS audit_never_empties ON audit;
		DROP TRIGGER IF EXISTS audit_only_forgets ON audit;
		DROP TRIGGER IF EXISTS audit_only_erases ON audit;
		DROP TRIGGER IF EXISTS audit_only_ages ON audit;
		CREATE TRIGGER audit_only_erases BEFORE UPDATE ON audit FOR EACH ROW WHEN (NOT ` + auditUpdate + `) EXECUTE FUNCTION audit_is_append_only();
		CREATE TRIGGER audit_only_ages BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_only_ages();
		CREATE TRIGGER audit_never_empties BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();`
	var triggers int
	err := db.QueryRowContext(ctx, look).Scan(&triggers)
	if err == nil && triggers < 3 {
		_, err = db.ExecContext(ctx, protect) // which is one transaction
	}
	if err != nil {
		return fmt.Errorf("protect the audit trail: %w", err)
	}
	return nil
}

// purge leaves to VACUUM what is VACUUM's.
func (postgres) purge(context.Context, *sql.DB) error { return nil }

func (p postgres) close() error {
	p.pool.Close()
	return nil
}

func (postgres) read(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
	return db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

func (postgres) turn(organizationID string) string { return organizationID }

// write locks the row of the organisation. Every statement after that sees what the one who had the lock before has
// committed: that takes READ COMMITTED, as at the levels above it a transaction sees the moment at which it began to
// wait.
func (postgres) write(ctx context.Context, connection *sql.Conn, organizationID string) (_ *sql.Tx, err error) {
	tx, err := connection.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // the error that counts is the first
		}
	}()
	const limits = `SELECT set_config('lock_timeout', $1, TRUE), set_config('idle_in_transaction_session_timeout', $2, TRUE)`
	if _, err := tx.ExecContext(ctx, limits, lockTimeout, idleTimeout); err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `SELECT 1 FROM organizations WHERE id = $1 FOR NO KEY UPDATE`, organizationID); err != nil {
		return nil, err
	}
	return tx, nil
}
