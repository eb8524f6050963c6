package cli

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func proxies(t testing.TB, values ...string) trustedProxies {
	t.Helper()
	trusted, err := parseTrustedProxies(values)
	if err != nil {
		t.Fatal(err)
	}
	return trusted
}

func TestTrustedProxies_theClientIsTheRightMostThatIsNotTrusted(t *testing.T) {
	t.Parallel()
	trusted := proxies(t, "10.0.0.0/8", "2001:db8:ffff::/48", "192.0.2.250")
	for name, c := range map[string]struct {
		peer           string
		xff, forwarded []string
		want           string
	}{
		"no proxy":                      {"203.0.113.7:4000", nil, nil, "203.0.113.7"},
		"a stranger who claims":         {"203.0.113.7:4000", []string{"198.51.100.1"}, []string{"for=198.51.100.1"}, "203.0.113.7"},
		"a proxy that says nothing":     {"10.0.0.1:4000", nil, nil, "10.0.0.1"},
		"one proxy":                     {"10.0.0.1:4000", []string{"203.0.113.7"}, nil, "203.0.113.7"},
		"a client who claims":           {"10.0.0.1:4000", []string{"198.51.100.1, 203.0.113.7"}, nil, "203.0.113.7"},
		"in a line of its own":          {"10.0.0.1:4000", []string{"198.51.100.1", "203.0.113.7"}, nil, "203.0.113.7"},
		"two proxies":                   {"10.0.0.1:4000", []string{"198.51.100.1, 203.0.113.7, 10.0.0.2"}, nil, "203.0.113.7"},
		"proxies alone":                 {"10.0.0.1:4000", []string{"10.0.0.3, 10.0.0.2"}, nil, "10.0.0.3"},
		"with a port":                   {"192.0.2.250:4000", []string{"203.0.113.7:1234"}, nil, "203.0.113.7"},
		"IPv6":                          {"[2001:db8:ffff::1]:4000", []string{"2001:db8::7"}, nil, "2001:db8::7"},
		"IPv6 in brackets":              {"[2001:db8:ffff::1]:4000", []string{"[2001:db8::7]:80"}, nil, "2001:db8::7"},
		"IPv4 in IPv6":                  {"[::ffff:10.0.0.1]:4000", []string{"::ffff:203.0.113.7"}, nil, "203.0.113.7"},
		"garbage beyond":                {"10.0.0.1:4000", []string{"garbage, 203.0.113.7"}, nil, "203.0.113.7"},
		"garbage":                       {"10.0.0.1:4000", []string{"203.0.113.7, garbage, 10.0.0.2"}, nil, "10.0.0.2"},
		"Forwarded":                     {"10.0.0.1:4000", nil, []string{`for=198.51.100.1, For="203.0.113.7:80";proto=https;by=10.0.0.9`}, "203.0.113.7"},
		"Forwarded with IPv6":           {"10.0.0.1:4000", nil, []string{`proto=https; for="[2001:db8::7]:47011"`}, "2001:db8::7"},
		"Forwarded without an address":  {"10.0.0.1:4000", nil, []string{"for=203.0.113.7, for=unknown, for=10.0.0.2"}, "10.0.0.2"},
		"an open quote":                 {"10.0.0.1:4000", nil, []string{`for=198.51.100.1;x="`, "for=203.0.113.7"}, "203.0.113.7"},
		"a for in the name of the host": {"10.0.0.1:4000", nil, []string{`for=203.0.113.7;host="x;for=198.51.100.1"`}, "203.0.113.7"},
		"two for":                       {"10.0.0.1:4000", nil, []string{"for=198.51.100.1;for=203.0.113.7"}, "10.0.0.1"},
		"both headers agree":            {"10.0.0.1:4000", []string{"203.0.113.7"}, []string{"for=203.0.113.7"}, "203.0.113.7"},
		"one is the client's":           {"10.0.0.1:4000", []string{"203.0.113.7"}, []string{"for=198.51.100.1"}, "10.0.0.1"},
		"a socket without an address":   {"@", []string{"203.0.113.7"}, nil, "@"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		if c.xff != nil {
			r.Header["X-Forwarded-For"] = c.xff
		}
		if c.forwarded != nil {
			r.Header["Forwarded"] = c.forwarded
		}
		var got string
		trusted.believe(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got = r.RemoteAddr
			if address, ok := node(got); ok {
				got = address.String()
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want || r.RemoteAddr != c.peer {
			t.Errorf("%s: the client is %q, want %q", name, got, c.want)
		}
	}
}

func TestTrustedProxies_whatIsNoNetworkIsRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "proxy.example.com", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.0/8,10.0.0.1"} {
		if _, err := parseTrustedProxies([]string{"10.0.0.0/8", bad}); err == nil || !strings.Contains(err.Error(), "--trusted-proxy") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzTrustedProxies: nothing that a client writes changes what a trusted proxy adds to it, and nothing that a stranger
// writes is believed.
func FuzzTrustedProxies(f *testing.F) {
	for _, seed := range []string{"", "198.51.100.1", `for="`, `for=198.51.100.1;x="\`, `for="[2001:db8::1]:80"`, "unknown, ,", ";;=,=", `"for=198.51.100.1`} {
		f.Add(seed, seed)
	}
	trusted := proxies(f, "10.0.0.0/8")
	client := netip.MustParseAddr("203.0.113.7")
	f.Fuzz(func(t *testing.T, xff, forwarded string) {
		request := func(peer string, header http.Header) *http.Request {
			return &http.Request{RemoteAddr: peer, Header: header}
		}
		for name, header := range map[string]http.Header{
			"X-Forwarded-For, one line": {"X-Forwarded-For": {xff + ", 203.0.113.7"}},
			"X-Forwarded-For":           {"X-Forwarded-For": {xff, "203.0.113.7", "10.0.0.2"}},
			"Forwarded, one line":       {"Forwarded": {forwarded + ", for=203.0.113.7"}},
			"Forwarded":                 {"Forwarded": {forwarded, `for="203.0.113.7:80";proto=https`, "for=10.0.0.2"}},
		} {
			if got := trusted.client(request("10.0.0.1:80", header)); got != client {
				t.Errorf("%s: the client is %s", name, got)
			}
		}
		both := http.Header{"X-Forwarded-For": {xff, "203.0.113.7"}, "Forwarded": {forwarded}}
		if got := trusted.client(request("10.0.0.1:80", both)); got != client && got.String() != "10.0.0.1" {
			t.Errorf("with a Forwarded of the client, the client is %s", got)
		}
		if got := trusted.client(request("203.0.113.7:80", http.Header{"X-Forwarded-For": {xff}, "Forwarded": {forwarded}})); got != client {
			t.Errorf("a stranger is believed to be %s", got)
		}
		trusted.client(request("10.0.0.1:80", http.Header{"X-Forwarded-For": {xff}, "Forwarded": {forwarded}}))
	})
}
