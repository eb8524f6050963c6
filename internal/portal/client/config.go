package client

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Defaults of Config.
const (
	DefaultRequestTimeout = 30 * time.Second
	DefaultUserAgent      = "terraform-provider-switchboard"
)

// Config says which portal to talk to, as whom and how. It prints without its token.
type Config struct {
	// Endpoint is the address of the portal without /v1: an https URL, or http if the host is this machine (loopback).
	Endpoint string
	// Token is the bearer token (RFC 6750). It is sent to Endpoint and nowhere else.
	Token string
	// UserAgent says who is calling; empty is DefaultUserAgent.
	UserAgent string
	// CACertificates replace the system's certification authorities; nil keeps them. Not together with Transport.
	CACertificates *x509.CertPool
	// Proxy chooses the proxy of a request, such as http.ProxyFromEnvironment; nil is none. Not together with
	// Transport.
	Proxy func(*http.Request) (*url.URL, error)
	// RequestTimeout bounds one attempt, from connecting to the last byte of the answer; 0 is DefaultRequestTimeout.
	RequestTimeout time.Duration
	// Transport carries the requests instead of a connection of the client's own: a portal in the same process, or a
	// test.
	Transport http.RoundTripper
	// Retry says how often and how patiently a request is repeated; the zero value has sensible defaults.
	Retry RetryPolicy
	// MaxRequestsPerSecond is the budget of all requests of the client, repeated ones included; 0 is none, until the
	// portal asks for less (429 or 503).
	MaxRequestsPerSecond float64
	// SingleReads has every read ask the portal, one request for each object and one page of a list after the other,
	// and nothing be remembered.
	SingleReads bool
	// ManagedBy is the name under which the client manages the objects that it writes (see portal.IsManagedBy); empty
	// is what the portal says of the token, once the organisation has been read.
	ManagedBy string
	// HandOver has every write take over what objects of the same manager have, and wait for users of what it deletes
	// (the header Hand-Over). It needs to be known under which name the client manages objects: ManagedBy, or what
	// Organization has read.
	HandOver bool
	// LastAdministrator has deletions take the last administrator of the organisation too, which the portal refuses
	// otherwise.
	LastAdministrator bool
	// Logger gets one line per attempt with method, path, status, attempt and duration, and never a body or a header;
	// nil is none.
	Logger func(ctx context.Context, message string, fields map[string]any)
}

// Format keeps the token out of every message and log line, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "portal client configuration (secret)")
}

// New returns a client for the portal. It does not connect: a wrong endpoint or token shows at the first request.
func New(config Config) (*Client, error) {
	if err := checkToken(config.Token); err != nil {
		return nil, err
	}
	endpoint, err := parseEndpoint(config.Endpoint)
	if err != nil {
		return nil, err
	}
	if config.UserAgent == "" {
		config.UserAgent = DefaultUserAgent
	}
	if !isHeaderValue(config.UserAgent) {
		return nil, fmt.Errorf("user agent: %q has characters that no HTTP header can carry; use printable ASCII", config.UserAgent)
	}
	if config.ManagedBy != "" && !portal.IsManagedBy(config.ManagedBy) {
		return nil, fmt.Errorf("managed by: %q cannot be sent in a header; give 1 to %d printable ASCII characters", config.ManagedBy, portal.MaxManagedByLength)
	}
	if config.RequestTimeout < 0 {
		return nil, fmt.Errorf("request timeout: %s is negative; give a duration above 0, such as 30s", config.RequestTimeout)
	}
	if config.RequestTimeout == 0 {
		config.RequestTimeout = DefaultRequestTimeout
	}
	if config.MaxRequestsPerSecond < 0 || math.IsNaN(config.MaxRequestsPerSecond) {
		return nil, fmt.Errorf("maximum requests per second: %v is none; give a number above 0, such as 20", config.MaxRequestsPerSecond)
	}
	retry, err := config.Retry.withDefaults()
	if err != nil {
		return nil, err
	}
	transport := config.Transport
	switch {
	case transport == nil:
		transport = newTransport(config.CACertificates, config.Proxy)
	case config.CACertificates != nil || config.Proxy != nil:
		return nil, errors.New("CA certificates and a proxy have no effect on a given transport; set them there")
	}
	c := &Client{
		singleReads: config.SingleReads,

		endpoint:  endpoint,
		token:     func() string { return config.Token },
		userAgent: config.UserAgent,
		timeout:   config.RequestTimeout,
		retry:     retry,
		log:       config.Logger,
		managedBy: config.ManagedBy,
		handOver:  config.HandOver,

		lastAdministrator: config.LastAdministrator,

		defaultManager: new(atomic.Pointer[string]),
		http: &http.Client{
			Transport: newLimiter(timed{wholeAnswers{transport}, config.RequestTimeout}, retry, config.MaxRequestsPerSecond),
			// A redirect could lead the token to another host, so do reports it instead.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	c.views = views{
		users:            newView(c, "/v1/users", portal.NounUser.Title()),
		permissionGroups: newView(c, "/v1/permission-groups", portal.NounPermissionGroup.Title()),
		sipAccounts:      newView(c, "/v1/sip-accounts", portal.NounSIPAccount.Title()),
		userGroups:       newView(c, "/v1/user-groups", portal.NounUserGroup.Title()),
		phoneNumbers:     newView(c, "/v1/phone-numbers", "phone number"),
	}
	return c, nil
}

// checkToken never quotes what it was given.
func checkToken(token string) error {
	switch {
	case token == "":
		return errors.New("token: none is given; make one with `portal token create`")
	case strings.Contains(token, "://"):
		return errors.New("token: this is a URL; endpoint and token may have changed places")
	case strings.TrimSpace(token) != token:
		return errors.New("token: it begins or ends with white space, often the line end of a file; give the token alone")
	case !isHeaderValue(token) || strings.Contains(token, " "):
		return errors.New("token: it has characters that no bearer token has (RFC 6750); give the token alone, without \"Bearer\"")
	}
	return nil
}

// parseEndpoint returns the endpoint without a trailing slash. A user name and password in it are refused and never
// quoted.
func parseEndpoint(text string) (string, error) {
	const wanted = "give a URL such as https://portal.example.com"
	if text == "" {
		return "", errors.New("endpoint: none is given; " + wanted)
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", errors.New("endpoint: this is not a URL; " + wanted)
	}
	if u.User != nil {
		return "", errors.New("endpoint: it holds a user name or password; remove them, the token is enough")
	}
	if u.Opaque != "" || u.Hostname() == "" {
		return "", fmt.Errorf("endpoint: %q has no scheme or no host; %s", text, wanted)
	}
	if u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return "", fmt.Errorf("endpoint: %q has a query or fragment; give the address alone, such as https://portal.example.com", text)
	}
	switch u.Scheme {
	case "https":
	case "http":
		if !portal.IsLoopback(u.Hostname()) {
			return "", fmt.Errorf("endpoint: %q would send the token unencrypted; use https (http is for this machine only)", text)
		}
	default:
		return "", fmt.Errorf("endpoint: the scheme of %q is not https; %s", text, wanted)
	}
	endpoint := strings.TrimRight(text, "/")
	if strings.HasSuffix(endpoint, "/v1") {
		return "", fmt.Errorf("endpoint: %q ends in /v1, which the client adds itself; leave it out", text)
	}
	return endpoint, nil
}

// isHeaderValue reports whether s is one line of printable ASCII (RFC 9110, section 5.5).
func isHeaderValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
