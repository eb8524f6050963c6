package client_test

import (
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

func TestNew_endpoint(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{
		"https://portal.example.com", "https://portal.example.com/", "https://portal.example.com:8443/telephony", "https://192.0.2.1",
		"https://[2001:db8::1]:8443", "http://localhost:8080", "http://127.0.0.1:8080", "http://127.8.9.1", "http://[::1]:8080",
	} {
		if _, err := client.New(client.Config{Endpoint: endpoint, Token: "t"}); err != nil {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	for endpoint, says := range map[string]string{
		"":                                   "none is given",
		"portal.example.com":                 "no scheme",
		"portal.example.com:443":             "no scheme",
		"https://":                           "no host",
		"https://:443":                       "no host",
		"https://exa mple.com":               "not a URL",
		"http://portal.example.com":          "unencrypted",
		"http://192.0.2.1":                   "unencrypted",
		"http://localhost.example.com":       "unencrypted",
		"ftp://portal.example.com":           "not https",
		"https://portal.example.com/v1":      "/v1",
		"https://portal.example.com/v1/":     "/v1",
		"https://portal.example.com?a=b":     "query",
		"https://portal.example.com#users":   "query or fragment",
		"https://user:pw@portal.example.com": "user name or password",
	} {
		_, err := client.New(client.Config{Endpoint: endpoint, Token: "t"})
		if err == nil || !strings.HasPrefix(err.Error(), "endpoint: ") || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v does not say %q", endpoint, err, says)
		}
	}
}

func TestNew_refusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*client.Config){
		"token: none":              func(c *client.Config) { c.Token = "" },
		"token: this is a URL":     func(c *client.Config) { c.Token = "https://portal.example.com" },
		"token: it begins or ends": func(c *client.Config) { c.Token = "abc\n" },
		"token: it has characters": func(c *client.Config) { c.Token = "Bearer abc" },
		"user agent":               func(c *client.Config) { c.UserAgent = "a\r\nb" },
		"request timeout: -1s":     func(c *client.Config) { c.RequestTimeout = -time.Second },
		"retry: attempts -1":       func(c *client.Config) { c.Retry.Attempts = -1 },
		"retry: the minimum wait":  func(c *client.Config) { c.Retry = client.RetryPolicy{MinWait: 2, MaxWait: 1} },
		"have no effect":           func(c *client.Config) { c.Transport, c.CACertificates = &http.Transport{}, x509.NewCertPool() },
	}
	for says, change := range tests {
		config := client.Config{Endpoint: "https://portal.example.com", Token: "t"}
		change(&config)
		if _, err := client.New(config); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v does not say %q", err, says)
		}
	}
}

func TestNew_connectsThroughTheProxy(t *testing.T) {
	t.Parallel()
	proxy := newScript(t, plain, succeed)
	target, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, client.Config{Endpoint: "http://127.0.0.1:9", Token: "t", Proxy: http.ProxyURL(target)})
	if _, err := c.GetUser(t.Context(), "usr_1"); err != nil {
		t.Fatal(err)
	}
	if got, want := proxy.got()[0].RequestURI, "http://127.0.0.1:9/v1/users/usr_1"; got != want {
		t.Errorf("the proxy was asked for %s, want %s", got, want)
	}
}
