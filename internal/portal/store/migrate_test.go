package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// newestSchema is how many migrations there are.
func newestSchema(t *testing.T) int {
	t.Helper()
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// frozen are the databases that older portals left, as SQL: each is the dump of one that was filled over the API, one
// file for each version of the schema. They never change.
func frozen(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "schema-*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	dumps := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		dumps[strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "schema-"), ".sql")] = string(text)
	}
	return dumps
}

// thaw makes a database of a dump and returns its path.
func thaw(t *testing.T, dump string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "portal.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), dump); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// tablesOf are the tables, indexes and triggers of a database as they were made, in a form in which the way there does
// not show.
func tablesOf(t *testing.T, s *Store) map[string]string {
	t.Helper()
	rows, err := s.db.QueryContext(t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	tables := map[string]string{}
	describe := []string{
		`SELECT name || ' ' || type || ' ' || "notnull" || ' ' || COALESCE(dflt_value, '') || ' ' || pk FROM pragma_table_info(?) ORDER BY cid`,
		`SELECT "table" || ' ' || "from" || ' ' || "to" || ' ' || on_delete FROM pragma_foreign_key_list(?) ORDER BY 1`,
		`SELECT l."unique" || ' ' || (SELECT group_concat(name) FROM pragma_index_info(l.name)) FROM pragma_index_list(?) l ORDER BY 1`,
		`SELECT type || ' ' || name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? ORDER BY 1`,
	}
	for _, name := range names {
		for _, query := range describe {
			tables[name] += lines(t, s, query, name)
		}
	}
	return tables
}

func lines(t *testing.T, s *Store, query string, args ...any) string {
	t.Helper()
	rows, err := s.db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var b strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func TestMigrate_everyReleasedSchemaComesToTheNewest(t *testing.T) {
	t.Parallel()
	fresh := openAt(t, newFile(t))
	want := tablesOf(t, fresh)
	for version, dump := range frozen(t) {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := openAt(t, thaw(t, dump))
			if have := tablesOf(t, s); !maps.Equal(have, want) {
				for name := range want {
					if have[name] != want[name] {
						t.Errorf("table %s is\n%s\nafter the migration and\n%s\nin a new database", name, have[name], want[name])
					}
				}
			}
			if broken := lines(t, s, `SELECT "table" FROM pragma_foreign_key_check UNION ALL SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'`); broken != "" {
				t.Errorf("the migrated database is broken: %s", broken)
			}
			readOld(t, s)
		})
	}
}

// readOld reads what every dump has, and writes.
func readOld(t *testing.T, s *Store) {
	t.Helper()
	write(t, s, func(tx *Tx) error {
		organization, err := tx.Organization(t.Context(), "delfin")
		if err != nil || organization.Name != "Delfin Sp. z o.o." || len(organization.PhoneNumbers) != 2 {
			t.Errorf("organisation %+v, %v", organization, err)
		}
		users, err := tx.Users(t.Context(), "delfin", Selection{Limit: 10, Where: map[string]string{"email": portal.EmailKey("jagoda@delfin.example.com")}})
		if err != nil || len(users) != 1 {
			t.Fatalf("%d users, %v", len(users), err)
		}
		jagoda := users[0]
		if *jagoda.LastName != "Nowak" || jagoda.Version != 2 || len(jagoda.PermissionGroupIDs) != 1 || len(jagoda.Telephony.SIPAccountIDs) != 1 ||
			!slices.Equal(jagoda.Telephony.SMSSenders, []string{"DELFIN"}) || !slices.Equal(jagoda.Permissions, []string{"users.manage"}) ||
			!strings.HasPrefix(jagoda.PasswordHash, "$argon2id$") {
			t.Errorf("the user is %+v", jagoda)
		}
		tokens, err := tx.Tokens(t.Context(), "delfin")
		if err != nil || len(tokens) != 2 || tokens[0].RevokedAt != nil || tokens[1].RevokedAt == nil || tokens[0].UserID != "" {
			t.Errorf("tokens %+v, %v", tokens, err)
		}
		account, err := tx.SIPAccount(t.Context(), "delfin", jagoda.Telephony.SIPAccountIDs[0])
		if err != nil || *account.Extension != "201" || account.UserID != jagoda.ID || len(account.Digests.MD5) != 32 ||
			account.SIPUsername != "201" { // with which its phone goes on registering
			t.Errorf("SIP account %+v, %v", account, err)
		}
		email := portal.EmailKey(*jagoda.Email)
		jagoda.EmailKey = &email
		return tx.UpdateUser(t.Context(), "delfin", jagoda)
	})
}

// releasedMigrations are the SHA-256 of the migrations that databases out there have run: they never change.
var releasedMigrations = map[string]string{
	"00001_portal.sql":        "a47c7a72204b2c009413f6fd59c5776a3d1648fbd42969fc8a8e2b3b37d81796",
	"00002_all_platforms.sql": "26f8990bb8f2ade384599dfa78df30c6d92f1a2150c932b63987a28b0b384f1d",
}

func TestMigrate_releasedMigrationsNeverChange(t *testing.T) {
	t.Parallel()
	for name, want := range releasedMigrations {
		text, err := fs.ReadFile(migrations, "migrations/"+name)
		if err != nil {
			t.Error(err)
			continue
		}
		if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s was released and has changed (its SHA-256 is %x); add another migration instead", name, sum)
		}
	}
	for version := range len(releasedMigrations) {
		if _, ok := frozen(t)[fmt.Sprintf("%05d", version+1)]; !ok {
			t.Errorf("testdata has no database of schema %d", version+1)
		}
	}
}

// A migration that fails half-way leaves the database as it was.
func TestMigrate_aFailedMigrationLeavesTheDatabaseAsItWas(t *testing.T) {
	t.Parallel()
	path := thaw(t, frozen(t)["00001"]+"\nCREATE TABLE user_groups (something_else TEXT);\n") // which 00002 makes, after another table
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "from version 1") || !strings.Contains(err.Error(), path) {
		t.Fatalf("Open = %v, want an error that says from which version and which file", err)
	}
	if version := versionOf(t, path); version != 1 {
		t.Errorf("the failed migration left the version %d", version)
	}
	if tables := asked(t, path, `SELECT COUNT(*) FROM sqlite_master WHERE name = 'platform_emails'`); tables != 0 {
		t.Error("the failed migration left one of its tables")
	}
}

// versionOf is the version of the schema of a database file.
func versionOf(t *testing.T, path string) int {
	t.Helper()
	return asked(t, path, `SELECT MAX(version_id) FROM goose_db_version`)
}

// asked is the one number that a query to a database file returns.
func asked(t *testing.T, path, query string) (number int) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(t.Context(), query).Scan(&number); err != nil {
		t.Fatal(err)
	}
	return number
}
