// Package portaltest starts the real portal in process, one for every test: real store, real service, real server, on a
// loopback listener. All that passes through it is checked against the OpenAPI description of the API.
package portaltest

import (
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/keys"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/web"
)

// Portal is a portal that runs for one test and ends with it.
type Portal struct {
	URL     string           // without a slash at the end
	Token   string           // of the first organisation, with every scope
	Caller  service.Caller   // the holder of Token
	Service *service.Service // the use cases without HTTP; another one after Restart

	t         testing.TB
	options   options
	store     *store.Store
	server    *httptest.Server
	serving   sync.WaitGroup
	protected sync.Mutex
	requests  []string
	inject    func(*http.Request) *Fault
	looked    []string // prefixes that were looked up among known passwords
	away      bool     // nobody knows of known passwords
}

type options struct {
	platform      portal.Platform
	organizations []string
	database      string
	now           func() time.Time
	withoutMail   bool
}

// Option changes the portal that Start starts.
type Option func(*options)

// WithOrganization uses this organisation file instead of the default one. Repeated, the portal has several
// organisations: Token is one of the first, and TokenOf makes those of the others.
func WithOrganization(yaml string) Option {
	return func(o *options) { o.organizations = append(o.organizations, yaml) }
}

// WithPlatform gives the default organisation another platform than telecube.
func WithPlatform(platform portal.Platform) Option {
	return func(o *options) { o.platform = platform }
}

// WithNow gives the portal another clock than that of the machine. It is called by several goroutines at once.
func WithNow(now func() time.Time) Option {
	return func(o *options) { o.now = now }
}

// WithoutMail starts a portal that has no mail server.
func WithoutMail() Option {
	return func(o *options) { o.withoutMail = true }
}

// Start starts a portal. Without options it has the organisation "delfin" on telecube; see Organization.
func Start(t testing.TB, option ...Option) *Portal {
	t.Helper()
	p := &Portal{t: t, options: options{platform: portal.Telecube, database: filepath.Join(t.TempDir(), "portal.db")}}
	for _, o := range option {
		o(&p.options)
	}
	if len(p.options.organizations) == 0 {
		p.options.organizations = []string{Organization(p.options.platform)}
	}
	p.open(t)
	t.Cleanup(func() {
		p.Stop()
		p.close()
	})
	for i, text := range p.options.organizations {
		file, err := service.ParseOrganizationFile("organization-"+strconv.Itoa(i)+".yaml", []byte(text))
		if err != nil {
			t.Fatalf("the test's organisation file: %v", err)
		}
		if _, err := p.Service.ApplyOrganization(t.Context(), file); err != nil {
			t.Fatalf("apply the test's organisation: %v", err)
		}
		if i == 0 {
			p.Caller.OrganizationID = file.Organization.ID
		}
	}
	p.Caller.Scopes = portal.Scopes()
	p.Token, p.Caller.TokenID = p.token(t, p.Caller.OrganizationID, portal.Scopes())
	p.Caller.Actor = portal.Actor{Kind: portal.ActorToken, ID: p.Caller.TokenID, Name: t.Name()}
	p.listen(t, "")
	return p
}

// NewToken makes a token of the first organisation with these scopes.
func (p *Portal) NewToken(t testing.TB, scopes ...portal.Scope) string {
	t.Helper()
	return p.TokenOf(t, p.Caller.OrganizationID, scopes...)
}

// TokenOf makes a token of an organisation with these scopes.
func (p *Portal) TokenOf(t testing.TB, organizationID string, scopes ...portal.Scope) string {
	t.Helper()
	secret, _ := p.token(t, organizationID, scopes)
	return secret
}

// TokenOfUser makes a token with these scopes that is a user's of the first organisation, named by e-mail address,
// username or id.
func (p *Portal) TokenOfUser(t testing.TB, user string, scopes ...portal.Scope) string {
	t.Helper()
	secret, _, err := p.Service.CreateToken(t.Context(), p.Caller.OrganizationID, service.TokenRequest{Name: t.Name(), Scopes: scopes, User: user})
	if err != nil {
		t.Fatalf("make a token of %s for the test: %v", user, err)
	}
	return secret
}

// longestTokenName is the most characters that a token's name may have.
const longestTokenName = 64

func (p *Portal) token(t testing.TB, organizationID string, scopes []portal.Scope) (secret, id string) {
	t.Helper()
	name := t.Name()
	name = name[max(0, len(name)-longestTokenName):]
	secret, token, err := p.Service.CreateToken(t.Context(), organizationID, service.TokenRequest{Name: name, Scopes: scopes})
	if err != nil {
		t.Fatalf("make a token for the test: %v", err)
	}
	return secret, token.ID
}

// Requests lists what has arrived since the start, as "GET /v1/users": also what a fault answered.
func (p *Portal) Requests() []string {
	p.protected.Lock()
	defer p.protected.Unlock()
	return slices.Clone(p.requests)
}

// Inject puts faults between client and portal: the function says for each request what goes wrong with it; nil lets it
// pass. It may be called by several goroutines at once.
func (p *Portal) Inject(fault func(*http.Request) *Fault) {
	p.protected.Lock()
	defer p.protected.Unlock()
	p.inject = fault
}

// Stop takes the portal off the network, as if it were killed: open connections break. Service can still be used.
func (p *Portal) Stop() {
	if p.server == nil {
		return
	}
	p.server.Listener.Close()
	p.server.CloseClientConnections()
	p.server.Close()
	p.serving.Wait()
	p.server = nil
}

// Restart stops the portal if it runs, and starts another one at the same address on the same database.
func (p *Portal) Restart(t testing.TB) {
	t.Helper()
	p.Stop()
	p.close()
	p.open(t)
	p.listen(t, p.URL[len("http://"):])
}

// Backup copies the database as it is now, for Restore.
func (p *Portal) Backup(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "backup.db")
	if err := store.Backup(t.Context(), p.options.database, path); err != nil {
		t.Fatalf("back up the test's database: %v", err)
	}
	return path
}

// Restore starts the portal again at the same address, on the database of a backup.
func (p *Portal) Restore(t testing.TB, backup string) {
	t.Helper()
	p.Stop()
	p.close()
	content, err := os.ReadFile(backup)
	if err == nil {
		err = os.WriteFile(p.options.database, content, 0o600) // SQLite has nothing beside it once it is closed
	}
	if err != nil {
		t.Fatalf("restore the test's database: %v", err)
	}
	p.open(t)
	p.listen(t, p.URL[len("http://"):])
}

func (p *Portal) open(t testing.TB) {
	t.Helper()
	opened, err := store.Open(t.Context(), p.options.database)
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	p.store = opened
	p.Service = service.New(opened, service.Options{
		PasswordHash: argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}, Now: p.options.now, WithoutMail: p.options.withoutMail, Pwned: p.pwned,
	})
	if err := p.Service.UseKeyFile(t.Context(), keys.Beside(p.options.database)); err != nil {
		t.Fatalf("the key file of the test's portal: %v", err)
	}
}

func (p *Portal) close() {
	if err := p.store.Close(); err != nil {
		p.t.Errorf("close the test's database: %v", err)
	}
}

// listen serves at an address, or at a new one if it is empty.
func (p *Portal) listen(t testing.TB, address string) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	p.server = httptest.NewUnstartedServer(p.faulty(web.WithAPI(Checked(t, server.New(p.Service, log)), p.Service, "", log)))
	p.server.Listener.Close() // which has a port that the system gives to others during a restart
	p.server.Listener = bind(t, address)
	p.server.Start()
	p.URL = p.server.URL
}

// bind listens on a port below those that systems hand out by themselves, so that nobody takes it while the portal
// restarts.
func bind(t testing.TB, address string) net.Listener {
	t.Helper()
	const first, ports, attempts = 20000, 12000, 100
	for range attempts {
		candidate := address
		if candidate == "" {
			candidate = net.JoinHostPort("127.0.0.1", strconv.Itoa(first+rand.IntN(ports)))
		}
		listener, err := net.Listen("tcp", candidate)
		if err == nil {
			return listener
		}
		if address != "" {
			t.Fatalf("listen again: %v", err)
		}
	}
	t.Fatalf("no free port among %d that were tried", attempts)
	return nil
}

// faulty notes every request and lets the injected function spoil it.
func (p *Portal) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.serving.Add(1)
		defer p.serving.Done()
		p.protected.Lock()
		p.requests = append(p.requests, r.Method+" "+r.URL.Path)
		inject := p.inject
		p.protected.Unlock()
		if inject != nil {
			if fault := inject(r); fault != nil {
				fault.serve(w, r, next)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
