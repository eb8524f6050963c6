package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup makes a copy of the database file at path under another name, as it is at one moment, while portals go on
// reading and writing it. The copy is for its owner only, as it holds password hashes and digests. It appears under its
// name when it is complete, checked and safe on the disk; a file that is there already is never overwritten. The schema
// stays as it is, whatever version this program knows.
func Backup(ctx context.Context, path, to string) (err error) {
	defer func() { err = sqlite{path}.storageError(err) }()
	if _, err := os.Stat(path); err != nil {
		return err
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s is there already and is not overwritten; give the copy another name", to), err)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if to, err = filepath.Abs(to); err != nil { // a data source name is a URL, in which a relative path is none
		return err
	}
	// Beside the copy, so that it only has to be renamed; made here and not by SQLite, so that only the owner can read
	// it.
	unfinished, err := os.CreateTemp(filepath.Dir(to), filepath.Base(to)+".unfinished-*")
	if err != nil {
		return sqlite{to}.storageError(err)
	}
	defer func() { err = errors.Join(err, ignoreNotExist(os.Remove(unfinished.Name()))) }()
	if err := errors.Join(copyDatabase(ctx, absolute, unfinished.Name()), unfinished.Sync(), unfinished.Close()); err != nil {
		return err
	}
	return publish(unfinished.Name(), to)
}

// copyDatabase copies a database into a file that is there and empty, and checks the copy.
func copyDatabase(ctx context.Context, from, to string) (err error) {
	db, err := sql.Open("sqlite", dsn(from))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.PingContext(ctx); err != nil {
		return sqlite{from}.storageError(err)
	}
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, to); err != nil {
		return fmt.Errorf("copy %s: %w", from, sqlite{to}.storageError(err))
	}
	copied, err := sql.Open("sqlite", dsn(to)+"&mode=ro&immutable=1") // which makes no files beside it
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	var verdict string
	if err := copied.QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&verdict); err != nil {
		return fmt.Errorf("check the copy: %w", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("the copy is damaged, so it was thrown away: %s", verdict)
	}
	return nil
}

// publish gives a finished file its name, unless another file has it by now, and makes the name survive a power cut.
func publish(unfinished, name string) error {
	err := os.Link(unfinished, name) // which never overwrites
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already and is not overwritten; give the copy another name", name)
	case err != nil: // a file system without hard links
		if err := os.Rename(unfinished, name); err != nil {
			return sqlite{name}.storageError(err)
		}
	}
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func ignoreNotExist(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
