package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// Texts and times mean the same on every engine: what is found, what is the same, and in which order.
func TestStore_textsCompareTheSame(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := openAt(t, database)
		ids := []string{"usr_A", "usr_Z", "usr_a", "usr_a-b", "usr_aa", "usr_ä"} // as their bytes have it
		emails := []string{"zoë@example.com", "Zoe@example.com", "zoe@example.com", "ZOE@example.com", "zoe_@example.com", "100%@example.com"}
		names := []string{"Åkesson", "åkesson", "ÅKESSON", "Straße", "İnci", "O'Neil!"}
		write(t, s, func(tx *Tx) error {
			err := tx.InsertOrganization(t.Context(), testOrganization("acme"))
			for _, i := range []int{3, 0, 5, 1, 4, 2} {
				u := testUser(ids[i], emails[i])
				u.LastName = &names[i]
				err = errors.Join(err, tx.InsertUser(t.Context(), "acme", u))
			}
			return err
		})
		list := func(selection Selection) (found []string) {
			selection.Limit = 10
			if err := s.Read(t.Context(), func(tx *Tx) error {
				users, err := tx.Users(t.Context(), "acme", selection)
				for _, user := range users {
					found = append(found, user.ID)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return found
		}
		if got := list(Selection{}); !slices.Equal(got, ids) {
			t.Errorf("the order is %v, want %v", got, ids)
		}
		if got := list(Selection{After: "usr_a"}); !slices.Equal(got, ids[3:]) {
			t.Errorf("behind usr_a are %v, want %v", got, ids[3:])
		}
		if got := list(Selection{Where: map[string]string{"email": "zoe@example.com"}}); !slices.Equal(got, []string{"usr_a"}) {
			t.Errorf("the key finds %v", got)
		}
		for search, want := range map[string][]string{
			"ZOE@": {"usr_Z", "usr_a", "usr_a-b"}, "Zoë": {"usr_A"}, "Åkesson": {"usr_A", "usr_a"}, "åkesson": {"usr_Z"}, "STRAßE": {"usr_a-b"}, "strasse": nil,
			"inci": nil, "zoe_": {"usr_aa"}, "0%@": {"usr_ä"}, "'neil!": {"usr_ä"}, "\x00": nil, "zoe\xff": nil,
		} {
			if got := list(Selection{Search: search}); !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v", search, got, want)
			}
		}
	})
}

func TestStore_timesComeBackToTheMicrosecondInUTC(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := filled(t, database)
		at := time.Date(2026, 3, 29, 3, 30, 0, 123456789, time.FixedZone("CEST", 2*60*60))
		want := time.Date(2026, 3, 29, 1, 30, 0, 123456000, time.UTC)
		write(t, s, func(tx *Tx) error {
			return errors.Join(
				tx.InsertUser(t.Context(), "acme", testUser("usr_1", "alice@example.com")), tx.PutLogin(t.Context(), "acme", Login{UserID: "usr_1", LastLoginAt: &at}),
				tx.AddLoginFailure(t.Context(), "acme", strings.Repeat("a", 64), at, at), tx.QueueMail(t.Context(), QueuedMail{
					OrganizationID: "acme", ID: "mail_1", UserID: "usr_1", Kind: "reset", CreatedAt: at, NextAttemptAt: at,
				}),
			)
		})
		write(t, s, func(tx *Tx) error {
			login, err1 := tx.Login(t.Context(), "acme", "usr_1")
			failures, err2 := tx.LoginFailures(t.Context(), "acme", strings.Repeat("a", 64))
			early, err3 := tx.LeaseMails(t.Context(), "acme", Due{want.Add(-time.Microsecond), want}, want, 10)
			due, err4 := tx.LeaseMails(t.Context(), "acme", Due{want, want}, want.Add(time.Hour), 10)
			if err := errors.Join(err1, err2, err3, err4); err != nil {
				return err
			}
			if !login.LastLoginAt.Equal(want) || !failures.Last.Equal(want) || len(early) != 0 || len(due) != 1 || !due[0].CreatedAt.Equal(want) {
				t.Errorf("log-in %v, failure %v, mails %v and %v; want %v", login.LastLoginAt, failures.Last, early, due, want)
			}
			return nil
		})
	})
}

// A text that no database of the portal takes is found nowhere and stored nowhere, on either.
func TestStore_whatIsNoTextIsNowhere(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := filled(t, database)
		for _, text := range []string{"\x00", "a\xff"} {
			err := s.Read(t.Context(), func(tx *Tx) error { _, err := tx.User(t.Context(), "acme", text); return err })
			if !errors.Is(err, ErrNotFound) {
				t.Errorf("a user with the id %q: %v, want ErrNotFound", text, err)
			}
			err = s.Write(t.Context(), "acme", func(tx *Tx) error { return tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_2", text)) })
			if !errors.Is(err, errUnstorable) {
				t.Errorf("a group called %q: %v, want a refusal", text, err)
			}
		}
	})
}

// refusal is a write that the database has to refuse, whoever asks for it.
type refusal struct {
	do   func(tx *Tx) error
	key  Key   // wanted *DuplicateError
	want error // otherwise; nil for a broken CHECK
}

// refused checks that each of the writes to acme is refused as it has to be.
func refused(t *testing.T, s *Store, writes map[string]refusal) {
	t.Helper()
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := s.Write(t.Context(), "acme", write.do)
			duplicate, _ := errors.AsType[*DuplicateError](err)
			switch {
			case err == nil:
				t.Error("was accepted")
			case write.key != "" && (duplicate == nil || duplicate.Key != write.key):
				t.Errorf("= %v, want a duplicate of %s", err, write.key)
			case write.want != nil && !errors.Is(err, write.want):
				t.Errorf("= %v, want %v", err, write.want)
			case write.key == "" && write.want == nil && !strings.Contains(strings.ToUpper(err.Error()), "CHECK"):
				t.Errorf("= %v, want a broken CHECK", err)
			}
		})
	}
}
