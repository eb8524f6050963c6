package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestStore_everyConnectionHasThePragmas(t *testing.T) {
	t.Parallel()
	s := openAt(t, newFile(t))
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "30000"}
	for i := range maxConnections { // held at once, so that each is another one
		connection, err := s.db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = connection.Close() }()
		for pragma, value := range want {
			var got string
			if err := connection.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != value {
				t.Errorf("connection %d: %s = %s, want %s", i, pragma, got, value)
			}
		}
	}
}

func TestStore_pathMayHoldAnything(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "my portal? 100%#1.db")
	s := openAt(t, path)
	write(t, s, func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization("acme")) })
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v; the digests in it are for its owner only", info.Mode().Perm())
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasPrefix(file, path) {
			t.Errorf("unexpected file %s", file)
		}
	}
}

func TestStore_memoryIsRefused(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", ":memory:", "file::memory:?cache=shared"} {
		if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "path of a file") {
			t.Errorf("Open(%q) = %v, want a refusal that says what to give", path, err)
		}
	}
}

func TestStore_openEndsWithItsContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portal.db")
	unlock, err := lockSchema(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unlock() }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := Open(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Open while another process migrates = %v, want the end of the context", err)
	}
}
