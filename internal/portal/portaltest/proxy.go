package portaltest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
)

// Proxy stands between a client and a portal, on the network of this machine. It gives each request a connection of its
// own, so that every attempt is one that the client decided on: a transport repeats by itself what fails on a
// connection that was used before.
type Proxy struct {
	URL string // without a slash at the end

	server  *httptest.Server
	mu      sync.Mutex
	target  *url.URL
	between func(http.Handler) http.Handler
}

// StartProxy starts a proxy before the portal at an address. Whoever starts it closes it.
func StartProxy(target string) (*Proxy, error) {
	p := &Proxy{}
	if err := p.SetTarget(target); err != nil {
		return nil, err
	}
	portal := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			p.mu.Lock()
			defer p.mu.Unlock()
			r.SetURL(p.target)
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		between := p.between
		p.mu.Unlock()
		if between == nil {
			portal.ServeHTTP(w, r)
			return
		}
		between(portal).ServeHTTP(w, r)
	}))
	p.server.Config.SetKeepAlivesEnabled(false)
	p.server.Start()
	p.URL = p.server.URL
	return p, nil
}

// SetTarget moves the portal to another address.
func (p *Proxy) SetTarget(target string) error {
	address, err := url.Parse(target)
	if err != nil {
		return fmt.Errorf("the address of the portal: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = address
	return nil
}

// Put puts something between client and portal, such as Storm.Over, in place of what was there; nil lets everything
// pass.
func (p *Proxy) Put(between func(portal http.Handler) http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.between = between
}

// Close breaks what is under way and ends the proxy.
func (p *Proxy) Close() {
	p.server.CloseClientConnections()
	p.server.Close()
}
