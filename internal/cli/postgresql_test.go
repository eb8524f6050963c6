package cli_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/cli"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/pgtest"
)

// Every command that has a database takes one on a server, and none shows the password in its URL.
func TestRun_onPostgreSQL(t *testing.T) {
	t.Parallel()
	const password = "s3cret"
	database := strings.Replace(pgtest.New(t), "portal@", "portal:"+password+"@", 1)
	keyFile := filepath.Join(t.TempDir(), "portal.key")
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- cli.Run(ctx, []string{"portal", "serve", "--log-format", "json", "--listen", "127.0.0.1:0", "--database", database, "--key-file", keyFile,
			"--organization", organizationFile(t)}, io.Discard, writer)
		_ = writer.Close()
	}()
	var said bytes.Buffer
	url := listening(t, io.TeeReader(reader, &said))

	of := []string{"--database", database, "--key-file", keyFile, "--organization", "delfin"}
	var shown []string
	command := func(args ...string) string {
		t.Helper()
		exit, stdout, stderr := run(t, append(append([]string{"portal"}, args...), of...)...)
		if exit != 0 {
			t.Errorf("%v: exit %d: %s", args, exit, stderr)
		}
		shown = append(shown, stdout, stderr)
		return stdout
	}
	secret := strings.TrimSpace(command("token", "create", "--name", "test", "--scope", "read,write"))
	if status, problem := postGroup(t, url, secret, 1); status != http.StatusCreated {
		t.Errorf("%d %+v", status, problem)
	}
	if names := groupNames(t, url, secret); len(names) != 1 {
		t.Errorf("the groups are %v", names)
	}
	if trail := command("audit", "--json"); !strings.Contains(trail, "Grupa 0001") {
		t.Errorf("the audit trail is %s", trail)
	}
	command("token", "revoke", strings.Fields(strings.Split(command("token", "list"), "\n")[1])[0])
	if status, _ := get(t, http.DefaultClient, url+"/v1/organization", secret); status != http.StatusUnauthorized {
		t.Errorf("with the revoked token: %d", status)
	}
	stop()
	if exit := <-code; exit != 0 {
		t.Errorf("exit %d", exit)
	}

	for _, args := range [][]string{
		{"token", "list", "--organization", "delfin", "--database", strings.Replace(database, "/test_", "/nowhere_", 1)},
		{"token", "list", "--organization", "delfin", "--database", strings.Replace(database, "portal:", "stranger:", 1)},
		{"audit", "--organization", "delfin", "--database", database + "%zz"},
		{"serve", "--key-file", "portal.key", "--organization", "x.yaml", "--database", database + "?sslmode=perhaps"},
		{"backup", "--to", "x.db", "--database", database},
	} {
		exit, stdout, stderr := run(t, append([]string{"portal"}, args...)...)
		if exit != 1 {
			t.Errorf("%v: exit %d: %s", args, exit, stderr)
		}
		shown = append(shown, stdout, stderr)
	}
	if !strings.Contains(said.String(), "postgres://127.0.0.1:") {
		t.Errorf("the log does not name the database: %s", said.String())
	}
	if all := strings.Join(shown, "\n") + said.String(); strings.Contains(all, password) {
		t.Errorf("the password is shown: %s", all)
	}
}
