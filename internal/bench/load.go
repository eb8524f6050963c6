package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// measurePortal is what the portal alone does for many clients at once, on either database.
func (b *bench) measurePortal(ctx context.Context) error {
	fmt.Printf("\n### The portal alone, %d clients at once\n\n", b.clients)
	fmt.Println("| database | users stored | what | a second | p50 | p99 |")
	fmt.Println("| --- | ---: | --- | ---: | ---: | ---: |")
	if err := b.portalOn(ctx, "SQLite", "portal.db"); err != nil {
		return fmt.Errorf("SQLite: %w", err)
	}
	return nil
}

func (b *bench) portalOn(ctx context.Context, name, database string) error {
	p, err := b.servePortal(ctx, "portal on "+name, database)
	if err != nil {
		return err
	}
	l := &load{portal: p, clients: b.clients, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: b.clients}}}
	if err := l.makeGroup(ctx); err != nil {
		return err
	}
	for _, stored := range []int{b.stored / 100, b.stored / 10, b.stored} {
		progress("%s: up to %d users", name, stored)
		begun := l.stored
		made, err := l.many(stored-begun, func(i int) error { return l.makeUser(ctx, begun+i) })
		if err != nil {
			return err
		}
		l.stored = stored
		fmt.Printf("| %s | %d | a user made | %s |\n", name, stored, made)
		read, err := l.many(5000, func(i int) error { return l.readUser(ctx, i) })
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %d | a user read | %s |\n", name, stored, read)
		listed, err := l.pages(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %d | 500 users a page, one client, all pages | %s |\n", name, stored, listed)
	}
	used, err := p.stop()
	fmt.Printf("| %s | %d | memory of the portal, at most | %s | | |\n", name, b.stored, megabytes(used.Memory))
	return err
}

// load is a portal under many clients.
type load struct {
	portal  *portal
	http    *http.Client
	clients int
	group   string
	stored  int
	mu      sync.Mutex
	ids     []string
}

// times are how long requests took.
type times struct {
	all  []time.Duration
	wall time.Duration
}

func (t times) String() string {
	slices.Sort(t.all)
	return fmt.Sprintf("%.0f | %s | %s", float64(len(t.all))/t.wall.Seconds(), milliseconds(t.at(50)), milliseconds(t.at(99)))
}

// at is the percentile of sorted times.
func (t times) at(percent int) time.Duration {
	return t.all[min(len(t.all)-1, len(t.all)*percent/100)]
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

// many does something n times, by all clients at once.
func (l *load) many(n int, do func(i int) error) (times, error) {
	var next atomic.Int64
	var failure error
	taken := times{all: make([]time.Duration, n)}
	began := time.Now()
	var clients sync.WaitGroup
	for range l.clients {
		clients.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				start := time.Now()
				if err := do(i); err != nil {
					l.mu.Lock()
					failure = err
					l.mu.Unlock()
					return
				}
				taken.all[i] = time.Since(start)
			}
		})
	}
	clients.Wait()
	taken.wall = time.Since(began)
	return taken, failure
}

func (l *load) makeGroup(ctx context.Context) error {
	var made struct {
		ID string `json:"id"`
	}
	err := l.send(ctx, http.MethodPost, "/v1/permission-groups", map[string]any{"name": "Agents", "permissions": []string{"contacts.view"}}, &made)
	l.group = made.ID
	return err
}

func (l *load) makeUser(ctx context.Context, i int) error {
	var made struct {
		ID string `json:"id"`
	}
	err := l.send(ctx, http.MethodPost, "/v1/users", map[string]any{
		"email": fmt.Sprintf("p%06d@example.com", i), "first_name": "Person", "last_name": "Number " + strconv.Itoa(i),
		"permission_group_ids": []string{l.group}, "telephony": map[string]any{"sip_assignment": "dynamic"},
	}, &made)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ids = append(l.ids, made.ID)
	return err
}

func (l *load) readUser(ctx context.Context, i int) error {
	// Steps of a large prime, so that the reads are spread over all that is stored.
	return l.send(ctx, http.MethodGet, "/v1/users/"+l.ids[i*15_485_863%len(l.ids)], nil, nil)
}

// pages reads the whole list, page after page.
func (l *load) pages(ctx context.Context) (times, error) {
	var taken times
	began := time.Now()
	for after := ""; ; {
		var page struct {
			Next string `json:"next"`
		}
		start := time.Now()
		if err := l.send(ctx, http.MethodGet, "/v1/users?limit=500&after="+after, nil, &page); err != nil {
			return taken, err
		}
		taken.all = append(taken.all, time.Since(start))
		if after = page.Next; after == "" {
			taken.wall = time.Since(began)
			return taken, nil
		}
	}
}

// send sends one request and reads its answer, which has to be a good one.
func (l *load) send(ctx context.Context, method, path string, body, into any) error {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(encoded)
	}
	path, query, _ := strings.Cut(path, "?")
	address := l.portal.url.JoinPath(path)
	address.RawQuery = query
	r, err := http.NewRequestWithContext(ctx, method, address.String(), content)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+l.portal.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := l.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}
