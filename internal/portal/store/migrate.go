package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// lockRetry is how often a process looks whether another one is done with the schema.
const lockRetry = 20 * time.Millisecond

// lockSchema keeps other processes from making or migrating the same database at once: neither the switch to WAL nor the first
// migration is safe against that by itself. The lock is a file beside the database and ends with the process.
func lockSchema(ctx context.Context, path string) (unlock func() error, err error) {
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return nil, fmt.Errorf("lock file %s: %w", lock.Path(), err)
	}
	return lock.Close, nil
}

// migrate brings the schema to the newest version this program knows, each step in one transaction.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, db, files)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("schema version: %w", err)
	}
	if current > newest {
		return fmt.Errorf("its schema has version %d and this program knows versions up to %d; use the newer program that wrote it, or another database", current, newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the schema from version %d to %d: %w", current, newest, err)
	}
	return nil
}
