package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/pgtest"
)

const nord = `id: nord
name: Nord AB
platform: vaxel
sip_domain: sip.nord.example.com
phone_numbers: ["+46812345671", "+46812345672", "+46812345673", "+46812345674"]
`

// balancer hands requests to three portals in turn, as a load balancer does that does not know which of them live. It
// loses every fifth answer to a create, and kills the first portal in the middle.
type balancer struct {
	*httptest.Server

	protected sync.Mutex
	targets   []*url.URL
	turn      int
	created   int
	killed    chan struct{}
}

func newBalancer(t *testing.T, targets []*url.URL, killFirst func()) *balancer {
	t.Helper()
	b := &balancer{targets: targets, killed: make(chan struct{})}
	const killAt, loseEvery = 13, 5
	b.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			b.protected.Lock()
			defer b.protected.Unlock()
			r.SetURL(b.targets[b.turn%len(b.targets)])
			b.turn++
		},
		ModifyResponse: func(answer *http.Response) error {
			if answer.Request.Method != http.MethodPost || answer.Request.URL.Path != "/v1/users" {
				return nil
			}
			b.protected.Lock()
			defer b.protected.Unlock()
			b.created++
			if b.created == killAt {
				killFirst()
				close(b.killed)
			}
			if b.created == killAt || b.created%loseEvery == 0 {
				return errors.New("the answer is lost")
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // a closed connection, no answer
	})
	t.Cleanup(b.Close)
	return b
}

func (b *balancer) replaceFirst(target *url.URL) {
	b.protected.Lock()
	defer b.protected.Unlock()
	b.targets[0] = target
}

// TestPostgreSQL_threePortalsOneOfThemKilled starts three portals on one empty database at once, works with them
// through a balancer, kills one with SIGKILL in the middle and starts another in its place. What holds for one portal
// has to hold for the three.
func TestPostgreSQL_threePortalsOneOfThemKilled(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, map[string]string{"organization.yaml": nord})
	database := pgtest.New(t)
	var targets []*url.URL
	var addresses []func() *url.URL
	var kills []func()
	for range 3 { // who is first makes the schema and the organisation
		address, kill := w.launch(io.Discard, "--database", database, "--key-file", "portal.key")
		addresses, kills = append(addresses, address), append(kills, kill)
	}
	for _, address := range addresses {
		targets = append(targets, address())
	}
	token := strings.TrimSpace(w.mustOutput(w.binary, "portal", "token", "create", "--database", database, "--key-file", "portal.key", "--organization", "nord", "--name", "test", "--scope", "read,write,admin"))
	b := newBalancer(t, targets, kills[0])
	c, err := client.New(client.Config{Endpoint: b.URL, Token: token, Retry: client.RetryPolicy{Attempts: 12}, SingleReads: true}) // what others do meanwhile is seen
	if err != nil {
		t.Fatal(err)
	}

	var wait sync.WaitGroup
	people := startCreating(t, c, &wait)
	guesses := startGuessing(t, b.URL, &wait)
	<-b.killed
	address, _ := w.launch(io.Discard, "--database", database, "--key-file", "portal.key")
	b.replaceFirst(address())
	wait.Wait()

	people.check(t, c)
	guesses.check(t, database)
	checkWaiting(t, b.URL, c)
	checkTrail(t, w, database)
}

// creating is what several people ask for at once, and what they were told.
type creating struct {
	protected sync.Mutex
	told      map[string][]told // what was asked for → what each of those who asked was told
}

type told struct {
	id  string
	err error
}

const (
	contested = 12 // addresses that two people want for different users
	same      = 6  // users that two people want, the same
	crowded   = 8  // extensions that two people want for different users
)

// startCreating has one goroutine for each request: an address, a user or an extension is wanted by two of them. All
// want one of four numbers.
func startCreating(t *testing.T, c *client.Client, wait *sync.WaitGroup) *creating {
	t.Helper()
	people := &creating{told: map[string][]told{}}
	create := func(wanted, email, firstName, extension, number string) {
		wait.Go(func() {
			made, err := c.CreateUser(context.WithoutCancel(t.Context()), portal.User{
				Email: &email, FirstName: &firstName, LastName: new("Lind"), Telephony: &portal.Telephony{Extension: &extension, CallerID: &number},
			})
			people.protected.Lock()
			defer people.protected.Unlock()
			people.told[wanted] = append(people.told[wanted], told{made.Object.ID, err})
		})
	}
	number := func(i int) string { return fmt.Sprintf("+4681234567%d", 1+i%4) }
	for i := range contested {
		for _, firstName := range []string{"Astrid", "Birgit"} {
			create(fmt.Sprintf("address %d", i), fmt.Sprintf("contested%d@example.com", i), firstName, "", number(i))
		}
	}
	for i := range same {
		for range 2 {
			create(fmt.Sprintf("user %d", i), fmt.Sprintf("same%d@example.com", i), "Carin", "", number(i))
		}
	}
	for i := range crowded {
		for _, name := range []string{"david", "erik"} {
			create(fmt.Sprintf("extension %d", i), fmt.Sprintf("%s%d@example.com", name, i), name, fmt.Sprintf("%d", 300+i), number(i))
		}
	}
	return people
}

// check looks at what was told, and whether it is so.
func (people *creating) check(t *testing.T, c *client.Client) {
	t.Helper()
	users, err := c.ListUsers(t.Context(), client.UserQuery{})
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]portal.User{}
	holders := map[string]int{}
	extensions := map[string]int{}
	for _, user := range users {
		stored[user.ID] = user
		for _, number := range user.Telephony.IncomingNumbers {
			holders[number]++
		}
		if *user.Telephony.Extension != "" {
			extensions[*user.Telephony.Extension]++
		}
	}
	if want := contested + same + crowded; len(users) != want {
		t.Errorf("there are %d users, want %d", len(users), want)
	}
	for wanted, told := range people.told {
		ids := map[string]bool{}
		refused := 0
		for _, told := range told {
			problem, _ := errors.AsType[*portal.Error](told.err)
			switch {
			case told.err == nil:
				ids[told.id] = true
			case problem != nil && problem.Code == portal.CodeConflict && len(problem.Errors) == 1 && problem.Errors[0].Code == portal.CodeAlreadyExists:
				refused++
			default:
				t.Errorf("%s: %v", wanted, told.err)
			}
		}
		if len(ids) != 1 || refused != 1 { // a create is not answered with what another one has made, even where the two are the same
			t.Errorf("%s: %d users and %d refusals, want 1 and 1", wanted, len(ids), refused)
		}
		for id := range ids {
			if _, ok := stored[id]; !ok {
				t.Errorf("%s: %s was acknowledged and is not there", wanted, id)
			}
		}
	}
	if len(holders) != 4 || len(extensions) != crowded {
		t.Errorf("%d numbers and %d extensions are somebody's, want 4 and %d", len(holders), len(extensions), crowded)
	}
	for name, times := range holders {
		if times != 1 {
			t.Errorf("the number %s has %d users", name, times)
		}
	}
	for name, times := range extensions {
		if times != 1 {
			t.Errorf("the extension %s has %d users", name, times)
		}
	}
}

// guessing counts the answers to wrong passwords.
type guessing struct {
	protected sync.Mutex
	answers   map[int]int // by status; 0 for none
}

const (
	stranger = "nobody@example.com"
	guesses  = 24
)

// startGuessing has many try to log in as somebody who does not exist, all at once.
func startGuessing(t *testing.T, endpoint string, wait *sync.WaitGroup) *guessing {
	t.Helper()
	g := &guessing{answers: map[int]int{}}
	for range guesses {
		wait.Go(func() {
			status := logIn(t, endpoint, stranger, "Wr0ng-h0rse-battery!")
			g.protected.Lock()
			defer g.protected.Unlock()
			g.answers[status]++
		})
	}
	return g
}

// logIn tries to log in to nord and returns the status of the answer; 0 for none.
func logIn(t *testing.T, endpoint, login, password string) int {
	t.Helper()
	return logInFrom(t, "", "nord", endpoint, login, password)
}

// logInFrom is logIn to any organisation. The address goes into X-Forwarded-For, if there is one.
func logInFrom(t *testing.T, address, organizationID, endpoint, login, password string) int {
	t.Helper()
	body, err := json.Marshal(map[string]string{"organization_id": organizationID, "login": login, "password": password})
	if err != nil {
		t.Error(err)
	}
	request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, endpoint+"/v1/sessions", bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	request.Header.Set("Content-Type", "application/json")
	if address != "" {
		request.Header.Set("X-Forwarded-For", address)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0 // of the portal that was killed
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// check compares the answers with what the database counted. Those that nobody got may have been counted or not.
func (g *guessing) check(t *testing.T, database string) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close(context.WithoutCancel(t.Context())) }()
	key := sha256.Sum256([]byte("person\n" + stranger))
	var counted int
	if err := connection.QueryRow(t.Context(), `SELECT failures FROM login_throttle WHERE key_sha256 = $1`, hex.EncodeToString(key[:])).Scan(&counted); err != nil {
		t.Fatal(err)
	}
	wrong, throttled, lost := g.answers[http.StatusUnauthorized], g.answers[http.StatusTooManyRequests], g.answers[0]
	if wrong+throttled+lost != guesses || throttled == 0 || counted < wrong || counted > wrong+lost {
		t.Errorf("%d failures were counted, and the answers were %v; each answer but 429 is one failure", counted, g.answers)
	}
	var migrations, versions int
	if err := connection.QueryRow(t.Context(), `SELECT COUNT(*), COUNT(DISTINCT version_id) FROM goose_db_version`).Scan(&migrations, &versions); err != nil || migrations != versions {
		t.Errorf("%d migrations to %d versions: %v", migrations, versions, err)
	}
}

// checkWaiting has many guess somebody's password at once, at three portals that live. Five of one network are
// answered, and nobody is blocked, as the rule set of vaxel does not say so.
func checkWaiting(t *testing.T, endpoint string, c *client.Client) {
	t.Helper()
	made, err := c.CreateUser(t.Context(), portal.User{
		Email: new("victim@example.com"), FirstName: new("Frida"), LastName: new("Lind"), Password: new(portal.Secret("Vq7-lamp-Orbit-kiwi")),
		Telephony: &portal.Telephony{Extension: new("")},
	})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	var wrong, early atomic.Int32
	for range 9 {
		wait.Go(func() {
			switch status := logIn(t, endpoint, "victim@example.com", "Wr0ng-h0rse-battery!"); status {
			case http.StatusUnauthorized:
				wrong.Add(1)
			case http.StatusTooManyRequests:
				early.Add(1)
			default:
				t.Errorf("a wrong password is answered by %d", status)
			}
		})
	}
	wait.Wait()
	user, err := c.GetUser(t.Context(), made.Object.ID)
	if err != nil || user.Status != portal.StatusPending || !*user.Enabled || wrong.Load()+early.Load() != 9 || wrong.Load() < 1 {
		t.Errorf("after nine wrong passwords, %d of them answered, the user is %+v: %v", wrong.Load(), user, err)
	}
}

// checkTrail looks whether the audit trail tells each change once.
func checkTrail(t *testing.T, w *workspace, database string) {
	t.Helper()
	var done []string
	entries := json.NewDecoder(strings.NewReader(w.mustOutput(w.binary, "portal", "audit", "--database", database, "--organization", "nord", "--limit", "500", "--json")))
	for {
		var entry portal.AuditEntry
		err := entries.Decode(&entry)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if entry.Action != portal.ActionFailLogIn && entry.Action != portal.ActionLockOut { // of which there are as many as attempts
			done = append(done, fmt.Sprintf("%s %s %s", entry.Action, entry.Noun, entry.ObjectID))
		}
	}
	slices.Sort(done)
	counted := map[string]int{}
	for i, change := range done {
		if i > 0 && change == done[i-1] {
			t.Errorf("the audit trail tells twice: %s", change)
		}
		action, _, _ := strings.Cut(change, "_") // without the id
		counted[action]++
	}
	if want := contested + same + crowded + 1; counted["create user usr"] != want || counted["block user usr"] != 0 || counted["create organization nord"] != 1 {
		t.Errorf("the audit trail tells of %v, want %d new users, no block and 1 new organisation", counted, want)
	}
}
