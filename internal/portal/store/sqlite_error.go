package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// storageError tells what the system says about the file of a database and its folder.
func (s sqlite) storageError(err error) error {
	if err == nil {
		return nil
	}
	if _, told := errors.AsType[*StorageError](err); told {
		return err
	}
	explained := func(reason, advice string) error {
		return &StorageError{Path: s.path, Reason: reason, Advice: advice, err: err}
	}
	writable := fmt.Sprintf("let the user that runs this program write the file and its folder %s, in which SQLite keeps two more files", filepath.Dir(s.path))
	space := fmt.Sprintf("free space in %s, or move the database while nothing uses it", filepath.Dir(s.path))
	failure, ok := errors.AsType[*driver.Error](err)
	switch {
	case !ok && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)):
		return explained("the database may not be written", writable)
	case !ok && errors.Is(err, syscall.ENOSPC):
		return explained("the disk is full", space)
	case !ok:
		return err
	}
	switch failure.Code() & 0xff { // the low byte tells the error, the others its details
	case sqlite3.SQLITE_FULL:
		return explained("the disk is full", space)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return explained("the database may not be written", writable)
	case sqlite3.SQLITE_IOERR:
		return explained("the disk did not take or give what it should", "look at the system's log and its limits, and "+space)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return explained("the database file is damaged, or is none", "put a copy that \"portal backup\" made in its place, or name another file")
	default:
		return err
	}
}
