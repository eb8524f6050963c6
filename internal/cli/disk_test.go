package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// What the test binary, as the program, may do less than the tests.
const (
	fileLimit = "SWITCHBOARD_TEST_FILE_LIMIT" // bytes that any file may have
	powerless = "SWITCHBOARD_TEST_POWERLESS"  // no root
)

// restrict takes rights from this process.
func restrict() error {
	if limit, err := strconv.ParseUint(os.Getenv(fileLimit), 10, 64); err == nil {
		signal.Ignore(syscall.SIGXFSZ) // a full disk sends no signal
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
	}
	if os.Getenv(powerless) != "" && os.Geteuid() == 0 {
		const nobody = 65534
		if err := syscall.Setgid(nobody); err != nil {
			return err
		}
		return syscall.Setuid(nobody)
	}
	return nil
}

// program is the program in another process, with less rights.
func program(t *testing.T, restriction string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], args...)
	command.Env = append(os.Environ(), asProgram+"=1", restriction)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	return command, &stderr
}

// newDatabase makes a database with an organisation and a token, which no process has open.
func newDatabase(t *testing.T) (database, organization, secret string) {
	t.Helper()
	database, organization = filepath.Join(t.TempDir(), "portal.db"), organizationFile(t)
	first := start(t, "--database", database, "--organization", organization)
	secret = token(t, database)
	first.stop()
	if code := <-first.code; code != 0 {
		t.Fatalf("exit %d", code)
	}
	return database, organization, secret
}

func postGroup(t *testing.T, url, secret string, i int) (status int, problem portal.Error) {
	t.Helper()
	body := fmt.Sprintf(`{"name": "Grupa %04d", "description": %q}`, i, strings.Repeat("x", 200))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/permission-groups", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+secret)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 400 {
		if err := json.NewDecoder(response.Body).Decode(&problem); err != nil {
			t.Fatal(err)
		}
	}
	return response.StatusCode, problem
}

// groupNames are the names of the groups that the portal has, but for those that came with the platform.
func groupNames(t *testing.T, url, secret string) (names []string) {
	t.Helper()
	for after := ""; ; {
		status, body := get(t, http.DefaultClient, url+"/v1/permission-groups?limit=500"+after, secret)
		var page portal.Page[portal.PermissionGroup]
		if err := json.Unmarshal([]byte(body), &page); status != http.StatusOK || err != nil {
			t.Fatalf("%d %s", status, body)
		}
		for _, group := range page.Items {
			if !group.BuiltIn {
				names = append(names, *group.Name)
			}
		}
		if page.Next == "" {
			slices.Sort(names)
			return names
		}
		after = "&after=" + page.Next
	}
}

// TestServe_aFullDisk lets a portal run into the end of its disk. It says so, goes on answering what only reads, has
// all that it acknowledged and nothing else, and works on when there is room again.
func TestServe_aFullDisk(t *testing.T) {
	t.Parallel()
	database, organization, secret := newDatabase(t)
	info, err := os.Stat(database)
	if err != nil {
		t.Fatal(err)
	}
	command, _ := program(t, fmt.Sprintf("%s=%d", fileLimit, info.Size()+200_000), "portal", "serve", "--log-format", "json", "--listen", "127.0.0.1:0",
		"--database", database, "--organization", organization)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = writer
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	_ = writer.Close()
	url, log := listeningLog(t, reader)
	var stored []string
	status, problem := http.StatusCreated, portal.Error{}
	for i := 0; i < 5000 && status == http.StatusCreated; i++ {
		if status, problem = postGroup(t, url, secret, i); status == http.StatusCreated {
			stored = append(stored, fmt.Sprintf("Grupa %04d", i))
		}
	}
	if status != http.StatusInsufficientStorage || problem.Code != portal.CodeNoStorage || len(stored) == 0 {
		t.Fatalf("after %d groups: %d %+v, want 507", len(stored), status, problem)
	}
	if !strings.Contains(problem.Detail, "nothing was changed") || strings.Contains(problem.Detail, database) {
		t.Errorf("%q does not say that nothing was changed, or says where the database is", problem.Detail)
	}
	if names := groupNames(t, url, secret); !slices.Equal(names, stored) {
		t.Errorf("the full portal has %d groups, and %d were acknowledged", len(names), len(stored))
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	if text := <-log; !strings.Contains(text, database) || !strings.Contains(text, "free space in "+filepath.Dir(database)) || !strings.Contains(text, problem.RequestID) {
		t.Errorf("the log does not say which file, and what to do: %s", text)
	}

	again := start(t, "--database", database, "--organization", organization)
	if names := groupNames(t, again.url, secret); !slices.Equal(names, stored) {
		t.Errorf("with room again there are %d groups, and %d were acknowledged", len(names), len(stored))
	}
	if status, problem := postGroup(t, again.url, secret, len(stored)); status != http.StatusCreated {
		t.Errorf("with room again: %d %+v", status, problem)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if code, _, stderr := run(t, "portal", "backup", "--database", database, "--to", copied); code != 0 { // which checks the copy
		t.Errorf("the database is damaged: %s", stderr)
	}
}

// listeningLog is listening, and the rest of the log when it has ended.
func listeningLog(t *testing.T, log *os.File) (url string, rest <-chan string) {
	t.Helper()
	var whole bytes.Buffer
	ended := make(chan string, 1)
	first := make(chan string, 1)
	go func() {
		buffer, told := make([]byte, 4096), false
		for {
			n, err := log.Read(buffer)
			whole.Write(buffer[:n])
			if !told && strings.Contains(whole.String(), `"listening"`) && strings.HasSuffix(whole.String(), "\n") {
				told = true
				first <- whole.String()
			}
			if err != nil {
				close(first)
				ended <- whole.String()
				return
			}
		}
	}()
	for line := range strings.Lines(<-first) {
		var entry struct{ Msg, URL string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "listening" {
			return entry.URL, ended
		}
	}
	t.Fatalf("the portal does not listen; its log: %s", <-ended)
	return "", nil
}

func TestServe_aReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ folder, file os.FileMode }{
		"the folder": {0o555, 0o666},
		"the file":   {0o777, 0o444},
		"both":       {0o555, 0o444},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, organization, _ := newDatabase(t)
			if err := os.Chmod(organization, 0o644); err != nil { // whoever has no power reads it, too
				t.Fatal(err)
			}
			before, err := os.ReadFile(database)
			if err != nil {
				t.Fatal(err)
			}
			_ = os.Remove(database + ".lock")
			for path, mode := range map[string]os.FileMode{
				filepath.Dir(filepath.Dir(database)): 0o755, filepath.Dir(filepath.Dir(organization)): 0o755, database: c.file, filepath.Dir(database): c.folder,
			} {
				if err := os.Chmod(path, mode); err != nil {
					t.Fatal(err)
				}
			}
			t.Cleanup(func() { _ = os.Chmod(filepath.Dir(database), 0o755) }) //nolint:gosec // so that it can be removed
			command, stderr := program(t, powerless+"=1", "portal", "serve", "--listen", "127.0.0.1:0", "--database", database, "--organization", organization)
			if err := command.Run(); err == nil || command.ProcessState.ExitCode() != 1 {
				t.Fatalf("the portal ended with %v: %s", err, stderr)
			}
			for _, want := range []string{database, "may not be written", "let the user that runs this program write", filepath.Dir(database)} {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("%q does not say %q", stderr, want)
				}
			}
			if after, err := os.ReadFile(database); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the database was changed: %v", err)
			}
		})
	}
}

func TestBackup_command(t *testing.T) {
	t.Parallel()
	database, organization, secret := newDatabase(t)
	running := start(t, "--database", database, "--organization", organization)
	if status, problem := postGroup(t, running.url, secret, 1); status != http.StatusCreated {
		t.Fatalf("%d %+v", status, problem)
	}
	copied := filepath.Join(t.TempDir(), "copy of the portal.db")
	code, stdout, stderr := run(t, "portal", "backup", "--database", database, "--to", copied)
	if code != 0 || stdout != "" || !strings.Contains(stderr, copied) || !strings.Contains(stderr, "SIP digests in it are as good as passwords") {
		t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if files, err := os.ReadDir(filepath.Dir(copied)); err != nil || len(files) != 1 {
		t.Errorf("more than the database was copied: %v, %v", files, err)
	}
	if code, _, stderr := run(t, "portal", "backup", "--database", database, "--to", copied); code != 1 || !strings.Contains(stderr, "not overwritten") {
		t.Errorf("a second time: exit %d, %s", code, stderr)
	}
	if code, _, stderr := run(t, "portal", "serve", "--database", copied, "--organization", organization); code != 1 || !strings.Contains(stderr, copied+".key") {
		t.Errorf("the copy without the key file is served: exit %d, %s", code, stderr)
	}
	restored := start(t, "--database", copied, "--key-file", database+".key", "--organization", organization)
	if names := groupNames(t, restored.url, secret); !slices.Equal(names, []string{"Grupa 0001"}) {
		t.Errorf("the copy has %v", names)
	}
	if code, _, stderr := run(t, "portal", "backup", "--database", "postgres://portal@db.example.com/portal", "--to", "x.db"); code != 1 || !strings.Contains(stderr, "pg_dump") {
		t.Errorf("of PostgreSQL: exit %d, %s", code, stderr)
	}
	if code, _, stderr := run(t, "portal", "backup", "--database", filepath.Join(t.TempDir(), "none.db"), "--to", "x.db"); code != 1 || !strings.Contains(stderr, "no database at") {
		t.Errorf("of nothing: exit %d, %s", code, stderr)
	}
}

func TestAudit_command(t *testing.T) {
	t.Parallel()
	database, organization, secret := newDatabase(t)
	running := start(t, "--database", database, "--organization", organization)
	if status, problem := postGroup(t, running.url, secret, 1); status != http.StatusCreated {
		t.Fatalf("%d %+v", status, problem)
	}
	of := []string{"portal", "audit", "--database", database, "--organization", "delfin"}
	code, table, stderr := run(t, append(of, "--limit", "2")...)
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if code != 0 || len(lines) != 3 || !strings.HasPrefix(lines[0], "TIME") {
		t.Fatalf("exit %d, %s, table:\n%s", code, stderr, table)
	}
	for i, want := range [][]string{{"token test (tok_", "create", "permission_group grp_", "Grupa 0001", "description,name", "127.0.0.1"}, {"command line", "create", "token tok_", "test"}} {
		for _, text := range want {
			if !strings.Contains(lines[i+1], text) {
				t.Errorf("%q does not have %q", lines[i+1], text)
			}
		}
	}
	id := lines[1][strings.Index(lines[1], "grp_"):]
	id = id[:strings.IndexByte(id, ' ')]
	code, text, _ := run(t, append(of, "--object", id, "--json")...)
	var entry portal.AuditEntry
	if err := json.Unmarshal([]byte(text), &entry); code != 0 || err != nil || entry.ObjectID != id || entry.RequestID == "" {
		t.Errorf("exit %d, %v: %s", code, err, text)
	}
	if strings.Contains(table+text, secret) {
		t.Error("the trail holds a token")
	}
	if code, _, stderr := run(t, append(of, "--limit", "0")...); code != 2 || !strings.Contains(stderr, "--limit") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

func TestToken_ofAUserIsListedWithTheUser(t *testing.T) {
	t.Parallel()
	database, organization, secret := newDatabase(t)
	of := []string{"--database", database, "--organization", "delfin"}
	create := append([]string{"portal", "token", "create", "--name", "ann's", "--scope", "read", "--user", "ANN@example.com"}, of...)
	if code, stdout, stderr := run(t, create...); code != 1 || stdout != "" || !strings.Contains(stderr, `"ANN@example.com"`) {
		t.Errorf("of nobody: exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	running := start(t, "--database", database, "--organization", organization)
	if status, problem := postGroup(t, running.url, secret, 1); status != http.StatusCreated {
		t.Fatalf("%d %+v", status, problem)
	}
	_, body := get(t, http.DefaultClient, running.url+"/v1/permission-groups?name=Grupa%200001", secret)
	var page portal.Page[portal.PermissionGroup]
	if err := json.Unmarshal([]byte(body), &page); err != nil || len(page.Items) != 1 {
		t.Fatalf("%v: %s", err, body)
	}
	user := fmt.Sprintf(`{"email": "ann@example.com", "first_name": "Ann", "last_name": "Nowak", "permission_group_ids": [%q], "telephony": {"sip_assignment": "dynamic"}}`, page.Items[0].ID)
	request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, running.url+"/v1/users", strings.NewReader(user))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+secret)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Fatal(response.Status)
	}
	if code, stdout, stderr := run(t, create...); code != 0 || stdout == "" {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	if _, table, _ := run(t, append([]string{"portal", "token", "list"}, of...)...); strings.Count(table, "ann@example.com") != 1 || !strings.Contains(table, "USER") {
		t.Errorf("the table does not say whose token it is:\n%s", table)
	}
}
