package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/installed"
)

// These tests run what a user runs: the built binary, as a plugin of the real Terraform CLI and as a portal of its own.

const organization = `id: delfin
name: Delfin Sp. z o.o.
platform: telecube
sip_domain: sip.delfin.example.com
phone_numbers: ["+48225550101", "+48225550102"]
`

// build builds the binary once, however many tests want it. The path of the file has a space, as the paths of users do.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "switchboard provider")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "terraform-provider-switchboard")
	if output, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return binary, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	portaltest.CloseBrowser()
	if binary, err := build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(binary))
	}
	os.Exit(code)
}

// workspace is a folder in which Terraform finds the built provider.
type workspace struct {
	t      *testing.T
	dir    string
	binary string
	env    []string
}

func newWorkspace(t *testing.T, files map[string]string) *workspace {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	w := &workspace{t: t, dir: filepath.Join(t.TempDir(), "a team"), binary: binary}
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w.write("terraform.rc", fmt.Sprintf("provider_installation {\n  dev_overrides { \"switchboard-hq/switchboard\" = %q }\n  direct {}\n}\n", filepath.Dir(binary)))
	w.write("organization.yaml", organization)
	w.write("pwned.txt", "") // no password is known, and nobody is asked
	for name, text := range files {
		w.write(name, text)
	}
	w.env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(w.dir, "terraform.rc"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1")
	return w
}

func (w *workspace) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workspace) read(name string) []byte {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

// command is a program in the folder. "terraform" is the Terraform or OpenTofu that tests run.
func (w *workspace) command(program string, args ...string) *exec.Cmd {
	w.t.Helper()
	if program == "terraform" {
		var err error
		if program, err = installed.Terraform(); err != nil {
			w.t.Fatal(err)
		}
	}
	command := exec.CommandContext(w.t.Context(), program, args...)
	command.Dir, command.Env = w.dir, w.env
	return command
}

// run runs a program in the folder and returns what it printed and its exit code.
func (w *workspace) run(program string, args ...string) (string, int) {
	w.t.Helper()
	command := w.command(program, args...)
	output, err := command.CombinedOutput()
	if command.ProcessState == nil {
		w.t.Fatal(err)
	}
	return string(output), command.ProcessState.ExitCode()
}

// must is run for what has to succeed.
func (w *workspace) must(program string, args ...string) string {
	w.t.Helper()
	output, code := w.run(program, args...)
	if code != 0 {
		w.t.Fatalf("%s %s: exit code %d\n%s", filepath.Base(program), strings.Join(args, " "), code, output)
	}
	return output
}

// serve starts a portal of its own on the folder's database and returns its URL and a way to kill it as a power cut
// would.
func (w *workspace) serve() (portal *url.URL, kill func()) {
	w.t.Helper()
	return w.serveLogging(io.Discard)
}

// serveLogging is serve with the portal's log going to a writer, and with more flags.
func (w *workspace) serveLogging(to io.Writer, flags ...string) (portal *url.URL, kill func()) {
	w.t.Helper()
	address, kill := w.launch(to, append([]string{"--database", "portal.db"}, flags...)...)
	return address(), kill
}

// launch starts a portal and returns without waiting for it: address does, and returns where it listens.
func (w *workspace) launch(to io.Writer, flags ...string) (address func() *url.URL, kill func()) {
	w.t.Helper()
	process, err := portaltest.Launch(context.Background(), w.binary, w.dir, to, flags...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(process.Kill)
	return func() *url.URL {
		w.t.Helper()
		portal, err := process.Address()
		if err != nil {
			w.t.Fatal(err)
		}
		return portal
	}, process.Kill
}

const thirtyPeople = `
variable "endpoint" { type = string }
variable "token" {
  type      = string
  ephemeral = true
}
provider "switchboard" {
  endpoint = var.endpoint
  token    = var.token
}
terraform {
  required_providers {
    switchboard = { source = "switchboard-hq/switchboard" }
  }
}
resource "switchboard_permission_group" "agents" { name = "Agents" }
resource "switchboard_user" "person" {
  for_each             = toset([for i in range(30) : format("person%02d", i)])
  email                = "${each.key}@example.com"
  first_name           = "Person"
  last_name            = "Example"
  permission_group_ids = [switchboard_permission_group.agents.id]
  telephony            = { sip_assignment = "dynamic" }
  adopt_existing       = true
}
`

// TestPortalKilledDuringApply kills the portal in the middle of an apply, right after it has stored a user and before
// anyone hears of it. The apply fails; after a restart the next one finishes, and every person is there exactly once.
func TestPortalKilledDuringApply(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, map[string]string{"main.tf": thirtyPeople})
	target, kill := w.serve()
	token := strings.TrimSpace(w.mustOutput(w.binary, "portal", "token", "create", "--database", "portal.db", "--organization", "delfin", "--name", "test", "--scope", "read,write"))

	var mu sync.Mutex
	created := 0
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			mu.Lock()
			defer mu.Unlock()
			r.SetURL(target)
		},
		ModifyResponse: func(answer *http.Response) error {
			if answer.Request.Method != http.MethodPost || answer.Request.URL.Path != "/v1/users" {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if created++; created == 15 {
				kill()
				return fmt.Errorf("the answer is lost")
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // a closed connection, no answer
	})
	t.Cleanup(proxy.Close)
	w.env = append(w.env, "TF_VAR_endpoint="+proxy.URL, "TF_VAR_token="+token)

	output, code := w.run("terraform", "apply", "-auto-approve", "-no-color")
	if code == 0 || !strings.Contains(output, "The portal cannot be reached") {
		t.Fatalf("the apply must fail when the portal dies; exit code %d\n%s", code, output)
	}
	restarted, _ := w.serve()
	mu.Lock()
	target = restarted
	mu.Unlock()
	w.must("terraform", "apply", "-auto-approve", "-no-color")
	if output, code := w.run("terraform", "plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the plan after the apply is not empty:\n%s", output)
	}

	c, err := client.New(client.Config{Endpoint: proxy.URL, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	users, err := c.ListUsers(t.Context(), client.UserQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if len(users) != 30 {
		t.Errorf("the portal has %d users, want 30", len(users))
	}
	managed := strings.Count(w.must("terraform", "state", "list"), "switchboard_user.person")
	if managed != 30 {
		t.Errorf("Terraform manages %d users, want 30", managed)
	}
}

// mustOutput is must without what the program says on standard error.
func (w *workspace) mustOutput(program string, args ...string) string {
	w.t.Helper()
	command := w.command(program, args...)
	output, err := command.Output()
	if err != nil {
		w.t.Fatalf("%s %s: %v", filepath.Base(program), strings.Join(args, " "), err)
	}
	return string(output)
}

const onePerson = `
terraform {
  required_providers {
    switchboard = { source = "switchboard-hq/switchboard" }
  }
}
variable "login_password" {
  type      = string
  ephemeral = true
}
variable "sip_password" {
  type      = string
  ephemeral = true
}
variable "version_of_passwords" { default = 1 }
provider "switchboard" {
  embedded_portal = { database = "portal.db", organization_file = "organization.yaml", pwned_passwords_file = "pwned.txt" }
}
ephemeral "switchboard_password" "spare" { for = "sip_account" }
resource "switchboard_permission_group" "agents" { name = "Agents" }
resource "switchboard_sip_account" "spare" {
  extension           = "202"
  password_wo         = ephemeral.switchboard_password.spare.result
  password_wo_version = var.version_of_passwords
}
resource "switchboard_sip_account" "desk" {
  extension           = "201"
  password_wo         = var.sip_password
  password_wo_version = var.version_of_passwords
}
resource "switchboard_user" "alice" {
  email                = "alice@example.com"
  first_name           = "Alice"
  last_name            = "Jansen"
  permission_group_ids = [switchboard_permission_group.agents.id]
  password_wo          = var.login_password
  password_wo_version  = var.version_of_passwords
  telephony            = { sip_account_ids = [switchboard_sip_account.desk.id] }
}
`

// TestALL05_noSecretAnywhere looks for passwords in all that a run leaves behind: plan, state, the log of both sides at
// its most talkative, and the portal's database.
func TestALL05_noSecretAnywhere(t *testing.T) {
	t.Parallel()
	const login, sip, refused = "Vq7-lamp-Orbit-kiwi", "desk phone 4711 Kiwi", "Refused-l"
	w := newWorkspace(t, map[string]string{"main.tf": onePerson})
	w.env = append(w.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(w.dir, "trace.log"), "TF_VAR_login_password="+login, "TF_VAR_sip_password="+sip)
	printed := w.must("terraform", "plan", "-out=plan.zip", "-no-color")
	printed += w.must("terraform", "apply", "-no-color", "plan.zip")
	printed += w.must("terraform", "apply", "-auto-approve", "-no-color", "-var=version_of_passwords=2")
	w.env = append(w.env, "TF_VAR_sip_password="+refused)
	output, code := w.run("terraform", "plan", "-no-color", "-var=version_of_passwords=3")
	if code == 0 || !strings.Contains(output, "password_wo: the password needs at least 12 characters") {
		t.Errorf("a short password must be refused at plan; exit code %d\n%s", code, output)
	}
	printed += output
	left := w.leftovers(printed, "terraform.tfstate", "terraform.tfstate.backup", "trace.log", "portal.db", "portal.db-wal")
	trail := w.must(w.binary, "portal", "audit", "--database", "portal.db", "--organization", "delfin", "--json")
	if !strings.Contains(trail, "alice@example.com") || !strings.Contains(trail, "embedded portal") || !strings.Contains(trail, `"password"`) {
		t.Errorf("the audit trail does not tell what was done: %s", trail)
	}
	left["the audit trail"] = []byte(trail)
	w.hold(left, login, sip, refused)
	if !bytes.Contains(left["trace.log"], []byte("switchboard_user.alice")) || !bytes.Contains(append(left["portal.db"], left["portal.db-wal"]...), []byte("alice@example.com")) {
		t.Error("this test looked in the wrong place: neither log nor database mention the user")
	}
}

// leftovers are what a run printed, the files that it left, and the saved plan in plan.zip.
func (w *workspace) leftovers(printed string, files ...string) map[string][]byte {
	w.t.Helper()
	left := map[string][]byte{"the output": []byte(printed)}
	for _, name := range files {
		left[name] = w.read(name)
	}
	archive, err := zip.OpenReader(filepath.Join(w.dir, "plan.zip"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer archive.Close()
	for _, entry := range archive.File {
		file, err := entry.Open()
		if err != nil {
			w.t.Fatal(err)
		}
		if left["plan.zip/"+entry.Name], err = io.ReadAll(file); err != nil {
			w.t.Fatal(err)
		}
		_ = file.Close()
	}
	return left
}

// hold checks that none of what is left holds a secret.
func (w *workspace) hold(left map[string][]byte, secrets ...string) {
	w.t.Helper()
	for name, text := range left {
		for _, secret := range secrets {
			if at := bytes.Index(text, []byte(secret)); at >= 0 {
				w.t.Errorf("%s holds a secret: …%q…", name, text[max(0, at-200):min(len(text), at+len(secret)+50)])
			}
		}
	}
}

const onePIN = `
terraform {
  required_providers {
    switchboard = { source = "switchboard-hq/switchboard" }
  }
}
variable "endpoint" { type = string }
variable "token" {
  type      = string
  ephemeral = true
}
variable "login_password" {
  type      = string
  ephemeral = true
}
variable "pin" {
  type      = string
  ephemeral = true
}
variable "version_of_secrets" { default = 1 }
provider "switchboard" {
  endpoint = var.endpoint
  token    = var.token
}
resource "switchboard_user" "elsa" {
  email               = "elsa@example.com"
  first_name          = "Elsa"
  last_name           = "Åkesson"
  password_wo         = var.login_password
  password_wo_version = var.version_of_secrets
  telephony           = { extension = "0101" }
  voicemail           = { enabled = true, pin_wo = var.pin, pin_wo_version = var.version_of_secrets, email = "elsa@example.com" }
}
`

// TestALL05_noSecretBetweenProviderAndPortal is the same with a portal of its own, whose token, log and answers are
// further places for a secret, and with a PIN (VX-14).
func TestALL05_noSecretBetweenProviderAndPortal(t *testing.T) {
	t.Parallel()
	const login, pin, nextPIN = "Vq7-lamp-Orbit-kiwi", "480917", "730184"
	w := newWorkspace(t, map[string]string{
		"main.tf":           onePIN,
		"organization.yaml": "id: delfin\nname: Delfin AB\nplatform: vaxel\nsip_domain: sip.delfin.example.com\nphone_numbers: [\"+4685550101\"]\n",
	})
	log, err := os.Create(filepath.Join(w.dir, "portal.log"))
	if err != nil {
		t.Fatal(err)
	}
	target, _ := w.serveLogging(log)
	token := strings.TrimSpace(w.mustOutput(w.binary, "portal", "token", "create", "--database", "portal.db", "--organization", "delfin", "--name", "test", "--scope", "read,write,admin"))
	w.env = append(w.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(w.dir, "trace.log"), "TF_VAR_login_password="+login, "TF_VAR_endpoint="+target.String(),
		"TF_VAR_token="+token, "TF_VAR_pin="+pin)
	printed := w.must("terraform", "plan", "-out=plan.zip", "-no-color")
	printed += w.must("terraform", "apply", "-no-color", "plan.zip")
	w.env = append(w.env, "TF_VAR_pin="+nextPIN)
	printed += w.must("terraform", "apply", "-auto-approve", "-no-color", "-var=version_of_secrets=2")
	w.env = append(w.env, "TF_VAR_pin="+nextPIN+"x")
	output, code := w.run("terraform", "apply", "-auto-approve", "-no-color", "-var=version_of_secrets=3")
	if code == 0 {
		t.Errorf("a PIN with a letter was accepted: %s", output)
	}
	printed += output
	for _, path := range []string{"/v1/users", "/v1/audit", "/openapi.json"} {
		printed += w.fetch(target.String()+path, token)
	}
	left := w.leftovers(printed, "terraform.tfstate", "terraform.tfstate.backup", "trace.log", "portal.db", "portal.db-wal", "portal.log")
	w.hold(left, login, pin, nextPIN, token)
	if !bytes.Contains(left["portal.log"], []byte("/v1/users")) || !strings.Contains(printed, "voicemail.pin") || !strings.Contains(printed, `"pin_set":true`) {
		t.Error("this test looked in the wrong place: the log does not have the requests, or the answers not the user and the audit trail")
	}
}

// fetch is what the portal answers.
func (w *workspace) fetch(url, token string) string {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, url, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s %s, %v", url, response.Status, text, err)
	}
	return string(text)
}
