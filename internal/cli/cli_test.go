package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/cli"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// asProgram makes the test binary behave as the program, for what only another process can show.
const asProgram = "SWITCHBOARD_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		if err := restrict(); err != nil {
			panic(err)
		}
		os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// run carries out a command and returns its exit code and output.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = cli.Run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

// write makes a file in a directory of the test.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func organizationFile(t *testing.T) string {
	t.Helper()
	return write(t, "organization.yaml", portaltest.Organization(portal.Telecube))
}

func TestRun_helpIsWorthReading(t *testing.T) {
	t.Parallel()
	for command, want := range map[string][]string{
		"--help":                     {"portal"},
		"portal --help":              {"serve", "token", "SQLite or PostgreSQL"},
		"portal":                     {"serve", "token"},
		"portal serve --help":        {"--tls-cert", "--listen", "SIGTERM", "loopback", "Examples:"},
		"portal token":               {"create", "list", "revoke"},
		"portal token create --help": {"read,write", "90d", "stdout", "SWITCHBOARD_TOKEN"},
	} {
		code, stdout, stderr := run(t, strings.Fields(command)...)
		if code != 0 || stderr != "" {
			t.Errorf("%s: exit %d, %s", command, code, stderr)
		}
		for _, text := range want {
			if !strings.Contains(stdout, text) {
				t.Errorf("%s does not mention %q:\n%s", command, text, stdout)
			}
		}
	}
}

func TestRun_mistakesInTheCommandLineExit2(t *testing.T) {
	t.Parallel()
	token := "portal token create --database portal.db --organization delfin --name ci "
	for command, want := range map[string]string{
		"nothing":                            `"nothing"`,
		"portal nothing":                     `"nothing"`,
		"portal token nothing":               `"nothing"`,
		"portal serve --database portal.db":  `"organization"`,
		"portal serve --organization o.yaml": `"database"`,
		"portal serve --port 1":              "--port",
		"portal serve x --database portal.db --organization o.yaml":                                               `"x"`,
		"portal serve --database portal.db --organization o.yaml --tls-cert c.pem":                                "--tls-key",
		"portal serve --database portal.db --organization o.yaml --tls-key k.pem":                                 "--tls-cert",
		"portal serve --database portal.db --organization o.yaml --log-format colour":                             "colour",
		"portal serve --database portal.db --organization o.yaml --audit-retention 3":                             `"3"`,
		"portal serve --database postgres://localhost/portal --organization o.yaml":                               "--key-file",
		"portal token create --database postgres://localhost/portal --organization delfin --name ci --scope read": "--key-file",
		"portal key rotate --database postgres://localhost/portal":                                                "--key-file",
		"portal key add":                                      `"key-file"`,
		"portal key reset --database portal.db":               "--remove-second-factors",
		token:                                                 "scope",
		token + "--scope read,all":                            `"all"`,
		token + "--scope read --expires soon":                 `"soon"`,
		token + "--scope read --expires 0d":                   "future",
		token + "--scope read --expires 2020-01-01T00:00:00Z": "future",
		"portal serve --database portal.db --organization o.yaml --public-url http://portal.example.com":    "--public-url is \"http://portal.example.com\", where passwords",
		"portal serve --database portal.db --organization o.yaml --public-url portal.example.com":           "such as https://portal.example.com",
		"portal serve --database portal.db --organization o.yaml --public-url ftp://portal.example.com":     "such as https://portal.example.com",
		"portal serve --database portal.db --organization o.yaml --public-url http://127.0.0.1.example.com": "give an address with https://",
		"portal token create --database portal.db --name ci --scope read":                                   "--organization",
		"portal token list --organization delfin":                                                           "--database",
		"portal token revoke --database portal.db --organization delfin":                                    "one token",
	} {
		code, stdout, stderr := run(t, strings.Fields(command)...)
		if code != 2 || stdout != "" {
			t.Errorf("%s: exit %d, stdout %q", command, code, stdout)
		}
		if !strings.HasPrefix(stderr, "Error: ") || !strings.Contains(stderr, want) || !strings.Contains(stderr, "--help") {
			t.Errorf("%s: %q does not mention %s and --help", command, stderr, want)
		}
	}
}

func TestRun_failuresExit1WithOneSentence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	organization := organizationFile(t)
	serve := []string{"portal", "serve", "--listen", "127.0.0.1:0", "--database", filepath.Join(dir, "portal.db"), "--organization"}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no database":           {[]string{"portal", "token", "list", "--database", filepath.Join(dir, "none.db"), "--organization", "delfin"}, "no database at"},
		"no organisation file":  {append(serve, filepath.Join(dir, "none.yaml")), "none.yaml"},
		"bad organisation file": {append(serve, write(t, "bad.yaml", "id: delfin\nplattform: telecube\n")), "bad.yaml:2"},
		"a proxy by its name":   {append(serve, organization, "--trusted-proxy", "proxy.example.com"), "such as 10.0.0.0/8"},
		"everybody a proxy":     {append(serve, organization, "--trusted-proxy", "0.0.0.0/0"), "everybody"},
		"no certificate":        {append(serve, organization, "--tls-cert", "none.pem", "--tls-key", "none.key"), "none.pem"},
		"bad address":           {append(serve, organization, "--listen", "127.0.0.1:http-alt-none"), "http-alt-none"},
		"plain HTTP for all":    {append(serve, organization, "--listen", ":0"), "--tls-cert and --tls-key, or listen on this machine only, such as --listen 127.0.0.1"},
		"plain HTTP, any IPv4":  {append(serve, organization, "--listen", "0.0.0.0:0"), "--tls-cert"},
		"database is a folder":  {[]string{"portal", "token", "list", "--database", dir, "--organization", "delfin"}, dir},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := run(t, c.args...)
			_, message, found := strings.Cut(stderr, "Error: ")
			if code != 1 || stdout != "" || !found {
				t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
			}
			if !strings.Contains(message, c.want) || strings.Contains(message, "Usage:") {
				t.Errorf("%q does not say %q", message, c.want)
			}
		})
	}
}
