package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/mail"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// mailFlags are those flags of portal serve that say how mails go out.
type mailFlags struct {
	server, tls, user, passwordFile, caFile, from string
}

func (f *mailFlags) add(command *cobra.Command) {
	command.Flags().StringVar(&f.server, "smtp-server", "", "mail server, as host:port; without one, mails are kept and not sent")
	command.Flags().StringVar(&f.tls, "smtp-tls", mail.TLSStart, "starttls, tls (from the start), or none (to this machine only)")
	command.Flags().StringVar(&f.user, "smtp-user", "", "name to log in to the mail server with; none: without a log-in")
	command.Flags().StringVar(&f.passwordFile, "smtp-password-file", "", "file with the password for it, which so is in no process list")
	command.Flags().StringVar(&f.caFile, "smtp-ca-file", "", "certificate authority of the mail server (PEM), if the system does not know it")
	command.Flags().StringVar(&f.from, "mail-from", "", "sender of the mails, with a name or without")
}

// options reads what the flags name.
func (f mailFlags) options(publicURL string, log *slog.Logger) (mail.Options, error) {
	o := mail.Options{Server: f.server, TLS: f.tls, Username: f.user, Sender: f.from, BaseURL: publicURL, Log: log}
	if (f.user == "") != (f.passwordFile == "") {
		return o, errors.New("--smtp-user and --smtp-password-file belong together: give both or none")
	}
	if f.passwordFile != "" {
		password, err := os.ReadFile(f.passwordFile)
		if err != nil {
			return o, fmt.Errorf("--smtp-password-file: %w", err)
		}
		o.Password = strings.TrimRight(string(password), "\r\n")
	}
	if f.caFile != "" {
		text, err := os.ReadFile(f.caFile)
		if err != nil {
			return o, fmt.Errorf("--smtp-ca-file: %w", err)
		}
		o.CACertificates = x509.NewCertPool()
		if !o.CACertificates.AppendCertsFromPEM(text) {
			return o, fmt.Errorf("--smtp-ca-file: %s holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)", f.caFile)
		}
	}
	return o, nil
}

// startMail sends mails in the background, if there is a mail server, until stop is called: a mail that is on its way
// then is finished.
func startMail(ctx context.Context, svc *service.Service, f mailFlags, publicURL string, log *slog.Logger) (stop func(), err error) {
	if f.server == "" {
		log.Warn("there is no mail server (--smtp-server), so invitations and links for new passwords are kept in the database and not sent")
		return func() {}, nil
	}
	options, err := f.options(publicURL, log)
	if err != nil {
		return nil, err
	}
	mailer, err := mail.New(svc, options)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { mailer.Run(ctx) })
	return func() {
		cancel()
		running.Wait()
	}, nil
}
