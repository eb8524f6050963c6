package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// organizationID is the id in organizationFile.
const organizationID = "bench"

const organizationFile = `id: bench
name: Bench
platform: telecube
sip_domain: bench.sip.example.com
ordered: [pbx]
phone_numbers: ["+48225550101"]
`

// portal is a portal that is served, in a process of its own.
type portal struct {
	url     *url.URL
	token   string
	process *portaltest.Process
	dir     string
}

// servePortal starts a portal. database is as portal serve wants it.
func (b *bench) servePortal(ctx context.Context, name, database string) (*portal, error) {
	dir := filepath.Join(b.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	for file, text := range map[string]string{"organization.yaml": organizationFile, "pwned.txt": ""} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	process, err := portaltest.Launch(ctx, b.provider, dir, io.Discard, "--database", database, "--key-file", "portal.key")
	if err != nil {
		return nil, err
	}
	p := &portal{process: process, dir: dir}
	if p.url, err = process.Address(); err != nil {
		return nil, err
	}
	token := exec.CommandContext(ctx, b.provider, "portal", "token", "create", "--database", database, "--key-file", "portal.key", "--organization", "bench", "--name", "bench", "--scope", "read,write,admin")
	token.Dir = dir
	output, err := token.Output()
	p.token = strings.TrimSpace(string(output))
	return p, err
}

// stop ends the portal and returns what it has cost.
func (p *portal) stop() (usage, error) {
	state, err := p.process.Stop()
	if state == nil {
		return usage{}, err
	}
	return usageOf(state), errors.Join(err, os.RemoveAll(p.dir))
}

// distance is a proxy that makes a portal as far away as one wants and counts what goes through, by method and path
// without ids.
type distance struct {
	*httptest.Server
	latency time.Duration
	mu      sync.Mutex
	counts  map[string]int
}

func away(p *portal, latency time.Duration) *distance {
	d := &distance{latency: latency, counts: map[string]int{}}
	transport := &http.Transport{MaxIdleConnsPerHost: 100, DisableCompression: true}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(p.url) }, Transport: transport}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		d.counts[r.Method+" "+noun(r.URL.Path)]++
		d.mu.Unlock()
		select {
		case <-time.After(d.latency):
		case <-r.Context().Done():
		}
		proxy.ServeHTTP(w, r)
	}))
	return d
}

// noun is the kind of object that a path is about: the segment after the version.
func noun(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/v1/"), "/")
	return name
}

// take returns the counts since the last time.
func (d *distance) take() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	counts := d.counts
	d.counts = map[string]int{}
	return counts
}
