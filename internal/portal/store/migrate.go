package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema to the newest version this program knows, each step in one transaction. The caller keeps other processes from doing
// the same at once.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect) error {
	provider, err := migrator(db, dialect)
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

func migrator(db *sql.DB, dialect goose.Dialect) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if dialect != goose.DialectPostgres {
		return goose.NewProvider(dialect, db, files)
	}
	list, err := bytewise(files)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, db, nil, goose.WithGoMigrations(list...))
}

var textType = regexp.MustCompile(`\bTEXT\b`)

// bytewise are the migrations for PostgreSQL: as they are, but that texts compare by their bytes, as they do in SQLite, whatever the collation
// of the database. Ids, the order of pages and what is unique would depend on the server's locale and on its version otherwise. Each file is one
// statement to PostgreSQL; none has a part for the way down.
func bytewise(files fs.FS) ([]*goose.Migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	list := make([]*goose.Migration, 0, len(names))
	for _, name := range names {
		version, err := goose.NumericComponent(path.Base(name))
		if err != nil {
			return nil, err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		statements := textType.ReplaceAllString(string(text), `TEXT COLLATE "C"`)
		list = append(list, goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, statements)
			return err
		}}, nil))
	}
	return list, nil
}
