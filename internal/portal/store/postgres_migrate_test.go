package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/pgtest"
)

// thawServed makes a database on a server as a portal with an older schema would have left it: with that schema, and
// with what is in the dump of a SQLite database of that schema. It returns the URL.
func thawServed(t *testing.T, version int, dump string) string {
	t.Helper()
	database := pgtest.New(t)
	db, dialect := connect(t, database)
	db.SetMaxOpenConns(1) // what is set holds for a connection
	provider, err := migrator(db, dialect)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), int64(version)); err != nil {
		t.Fatal(err)
	}
	inserts := []string{
		`SET session_replication_role = replica`, // the dump is not in the order of references
		`UPDATE pg_cast SET castcontext = 'a' WHERE castsource = 'integer'::regtype AND casttarget = 'boolean'::regtype`, // SQLite writes 1 for TRUE
	}
	for _, insert := range regexp.MustCompile(`(?ms)^INSERT INTO \w+ VALUES\(.*?\);$`).FindAllString(dump, -1) {
		if strings.Contains(insert, "goose_db_version") || strings.Contains(insert, "sqlite_sequence") {
			continue
		}
		inserts = append(inserts, regexp.MustCompile(`X'([0-9a-fA-F]*)'`).ReplaceAllString(insert, `'\x$1'::bytea`))
	}
	if len(inserts) < 10 {
		t.Fatalf("the dump has %d statements", len(inserts))
	}
	for _, insert := range inserts {
		if _, err := db.ExecContext(t.Context(), insert); err != nil {
			t.Fatalf("%v\n%s", err, insert)
		}
	}
	return database
}

// servedTablesOf is tablesOf for a database on a server.
func servedTablesOf(t *testing.T, s *Store) map[string]string {
	t.Helper()
	tables := map[string]string{}
	for _, query := range []string{
		`SELECT table_name, concat_ws(' ', column_name, data_type, is_nullable, column_default, collation_name) FROM information_schema.columns
			WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%' ORDER BY table_name, ordinal_position`,
		`SELECT conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`,
		`SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%' ORDER BY 1, 2`,
		`SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2`,
	} {
		rows, err := s.db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var table, line string
			if err := rows.Scan(&table, &line); err != nil {
				t.Fatal(err)
			}
			tables[table] += line + "\n"
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return tables
}

func TestPostgres_everyReleasedSchemaComesToTheNewest(t *testing.T) {
	t.Parallel()
	want := servedTablesOf(t, openAt(t, newServed(t)))
	for version, dump := range frozen(t) {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			number, err := strconv.Atoi(version)
			if err != nil {
				t.Fatal(err)
			}
			s := openAt(t, thawServed(t, number, dump))
			if have := servedTablesOf(t, s); !maps.Equal(have, want) {
				for name := range want {
					if have[name] != want[name] {
						t.Errorf("table %s is\n%s\nafter the migration and\n%s\nin a new database", name, have[name], want[name])
					}
				}
			}
			readOld(t, s)
		})
	}
}

// A migration that fails half-way leaves the database as it was.
func TestPostgres_aFailedMigrationLeavesTheDatabaseAsItWas(t *testing.T) {
	t.Parallel()
	database := thawServed(t, 1, frozen(t)["00001"])
	db, _ := connect(t, database)
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE user_groups (something_else TEXT)`); err != nil { // which 00002 makes, after another table
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), database); err == nil || !strings.Contains(err.Error(), "from version 1") || !strings.Contains(err.Error(), Name(database)) {
		t.Fatalf("Open = %v, want an error that says from which version and which database", err)
	}
	var left sql.NullString
	var version int
	if err := db.QueryRowContext(t.Context(), `SELECT to_regclass('platform_emails')::text, (SELECT MAX(version_id) FROM goose_db_version)`).Scan(&left, &version); err != nil || left.Valid || version != 1 {
		t.Errorf("the failed migration left version %d and the table %q: %v", version, left.String, err)
	}
}

// An instance that is killed while it migrates holds nobody up: what it held ends with its connection.
func TestPostgres_aMigrationThatWasKilledHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	killed := admin(t, database)
	if _, err := killed.Exec(t.Context(), fmt.Sprintf(`BEGIN; SELECT pg_advisory_xact_lock(%d); CREATE TABLE organizations (half TEXT)`, schemaLock)); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error)
	go func() {
		s, err := Open(context.WithoutCancel(t.Context()), database)
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	if err := killed.PgConn().Conn().Close(); err != nil { // as the kernel does for a process that is killed
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Error(err)
	}
}
