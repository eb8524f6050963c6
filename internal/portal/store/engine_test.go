package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/pgtest"
)

// onEveryEngine runs a test on each database that the portal knows, with a new database that has the schema.
func onEveryEngine(t *testing.T, test func(t *testing.T, database string)) {
	t.Parallel()
	onBoth(t, newServed, test)
}

// onEveryEmptyEngine is onEveryEngine without the schema.
func onEveryEmptyEngine(t *testing.T, test func(t *testing.T, database string)) {
	t.Parallel()
	onBoth(t, func(t *testing.T) string { return pgtest.New(t) }, test)
}

func onBoth(t *testing.T, served func(*testing.T) string, test func(t *testing.T, database string)) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, newFile(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, served(t))
	})
}

func newFile(t *testing.T) string { return filepath.Join(t.TempDir(), "portal.db") }

// newServed is a database on a server that has the schema already, which takes longer to make than to copy.
func newServed(t *testing.T) string {
	return pgtest.Prepared(t, "schema", func(url string) error {
		s, err := Open(context.Background(), url)
		if err != nil {
			return err
		}
		return s.Close()
	})
}

// connect opens a database without bringing its schema up to date.
func connect(t *testing.T, database string) (*sql.DB, goose.Dialect) {
	t.Helper()
	driver, name, dialect := "sqlite", "", goose.DialectSQLite3
	if IsURL(database) {
		driver, name, dialect = "pgx", database, goose.DialectPostgres
	} else {
		name = dsn(database)
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, dialect
}

func openAt(t *testing.T, database string) *Store {
	t.Helper()
	s, err := Open(t.Context(), database)
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

// write writes to the organisation acme.
func write(t *testing.T, s *Store, do func(*Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), "acme", do); err != nil {
		t.Fatal(err)
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
