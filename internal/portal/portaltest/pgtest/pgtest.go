// Package pgtest starts a private PostgreSQL for the tests of one binary: on a free port of the loopback interface, in
// a temporary folder, with the programs of an installed PostgreSQL. It ends, and the folder goes, when the test binary
// ends, in whatever way. It knows nothing of the portal, so that the tests of every package can have it.
package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/installed"
)

// The one server of this process. It is started when the first test wants it.
var started = sync.OnceValues(func() (*Server, error) {
	return Start("autovacuum=off", "fsync=off", "full_page_writes=off", "synchronous_commit=off") // a test loses nothing in a power cut, and plans the same however long it takes
})

// keepers has the standard inputs of the keepers, by port. Were one collected as garbage, its server would end.
var keepers sync.Map

// Server is a PostgreSQL that runs until the program ends.
type Server struct {
	address   string // host:port
	creating  sync.Mutex
	count     int
	templates map[string]string // what a database was prepared for → the database
}

// New makes an empty database for one test and returns its URL. Its default collation is not bytewise, as it seldom is
// elsewhere. Where there is no PostgreSQL, installed.Missing decides what becomes of the test.
func New(t testing.TB) string {
	t.Helper()
	return create(t, "", nil)
}

// Prepared is New with a copy of a database that prepare has filled, once for all tests that name the same preparation.
// Nothing may be connected to the database that prepare is given when it returns.
func Prepared(t testing.TB, name string, prepare func(url string) error) string {
	t.Helper()
	return create(t, name, prepare)
}

func create(t testing.TB, preparation string, prepare func(url string) error) string {
	t.Helper()
	if _, err := installed.PostgreSQL(); err != nil {
		installed.Missing(t, err)
	}
	s, err := started()
	if err != nil {
		t.Fatalf("start a PostgreSQL for the tests: %v", err)
	}
	s.creating.Lock() // PostgreSQL copies a database only while nobody else does
	defer s.creating.Unlock()
	template := "template0"
	if prepare != nil {
		if template = s.templates[preparation]; template == "" {
			if template, err = s.create(t.Context(), "template0"); err == nil {
				err = prepare(s.url(template))
			}
			if err != nil {
				t.Fatalf("prepare a database for tests: %v", err)
			}
			s.templates[preparation] = template
		}
	}
	name, err := s.create(t.Context(), template)
	if err != nil {
		t.Fatalf("make a database for the test: %v", err)
	}
	return s.url(name)
}

func (s *Server) url(database string) string {
	return "postgres://portal@" + s.address + "/" + database
}

// Database makes an empty database and returns its URL.
func (s *Server) Database(ctx context.Context) (string, error) {
	s.creating.Lock()
	defer s.creating.Unlock()
	name, err := s.create(ctx, "template0")
	return s.url(name), err
}

// create makes a database. The caller holds creating.
func (s *Server) create(ctx context.Context, template string) (name string, err error) {
	connection, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, connection.Close(context.WithoutCancel(ctx))) }()
	s.count++
	name = "test_" + strconv.Itoa(s.count)
	_, err = connection.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template)
	return name, err
}

// keeper runs the server, with the flags of its fourth argument, as long as its own standard input is open, which the
// test binary holds and never writes to. So the server ends with the test binary however that ends. SIGQUIT is how
// PostgreSQL is told to stop at once.
const keeper = `
exec 3<&0
"$1/postgres" -D "$2/data" -k "$2" -h 127.0.0.1 -p "$3" \
	-c max_connections=400 -c shared_buffers=64MB -c log_min_messages=log $4 3<&- </dev/null &
server=$!
(cat <&3 >/dev/null; kill -QUIT $server 2>/dev/null) &
exec 3<&-
wait $server
rm -rf "$2"
`

// Start starts a server of its own, for what is no test, with these settings (name=value) beside those that PostgreSQL
// has by default.
func Start(settings ...string) (*Server, error) {
	programs, err := installed.PostgreSQL()
	if err != nil {
		return nil, err
	}
	const attempts = 20
	for range attempts {
		port := strconv.Itoa(20000 + rand.IntN(12000)) // below those that systems hand out by themselves
		held, err := run(programs, port, settings)
		if err != nil {
			return nil, err
		}
		if held != nil {
			keepers.Store(port, held)
			return &Server{address: net.JoinHostPort("127.0.0.1", port), templates: map[string]string{}}, nil
		}
	}
	return nil, fmt.Errorf("no free port among %d that were tried", attempts)
}

// run starts a new server and returns what keeps it; nil if somebody has the port.
func run(programs, port string, settings []string) (held io.Closer, err error) {
	home, err := os.MkdirTemp("", "switchboard-postgres-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if held == nil {
			err = errors.Join(err, os.RemoveAll(home))
		}
	}()
	as, err := unprivileged(home)
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(filepath.Join(programs, "initdb"), "--pgdata="+filepath.Join(home, "data"), "--username=portal", "--auth=trust", "--no-sync", "--no-instructions",
		"--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
	initdb.SysProcAttr, initdb.Dir = as, home
	if output, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, output)
	}
	var flags strings.Builder
	for _, setting := range settings {
		flags.WriteString(" -c " + setting)
	}
	command := exec.Command("sh", "-c", keeper, "keeper", programs, home, port, flags.String())
	command.SysProcAttr, command.Dir = as, os.TempDir()
	log, err := command.StderrPipe()
	if err != nil {
		return nil, err
	}
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	var said strings.Builder
	lines := bufio.NewScanner(io.TeeReader(log, &said))
	for lines.Scan() {
		if strings.Contains(lines.Text(), "database system is ready to accept connections") {
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return input, nil
		}
	}
	_ = command.Wait() // which closes the input; why the server ended is in its log
	if strings.Contains(said.String(), "Address already in use") {
		return nil, nil
	}
	return nil, fmt.Errorf("postgres ended before it was ready:\n%s", said.String())
}

// Dump returns a database as SQL that any client can run: without the commands of psql, which begin with a backslash.
func Dump(ctx context.Context, url string) ([]byte, error) {
	programs, err := installed.PostgreSQL()
	if err != nil {
		return nil, err
	}
	dump := exec.CommandContext(ctx, filepath.Join(programs, "pg_dump"), "--inserts", "--no-owner", "--no-privileges", url)
	var said strings.Builder
	dump.Stderr = &said
	text, err := dump.Output()
	if err != nil {
		return nil, fmt.Errorf("pg_dump: %w\n%s", err, &said)
	}
	return regexp.MustCompile(`(?m)^\\(un)?restrict \w+\n`).ReplaceAll(text, nil), nil
}

// Restore runs what Dump has returned, in an empty database.
func Restore(ctx context.Context, url string, dump []byte) (err error) {
	connection, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, connection.Close(context.WithoutCancel(ctx))) }()
	_, err = connection.Exec(ctx, string(dump))
	return err
}

// unprivileged says as whom PostgreSQL runs, which refuses to be root's: as ourselves, or as a user who has nothing
// else to do here.
func unprivileged(home string) (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{Setpgid: true} // an interrupt from the terminal is for the test binary
	if os.Geteuid() != 0 {
		return attributes, nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		if who, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(who.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(who.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes, os.Chown(home, int(uid), int(gid))
}
