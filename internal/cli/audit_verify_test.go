package cli_test

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/pgtest"
)

// tampered is somebody who may write to the database of a portal, past the portal.
type tampered struct {
	*sql.DB
	t  *testing.T
	of []string // flags that name the database
}

func (d *tampered) do(statements ...string) {
	d.t.Helper()
	for _, statement := range statements {
		if _, err := d.ExecContext(d.t.Context(), statement); err != nil {
			d.t.Fatalf("%s: %v", statement, err)
		}
	}
}

// unprotect takes away what keeps the database itself from changing entries. Each command of the portal puts it back.
func (d *tampered) unprotect() {
	d.t.Helper()
	triggers := []string{"audit_only_erases", "audit_only_ages"}
	for _, trigger := range triggers {
		if strings.HasPrefix(d.of[1], "postgres") {
			d.do("DROP TRIGGER IF EXISTS " + trigger + " ON audit")
		} else {
			d.do("DROP TRIGGER IF EXISTS " + trigger)
		}
	}
}

func (d *tampered) verify(args ...string) (code int, stdout, stderr string) {
	d.t.Helper()
	return run(d.t, append(append([]string{"portal", "audit", "--organization", "delfin", "--verify"}, d.of...), args...)...)
}

// tamper has a portal write a trail of five groups at least, which its command has verified.
func tamper(t *testing.T, test func(t *testing.T, d *tampered, head string)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			database, driver := filepath.Join(t.TempDir(), "portal.db"), "sqlite"
			of := []string{"--database", database, "--key-file", database + ".key"}
			if engine == "PostgreSQL" {
				database, driver = pgtest.New(t), "pgx"
				of[1] = database
			}
			running := start(t, append(of, "--organization", organizationFile(t))...)
			_, secret, _ := run(t, append([]string{"portal", "token", "create", "--organization", "delfin", "--name", "x", "--scope", "read,write"}, of...)...)
			for i := range 5 {
				if status, problem := postGroup(t, running.url, strings.TrimSpace(secret), i); status != http.StatusCreated {
					t.Fatalf("%d %+v", status, problem)
				}
			}
			running.stop()
			<-running.code
			db, err := sql.Open(driver, database)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			d := &tampered{DB: db, t: t, of: of}
			code, head, stderr := d.verify()
			if code != 0 || !strings.Contains(stderr, "are as they were written") || strings.Count(head, "\n") != 1 {
				t.Fatalf("exit %d, %q, %s", code, head, stderr)
			}
			test(t, d, strings.TrimSpace(head))
		})
	}
}

func TestAudit_verifyFindsWhatWasChangedRemovedOrCutOff(t *testing.T) {
	tamper(t, func(t *testing.T, d *tampered, head string) {
		d.do("CREATE TABLE kept AS SELECT * FROM audit")
		const last = "(SELECT MAX(position) FROM kept)"
		for name, c := range map[string]struct {
			statement string
			want      string
			withHead  bool // whether only the head of before finds it
		}{
			"who did it":          {"UPDATE audit SET actor_name = 'somebody' WHERE position = 4", "entry 4", false},
			"from where":          {"UPDATE audit SET address = '192.0.2.1' WHERE position = 4", "entry 4", false},
			"to what":             {"UPDATE audit SET object_name = 'another' WHERE position = 4", "entry 4", false},
			"to which id":         {"UPDATE audit SET object_id = 'grp_x' WHERE position = 4", "entry 4", false},
			"when":                {"UPDATE audit SET at = (SELECT at FROM kept WHERE position = 1) WHERE position = 5", "entry 5", false},
			"what":                {"UPDATE audit SET action = 'delete' WHERE position = 4", "was changed", false},
			"which fields":        {"UPDATE audit SET fields = '[]' WHERE position = 4", "was changed", false},
			"a seal taken away":   {"UPDATE audit SET key_id = '' WHERE position = 4", "was changed", false},
			"an unknown key":      {"UPDATE audit SET key_id = 'key_x' WHERE position = 4", "which the key file does not have", false},
			"erased by nobody":    {"UPDATE audit SET object_name = 'erased ' || object_id, object_salt = '' WHERE position = 4", "no entry says", false},
			"removed":             {"DELETE FROM audit WHERE position = 4", "entries 4 to 4 were removed", false},
			"removed, renumbered": {"DELETE FROM audit WHERE position = 4; UPDATE audit SET position = -position WHERE position > 4; UPDATE audit SET position = -position - 1 WHERE position < 0", "does not follow", false},
			"the beginning":       {"DELETE FROM audit WHERE position < 3", "begins with entry 3", false},
			"out of the chain":    {"UPDATE audit SET position = NULL WHERE position = " + last, "not in the chain", false},
			"swapped":             {"UPDATE audit SET position = -1 WHERE position = 3; UPDATE audit SET position = 3 WHERE position = 4; UPDATE audit SET position = 4 WHERE position = -1", "does not follow", false},
			"cut off at the end":  {"DELETE FROM audit WHERE position = " + last, "were cut off", true},
			"all of it":           {"DELETE FROM audit", "were cut off", true},
		} {
			d.unprotect()
			d.do(strings.Split(c.statement, "; ")...)
			code, _, stderr := d.verify("--head", head)
			if code != 1 || !strings.Contains(stderr, c.want) {
				t.Errorf("%s: exit %d, %s; want %q", name, code, stderr, c.want)
			}
			if code, _, stderr := d.verify(); (code == 0) != c.withHead {
				t.Errorf("%s: without the head: exit %d, %s", name, code, stderr)
			}
			d.unprotect()
			d.do("DELETE FROM audit", "INSERT INTO audit SELECT * FROM kept")
		}
		if code, again, stderr := d.verify("--head", head); code != 0 || strings.TrimSpace(again) != head {
			t.Errorf("as it was: exit %d, %q, %s", code, again, stderr)
		}
	})
}

// What an older version has written is in the chain from the first start on, and the output says so.
func TestAudit_verifySaysWhereTheChainBegins(t *testing.T) {
	tamper(t, func(t *testing.T, d *tampered, _ string) {
		d.unprotect()
		d.do(`UPDATE audit SET position = NULL, previous = NULL, link = NULL, key_id = NULL, actor_salt = NULL, actor_hash = NULL,
			object_salt = NULL, object_hash = NULL`)
		code, head, stderr := d.verify() // which is the first start
		if code != 0 || !strings.Contains(stderr, "entries that were there already") {
			t.Fatalf("exit %d, %s", code, stderr)
		}
		d.unprotect()
		d.do("UPDATE audit SET action = 'delete' WHERE position = 2")
		if code, _, stderr := d.verify("--head", strings.TrimSpace(head)); code != 1 || !strings.Contains(stderr, "entry 2") {
			t.Errorf("an old entry was changed: exit %d, %s", code, stderr)
		}
	})
}

// The database itself refuses what is neither erasing nor pruning.
func TestAudit_theDatabaseKeepsTheEntries(t *testing.T) {
	tamper(t, func(t *testing.T, d *tampered, head string) {
		for _, statement := range []string{
			"UPDATE audit SET actor_name = 'somebody'", "UPDATE audit SET object_name = 'x'", "UPDATE audit SET address = 'x'",
			"UPDATE audit SET action = 'x'", "UPDATE audit SET link = 'x'", "UPDATE audit SET position = position + 100",
			"UPDATE audit SET position = NULL", "DELETE FROM audit", "DELETE FROM audit WHERE position = 1",
		} {
			if _, err := d.ExecContext(t.Context(), statement); err == nil {
				t.Errorf("%s was carried out", statement)
			}
		}
		if code, again, stderr := d.verify("--head", head); code != 0 || strings.TrimSpace(again) != head {
			t.Errorf("exit %d, %q, %s", code, again, stderr)
		}
	})
}
