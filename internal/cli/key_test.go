package cli_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/keys"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/pgtest"
)

// The first start makes the key file, and later ones need it. Each command that is refused says what is wrong and
// what to do.
func TestKey_commands(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			database := filepath.Join(t.TempDir(), "portal.db")
			keyFile, of := database+".key", []string{"--database", database}
			if engine == "PostgreSQL" {
				database = pgtest.New(t)
				of = []string{"--database", database, "--key-file", keyFile}
			}
			organization := organizationFile(t)
			first := start(t, append(of, "--organization", organization)...)
			first.stop()
			<-first.code
			if state, err := os.Stat(keyFile); err != nil || state.Mode().Perm() != 0o600 {
				t.Fatalf("the key file: %v, %v", state, err)
			}
			command := func(want string, exit int, args ...string) {
				t.Helper()
				code, stdout, stderr := run(t, append([]string{"portal"}, args...)...)
				if code != exit || !strings.Contains(stderr, want) || stdout != "" {
					t.Errorf("%v: exit %d, stdout %q, stderr %q; want exit %d and %q", args, code, stdout, stderr, exit, want)
				}
			}
			with := func(args ...string) []string { return append(args, of...) }

			command("portal key add first", 0, with("key", "rotate")...) // the newest is the database's own
			command("has the new key key_", 0, "key", "add", "--key-file", keyFile)
			command("Restart the portals", 0, with("key", "rotate")...)
			command("portal key add first", 0, with("key", "rotate")...)
			command("nothing is lost", 1, with("key", "reset", "--remove-second-factors")...)

			kept, err := os.ReadFile(keyFile)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(keyFile); err != nil {
				t.Fatal(err)
			}
			token := with("token", "create", "--organization", "delfin", "--name", "x", "--scope", "read")
			command("there is no key file "+keyFile, 1, with("serve", "--organization", organization)...)
			command("there is no key file "+keyFile, 1, token...)
			command("there is no key file "+keyFile, 1, "key", "add", "--key-file", keyFile)
			if _, err := keys.Make(keyFile, rand.Reader, time.Now()); err != nil {
				t.Fatal(err)
			}
			command("give all portals of the database the same file", 1, with("serve", "--organization", organization)...)
			command("0 second factors were removed", 0, with("key", "reset", "--remove-second-factors")...)
			again := start(t, append(of, "--organization", organization)...)
			again.stop()
			<-again.code
			if err := os.WriteFile(keyFile, kept, 0o600); err != nil {
				t.Fatal(err)
			}
			command("give all portals of the database the same file", 1, token...) // the old file is of no use any more
		})
	}
}

func TestKey_othersMustNotReadTheFile(t *testing.T) {
	t.Parallel()
	database, organization, _ := newDatabase(t)
	if err := os.Chmod(database+".key", 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := run(t, "portal", "serve", "--database", database, "--organization", organization)
	if code != 1 || !strings.Contains(stderr, "chmod o= "+database+".key") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}
