package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/pgtest"
)

// with is a URL with one more parameter.
func with(database, parameter, value string) string {
	return database + "?" + url.Values{parameter: {value}}.Encode()
}

// Every way in which pgx can send statements works: which one it is depends on the pooler between portal and server.
func TestPostgres_everyProtocolOfAPooler(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := filled(t, with(newServed(t), "default_query_exec_mode", mode))
			alice := testUser("usr_1", "alice@example.com")
			alice.Enabled, alice.Invited = new(true), new(time.Date(2026, 1, 2, 3, 4, 5, 678900000, time.UTC))
			alice.Webcare = &portal.Webcare{}
			image := []byte{0, 1, 254, 255, '\\', '\''}
			write(t, s, func(tx *Tx) error {
				return errors.Join(
					tx.InsertUser(t.Context(), "acme", alice), tx.PutAvatar(t.Context(), "acme", "usr_1", Avatar{"image/png", strings.Repeat("a", 64), image}),
					tx.InsertAuditEntry(t.Context(), "acme", testEntry("aud_1", "usr_1", 1<<40)), tx.InsertAuditEntry(t.Context(), "acme", testEntry("aud_2", "usr_1", 0)),
				)
			})
			write(t, s, func(tx *Tx) error {
				user, err1 := tx.User(t.Context(), "acme", "usr_1")
				login, err2 := tx.Login(t.Context(), "acme", "usr_1")
				entry, err3 := tx.AuditEntryOfVersion(t.Context(), "acme", "usr_1", 1<<40)
				page, err4 := tx.Users(t.Context(), "acme", Selection{Limit: 5, Search: "ALICE@"})
				if err := errors.Join(err1, err2, err3, err4); err != nil {
					return err
				}
				if !*user.Enabled || !login.InvitedAt.Equal(*alice.Invited) || entry.ID != "aud_1" || len(page) != 1 {
					t.Errorf("%+v, %+v, %+v and %d found", user.User, login, entry, len(page))
				}
				var stored []byte
				if err := tx.tx.QueryRowContext(t.Context(), `SELECT image FROM avatars`).Scan(&stored); err != nil || !slices.Equal(stored, image) {
					t.Errorf("the image came back as %v: %v", stored, err)
				}
				return nil
			})
		})
	}
}

// The database of a test has a collation that ignores case and punctuation at first; every text of the portal compares
// by its bytes all the same.
func TestPostgres_everyTextComparesByItsBytes(t *testing.T) {
	t.Parallel()
	s := openAt(t, newServed(t))
	const otherwise = `SELECT string_agg(table_name || '.' || column_name, ', ') FROM information_schema.columns
		WHERE table_schema = current_schema() AND data_type LIKE '%char%' || '' AND table_name NOT LIKE 'goose%'
			OR table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`
	var columns *string
	if err := s.db.QueryRowContext(t.Context(), otherwise).Scan(&columns); err != nil || columns != nil {
		t.Errorf("these columns compare by the collation of the database: %v (%v)", columns, err)
	}
}

// The fewest connections that the portal takes are enough for it, from an empty database on.
func TestPostgres_theFewestConnectionsAreEnough(t *testing.T) {
	t.Parallel()
	s := openAt(t, with(pgtest.New(t), "pool_max_conns", strconv.Itoa(fewestConnections)))
	var wait sync.WaitGroup
	for i := range 6 {
		wait.Go(func() {
			id := fmt.Sprintf("org-%d", i)
			if err := s.Write(t.Context(), id, func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization(id)) }); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

// Those who write to different organisations do not wait for each other.
func TestPostgres_organisationsAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	s := filled(t, newServed(t))
	err := s.Write(t.Context(), "acme", func(*Tx) error {
		return s.Write(t.Context(), "globex", func(tx *Tx) error {
			return tx.InsertPermissionGroup(t.Context(), "globex", testGroup("grp_1", "Agents"))
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// Two organisations that exchange the addresses of two users (MW-02) wait for each other in a circle. One of them is
// run again, and both are told what they would be told one after the other.
func TestPostgres_aDeadlockIsRunAgain(t *testing.T) {
	t.Parallel()
	database := newServed(t)
	stores := map[string]*Store{"acme": openAt(t, database), "globex": openAt(t, database)}
	claim := func(organizationID, key string) EmailClaim {
		return EmailClaim{Platform: portal.Maatwerk, EmailKey: key, OrganizationID: organizationID, UserID: "usr_1"}
	}
	write(t, stores["acme"], func(tx *Tx) error {
		var errs []error
		for organizationID := range stores {
			errs = append(errs, tx.InsertOrganization(t.Context(), testOrganization(organizationID)), tx.InsertUser(t.Context(), organizationID, testUser("usr_1", "a@example.com")),
				tx.ClaimEmail(t.Context(), claim(organizationID, organizationID)))
		}
		return errors.Join(errs...)
	})
	var wait, both sync.WaitGroup
	both.Add(len(stores))
	var runs atomic.Int32
	for organizationID, other := range map[string]string{"acme": "globex", "globex": "acme"} {
		wait.Go(func() {
			first := true
			err := stores[organizationID].Write(t.Context(), organizationID, func(tx *Tx) error {
				runs.Add(1)
				if err := tx.ReleaseEmail(t.Context(), organizationID, "usr_1"); err != nil {
					return err
				}
				if first {
					first = false
					both.Done()
					both.Wait() // until the other one has let go of its address, too
				}
				return tx.ClaimEmail(t.Context(), claim(organizationID, other))
			})
			if duplicate, ok := errors.AsType[*DuplicateError](err); !ok || duplicate.Key != KeyPlatformEmail {
				t.Errorf("%s: %v, want that the address is the other's", organizationID, err)
			}
		})
	}
	wait.Wait()
	if runs.Load() <= int32(len(stores)) {
		t.Error("nothing was run again: there was no deadlock to tell about")
	}
}

func TestPostgres_noPasswordInMessages(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	const secret = "s3cret"
	for _, database := range []string{
		"postgres://portal:" + secret + "@" + nobody + "/portal",
		"postgresql://" + nobody + "/portal?user=portal&password=" + secret,
		"postgres://portal:" + secret + "%zz@" + nobody + "/portal",
		"postgres://portal:" + secret + " 1@" + nobody + "/portal",
		"postgres://portal:" + secret + "@" + nobody + "/portal?sslmode=perhaps",
		"postgres://portal:" + secret + "@" + nobody + "/portal?pool_max_conns=many",
		"postgres://portal:" + secret + "@" + nobody + "/portal?pool_max_conns=1",
		"postgres://portal:" + secret + "@[::1/portal",
	} {
		s, err := Open(t.Context(), database)
		if err == nil {
			t.Error(s.Close(), "opened what is not there")
			continue
		}
		if strings.Contains(err.Error(), secret) || strings.Contains(Name(database), secret) {
			t.Errorf("the password is in %q or in %q", err, Name(database))
		}
		if !strings.Contains(err.Error(), "postgres://") {
			t.Errorf("%q does not name the database", err)
		}
	}
}

func TestPostgres_whatTheServerRefusesIsTold(t *testing.T) {
	t.Parallel()
	database := newServed(t)
	parsed, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ database, want string }{
		"database that does not exist": {strings.Replace(database, parsed.Path, "/nowhere", 1), "no such database"},
		"user that does not exist":     {strings.Replace(database, "portal@", "stranger@", 1), "does not let the portal in"},
		"replica":                      {with(database, "default_transaction_read_only", "on"), ""},
	} {
		s, err := Open(t.Context(), test.database)
		if test.want == "" { // opens, as there is nothing to migrate
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			err = s.Write(t.Context(), "acme", func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization("acme")) })
			test.want = "URL of the primary"
			if read := s.Read(t.Context(), func(tx *Tx) error { _, err := tx.OrganizationIDs(t.Context(), 1); return err }); read != nil {
				t.Errorf("%s: it cannot be read either: %v", name, read)
			}
			_ = s.Close()
		}
		if failure, ok := errors.AsType[*StorageError](err); !ok || !strings.Contains(failure.Error(), test.want) {
			t.Errorf("%s: %v, want a StorageError that says %q", name, err, test.want)
		}
	}
}

// A server that goes away and comes back is a matter of trying again.
func TestPostgres_aServerThatIsAwayIsATimeout(t *testing.T) {
	t.Parallel()
	database := newServed(t)
	s := openAt(t, with(database, "application_name", "victim"))
	write(t, s, func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization("acme")) })
	admin := admin(t, database)
	end := func() {
		if _, err := admin.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim' AND datname = current_database()`); err != nil {
			t.Error(err)
		}
	}
	err := s.Write(t.Context(), "acme", func(tx *Tx) error {
		end()
		return tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_1", "Agents"))
	})
	if busy, ok := errors.AsType[*BusyError](err); !ok || !busy.Timeout() {
		t.Errorf("Write on a connection that was cut = %v, want a BusyError", err)
	}
	write(t, s, func(tx *Tx) error { return tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_1", "Agents")) })
	if _, err := admin.Exec(t.Context(), `
		CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
		CREATE CONSTRAINT TRIGGER cut_at_commit AFTER INSERT ON permission_groups DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()`); err != nil {
		t.Fatal(err)
	}
	err = s.Write(t.Context(), "acme", func(tx *Tx) error { return tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_2", "Others")) })
	if _, ok := errors.AsType[*BusyError](err); ok || err == nil || !strings.Contains(err.Error(), "whether the change is stored") {
		t.Errorf("a commit whose answer is lost = %v, want an error that promises nothing", err)
	}
}

func admin(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close(context.Background()) })
	return connection
}

func TestPostgres_theAuditTrailIsAppendOnlyInTheDatabase(t *testing.T) {
	t.Parallel()
	s := openAt(t, newServed(t))
	write(t, s, func(tx *Tx) error {
		return errors.Join(tx.InsertOrganization(t.Context(), testOrganization("acme")), tx.InsertAuditEntry(t.Context(), "acme", testEntry("aud_1", "usr_1", 1)))
	})
	for _, statement := range []string{
		`UPDATE audit SET actor_name = 'somebody else'`, `DELETE FROM audit`, `TRUNCATE audit`, `TRUNCATE organizations CASCADE`,
		`INSERT INTO audit SELECT * FROM audit ON CONFLICT (organization_id, id) DO UPDATE SET fields = '[]'`,
	} {
		if _, err := s.db.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v, want a refusal", statement, err)
		}
	}
}

// An instance that starts while another migrates waits for it, as long as its context allows.
func TestPostgres_openEndsWithItsContext(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	migrating := admin(t, database)
	if _, err := migrating.Exec(t.Context(), fmt.Sprintf(`SELECT pg_advisory_lock(%d)`, schemaLock)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if s, err := Open(ctx, database); err == nil || ctx.Err() == nil {
		t.Errorf("Open while another instance migrates = %v, %v; want the end of the context", s, err)
	}
}
