package cli_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/cli"
)

// running is a portal that was started by a command.
type running struct {
	url  string
	stop context.CancelFunc
	code <-chan int
}

// start runs portal serve until the test ends or stop is called, and waits for the address in its log.
func start(t *testing.T, args ...string) running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	reader, writer := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- cli.Run(ctx, append([]string{"portal", "serve", "--log-format", "json", "--listen", "127.0.0.1:0"}, args...), io.Discard, writer)
		_ = writer.Close() // which ends the log
	}()
	return running{url: listening(t, reader), stop: cancel, code: code}
}

// listening reads a log in JSON up to the address that the portal listens on. The rest is read and dropped.
func listening(t *testing.T, log io.Reader) string {
	t.Helper()
	var lines []string
	for scanner := bufio.NewScanner(log); scanner.Scan(); {
		lines = append(lines, scanner.Text())
		var line struct{ Msg, URL string }
		if json.Unmarshal(scanner.Bytes(), &line) == nil && line.Msg == "listening" {
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return line.URL
		}
	}
	t.Fatalf("the portal does not listen; its log: %s", strings.Join(lines, "\n"))
	return ""
}

func get(t *testing.T, client *http.Client, url, token string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestToken_wholeLifeOverHTTP(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "portal.db")
	portal := start(t, "--database", database, "--organization", organizationFile(t))
	of := []string{"--database", database, "--organization", "delfin"}

	code, stdout, stderr := run(t, append([]string{"portal", "token", "create", "--name", "terraform", "--scope", "read,write", "--expires", "90d"}, of...)...)
	secret := strings.TrimSuffix(stdout, "\n")
	if code != 0 || secret == "" || strings.ContainsAny(secret, " \n") || strings.Contains(stderr, secret) || !strings.Contains(stderr, "not shown again") {
		t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if status, body := get(t, http.DefaultClient, portal.url+"/v1/organization", secret); status != http.StatusOK || !strings.Contains(body, `"id":"delfin"`) {
		t.Errorf("with the new token: %d %s", status, body)
	}

	code, table, _ := run(t, append([]string{"portal", "token", "list"}, of...)...)
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if code != 0 || len(lines) != 2 || strings.Contains(table, secret) || !strings.HasPrefix(lines[0], "ID") {
		t.Fatalf("exit %d, table:\n%s", code, table)
	}
	for _, text := range []string{"terraform", "read,write", time.Now().UTC().AddDate(0, 0, 90).Format("2006-01"), "valid"} {
		if !strings.Contains(lines[1], text) {
			t.Errorf("the table does not have %q:\n%s", text, table)
		}
	}

	id := strings.Fields(lines[1])[0]
	if code, stdout, stderr := run(t, append([]string{"portal", "token", "revoke", id}, of...)...); code != 0 || stdout != "" || !strings.Contains(stderr, id) {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if status, _ := get(t, http.DefaultClient, portal.url+"/v1/organization", secret); status != http.StatusUnauthorized {
		t.Errorf("with the revoked token: %d", status)
	}
	if _, table, _ := run(t, append([]string{"portal", "token", "list"}, of...)...); !strings.Contains(table, "revoked") {
		t.Errorf("the table does not say that the token is revoked:\n%s", table)
	}
	if code, _, stderr := run(t, append([]string{"portal", "token", "revoke", "tok_none"}, of...)...); code != 1 || !strings.Contains(stderr, "tok_none") {
		t.Errorf("exit %d, stderr %q", code, stderr)
	}
	other := []string{"portal", "token", "create", "--name", "x", "--scope", "read", "--database", database, "--organization", "none"}
	if code, stdout, stderr := run(t, other...); code != 1 || stdout != "" || !strings.Contains(stderr, "none") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// token makes a token in a database.
func token(t *testing.T, database string) string {
	t.Helper()
	code, stdout, stderr := run(t, "portal", "token", "create", "--database", database, "--organization", "delfin", "--name", "test", "--scope", "read,write")
	if code != 0 {
		t.Fatal(stderr)
	}
	return strings.TrimSpace(stdout)
}

func TestServe_appliesOrganizationFilesAtEveryStart(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "portal.db")
	file := organizationFile(t)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	second := write(t, "orka.yaml", strings.NewReplacer("id: delfin", "id: orka", "delfin.sip", "orka.sip", "Delfin Sp.", "Orka Sp.").Replace(string(text)))
	first := start(t, "--database", database, "--organization", file, "--organization", second)
	secret := token(t, database)
	first.stop()
	if code := <-first.code; code != 0 {
		t.Errorf("exit %d", code)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "Delfin Sp.", "Nowy Delfin Sp.", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	again := start(t, "--database", database, "--organization", file)
	if status, body := get(t, http.DefaultClient, again.url+"/v1/organization", secret); status != http.StatusOK || !strings.Contains(body, "Nowy Delfin") {
		t.Errorf("%d %s", status, body)
	}
	if code, _, stderr := run(t, "portal", "token", "list", "--database", database, "--organization", "orka"); code != 0 {
		t.Errorf("the second organisation is not there: %s", stderr)
	}
}

// halfSent opens a connection with a request whose body the portal is waiting for.
func halfSent(t *testing.T, url, secret, body string) (net.Conn, *bufio.Reader) {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	fmt.Fprintf(connection, "POST /v1/permission-groups HTTP/1.1\r\nHost: portal\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", secret, len(body))
	reader := bufio.NewReader(connection)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := reader.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return connection, reader
}

// finish sends the body and expects the group to be made.
func finish(t *testing.T, connection net.Conn, reader *bufio.Reader, body string) {
	t.Helper()
	if _, err := io.WriteString(connection, body); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Errorf("the request that was under way: %s", response.Status)
	}
}

// refusing waits until nobody listens at an address any more.
func refusing(t *testing.T, url string) {
	t.Helper()
	for t.Context().Err() == nil {
		connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			return
		}
		_ = connection.Close()
	}
}

const group = `{"name": "Agenci"}`

func TestServe_requestsUnderWayFinish(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "portal.db")
	portal := start(t, "--database", database, "--organization", organizationFile(t))
	connection, reader := halfSent(t, portal.url, token(t, database), group)
	portal.stop()
	refusing(t, portal.url)
	finish(t, connection, reader, group)
	if code := <-portal.code; code != 0 {
		t.Errorf("exit %d", code)
	}
}

func TestServe_signalsEndItCleanly(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			database := filepath.Join(t.TempDir(), "portal.db")
			command := exec.CommandContext(t.Context(), os.Args[0], "portal", "serve", "--log-format", "json", "--listen", "127.0.0.1:0",
				"--database", database, "--organization", organizationFile(t))
			command.Env = append(os.Environ(), asProgram+"=1")
			reader, writer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			command.Stderr = writer
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			if err := writer.Close(); err != nil {
				t.Fatal(err)
			}
			url := listening(t, reader)
			connection, answer := halfSent(t, url, token(t, database), group)
			if err := command.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			refusing(t, url)
			finish(t, connection, answer, group)
			if err := command.Wait(); err != nil {
				t.Errorf("after %s: %v", signal, err)
			}
		})
	}
}

// certificate makes a certificate for 127.0.0.1 and its key, as files, and a client that trusts it.
func certificate(t *testing.T) (certificateFile, keyFile string, client func(maxVersion uint16) *http.Client) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(public)
	return write(t, "portal.crt", string(public)), write(t, "portal.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))),
		func(maxVersion uint16) *http.Client {
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS10, MaxVersion: maxVersion}}
			t.Cleanup(transport.CloseIdleConnections)
			return &http.Client{Transport: transport}
		}
}

func TestServe_TLS(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "portal.db")
	certificateFile, keyFile, client := certificate(t)
	portal := start(t, "--database", database, "--organization", organizationFile(t), "--listen", "0.0.0.0:0", "--tls-cert", certificateFile, "--tls-key", keyFile)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(portal.url, "https://"))
	if err != nil || !strings.HasPrefix(portal.url, "https://") {
		t.Fatalf("the portal listens on %s", portal.url)
	}
	url := "https://127.0.0.1:" + port
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		if status, body := get(t, client(version), url+"/v1/organization", token(t, database)); status != http.StatusOK {
			t.Errorf("%s: %d %s", tls.VersionName(version), status, body)
		}
	}
	if response, err := client(tls.VersionTLS11).Get(url + "/healthz"); err == nil {
		response.Body.Close()
		t.Error("TLS 1.1 was accepted")
	}
}
