package service

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/pgtest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// Passwords that the policies of telecube accept.
const (
	loginPassword      = portal.Secret("Wr0ng-h0rse-battery!")
	otherLoginPassword = portal.Secret("Qu1te-an0ther-staple!")
	sipPassword        = portal.Secret("Ph0nePassword77kq")
	otherSIPPassword   = portal.Secret("Other9PhoneSecretzz")
)

// clock is the time of a service under test, moved by hand.
type clock struct {
	mutex sync.Mutex
	now   time.Time
}

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

// fixture is a service on a database of its own with the organisations acme and globex, both on telecube.
type fixture struct {
	*Service
	t            *testing.T
	clock        *clock
	database     string // path of the file, or URL
	keyFile      string
	acme, globex Caller
	known        []string // SHA-1 of known passwords
	made         int      // objects that a desk has made
	away         bool     // whether nobody knows of known passwords
}

// lookUp is where known passwords are looked up.
func (f *fixture) lookUp(_ context.Context, prefix string) (suffixes []string, err error) {
	if f.away {
		return nil, errors.New("away")
	}
	for _, hash := range f.known {
		if rest, ok := strings.CutPrefix(hash, prefix); ok {
			suffixes = append(suffixes, rest)
		}
	}
	return suffixes, nil
}

// another is another portal on the same database.
func (f *fixture) another(t *testing.T) *Service {
	t.Helper()
	svc := f.anotherWithoutKey(t)
	if err := svc.UseKeyFile(t.Context(), f.keyFile); err != nil {
		t.Fatal(err)
	}
	return svc
}

func (f *fixture) anotherWithoutKey(t *testing.T) *Service {
	t.Helper()
	opened, err := store.Open(t.Context(), f.database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(opened, Options{PasswordHash: f.passwordHash, Now: f.clock.Now, Pwned: f.lookUp})
}

const acmeFile = `id: acme
name: Acme B.V.
platform: telecube
sip_domain: acme.example.com
ordered: [pbx]
phone_numbers:
  - +48 22 123 45 67
  - "+48221234568"
sender_names: [ACME, Acme Help]
pbxs:
  - {id: main, name: Headquarters}
modules: [crm]
`

// everyday are the scopes of a token that manages people, administrators among them.
var everyday = []portal.Scope{portal.ScopeRead, portal.ScopeWrite, portal.ScopeAdmin}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	return newFixtureOn(t, filepath.Join(t.TempDir(), "portal.db"))
}

// onEveryEngine runs a test on each database that the portal knows: what several portals do at once is for the database
// to keep right.
func onEveryEngine(t *testing.T, test func(t *testing.T, f *fixture)) {
	onEveryDatabase(t, func(t *testing.T, database string) { test(t, newFixtureOn(t, database)) })
}

// onEveryDatabase is onEveryEngine before there is anything in the database.
func onEveryDatabase(t *testing.T, test func(t *testing.T, database string)) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, filepath.Join(t.TempDir(), "portal.db"))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, pgtest.Prepared(t, "schema", func(url string) error {
			opened, err := store.Open(context.Background(), url)
			if err != nil {
				return err
			}
			return opened.Close()
		}))
	})
}

func newFixtureOn(t *testing.T, database string) *fixture {
	t.Helper()
	f := openFixture(t, database)
	if err := f.UseKeyFile(t.Context(), f.keyFile); err != nil {
		t.Fatal(err)
	}
	f.applyBoth()
	return f
}

// newFixtureWithoutKey is a service as before there were keys.
func newFixtureWithoutKey(t *testing.T, database string) *fixture {
	t.Helper()
	f := openFixture(t, database)
	f.applyBoth()
	return f
}

func openFixture(t *testing.T, database string) *fixture {
	t.Helper()
	opened, err := store.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	f := &fixture{t: t, database: database, keyFile: filepath.Join(t.TempDir(), "portal.key"), clock: &clock{now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}}
	cheap := argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	f.Service = New(opened, Options{PasswordHash: cheap, Now: f.clock.Now, Pwned: f.lookUp})
	f.acme = Caller{OrganizationID: "acme", TokenID: "tok_a", Scopes: everyday}
	f.globex = Caller{OrganizationID: "globex", TokenID: "tok_g", Scopes: everyday}
	return f
}

func (f *fixture) applyBoth() {
	f.t.Helper()
	f.apply(acmeFile)
	f.apply(strings.ReplaceAll(strings.ReplaceAll(acmeFile, "acme", "globex"), "Acme", "Globex"))
}

func (f *fixture) apply(text string) {
	f.t.Helper()
	file, err := ParseOrganizationFile("organization.yaml", []byte(text))
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := f.ApplyOrganization(f.t.Context(), file); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) group(name string) portal.PermissionGroup {
	f.t.Helper()
	created, err := f.CreatePermissionGroup(f.t.Context(), f.acme, portal.PermissionGroup{Name: &name, Permissions: []string{"contacts.view"}}, "")
	if err != nil {
		f.t.Fatal(err)
	}
	return created.Object
}

func (f *fixture) account(extension string, password portal.Secret) portal.SIPAccount {
	f.t.Helper()
	created, err := f.CreateSIPAccount(f.t.Context(), f.acme, portal.SIPAccount{Extension: &extension, Password: &password}, "")
	if err != nil {
		f.t.Fatal(err)
	}
	return created.Object
}

// alice is a request for a user with a SIP account of her own.
func alice(group portal.PermissionGroup, account portal.SIPAccount) portal.User {
	return portal.User{
		Email: new("alice@example.com"), FirstName: new("Alice"), LastName: new("Jansen"), Password: new(loginPassword),
		PermissionGroupIDs: []string{group.ID}, Telephony: &portal.Telephony{SIPAccountIDs: []string{account.ID}},
	}
}

// dynamic is a request for a user without a SIP account of the own.
func dynamic(group portal.PermissionGroup, email string) portal.User {
	return portal.User{
		Email: &email, FirstName: new("Bob"), LastName: new("de Vries"), PermissionGroupIDs: []string{group.ID},
		Telephony: &portal.Telephony{SIPAssignment: new("dynamic")},
	}
}

func (f *fixture) user(u portal.User) portal.User {
	f.t.Helper()
	created, err := f.CreateUser(f.t.Context(), f.acme, u, "")
	if err != nil {
		f.t.Fatal(err)
	}
	return created.Object
}

// stored reads what the database holds, the part that no answer shows included.
func (f *fixture) stored(id string) (user store.User) {
	f.t.Helper()
	return f.storedIn(f.acme, id)
}

func (f *fixture) storedIn(caller Caller, id string) (user store.User) {
	f.t.Helper()
	if err := f.store.Read(f.t.Context(), func(tx *store.Tx) (err error) {
		user, err = tx.User(f.t.Context(), caller.OrganizationID, id)
		return err
	}); err != nil {
		f.t.Fatal(err)
	}
	return user
}

func (f *fixture) digests(id string) store.SIPDigests {
	f.t.Helper()
	var account store.SIPAccount
	if err := f.store.Read(f.t.Context(), func(tx *store.Tx) (err error) {
		account, err = tx.SIPAccount(f.t.Context(), "acme", id)
		return err
	}); err != nil {
		f.t.Fatal(err)
	}
	return account.Digests
}

func (f *fixture) canLogIn(id string, password portal.Secret) bool {
	f.t.Helper()
	same, err := argon2id.ComparePasswordAndHash(string(password), f.stored(id).PasswordHash)
	if err != nil {
		f.t.Fatal(err)
	}
	return same
}

// wantError checks that err is a *portal.Error of that code, and has an error at the field with that code, if given.
func wantError(t *testing.T, err error, code portal.Code, field string, fieldCode portal.Code) {
	t.Helper()
	got := portalError(t, err)
	if got.Code != code {
		t.Fatalf("got %v, want code %s", got, code)
	}
	if fieldCode != "" && !slices.ContainsFunc(got.Errors, func(e portal.FieldError) bool { return e.Field == field && e.Code == fieldCode }) {
		t.Fatalf("got %v with %+v, want %s at %q", got, got.Errors, fieldCode, field)
	}
}

func portalError(t *testing.T, err error) *portal.Error {
	t.Helper()
	got, ok := errors.AsType[*portal.Error](err)
	if !ok {
		t.Fatalf("got %v, want a portal error", err)
	}
	return got
}

func (f *fixture) get(id string) portal.User {
	f.t.Helper()
	user, err := f.GetUser(f.t.Context(), f.acme, id)
	if err != nil {
		f.t.Fatal(err)
	}
	return user
}

func (f *fixture) getAccount(id string) portal.SIPAccount {
	f.t.Helper()
	account, err := f.GetSIPAccount(f.t.Context(), f.acme, id)
	if err != nil {
		f.t.Fatal(err)
	}
	return account
}

// marshal is an object as the server would show it.
func marshal(t *testing.T, object any) string {
	t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
