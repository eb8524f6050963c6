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

// migrate brings the schema to the newest version this program knows, each step in one transaction. The caller keeps
// other processes from doing the same at once.
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

// steps are what a migration does after its SQL, by its version, where SQL cannot.
var steps = map[int64]func(context.Context, *sql.Tx) error{7: canonicalKeys}

func migrator(db *sql.DB, dialect goose.Dialect) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	programmed, names, err := programs(files, dialect)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithGoMigrations(programmed...), goose.WithExcludeNames(names)}
	if dialect == goose.DialectPostgres {
		files = nil // all are programs
	}
	return goose.NewProvider(dialect, db, files, options...)
}

var textType = regexp.MustCompile(`\bTEXT\b`)

// programs are the migrations that are more than their file, and the names of these files. For PostgreSQL all are:
// texts compare by their bytes there, as they do in SQLite, whatever the collation of the database. Ids, the order of
// pages and what is unique would depend on the server's locale and on its version otherwise. Each file is one statement
// to the database; none has a part for the way down.
func programs(files fs.FS, dialect goose.Dialect) (list []*goose.Migration, names []string, err error) {
	all, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, nil, err
	}
	for _, name := range all {
		version, err := goose.NumericComponent(path.Base(name))
		if err != nil {
			return nil, nil, err
		}
		step := steps[version]
		if step == nil && dialect != goose.DialectPostgres {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, nil, err
		}
		statements := string(text)
		if dialect == goose.DialectPostgres {
			statements = textType.ReplaceAllString(statements, `TEXT COLLATE "C"`)
		}
		run := func(ctx context.Context, tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, statements); err != nil || step == nil {
				return err
			}
			return step(ctx, tx)
		}
		list, names = append(list, goose.NewGoMigration(version, &goose.GoFunc{RunTx: run}, nil)), append(names, name)
	}
	return list, names, nil
}
