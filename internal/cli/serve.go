package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/pwned"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/web"
)

// serveFlags are the flags of portal serve.
type serveFlags struct {
	database      string
	keyFile       string
	retention     string
	organizations []string
	listen        string
	certificate   string
	key           string
	logFormat     string
	publicURL     string
	proxies       []string
	mail          mailFlags
	pwnedURL      string
	pwnedFile     string
}

func serveCommand() *cobra.Command {
	var flags serveFlags
	command := &cobra.Command{
		Use:   "serve --database FILE|URL --organization FILE [--listen ADDRESS] [--tls-cert FILE --tls-key FILE]",
		Short: "Serve a portal over HTTPS, or over HTTP on this machine only",
		Long: `Serves the Portal API until it gets SIGTERM or SIGINT; requests that are under way then still finish.

The database is a SQLite file, which is made if there is none, or one on a PostgreSQL server, which must exist: postgres://user@host/database.
On PostgreSQL several portals can serve one database, behind a load balancer; the guide "The portal on PostgreSQL" tells how. A password
is better in PGPASSWORD or a password file (PGPASSFILE) than in the URL, which the list of processes shows. Each organisation file says what one organisation has: platform, SIP domain, owned numbers,
PBXs. It is read at every start, and applied when it has changed. The log, on stderr, names the address that the portal listens on.

The key file (--key-file) has the key that second factors are encrypted with, which the database does not have. The first start makes it, for its owner only; later ones
need it. Keep a copy of it, apart from the copies of the database. Portals on one database have the same file.

HTTPS needs a certificate and its key. Without them the portal serves plain HTTP, which it does on a loopback address only.

Behind a proxy, give its network with --trusted-proxy. Otherwise all people seem to come from one address, which failed log-ins then lock out together.
The proxy has to write X-Forwarded-For or Forwarded (RFC 7239); the right-most address that is no trusted proxy's counts.

People log in with a browser at the same address. They are invited by mail, for which the portal needs a mail server (--smtp-server); without one
the mails are kept in the database, for a portal that has one. Administrators look people up at /o/<organisation>/admin/users.`,
		Example: `  terraform-provider-switchboard portal serve --database portal.db --organization delfin.yaml
  terraform-provider-switchboard portal serve --database postgres://portal@db.example.com/portal?sslmode=verify-full \
    --key-file /etc/switchboard/portal.key --organization delfin.yaml
  terraform-provider-switchboard portal serve --database portal.db --organization delfin.yaml --organization tulp.yaml \
    --listen :8443 --tls-cert portal.crt --tls-key portal.key --public-url https://portal.example.com:8443 \
    --smtp-server mail.example.com:587 --smtp-user portal --smtp-password-file smtp-password --mail-from "Portal <portal@example.com>"`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if (flags.certificate == "") != (flags.key == "") {
				return errors.New("--tls-cert and --tls-key belong together: give both or none")
			}
			if err := keyFileGiven(flags.database, &flags.keyFile); err != nil {
				return err
			}
			if err := checkPublicURL(flags.publicURL); err != nil {
				return err
			}
			keep, err := parseRetention(flags.retention)
			if err != nil {
				return err
			}
			log, err := newLog(command.ErrOrStderr(), flags.logFormat)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(command.Context(), syscall.SIGTERM, syscall.SIGINT)
			defer stop()
			context.AfterFunc(ctx, stop) // a second signal ends the program at once
			return failed(serve(ctx, flags, keep, log))
		},
	}
	command.Flags().StringVar(&flags.database, "database", "", "database: file (SQLite) or URL (postgres://…)")
	addKeyFile(command.Flags(), &flags.keyFile)
	command.Flags().StringArrayVar(&flags.organizations, "organization", nil, "organisation file (YAML); repeat it for several organisations")
	command.Flags().StringVar(&flags.listen, "listen", "127.0.0.1:8080", "address to listen on; port 0 chooses a free one")
	command.Flags().StringVar(&flags.certificate, "tls-cert", "", "certificate with its chain (PEM)")
	command.Flags().StringVar(&flags.key, "tls-key", "", "private key of the certificate (PEM)")
	command.Flags().StringVar(&flags.logFormat, "log-format", "text", "text or json")
	command.Flags().StringVar(&flags.publicURL, "public-url", "", "address under which people reach the portal, for the links in mails (default: the address it listens on)")
	command.Flags().StringArrayVar(&flags.proxies, "trusted-proxy", nil, "network of proxies in front of the portal, such as 10.0.0.0/8: their X-Forwarded-For or Forwarded says "+
		"where a request comes from; repeat it for several networks")
	command.Flags().StringVar(&flags.retention, "audit-retention", "365d", "how long audit entries are kept: days such as 90d, or forever")
	flags.mail.add(command)
	command.Flags().StringVar(&flags.pwnedURL, "pwned-passwords-url", "", "Have I Been Pwned range API, for platforms that forbid known passwords (default: "+pwned.DefaultURL+")")
	command.Flags().StringVar(&flags.pwnedFile, "pwned-passwords-file", "", "a copy of its corpus to look in instead: lines SHA1:COUNT, sorted by hash")
	required(command, "database", "organization")
	return command
}

func newLog(w io.Writer, format string) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	default:
		return nil, fmt.Errorf("--log-format is %q; write text or json", format)
	}
}

// serve runs a portal until the context ends.
func serve(ctx context.Context, flags serveFlags, keep time.Duration, log *slog.Logger) (err error) {
	proxies, err := parseTrustedProxies(flags.proxies)
	if err != nil {
		return err
	}
	known, err := pwned.Open(flags.pwnedURL, flags.pwnedFile)
	if err != nil {
		return err
	}
	opened, err := store.Open(ctx, flags.database)
	if err != nil {
		return fmt.Errorf("open the database %w", err) // which names the database
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	svc := service.New(opened, service.Options{WithoutMail: flags.mail.server == "", Pwned: known})
	if err := svc.UseKeyFile(ctx, flags.keyFile); err != nil {
		return err
	}
	for _, path := range flags.organizations {
		if err := apply(ctx, svc, path, log); err != nil {
			return err
		}
	}
	if err := warnOfSharedAddresses(ctx, svc, log); err != nil {
		return err
	}
	listener, scheme, err := listen(ctx, flags)
	if err != nil {
		return err
	}
	address := scheme + "://" + listener.Addr().String()
	publicURL := cmp.Or(flags.publicURL, address)
	stopMail, err := startMail(ctx, svc, flags.mail, publicURL, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer stopMail()
	defer startPruning(ctx, svc, keep, log)()
	log.Info("listening", "url", address, "database", store.Name(flags.database))
	handler := proxies.believe(web.WithAPI(server.New(svc, log), svc, publicURL, log))
	return untilDone(ctx, httpServer(handler, serveLimits(), log), listener, log)
}

// checkPublicURL refuses an address at which passwords and sessions would go over the network in clear: browsers keep
// cookies off it only if it says https.
func checkPublicURL(text string) error {
	if text == "" {
		return nil
	}
	address, err := url.Parse(text)
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return fmt.Errorf("--public-url is %q; give the address with which people reach the portal, such as https://portal.example.com", text)
	}
	if address.Scheme == "http" && !portal.IsLoopback(address.Hostname()) {
		return fmt.Errorf("--public-url is %q, where passwords and sessions would go over the network in clear; give an address with https://, "+
			"or one of this machine only, such as http://127.0.0.1:8080", text)
	}
	return nil
}

const day = 24 * time.Hour

// parseRetention reads how long audit entries are kept; 0 is forever.
func parseRetention(text string) (time.Duration, error) {
	if text == "forever" {
		return 0, nil
	}
	days, isDays := strings.CutSuffix(text, "d")
	n, err := strconv.Atoi(days)
	const most = 36500
	if !isDays || err != nil || n < 1 || n > most {
		return 0, fmt.Errorf("--audit-retention is %q; write a number of days from 1d to %dd, or forever", text, most)
	}
	return time.Duration(n) * day, nil
}

// startPruning removes audit entries that were kept long enough, at the start and once a day. The function it returns
// waits until that has ended.
func startPruning(ctx context.Context, svc *service.Service, keep time.Duration, log *slog.Logger) (stop func()) {
	if keep == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		daily := time.NewTicker(day)
		defer daily.Stop()
		for ctx.Err() == nil {
			if err := svc.PruneAudit(ctx, keep); err != nil && ctx.Err() == nil {
				log.Error("audit entries were not removed", "error", err)
			}
			select {
			case <-daily.C:
			case <-ctx.Done():
			}
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// warnOfSharedAddresses tells which users have one address, or one login name, since before all its spellings were one.
func warnOfSharedAddresses(ctx context.Context, svc *service.Service, log *slog.Logger) error {
	shared, err := svc.SharedAddresses(ctx)
	for _, address := range shared {
		log.Warn("several users have what only one may; change it for all but one, or delete those who are the same person",
			"field", address.Field, "value", address.Value, "users", address.UserIDs, "organizations", address.OrganizationIDs)
	}
	return err
}

// apply brings one organisation in line with its file.
func apply(ctx context.Context, svc *service.Service, path string, log *slog.Logger) error {
	file, err := service.ReadOrganizationFile(path)
	if err != nil {
		return err
	}
	changed, err := svc.ApplyOrganization(ctx, file)
	if err != nil {
		return fmt.Errorf("apply the organisation file %s: %w", path, err)
	}
	log.Info("organisation", "id", file.Organization.ID, "platform", file.Organization.Platform, "file", path, "changed", changed)
	return nil
}
