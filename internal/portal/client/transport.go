package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"
)

// maxAnswerBytes bounds an answer: a full page of the largest objects stays far below.
const maxAnswerBytes = 16 << 20

// newTransport connects with TLS 1.2 or newer (RFC 9325) and keeps enough idle connections for several runs at
// Terraform's default of 10 parallel operations, so that no operation pays for a handshake of its own.
func newTransport(authorities *x509.CertPool, proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:             proxy,
		DialContext:       dialer.DialContext,
		TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: authorities},
		ForceAttemptHTTP2: true,
		// Without pings, calls would go on hanging on an HTTP/2 connection that a firewall has forgotten.
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConns:        64,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     90 * time.Second,
	}
}

// wholeAnswers reads each answer to its end as part of the attempt. A connection that breaks in the middle of a body
// then counts as a failed attempt, which is repeated, and connections can always be used again.
type wholeAnswers struct{ next http.RoundTripper }

// errCut is the end of a body that looks regular and is not: what stands between portal and client takes a connection
// that broke for one that was closed (HTTP/1.0, or a body without a length).
var errCut = errors.New("the JSON of the answer breaks off")

// RoundTrip returns the answer with its body in memory, cut one byte above maxAnswerBytes. The error of a body that
// breaks off is reported only if the status is 2xx: any other status says more than the missing rest.
func (t wholeAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes+1))
	_ = response.Body.Close() // everything that counts has been read
	if err != nil && isSuccess(response.StatusCode) {
		return nil, err
	}
	if isSuccess(response.StatusCode) && response.StatusCode != http.StatusNoContent && breaksOff(response.Header.Get("Content-Type"), body) {
		return nil, errCut
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// timed bounds an attempt, from connecting to the last byte of the answer. What comes before, such as waiting for a
// turn, does not count.
type timed struct {
	next  http.RoundTripper
	limit time.Duration
}

// RoundTrip implements http.RoundTripper. The answer has to be whole, see wholeAnswers.
func (t timed) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(r.Context(), t.limit)
	defer cancel()
	return t.next.RoundTrip(r.WithContext(ctx))
}

// breaksOff reports whether a body is the beginning of a JSON text and no more.
func breaksOff(contentType string, body []byte) bool {
	mediaType, _, _ := mime.ParseMediaType(contentType) // empty if there is none or it is malformed
	if mediaType != "application/json" || len(body) > maxAnswerBytes {
		return false
	}
	var text json.RawMessage
	err := json.NewDecoder(bytes.NewReader(body)).Decode(&text)
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

func isSuccess(status int) bool { return status >= 200 && status <= 299 }
