package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// Time limits of the server. A request that the portal cannot finish in time gets an answer that says so, which needs the request's limit
// to be below the connection's.
const (
	headerTimeout   = 10 * time.Second
	readTimeout     = 30 * time.Second
	requestTimeout  = 45 * time.Second
	writeTimeout    = 60 * time.Second
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = time.Minute // how long requests may take to finish after SIGTERM: longer than the limit of any of them
	maxHeaderSize   = 64 << 10    // bytes
)

// serveFlags are the flags of portal serve.
type serveFlags struct {
	database      string
	organizations []string
	listen        string
	certificate   string
	key           string
	logFormat     string
}

func serveCommand() *cobra.Command {
	var flags serveFlags
	command := &cobra.Command{
		Use:   "serve --database FILE --organization FILE [--listen ADDRESS] [--tls-cert FILE --tls-key FILE]",
		Short: "Serve a portal over HTTPS, or over HTTP on this machine only",
		Long: `Serves the Portal API until it gets SIGTERM or SIGINT; requests that are under way then still finish.

The database file is made if there is none. Each organisation file says what one organisation has: platform, SIP domain, owned numbers,
PBXs. It is read at every start, and applied when it has changed. The log, on stderr, names the address that the portal listens on.

HTTPS needs a certificate and its key. Without them the portal serves plain HTTP, which it does on a loopback address only.`,
		Example: `  terraform-provider-switchboard portal serve --database portal.db --organization delfin.yaml
  terraform-provider-switchboard portal serve --database portal.db --organization delfin.yaml --organization tulp.yaml \
    --listen :8443 --tls-cert portal.crt --tls-key portal.key`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if (flags.certificate == "") != (flags.key == "") {
				return errors.New("--tls-cert and --tls-key belong together: give both or none")
			}
			log, err := newLog(command.ErrOrStderr(), flags.logFormat)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(command.Context(), syscall.SIGTERM, syscall.SIGINT)
			defer stop()
			context.AfterFunc(ctx, stop) // a second signal ends the program at once
			return failed(serve(ctx, flags, log))
		},
	}
	command.Flags().StringVar(&flags.database, "database", "", "database file (SQLite)")
	command.Flags().StringArrayVar(&flags.organizations, "organization", nil, "organisation file (YAML); repeat it for several organisations")
	command.Flags().StringVar(&flags.listen, "listen", "127.0.0.1:8080", "address to listen on; port 0 chooses a free one")
	command.Flags().StringVar(&flags.certificate, "tls-cert", "", "certificate with its chain (PEM)")
	command.Flags().StringVar(&flags.key, "tls-key", "", "private key of the certificate (PEM)")
	command.Flags().StringVar(&flags.logFormat, "log-format", "text", "text or json")
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
func serve(ctx context.Context, flags serveFlags, log *slog.Logger) (err error) {
	opened, err := store.Open(ctx, flags.database)
	if err != nil {
		return fmt.Errorf("open the database %s: %w", flags.database, err)
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	svc := service.New(opened, service.Options{})
	for _, path := range flags.organizations {
		if err := apply(ctx, svc, path, log); err != nil {
			return err
		}
	}
	listener, scheme, err := listen(ctx, flags)
	if err != nil {
		return err
	}
	log.Info("listening", "url", scheme+"://"+listener.Addr().String(), "database", flags.database)
	return untilDone(ctx, httpServer(server.New(svc, log), log), listener, log)
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

// listen opens the address: with TLS, or in clear if nobody else can listen in.
func listen(ctx context.Context, flags serveFlags) (listener net.Listener, scheme string, err error) {
	var certificates []tls.Certificate
	if flags.certificate != "" {
		certificate, err := tls.LoadX509KeyPair(flags.certificate, flags.key)
		if err != nil {
			return nil, "", fmt.Errorf("read the certificate %s and the key %s: %w", flags.certificate, flags.key, err)
		}
		certificates = append(certificates, certificate)
	}
	plain, err := (&net.ListenConfig{}).Listen(ctx, "tcp", flags.listen)
	if err != nil {
		return nil, "", fmt.Errorf("listen on %s: %w", flags.listen, err)
	}
	if len(certificates) > 0 {
		return tls.NewListener(plain, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: certificates, NextProtos: []string{"h2", "http/1.1"}}), "https", nil
	}
	if address, ok := plain.Addr().(*net.TCPAddr); !ok || !address.IP.IsLoopback() {
		return nil, "", errors.Join(fmt.Errorf("plain HTTP on %s would send tokens and passwords over the network in clear; "+
			"give a certificate with --tls-cert and --tls-key, or listen on this machine only, such as --listen 127.0.0.1:8080", flags.listen), plain.Close())
	}
	return plain, "http", nil
}

func httpServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
			defer cancel()
			handler.ServeHTTP(w, r.WithContext(ctx))
		}),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderSize,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// untilDone serves until the context ends, and then lets the requests under way finish.
func untilDone(ctx context.Context, srv *http.Server, listener net.Listener, log *slog.Logger) error {
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	log.Info("stopping", "reason", context.Cause(ctx).Error())
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		log.Warn("requests were cut off", "after", shutdownTimeout, "error", err)
		_ = srv.Close() // nothing is left to be done about an error
	}
	log.Info("stopped")
	return nil
}
