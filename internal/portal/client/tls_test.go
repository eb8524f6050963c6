package client_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// The oldest version that the client speaks is TLS 1.2, however old the portal is, and it speaks only to one whose
// certificate it trusts.
func TestClient_TLS12IsTheOldestAndOnlyTrustedCertificates(t *testing.T) {
	t.Parallel()
	for version, accepted := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			t.Parallel()
			asked := false
			portal := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked = true
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, `{"id": "acme"}`)
			}))
			portal.Config.ErrorLog = log.New(io.Discard, "", 0)
			portal.TLS = &tls.Config{MinVersion: version, MaxVersion: version} //nolint:gosec // what is refused is what is tested
			portal.StartTLS()
			defer portal.Close()
			authorities := x509.NewCertPool()
			authorities.AddCert(portal.Certificate())
			once := client.RetryPolicy{Attempts: 1, MinWait: time.Nanosecond, MaxWait: time.Nanosecond}
			trusting, err := client.New(client.Config{Endpoint: portal.URL, Token: "secret-token", CACertificates: authorities, Retry: once})
			if err != nil {
				t.Fatal(err)
			}
			organization, err := trusting.Organization(t.Context())
			switch {
			case accepted && (err != nil || organization.ID != "acme"):
				t.Errorf("%+v, %v", organization, err)
			case !accepted && (err == nil || !strings.Contains(err.Error(), "protocol version") || asked):
				t.Errorf("%v (asked: %v), want a handshake that fails", err, asked)
			}
			if !accepted {
				return
			}
			asked = false
			wary, err := client.New(client.Config{Endpoint: portal.URL, Token: "secret-token", Retry: once})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := wary.Organization(t.Context()); err == nil || !strings.Contains(err.Error(), "not trusted") || asked {
				t.Errorf("%v (asked: %v), want a certificate that is not trusted", err, asked)
			}
		})
	}
}
