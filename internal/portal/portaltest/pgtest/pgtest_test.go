package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func query(t *testing.T, url, text string) (answer string) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close(context.WithoutCancel(t.Context())) }()
	if err := connection.QueryRow(t.Context(), text).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestNew_everyTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	first, second := New(t), New(t)
	if first == second {
		t.Fatalf("two tests share %s", first)
	}
	if order := query(t, first, `SELECT string_agg(v, ' ' ORDER BY v) FROM (VALUES ('B'), ('a'), ('C')) x (v)`); order != "a B C" {
		t.Errorf("the default order is %q: it would hide what depends on the collation", order)
	}
}

func TestPrepared_isPreparedOnce(t *testing.T) {
	t.Parallel()
	prepared := 0
	prepare := func(url string) error {
		prepared++
		connection, err := pgx.Connect(t.Context(), url)
		if err != nil {
			return err
		}
		if _, err := connection.Exec(t.Context(), `CREATE TABLE greeting AS SELECT 'hello' AS text`); err != nil {
			return err
		}
		return connection.Close(t.Context())
	}
	for range 2 {
		if got := query(t, Prepared(t, t.Name(), prepare), `SELECT text FROM greeting`); got != "hello" {
			t.Errorf("the database holds %q", got)
		}
	}
	if prepared != 1 {
		t.Errorf("prepared %d times, want 1", prepared)
	}
}

func TestDump_isRestored(t *testing.T) {
	t.Parallel()
	full, empty := New(t), New(t)
	const text = "CREATE TABLE greeting (text TEXT PRIMARY KEY); INSERT INTO greeting VALUES ('hello;\n\\restrict it''s')"
	if err := Restore(t.Context(), full, []byte(text)); err != nil {
		t.Fatal(err)
	}
	dump, err := Dump(t.Context(), full)
	if err != nil {
		t.Fatal(err)
	}
	if err := Restore(t.Context(), empty, dump); err != nil {
		t.Fatal(err)
	}
	if got := query(t, empty, `SELECT text FROM greeting`); got != "hello;\n\\restrict it's" {
		t.Errorf("the copy holds %q", got)
	}
}

// sleeper makes this test binary start a server, tell where it lies, and wait to be killed.
const sleeper = "SWITCHBOARD_PGTEST_SLEEPER"

// A test binary that is killed leaves no server and no files.
func TestServer_endsWithTheTestBinary(t *testing.T) {
	t.Parallel()
	if os.Getenv(sleeper) != "" {
		fmt.Println(query(t, New(t), `SHOW data_directory`))
		select {}
	}
	New(t) // without PostgreSQL, this test ends here
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	command.Env = append(os.Environ(), sleeper+"=1")
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 4096)
	n, err := output.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	data := strings.TrimSpace(string(line[:n]))
	lock := filepath.Join(data, "postmaster.pid")
	if _, err := os.Stat(lock); err != nil {
		t.Fatalf("the server does not run at %s: %v", data, err)
	}
	_ = command.Process.Kill()
	_ = command.Wait()
	for { // the test binary's limit in time is the limit of this
		if _, err := os.Stat(filepath.Dir(data)); os.IsNotExist(err) {
			return
		}
	}
}
