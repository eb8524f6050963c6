package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestStore_newerSchemaIsRefused(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := openAt(t, database)
		if _, err := s.db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), database)
		if err == nil || !strings.Contains(err.Error(), "version 9999") || !strings.Contains(err.Error(), Name(database)) {
			t.Errorf("Open = %v, want a refusal that names the version and the database", err)
		}
	})
}

func TestStore_anEmptyDatabaseIsMigratedOnce(t *testing.T) {
	onEveryEmptyEngine(t, func(t *testing.T, database string) {
		var wait sync.WaitGroup
		start := make(chan struct{})
		for i := range 8 {
			wait.Go(func() {
				<-start
				s, err := Open(context.WithoutCancel(t.Context()), database)
				if err != nil {
					t.Errorf("opener %d: %v", i, err)
					return
				}
				if err := s.Write(t.Context(), "acme", func(tx *Tx) error {
					return tx.InsertOrganization(t.Context(), testOrganization(fmt.Sprintf("acme-%d", i)))
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
		s := openAt(t, database)
		if err := s.db.QueryRow(`SELECT (SELECT COUNT(*) FROM goose_db_version WHERE version_id > 0), (SELECT COUNT(*) FROM organizations)`).Scan(&applied, &organizations); err != nil {
			t.Fatal(err)
		}
		if want := newestSchema(t); applied != want || organizations != 8 {
			t.Errorf("%d migrations and %d organisations, want %d and 8", applied, organizations, want)
		}
	})
}

// Two stores on one file are what two processes are: they share no memory of the package.
func TestStore_writersWaitForEachOther(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		first, second := openAt(t, database), openAt(t, database)
		write(t, first, func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization("acme")) })
		holds, released := make(chan struct{}), make(chan error)
		go func() {
			released <- first.Write(t.Context(), "acme", func(tx *Tx) error {
				close(holds)
				// While this transaction is open the other store must be able to read, and must not be able to write.
				if err := second.Read(t.Context(), func(tx *Tx) error {
					_, err := tx.PermissionGroup(t.Context(), "acme", "grp_1")
					if !errors.Is(err, ErrNotFound) {
						return fmt.Errorf("a reader sees what is not committed: %w", err)
					}
					return nil
				}); err != nil {
					return err
				}
				return tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_1", "Agents"))
			})
		}()
		<-holds
		err := second.Write(t.Context(), "acme", func(tx *Tx) error {
			_, err := tx.PermissionGroup(t.Context(), "acme", "grp_1")
			return err // ErrNotFound if this store did not wait
		})
		if err != nil {
			t.Errorf("second writer: %v", err)
		}
		if err := <-released; err != nil {
			t.Errorf("first writer: %v", err)
		}
	})
}

func TestStore_manyWritersLoseNothing(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		stores := []*Store{openAt(t, database), openAt(t, database)}
		write(t, stores[0], func(tx *Tx) error {
			return errors.Join(tx.InsertOrganization(t.Context(), testOrganization("acme")), tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_1", "Agents")))
		})
		var wait sync.WaitGroup
		const writers, writes = 6, 5
		for i := range writers {
			wait.Go(func() {
				for range writes {
					if err := stores[i%2].Write(t.Context(), "acme", func(tx *Tx) error {
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
	})
}

func TestStore_waitingForTheWriterEndsWithTheContext(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := openAt(t, newFile(t))
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Write(t.Context(), "acme", func(*Tx) error {
			cancel()
			return s.Write(ctx, "acme", func(*Tx) error { return errors.New("two writers at once") })
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Write = %v, want context.Canceled", err)
		}
	})
}

func TestStore_waitingForAnotherProcessEndsWithTheContext(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		first, second := openAt(t, database), openAt(t, database)
		write(t, first, func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization("acme")) })
		err := first.Write(t.Context(), "acme", func(*Tx) error {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			return second.Write(ctx, "acme", func(*Tx) error { return errors.New("two writers at once") })
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Write = %v, want the end of the context, and not after the other writer", err)
		}
	})
}

func TestStore_failedWriteLeavesNothing(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := openAt(t, newFile(t))
		failure := errors.New("changed my mind")
		err := s.Write(t.Context(), "acme", func(tx *Tx) error {
			if err := tx.InsertOrganization(t.Context(), testOrganization("acme")); err != nil {
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
	})
}
