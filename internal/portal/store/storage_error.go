package store

import "fmt"

// StorageError says that the database could not be written or read because of what it lies on, and that nothing was
// changed. It is always returned as *StorageError.
type StorageError struct {
	Path   string // of the database file, or the name of a database on a server
	Reason string // in words
	Advice string // what to do
	err    error
}

func (e *StorageError) Error() string {
	return fmt.Sprintf("%s: %s, and nothing was changed; %s (%v)", e.Path, e.Reason, e.Advice, e.err)
}

func (e *StorageError) Unwrap() error { return e.err }

// StorageFailure is the reason without the path, for callers that do not know this package and answer to people who
// need not know it.
func (e *StorageError) StorageFailure() string { return e.Reason }

// BusyError says that the database was kept by others, or could not be reached, for too long, and that nothing was
// changed. It is always returned as *BusyError, and is a timeout.
type BusyError struct {
	reason string // in words, with what to do
	err    error
}

func (e *BusyError) Error() string { return fmt.Sprintf("%s: %v", e.reason, e.err) }

func (e *BusyError) Unwrap() error { return e.err }

// Timeout is how callers that do not know this package tell that trying again may help.
func (*BusyError) Timeout() bool { return true }
