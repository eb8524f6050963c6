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

// TestBackup_isOneMomentWhileOthersWrite copies a database under two writers. Each writes a pair of groups in one
// transaction, so that a copy of one moment has whole pairs only, and each copy has all that was acknowledged before it
// was begun.
func TestBackup_isOneMomentWhileOthersWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portal.db")
	stores := []*Store{openAt(t, path), openAt(t, path)}
	write(t, stores[0], func(tx *Tx) error { return tx.InsertOrganization(t.Context(), testOrganization("acme")) })
	ctx, stop := context.WithCancel(t.Context())
	const copies = 4
	acknowledged := make(chan struct{}, 10_000)
	ended := make(chan error, len(stores))
	for writer, s := range stores {
		go func() {
			for i := 0; ctx.Err() == nil; i++ {
				err := s.Write(ctx, "acme", func(tx *Tx) error {
					name := fmt.Sprintf("%d-%05d", writer, i)
					return errors.Join(
						tx.InsertPermissionGroup(ctx, "acme", testGroup("grp_"+name+"-a", name+"-a")),
						tx.InsertPermissionGroup(ctx, "acme", testGroup("grp_"+name+"-b", name+"-b")),
					)
				})
				if err != nil && ctx.Err() == nil {
					ended <- err
					return
				}
				if err == nil {
					acknowledged <- struct{}{}
				}
			}
			ended <- nil
		}()
	}
	pairs := 0
	for i := range copies {
		<-acknowledged // so that every copy has something new
		pairs++
		for len(acknowledged) > 0 {
			<-acknowledged
			pairs++
		}
		to := filepath.Join(t.TempDir(), fmt.Sprintf("copy %d.db", i))
		if err := Backup(t.Context(), path, to); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(filepath.Dir(to))
		if err != nil || len(entries) != 1 {
			t.Errorf("beside the copy there are %v, %v", entries, err)
		}
		if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the copy: %v, %v; want it for its owner only", info.Mode(), err)
		}
		copied := openAt(t, to)
		if check := strings.TrimSpace(lines(t, copied, `PRAGMA integrity_check`)); check != "ok" {
			t.Errorf("the copy is damaged: %s", check)
		}
		groups := groupsOf(t, copied)
		if len(groups)%2 != 0 || len(groups) < 2*pairs {
			t.Errorf("the copy has %d groups; want whole pairs, at least %d", len(groups), pairs)
		}
		write(t, copied, func(tx *Tx) error { return tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_new", "New")) })
	}
	stop()
	for range stores {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// TestBackup_relativePaths is how people type them.
func TestBackup_relativePaths(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	openAt(t, filepath.Join(folder, "portal.db"))
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := Backup(t.Context(), filepath.Join(relative, "portal.db"), filepath.Join(relative, "copy.db")); err != nil {
		t.Fatal(err)
	}
	openAt(t, filepath.Join(folder, "copy.db"))
}

func TestBackup_neverOverwrites(t *testing.T) {
	t.Parallel()
	database := newFile(t)
	openAt(t, database)
	for name, target := range map[string]string{"a file": write0(t, "kept"), "the database itself": database} {
		before, err := os.ReadFile(target)
		if err != nil {
			t.Fatal(err)
		}
		if err := Backup(t.Context(), database, target); err == nil || !strings.Contains(err.Error(), "not overwritten") || !strings.Contains(err.Error(), target) {
			t.Errorf("over %s: %v, want a refusal that names it", name, err)
		}
		if after, err := os.ReadFile(target); err != nil || string(after) != string(before) {
			t.Errorf("%s was changed: %v", name, err)
		}
	}
	// Somebody makes the file while the copy is under way.
	target, unfinished := write0(t, "kept"), write0(t, "copy")
	if err := publish(unfinished, target); err == nil || !strings.Contains(err.Error(), "not overwritten") {
		t.Errorf("publish = %v", err)
	}
	if text, err := os.ReadFile(target); err != nil || string(text) != "kept" {
		t.Errorf("%q, %v", text, err)
	}
}

func write0(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A backup before an upgrade is made by whichever program is at hand, and a newer one must not bring the running
// portal's schema to its own.
func TestBackup_leavesTheSchemaAsItIs(t *testing.T) {
	t.Parallel()
	path := thaw(t, frozen(t)["00001"])
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := Backup(t.Context(), path, to); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, to} {
		if version := versionOf(t, file); version != 1 {
			t.Errorf("%s has schema %d", file, version)
		}
	}
	readOld(t, openAt(t, to))
}

func TestBackup_ofNothingAndOfRubbishLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, from := range map[string]string{"nothing": filepath.Join(t.TempDir(), "none.db"), "rubbish": write0(t, strings.Repeat("no database. ", 100))} {
		to := filepath.Join(t.TempDir(), "copy.db")
		if err := Backup(t.Context(), from, to); err == nil || !strings.Contains(err.Error(), from) {
			t.Errorf("%s: %v, want an error that names %s", name, err, from)
		}
		if entries, err := os.ReadDir(filepath.Dir(to)); err != nil || len(entries) != 0 {
			t.Errorf("%s left %v, %v", name, entries, err)
		}
	}
}
