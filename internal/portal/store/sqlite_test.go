package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func openTest(t *testing.T) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "portal.db"))
}

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func write(t *testing.T, s *Store, do func(*Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func TestStore_everyConnectionHasThePragmas(t *testing.T) {
	t.Parallel()
	s := openTest(t)
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
	write(t, s, func(tx *Tx) error { return tx.PutOrganization(t.Context(), testOrganization("acme")) })
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

func TestStore_freshFileIsMigratedOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portal.db")
	var wait sync.WaitGroup
	start := make(chan struct{})
	for i := range 8 {
		wait.Go(func() {
			<-start
			s, err := Open(context.WithoutCancel(t.Context()), path)
			if err != nil {
				t.Errorf("opener %d: %v", i, err)
				return
			}
			if err := s.Write(t.Context(), func(tx *Tx) error {
				return tx.PutOrganization(t.Context(), testOrganization(fmt.Sprintf("acme-%d", i)))
			}); err != nil {
				t.Errorf("opener %d: %v", i, err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("opener %d: %v", i, err)
			}
		})
	}
	close(start)
	wait.Wait()
	var applied, organizations int
	s := openAt(t, path)
	if err := s.db.QueryRow(`SELECT (SELECT COUNT(*) FROM goose_db_version WHERE version_id > 0), (SELECT COUNT(*) FROM organizations)`).Scan(&applied, &organizations); err != nil {
		t.Fatal(err)
	}
	if want := newestSchema(t); applied != want || organizations != 8 {
		t.Errorf("%d migrations and %d organisations, want %d and 8", applied, organizations, want)
	}
}

func TestStore_newerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portal.db")
	s := openAt(t, path)
	if _, err := s.db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path)
	if err == nil || !strings.Contains(err.Error(), "version 9999") || !strings.Contains(err.Error(), path) {
		t.Errorf("Open = %v, want a refusal that names the version and the file", err)
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

// Two stores on one file are what two processes are: they share no memory of the package.
func TestStore_writersWaitForEachOther(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portal.db")
	first, second := openAt(t, path), openAt(t, path)
	holds, released := make(chan struct{}), make(chan error)
	go func() {
		released <- first.Write(t.Context(), func(tx *Tx) error {
			close(holds)
			// While this transaction is open the other store must be able to read, and must not be able to write.
			if err := second.Read(t.Context(), func(tx *Tx) error {
				_, err := tx.Organization(t.Context(), "acme")
				if !errors.Is(err, ErrNotFound) {
					return fmt.Errorf("a reader sees what is not committed: %w", err)
				}
				return nil
			}); err != nil {
				return err
			}
			return tx.PutOrganization(t.Context(), testOrganization("acme"))
		})
	}()
	<-holds
	err := second.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.Organization(t.Context(), "acme")
		return err // ErrNotFound if this store did not wait
	})
	if err != nil {
		t.Errorf("second writer: %v", err)
	}
	if err := <-released; err != nil {
		t.Errorf("first writer: %v", err)
	}
}

func TestStore_manyWritersLoseNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portal.db")
	stores := []*Store{openAt(t, path), openAt(t, path)}
	write(t, stores[0], func(tx *Tx) error {
		return errors.Join(tx.PutOrganization(t.Context(), testOrganization("acme")), tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_1", "Agents")))
	})
	var wait sync.WaitGroup
	const writers, writes = 6, 5
	for i := range writers {
		wait.Go(func() {
			for range writes {
				if err := stores[i%2].Write(t.Context(), func(tx *Tx) error {
					group, err := tx.PermissionGroup(t.Context(), "acme", "grp_1")
					if err != nil {
						return err
					}
					group.NameKey = "agents"
					return tx.UpdatePermissionGroup(t.Context(), "acme", group)
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	write(t, stores[0], func(tx *Tx) error {
		group, err := tx.PermissionGroup(t.Context(), "acme", "grp_1")
		if group.Version != 1+writers*writes {
			t.Errorf("version %d after %d writes, want %d", group.Version, writers*writes, 1+writers*writes)
		}
		return err
	})
}

func TestStore_waitingForTheWriterEndsWithTheContext(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Write(t.Context(), func(*Tx) error {
		cancel()
		return s.Write(ctx, func(*Tx) error { return errors.New("two writers at once") })
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Write = %v, want context.Canceled", err)
	}
}

func TestStore_waitingForAnotherProcessEndsWithTheContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portal.db")
	first, second := openAt(t, path), openAt(t, path)
	err := first.Write(t.Context(), func(*Tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		return second.Write(ctx, func(*Tx) error { return errors.New("two writers at once") })
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Write = %v, want the end of the context, and not after the other writer", err)
	}
}

func TestStore_failedWriteLeavesNothing(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	failure := errors.New("changed my mind")
	err := s.Write(t.Context(), func(tx *Tx) error {
		if err := tx.PutOrganization(t.Context(), testOrganization("acme")); err != nil {
			return err
		}
		return failure
	})
	if !errors.Is(err, failure) {
		t.Fatalf("Write = %v, want the function's own error", err)
	}
	if err := s.Read(t.Context(), func(tx *Tx) error {
		_, err := tx.Organization(t.Context(), "acme")
		return err
	}); !errors.Is(err, ErrNotFound) {
		t.Errorf("after a failed write: %v, want ErrNotFound", err)
	}
}

func testOrganization(id string) Organization {
	return Organization{FileHash: "hash", Organization: portal.Organization{
		ID: id, Name: "Acme", Platform: portal.Telecube, SIPDomain: id + ".example.com",
		Ordered: []string{"pbx"}, PhoneNumbers: []string{"+48221234567"}, SenderNames: []string{"ACME"},
		PBXs: []portal.PBX{{ID: "main", Name: "Main"}}, Modules: []string{},
	}}
}

func testGroup(id, name string) PermissionGroup {
	return PermissionGroup{NameKey: strings.ToLower(name), PermissionGroup: portal.PermissionGroup{ID: id, Name: &name, Permissions: []string{"users.manage"}}}
}
