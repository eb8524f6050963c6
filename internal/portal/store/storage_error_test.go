package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// addGroups adds groups to the organisation acme until the database takes no more.
func addGroups(ctx context.Context, s *Store) (stored int, err error) {
	const most = 2000
	for ; stored < most; stored++ {
		group := testGroup(fmt.Sprintf("grp_%04d", stored), fmt.Sprintf("Group %04d", stored))
		group.Description = new(strings.Repeat("d", 1000))
		if err := s.Write(ctx, "acme", func(tx *Tx) error { return tx.InsertPermissionGroup(ctx, "acme", group) }); err != nil {
			return stored, err
		}
	}
	return stored, nil
}

func groupsOf(t *testing.T, s *Store) (groups []PermissionGroup) {
	t.Helper()
	if err := s.Read(t.Context(), func(tx *Tx) (err error) {
		groups, err = tx.PermissionGroups(t.Context(), "acme", Selection{Limit: 5000})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return groups
}

func TestStore_aFullDiskIsAClearErrorAndNoDamage(t *testing.T) {
	t.Parallel()
	database := newFile(t)
	s := openAt(t, database)
	write(t, s, func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization("acme")) })
	s.db.SetMaxOpenConns(1) // the limit is one of a connection
	pages := strings.TrimSpace(lines(t, s, `SELECT page_count + 20 FROM pragma_page_count`))
	if got := lines(t, s, "PRAGMA max_page_count = "+pages); strings.TrimSpace(got) != pages {
		t.Fatalf("the limit is %s", got)
	}
	stored, err := addGroups(t.Context(), s)
	failure, ok := errors.AsType[*StorageError](err)
	if !ok || stored == 0 {
		t.Fatalf("after %d groups: %v, want a StorageError", stored, err)
	}
	for _, want := range []string{database, "disk is full", "nothing was changed", "free space in " + filepath.Dir(database)} {
		if !strings.Contains(failure.Error(), want) {
			t.Errorf("%q does not say %q", failure, want)
		}
	}
	if strings.Contains(failure.StorageFailure(), database) {
		t.Errorf("%q is for people who need not know the path", failure.StorageFailure())
	}
	if groups := groupsOf(t, s); len(groups) != stored {
		t.Errorf("%d groups are there after %d writes were acknowledged", len(groups), stored)
	}
	if check := strings.TrimSpace(lines(t, s, `PRAGMA integrity_check`)); check != "ok" {
		t.Errorf("the database is damaged: %s", check)
	}
	lines(t, s, "PRAGMA max_page_count = 1000000")
	write(t, s, func(tx *Tx) error {
		return tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_last", "Last"))
	})
}

func TestStore_whatIsNoDatabaseIsLeftAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portal.db")
	text := strings.Repeat("no database at all. ", 100)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path)
	if failure, ok := errors.AsType[*StorageError](err); !ok || !strings.Contains(failure.Error(), path) || !strings.Contains(failure.Error(), "portal backup") {
		t.Errorf("Open = %v, want a StorageError that names the file and what to do", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != text {
		t.Errorf("the file was changed: %v", err)
	}
}

// A file system that turns read-only while the portal runs is told like a file that always was.
func TestStore_aDatabaseThatTurnsReadOnlyIsStillRead(t *testing.T) {
	t.Parallel()
	s := openAt(t, newFile(t))
	write(t, s, func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization("acme")) })
	s.db.SetMaxOpenConns(1) // the pragma is one of a connection
	lines(t, s, "PRAGMA query_only = 1")
	err := s.Write(t.Context(), "acme", func(tx *Tx) error { return tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_1", "One")) })
	failure, ok := errors.AsType[*StorageError](err)
	if !ok || !strings.Contains(failure.Error(), "may not be written") || !strings.Contains(failure.Error(), "let the user that runs this program write") {
		t.Errorf("Write = %v, want a StorageError that says what to do", err)
	}
	if groups := groupsOf(t, s); len(groups) != 0 {
		t.Errorf("%d groups are there", len(groups))
	}
}
