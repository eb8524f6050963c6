package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/pgtest"
)

// measurePortal is what the portal alone does for many clients at once, on either database.
func (b *bench) measurePortal(ctx context.Context) error {
	fmt.Fprintf(b.out, "\n### The portal alone, %d clients at once\n\n", b.clients)
	fmt.Fprintln(b.out, "| database | users stored | what | a second | p50 | p99 |")
	fmt.Fprintln(b.out, "| --- | ---: | --- | ---: | ---: | ---: |")
	if err := b.portalOn(ctx, "SQLite", filepath.Join(b.dir, "load.db")); err != nil {
		return fmt.Errorf("SQLite: %w", err)
	}
	database := b.postgres
	if database == "" {
		server, err := pgtest.Start()
		if err != nil {
			return fmt.Errorf("start a private PostgreSQL; install it, or name a server with -postgres: %w", err)
		}
		if database, err = server.Database(ctx); err != nil {
			return err
		}
	}
	if err := b.portalOn(ctx, "PostgreSQL", database); err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	return nil
}

func (b *bench) portalOn(ctx context.Context, name, database string) error {
	p, err := b.servePortal(ctx, "portal on "+name, database)
	if err != nil {
		return err
	}
	l := &load{portal: p, clients: b.clients, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: b.clients}}}
	first, err := l.makeFirst(ctx)
	if err != nil {
		return err
	}
	l.group = first.group
	copied := 1
	for _, stored := range []int{b.stored / 100, b.stored / 10, b.stored} {
		progress("%s: %d users", name, stored)
		if err := first.store(ctx, database, copied, stored); err != nil {
			return err
		}
		if err := settle(ctx, database); err != nil {
			return err
		}
		for ; copied < stored; copied++ {
			l.ids = append(l.ids, copiedID(first.user, copied))
		}
		for _, one := range []struct {
			what string
			do   func() (times, error)
		}{
			{"one user read", func() (times, error) { return l.many(b.measured, func(i int) error { return l.readUser(ctx, i) }) }},
			{"500 users read, page after page, one client", func() (times, error) { return l.pages(ctx) }},
			{"500 users read, any page", func() (times, error) { return l.many(b.measured/10, func(i int) error { return l.readPage(ctx, i) }) }},
			{"a user made", func() (times, error) { return l.many(b.measured, func(int) error { return l.makeUser(ctx) }) }},
		} {
			taken, err := one.do()
			if err != nil {
				return err
			}
			fmt.Fprintf(b.out, "| %s | %d | %s | %s |\n", name, stored, one.what, taken)
		}
	}
	used, err := p.stop()
	fmt.Fprintf(b.out, "| %s | %d | memory of the portal, at most | %s | | |\n", name, b.stored, megabytes(used.Memory))
	return err
}

// settle has PostgreSQL do at once with what was stored what it does by itself within minutes, beside whatever is
// measured then.
func settle(ctx context.Context, database string) (err error) {
	if !strings.HasPrefix(database, "postgres") { // a file has its whole path
		return nil
	}
	connection, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, connection.Close(context.WithoutCancel(ctx))) }()
	for _, statement := range []string{"VACUUM (ANALYZE)", "CHECKPOINT"} {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// load is a portal under many clients.
type load struct {
	portal  *portal
	http    *http.Client
	clients int
	group   string
	made    atomic.Int64
	ids     []string // of the copies
	cursors []string // of the pages
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

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

// many does something n times, by all clients at once.
func (l *load) many(n int, do func(i int) error) (times, error) {
	var next atomic.Int64
	var mu sync.Mutex
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
					mu.Lock()
					failure = err
					mu.Unlock()
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

// makeFirst makes the person that the others are copies of.
func (l *load) makeFirst(ctx context.Context) (first crowd, err error) {
	one := personAt(0)
	first.group, err = l.make(ctx, "permission-groups", map[string]any{"name": "Group of " + one.LastName, "permissions": []string{"contacts.view"}})
	if err != nil {
		return first, err
	}
	first.account, err = l.make(ctx, "sip-accounts", map[string]any{"extension": one.Extension, "name": one.LastName, "password": "Vq7-lamp-Orbit-kiwi"})
	if err != nil {
		return first, err
	}
	first.user, err = l.make(ctx, "users", map[string]any{
		"email": one.Email, "first_name": one.FirstName, "last_name": one.LastName, "permission_group_ids": []string{first.group},
		"telephony": map[string]any{"sip_assignment": "static", "sip_account_ids": []string{first.account}, "caller_ids": []string{"+48225550101"}},
	})
	return first, err
}

// make makes an object and returns its id.
func (l *load) make(ctx context.Context, collection string, object map[string]any) (string, error) {
	var made struct {
		ID string `json:"id"`
	}
	err := l.send(ctx, http.MethodPost, "/v1/"+collection, object, &made)
	return made.ID, err
}

// makeUser makes one more user.
func (l *load) makeUser(ctx context.Context) error {
	i := l.made.Add(1)
	_, err := l.make(ctx, "users", map[string]any{
		"email": fmt.Sprintf("made%d@example.com", i), "first_name": "Person", "last_name": "Number " + strconv.FormatInt(i, 10),
		"permission_group_ids": []string{l.group}, "telephony": map[string]any{"sip_assignment": "dynamic"},
	})
	return err
}

// some spreads what is read over all that is stored, by steps of a large prime.
func some(of []string, i int) string { return of[i*15_485_863%len(of)] }

func (l *load) readUser(ctx context.Context, i int) error {
	return l.send(ctx, http.MethodGet, "/v1/users/"+some(l.ids, i), nil, nil)
}

func (l *load) readPage(ctx context.Context, i int) error {
	return l.send(ctx, http.MethodGet, pageOf(some(l.cursors, i)), nil, nil)
}

// pageOf is the largest page behind a cursor; an empty one is the first.
func pageOf(cursor string) string {
	if cursor == "" {
		return "/v1/users?limit=500"
	}
	return "/v1/users?limit=500&after=" + cursor
}

// pages reads the whole list, page after page.
func (l *load) pages(ctx context.Context) (times, error) {
	var taken times
	l.cursors = []string{""}
	began := time.Now()
	for {
		var page struct {
			Next string `json:"next"`
		}
		start := time.Now()
		text, err := l.ask(ctx, http.MethodGet, pageOf(l.cursors[len(l.cursors)-1]), nil)
		taken.all = append(taken.all, time.Since(start))
		if err != nil {
			return taken, err
		}
		if err := json.Unmarshal(text, &page); err != nil {
			return taken, err
		}
		if page.Next == "" {
			taken.wall = time.Since(began)
			return taken, nil
		}
		l.cursors = append(l.cursors, page.Next)
	}
}

// send sends one request and decodes its answer.
func (l *load) send(ctx context.Context, method, path string, body, into any) error {
	text, err := l.ask(ctx, method, path, body)
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// ask sends one request and reads its answer, which has to be a good one.
func (l *load) ask(ctx context.Context, method, path string, body any) ([]byte, error) {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(encoded)
	}
	path, query, _ := strings.Cut(path, "?")
	address := l.portal.url.JoinPath(path)
	address.RawQuery = query
	r, err := http.NewRequestWithContext(ctx, method, address.String(), content)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+l.portal.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := l.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	return text, nil
}
