package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func testEntry(id, objectID string, version int64) AuditEntry {
	return AuditEntry{Version: version, AuditEntry: portal.AuditEntry{
		ID: id, At: time.Date(2026, 1, 2, 3, 4, 5, 678000, time.UTC), Actor: portal.Actor{Kind: portal.ActorToken, ID: "tok_1", Name: "ci"},
		Action: portal.ActionReplace, Noun: "user", ObjectID: objectID, ObjectName: "alice@example.com", Fields: []string{"enabled"}, RequestID: "r", Address: "192.0.2.1",
	}}
}

func TestAudit_comesBackAsItWentNewestFirst(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := openAt(t, database)
		write(t, s, func(tx *Tx) error {
			return errors.Join(tx.InsertOrganization(t.Context(), testOrganization("acme")), tx.InsertOrganization(t.Context(), testOrganization("globex")))
		})
		want := testEntry("aud_2", "usr_1", 7)
		write(t, s, func(tx *Tx) error {
			return errors.Join(
				tx.InsertAuditEntry(t.Context(), "acme", testEntry("aud_1", "usr_1", 6)),
				tx.InsertAuditEntry(t.Context(), "acme", want),
				tx.InsertAuditEntry(t.Context(), "acme", testEntry("aud_3", "usr_2", 0)),
				tx.InsertAuditEntry(t.Context(), "globex", testEntry("aud_1", "usr_1", 7)),
			)
		})
		for _, c := range []struct {
			selection AuditSelection
			want      string
		}{
			{AuditSelection{Limit: 10}, "aud_3 aud_2 aud_1"},
			{AuditSelection{Limit: 2}, "aud_3 aud_2"},
			{AuditSelection{Limit: 2, Before: "aud_2"}, "aud_1"},
			{AuditSelection{Limit: 10, ObjectID: "usr_1"}, "aud_2 aud_1"},
		} {
			write(t, s, func(tx *Tx) error {
				entries, err := tx.AuditEntries(t.Context(), "acme", c.selection)
				var ids []string
				for _, entry := range entries {
					ids = append(ids, entry.ID)
				}
				if got := strings.Join(ids, " "); got != c.want {
					t.Errorf("%+v: %s, want %s", c.selection, got, c.want)
				}
				return err
			})
		}
		write(t, s, func(tx *Tx) error {
			got, err := tx.AuditEntryOfVersion(t.Context(), "acme", "usr_1", 7)
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Errorf("%+v, want %+v", got, want)
			}
			if _, err := tx.AuditEntryOfVersion(t.Context(), "acme", "usr_2", 1); !errors.Is(err, ErrNotFound) {
				t.Errorf("a version that nobody made: %v", err)
			}
			return err
		})
	})
}

func TestAudit_theDatabaseRefusesToChangeOrDeleteAnEntry(t *testing.T) {
	t.Parallel()
	s := openAt(t, newFile(t))
	write(t, s, func(tx *Tx) error {
		return errors.Join(tx.InsertOrganization(t.Context(), testOrganization("acme")), tx.InsertAuditEntry(t.Context(), "acme", testEntry("aud_1", "usr_1", 1)))
	})
	for _, statement := range []string{
		`UPDATE audit SET actor_name = 'somebody else'`,
		`DELETE FROM audit`,
		`INSERT OR REPLACE INTO audit SELECT * FROM audit`,
		`INSERT INTO audit SELECT * FROM audit WHERE true ON CONFLICT (organization_id, id) DO UPDATE SET fields = '[]'`,
	} {
		if _, err := s.db.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("%s was carried out", statement)
		}
	}
	write(t, s, func(tx *Tx) error {
		entries, err := tx.AuditEntries(t.Context(), "acme", AuditSelection{Limit: 10})
		if len(entries) != 1 || entries[0].Actor.Name != "ci" {
			t.Errorf("the trail has become %+v", entries)
		}
		return err
	})
}

// The code has no statement that changes the audit trail but those of the chain: to take entries up, to erase names and
// to prune. This holds on every engine, whatever its triggers.
func TestAudit_noStatementChangesOrDeletesAnEntry(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	touches := regexp.MustCompile(`(?is)\b(update|delete\s+from|replace\s+into|truncate(\s+table)?|drop\s+table(\s+if\s+exists)?|alter\s+table)\s+audit\b|"audit"`)
	inserts := regexp.MustCompile(`(?is)\binsert\s+into\s+audit\b[^` + "`" + `]*`)
	inserted := 0
	for _, file := range append(sources, files...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text = regexp.MustCompile(`(?i)alter table audit add column`).ReplaceAll(text, nil) // which changes no entry
		if file == "audit_chain.go" {
			if found := touches.FindAll(text, -1); len(found) != 4 {
				t.Errorf("%s touches the audit trail %d times: %q", file, len(found), found)
			}
			continue
		}
		if found := touches.Find(text); found != nil {
			t.Errorf("%s: %q touches the audit trail, which is append-only", file, found)
		}
		for _, insert := range inserts.FindAll(text, -1) {
			inserted++
			if strings.Contains(strings.ToLower(string(insert)), "on conflict") {
				t.Errorf("%s: %q may change an entry", file, insert)
			}
		}
	}
	if inserted != 1 {
		t.Errorf("%d statements add to the audit trail; this test looked for one", inserted)
	}
}
