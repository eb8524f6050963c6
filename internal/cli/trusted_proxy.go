package cli

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// trustedProxies are the networks whose proxies are believed when they say where a request comes from. Anybody else can
// say anything.
type trustedProxies []netip.Prefix

func parseTrustedProxies(values []string) (proxies trustedProxies, err error) {
	for _, value := range values {
		network, err := netip.ParsePrefix(value)
		if err != nil {
			address, err := netip.ParseAddr(value)
			if err != nil {
				return nil, fmt.Errorf("--trusted-proxy is %q; give the network of the proxies, such as 10.0.0.0/8 or 2001:db8::/32, or the address of one", value)
			}
			network = netip.PrefixFrom(address, address.BitLen())
		}
		if network.Bits() == 0 {
			return nil, fmt.Errorf("--trusted-proxy is %q, which is everybody, so that anybody could say to come from anywhere; give the network of the proxies alone", value)
		}
		proxies = append(proxies, network.Masked())
	}
	return proxies, nil
}

func (t trustedProxies) trust(address netip.Addr) bool {
	return slices.ContainsFunc(t, func(network netip.Prefix) bool { return network.Contains(address) })
}

// believe gives requests that came through trusted proxies the address of the client in place of the proxy's: log-ins
// are counted by it, and the audit trail keeps it.
func (t trustedProxies) believe(next http.Handler) http.Handler {
	if len(t) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if client := t.client(r); client.IsValid() {
			r = r.WithContext(r.Context()) // a copy, as the server keeps the request
			r.RemoteAddr = net.JoinHostPort(client.String(), "0")
		}
		next.ServeHTTP(w, r)
	})
}

// client is where a request comes from: the right-most address that is no trusted proxy's. Invalid for a connection
// without an address. A proxy that writes only one of the two headers lets the other one through as the client wrote
// it. So where both are there and differ, neither is believed.
func (t trustedProxies) client(r *http.Request) netip.Addr {
	peer, ok := node(r.RemoteAddr)
	if !ok || !t.trust(peer) {
		return peer
	}
	forwardedFor, forwarded := elements(r.Header["X-Forwarded-For"]), elements(r.Header["Forwarded"])
	for i, element := range forwarded {
		forwarded[i] = forParameter(element)
	}
	switch one, other := t.rightMost(peer, forwardedFor), t.rightMost(peer, forwarded); {
	case len(forwarded) == 0 || one == other:
		return one
	case len(forwardedFor) == 0:
		return other
	default:
		return peer
	}
}

// rightMost goes from the portal to the client: each hop was written by the one to its right, so the first that is not
// trusted is the last to be believed. A hop that is no address ends the way.
func (t trustedProxies) rightMost(peer netip.Addr, hops []string) netip.Addr {
	for _, hop := range slices.Backward(hops) {
		address, ok := node(hop)
		if !ok {
			break
		}
		if peer = address; !t.trust(address) {
			break
		}
	}
	return peer
}

// elements are the members of a list in a header, which may be there several times. Commas in quotes count too: a
// client may leave a quote open to swallow what a proxy adds, and no address holds a comma.
func elements(header []string) []string {
	if len(header) == 0 {
		return nil
	}
	return strings.Split(strings.Join(header, ","), ",")
}

// forParameter is the node in an element of Forwarded (RFC 7239, section 4); empty if there is not exactly one.
func forParameter(element string) (found string) {
	quoted := false
	pairs := strings.FieldsFunc(element, func(c rune) bool {
		if c == '"' {
			quoted = !quoted
		}
		return c == ';' && !quoted
	})
	if quoted || strings.Contains(element, `\`) {
		return ""
	}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "for") {
			continue
		}
		if found != "" {
			return ""
		}
		found = strings.TrimSpace(value)
		if len(found) > 1 && found[0] == '"' && found[len(found)-1] == '"' {
			found = found[1 : len(found)-1]
		}
	}
	return found
}

// node reads an address, with a port or without: 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1] or
// [2001:db8::1]:80.
func node(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	host, _, err := net.SplitHostPort(text)
	if err != nil {
		host = text
		if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
			host = text[1 : len(text)-1]
		}
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}, false
	}
	return address.Unmap().WithZone(""), true
}
