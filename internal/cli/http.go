package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// limits are what one connection may take.
type limits struct {
	header  time.Duration // for the header of a request to arrive
	read    time.Duration // for all of a request
	request time.Duration // for the portal to answer it; below write, so that the answer can say so
	write   time.Duration // from the end of the header to the end of the answer
	idle    time.Duration // between two requests

	headerSize int // bytes
}

// serveLimits are those of portal serve.
func serveLimits() limits {
	return limits{header: 10 * time.Second, read: 30 * time.Second, request: 45 * time.Second, write: time.Minute, idle: 2 * time.Minute, headerSize: 64 << 10}
}

// shutdownTimeout is how long requests may take to finish after SIGTERM: longer than the limit of any of them.
const shutdownTimeout = time.Minute

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
		return tls.NewListener(plain, tlsConfig(certificates)), "https", nil
	}
	if address, ok := plain.Addr().(*net.TCPAddr); !ok || !address.IP.IsLoopback() {
		return nil, "", errors.Join(fmt.Errorf("plain HTTP on %s would send tokens and passwords over the network in clear; "+
			"give a certificate with --tls-cert and --tls-key, or listen on this machine only, such as --listen 127.0.0.1:8080", flags.listen), plain.Close())
	}
	return plain, "http", nil
}

func tlsConfig(certificates []tls.Certificate) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: certificates, NextProtos: []string{"h2", "http/1.1"}}
}

// httpServer cuts off whoever is too slow or says too much, so that nobody holds connections and memory for nothing.
func httpServer(handler http.Handler, limits limits, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), limits.request)
			defer cancel()
			handler.ServeHTTP(w, r.WithContext(ctx))
		}),
		ReadHeaderTimeout: limits.header, ReadTimeout: limits.read, WriteTimeout: limits.write, IdleTimeout: limits.idle,
		MaxHeaderBytes: limits.headerSize,
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
