package portaltest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mailbox is a mail server in this process that keeps what it is given: the mailbox of everybody.
type Mailbox struct {
	Address string         // host:port on loopback
	CA      *x509.CertPool // what its certificate is trusted by; with MailboxWithTLS

	Username, Password string // what it asks for; with MailboxWithLogin

	mutex    sync.Mutex
	received []Letter
	arrived  chan struct{} // closed at the next arrival
	refuse   func(to string) error
	server   *smtp.Server
	listener net.Listener
	serving  sync.WaitGroup
}

// Letter is a mail that arrived.
type Letter struct {
	To      string // envelope
	Header  mail.Header
	Subject string // decoded
	Plain   string
	HTML    string
}

var link = regexp.MustCompile(`https?://\S+`)

// Link is the first link of a letter.
func (l Letter) Link() string { return link.FindString(l.Plain) }

// MailboxOption changes a mailbox.
type MailboxOption func(*Mailbox)

// MailboxWithTLS gives the server a certificate, so that it offers STARTTLS.
func MailboxWithTLS(m *Mailbox) { m.CA = x509.NewCertPool() }

// MailboxWithLogin has the server ask who sends.
func MailboxWithLogin(m *Mailbox) { m.Username, m.Password = "portal", "P0rtal-mail-secret" }

// StartMailbox starts a mail server that ends with the test.
func StartMailbox(t testing.TB, options ...MailboxOption) *Mailbox {
	t.Helper()
	m := &Mailbox{arrived: make(chan struct{})}
	for _, option := range options {
		option(m)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.Address = listener.Addr().String()
	m.serve(t, listener)
	t.Cleanup(m.Stop)
	return m
}

func (m *Mailbox) serve(t testing.TB, listener net.Listener) {
	t.Helper()
	m.server = smtp.NewServer(m)
	m.server.Domain, m.server.AllowInsecureAuth = "localhost", true
	if m.CA != nil {
		certificate, parsed := certificate(t)
		m.CA.AddCert(parsed)
		m.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}
	}
	server := m.server
	m.listener = listener
	m.serving.Go(func() { _ = server.Serve(listener) }) // until Stop
}

// Stop takes the mail server off the network.
func (m *Mailbox) Stop() {
	m.listener.Close()   // the server knows of it only once it serves
	_ = m.server.Close() // an error says that it was stopped already
	m.serving.Wait()
}

// Restart puts the mail server back at its address.
func (m *Mailbox) Restart(t testing.TB) {
	t.Helper()
	listener, err := net.Listen("tcp", m.Address)
	if err != nil {
		t.Fatal(err)
	}
	m.serve(t, listener)
}

// Refuse has the server answer with an error to some recipients; nil takes all.
func (m *Mailbox) Refuse(refuse func(to string) error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.refuse = refuse
}

// Received lists what has arrived so far.
func (m *Mailbox) Received() []Letter {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return append([]Letter{}, m.received...)
}

// Wait returns the first letters to an address, once so many have arrived.
func (m *Mailbox) Wait(ctx context.Context, t testing.TB, to string, count int) []Letter {
	t.Helper()
	for {
		m.mutex.Lock()
		var letters []Letter
		for _, letter := range m.received {
			if letter.To == to {
				letters = append(letters, letter)
			}
		}
		arrived := m.arrived
		m.mutex.Unlock()
		if len(letters) >= count {
			return letters
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			t.Fatalf("%d mails to %s have arrived, want %d: %v", len(letters), to, count, ctx.Err())
		}
	}
}

// NewSession implements smtp.Backend.
func (m *Mailbox) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &mailSession{mailbox: m, known: m.Username == ""}, nil
}

// mailSession is one client of the mail server.
type mailSession struct {
	mailbox *Mailbox
	known   bool
	to      []string
}

func (s *mailSession) AuthMechanisms() []string {
	if s.mailbox.Username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		s.known = username == s.mailbox.Username && password == s.mailbox.Password
		if !s.known {
			return errors.New("wrong name or password")
		}
		return nil
	}), nil
}

func (s *mailSession) Mail(string, *smtp.MailOptions) error {
	if !s.known {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mailbox.mutex.Lock()
	defer s.mailbox.mutex.Unlock()
	if s.mailbox.refuse != nil {
		if err := s.mailbox.refuse(to); err != nil {
			return err
		}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	letter, err := readLetter(r)
	if err != nil {
		return err
	}
	s.mailbox.mutex.Lock()
	defer s.mailbox.mutex.Unlock()
	for _, to := range s.to {
		letter.To = to
		s.mailbox.received = append(s.mailbox.received, letter)
	}
	close(s.mailbox.arrived)
	s.mailbox.arrived = make(chan struct{})
	return nil
}

func (s *mailSession) Reset() { s.to = nil }

func (s *mailSession) Logout() error { return nil }

// readLetter reads a mail of two alternatives, as the portal writes them.
func readLetter(r io.Reader) (Letter, error) {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return Letter{}, err
	}
	letter := Letter{Header: message.Header}
	if letter.Subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
		return Letter{}, err
	}
	mediaType, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || mediaType != "multipart/alternative" {
		return Letter{}, fmt.Errorf("content type %q: %w", mediaType, err)
	}
	for parts := multipart.NewReader(message.Body, parameters["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return letter, nil
		}
		if err != nil {
			return Letter{}, err
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			return Letter{}, err
		}
		text := strings.ReplaceAll(string(body), "\r\n", "\n")
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			letter.HTML = text
		} else {
			letter.Plain = text
		}
	}
}

// certificate makes a certificate for this machine that signs itself.
func certificate(t testing.TB) (tls.Certificate, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: parsed}, parsed
}
