package cli

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// serving starts a real server with these limits and returns its address.
func serving(t *testing.T, l limits, handler http.HandlerFunc) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := httpServer(handler, l, slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(listener) }()
	t.Cleanup(func() {
		_ = srv.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// patient are limits that no test reaches, but for those that it changes.
func patient() limits {
	return limits{header: time.Hour, read: time.Hour, request: time.Hour, write: time.Hour, idle: time.Hour, headerSize: 64 << 10}
}

const soon = 50 * time.Millisecond

func dial(t *testing.T, address, request string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	if _, err := io.WriteString(connection, request); err != nil {
		t.Fatal(err)
	}
	return connection
}

// cutOff reads until the server closes the connection, which nothing but its limits makes it do.
func cutOff(t *testing.T, connection net.Conn) string {
	t.Helper()
	text, err := io.ReadAll(connection)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the connection ended with %v", err)
	}
	return string(text)
}

func TestHTTP_slowClientsAreCutOff(t *testing.T) {
	t.Parallel()
	echo := func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, "slow", http.StatusServiceUnavailable)
		}
	}
	for name, c := range map[string]struct {
		limits  func(*limits)
		request string
		answer  string // is part of what the client gets before
	}{
		"never says anything":   {func(l *limits) { l.header = soon }, "", ""},
		"never ends the header": {func(l *limits) { l.header = soon }, "GET / HTTP/1.1\r\nHost: portal\r\nX-Slow: ", ""},
		"never sends the body":  {func(l *limits) { l.read = soon }, "POST / HTTP/1.1\r\nHost: portal\r\nContent-Length: 100\r\n\r\n{", "503"},
		"never ends the chunks": {func(l *limits) { l.read = soon }, "POST / HTTP/1.1\r\nHost: portal\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"na", "503"},
		"never asks again":      {func(l *limits) { l.idle = soon }, "GET / HTTP/1.1\r\nHost: portal\r\n\r\n", "200 OK"},
		"names two hosts":       {func(l *limits) { l.idle = soon }, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400 Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := patient()
			c.limits(&l)
			if got := cutOff(t, dial(t, serving(t, l, echo), c.request)); !strings.Contains(got, c.answer) || c.answer == "" && strings.Contains(got, "200 OK") {
				t.Errorf("before it was cut off it got %q, want %q", got, c.answer)
			}
		})
	}
}

func TestHTTP_aClientThatDoesNotReadIsCutOff(t *testing.T) {
	t.Parallel()
	l := patient()
	l.write = soon
	failed := make(chan error, 1)
	address := serving(t, l, func(w http.ResponseWriter, _ *http.Request) {
		block := make([]byte, 1<<20)
		for {
			if _, err := w.Write(block); err != nil {
				failed <- err
				return
			}
		}
	})
	dial(t, address, "GET / HTTP/1.1\r\nHost: portal\r\n\r\n")
	if err := <-failed; err == nil {
		t.Error("writing never failed")
	}
}

func TestHTTP_aRequestHasATimeInWhichThePortalAnswers(t *testing.T) {
	t.Parallel()
	l := patient()
	l.request = soon
	address := serving(t, l, func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		fmt.Fprint(w, context.Cause(r.Context()))
	})
	response, err := http.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, err := io.ReadAll(response.Body); err != nil || !strings.Contains(string(text), "deadline") {
		t.Errorf("%q, %v", text, err)
	}
}

func TestHTTP_headersAreLimited(t *testing.T) {
	t.Parallel()
	address := serving(t, patient(), func(http.ResponseWriter, *http.Request) {})
	for size, want := range map[int]int{32 << 10: http.StatusOK, 128 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		connection := dial(t, address, "GET / HTTP/1.1\r\nHost: portal\r\nX-Large: ")
		_, _ = io.WriteString(connection, strings.Repeat("x", size)+"\r\n\r\n") // the server may have closed by then
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Errorf("%d bytes of header: %v", size, err)
			continue
		}
		if response.StatusCode != want {
			t.Errorf("%d bytes of header: %d, want %d", size, response.StatusCode, want)
		}
		_ = response.Body.Close()
	}
}

func TestHTTP_limitsLeaveRoomForTheAnswer(t *testing.T) {
	t.Parallel()
	l := serveLimits()
	if l.header <= 0 || l.header > l.read || l.read >= l.request || l.request >= l.write || l.write > shutdownTimeout || l.idle <= 0 || l.headerSize <= 0 {
		t.Errorf("%+v with %v to shut down: a request that takes too long must get an answer that says so", l, shutdownTimeout)
	}
}

// The oldest version that either side speaks is TLS 1.2; a client that offers less is told so in the handshake.
func TestHTTP_TLS12IsTheOldest(t *testing.T) {
	t.Parallel()
	pair := httptest.NewUnstartedServer(nil) // which has a certificate
	pair.StartTLS()
	defer pair.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	secured := tls.NewListener(listener, tlsConfig(pair.TLS.Certificates))
	defer secured.Close()
	go func() {
		for {
			connection, err := secured.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(io.Discard, connection)
				_ = connection.Close()
			}()
		}
	}()
	for version, accepted := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		connection, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{MinVersion: version, MaxVersion: version, InsecureSkipVerify: true}) //nolint:gosec // what is refused is what is tested
		if (err == nil) != accepted {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if !accepted && err != nil && !strings.Contains(err.Error(), "protocol version not supported") {
			t.Errorf("%s: %v, want the alert that the version is not supported", tls.VersionName(version), err)
		}
		if err == nil {
			_ = connection.Close()
		}
	}
}
