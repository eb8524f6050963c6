// Package mail writes to people: it takes what is due from the portal's outbox, in the person's language, and hands it
// to a mail server. A mail that cannot be sent stays in the outbox and is tried again; it never undoes what it tells
// of.
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// How the connection to the mail server is protected.
const (
	TLSStart    = "starttls" // turned into TLS before anything is said (RFC 3207); the default
	TLSImplicit = "tls"      // TLS from the start (RFC 8314)
	TLSNone     = "none"     // in clear; to this machine only
)

// Limits of the mailer.
const (
	// batch is how many mails are leased at once: few enough that all can be sent, or time out, within the lease.
	batch   = 5
	timeout = 30 * time.Second // of one mail
	// lookAgain is how often the outbox is looked at for mails that another process has put there.
	lookAgain = time.Minute
)

// Options say which mail server to use and how.
type Options struct {
	Server   string // host:port
	TLS      string // TLSStart, TLSImplicit or TLSNone; empty is TLSStart
	Username string // empty: no authentication
	Password string
	Sender   string // address, with a name or without (RFC 5322)
	BaseURL  string // address of the portal for the links: https, or http to this machine
	Log      *slog.Logger

	CACertificates *x509.CertPool // nil: those of the system
}

// Mailer sends what the outbox of a portal holds.
type Mailer struct {
	portal  *service.Service
	options Options
	host    string
	port    int
	sender  string
}

// New checks the options and returns a mailer. It does not connect.
func New(svc *service.Service, o Options) (*Mailer, error) {
	host, portText, err := net.SplitHostPort(o.Server)
	if err != nil {
		return nil, fmt.Errorf("mail server %q: give host and port, such as mail.example.com:587", o.Server)
	}
	port, err := strconv.Atoi(portText)
	if err != nil || port < 1 || port > 65535 {
		return nil, fmt.Errorf("mail server %q: %q is not a port; 587 is usual with STARTTLS and 465 with TLS", o.Server, portText)
	}
	switch o.TLS {
	case "":
		o.TLS = TLSStart
	case TLSStart, TLSImplicit:
	case TLSNone:
		if !portal.IsLoopback(host) {
			return nil, fmt.Errorf("mail server %q: without TLS, links and passwords would go over the network in clear; use starttls or tls, or a mail server on this machine", o.Server)
		}
	default:
		return nil, fmt.Errorf("TLS of the mail server is %q; write starttls, tls or none", o.TLS)
	}
	sender, err := mail.ParseAddress(o.Sender)
	if err != nil {
		return nil, fmt.Errorf("sender of mails %q: give an e-mail address, such as portal@example.com: %w", o.Sender, err)
	}
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("address of the portal %q: give the URL under which people reach it, such as https://portal.example.com", o.BaseURL)
	}
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	return &Mailer{portal: svc, options: o, host: host, port: port, sender: sender.String()}, nil
}

// Run sends mails until the context ends. What was leased by then and not sent comes again, from whoever runs next.
func (m *Mailer) Run(ctx context.Context) {
	for ctx.Err() == nil {
		sent, err := m.SendDue(ctx)
		if err != nil && ctx.Err() == nil {
			m.options.Log.ErrorContext(ctx, "the outbox cannot be read", "error", err)
		}
		if sent && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-m.portal.MailQueued():
		case <-time.After(m.pause(ctx)):
		}
	}
}

// pause is how long there is nothing to do.
func (m *Mailer) pause(ctx context.Context) time.Duration {
	wait, due, err := m.portal.UntilNextMail(ctx)
	if err != nil || !due {
		return lookAgain
	}
	return min(max(wait, 0), lookAgain)
}

// SendDue sends what is due now, at most a batch, and reports whether there was anything.
func (m *Mailer) SendDue(ctx context.Context) (bool, error) {
	due, err := m.portal.DueMails(ctx, batch)
	if err != nil {
		return false, err
	}
	var failed error
	for _, due := range due {
		if err := m.send(ctx, due); err != nil {
			m.options.Log.WarnContext(ctx, "a mail could not be sent and is kept", "mail", due.ID, "kind", due.Kind, "attempt", due.Attempts+1, "error", err)
			failed = errors.Join(failed, m.portal.MailFailed(context.WithoutCancel(ctx), due, err))
			continue
		}
		m.options.Log.InfoContext(ctx, "mail sent", "mail", due.ID, "kind", due.Kind)
		failed = errors.Join(failed, m.portal.MailSent(context.WithoutCancel(ctx), due))
	}
	return len(due) > 0, failed
}

// send hands one mail to the mail server.
func (m *Mailer) send(ctx context.Context, due service.Mail) error {
	message, err := m.message(due)
	if err != nil {
		return err
	}
	client, err := m.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return client.DialAndSendWithContext(ctx, message)
}

// message is the mail with its headers.
func (m *Mailer) message(due service.Mail) (*gomail.Msg, error) {
	l, err := write(due, m.options.BaseURL)
	if err != nil {
		return nil, err
	}
	html, err := l.html()
	if err != nil {
		return nil, err
	}
	message := gomail.NewMsg()
	if err := message.From(m.sender); err != nil {
		return nil, err
	}
	name := oneLine(due.FirstName + " " + due.LastName)
	if err := message.AddToFormat(name, due.To); err != nil {
		return nil, err
	}
	message.Subject(l.Subject)
	message.SetMessageID()
	message.SetDate()
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday notice answers
	message.SetGenHeader("Content-Language", l.Language)
	message.SetBodyString(gomail.TypeTextPlain, l.plain())
	message.AddAlternativeString(gomail.TypeTextHTML, html)
	return message, nil
}

// client is a connection to be made. There is one for each mail: they are few, and servers close what is idle.
func (m *Mailer) client() (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(m.port), gomail.WithTimeout(timeout),
		gomail.WithTLSConfig(&tls.Config{ServerName: m.host, MinVersion: tls.VersionTLS12, RootCAs: m.options.CACertificates}),
	}
	switch m.options.TLS {
	case TLSImplicit:
		options = append(options, gomail.WithSSL())
	case TLSNone:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if m.options.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(m.options.Username), gomail.WithPassword(m.options.Password))
	}
	return gomail.NewClient(m.host, options...)
}
