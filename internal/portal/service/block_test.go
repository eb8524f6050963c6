package service

import (
	"sync"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// resident is a person with an own password.
type resident struct {
	*fixture
	caller Caller
	login  string
	id     string
}

// onEngage is alice on engage, where failed log-ins block.
func (f *fixture) onEngage() resident {
	f.t.Helper()
	r := resident{f, f.on(umbrellaFile), "alice", ""}
	r.id = f.umbrellaUser(r.caller, r.login).ID
	f.activateDue(r.caller.OrganizationID)
	return r
}

// onTelecube is alice on telecube, where they do not.
func (f *fixture) onTelecube() resident {
	f.t.Helper()
	return resident{f, f.acme, "alice@example.com", f.own().ID}
}

// activateDue gives everybody the own password who has an activation link in a mail that is due.
func (f *fixture) activateDue(organizationID string) {
	f.t.Helper()
	for _, mail := range f.due() {
		if mail.Kind != MailActivation {
			continue
		}
		if err := f.Activate(f.t.Context(), organizationID, tokenOfLink(f.t, mail.Path), ownPassword); err != nil {
			f.t.Fatal(err)
		}
	}
}

// tries is the code of the error of an attempt to log in; empty for one that succeeds.
func (r resident) tries(with *Service, password portal.Secret, address string) portal.Code {
	_, _, err := with.LogIn(r.t.Context(), r.caller.OrganizationID, r.login, password, address)
	return codeOf(r.t, err)
}

func codeOf(t *testing.T, err error) portal.Code {
	t.Helper()
	if err == nil {
		return ""
	}
	return portalError(t, err).Code
}

func (r resident) now() portal.User {
	r.t.Helper()
	user, err := r.GetUser(r.t.Context(), r.caller, r.id)
	if err != nil {
		r.t.Fatal(err)
	}
	return user
}

func (r resident) isIn(password portal.Secret) {
	r.t.Helper()
	if code := r.tries(r.Service, password, address); code != "" {
		r.t.Fatalf("%s is refused: %s", r.login, code)
	}
}

func (r resident) isRefused(password portal.Secret) {
	r.t.Helper()
	if code := r.tries(r.Service, password, address); code != portal.CodeUnauthorized {
		r.t.Fatalf("%s: %q, want a refusal", r.login, code)
	}
}

func TestLogin_EN18_threeFailuresInARowBlock(t *testing.T) {
	t.Parallel()
	r := newFixture(t).onEngage()
	secret, _, err := r.LogIn(t.Context(), "umbrella", "alice", ownPassword, address)
	if err != nil {
		t.Fatal(err)
	}
	before := r.now()
	r.isRefused(otherLoginPassword)
	r.isRefused(otherLoginPassword)
	r.isIn(ownPassword) // the row is broken
	r.isRefused(otherLoginPassword)
	r.clock.forward(2 * throttleMemory) // a row has no end but a success
	r.isRefused(otherLoginPassword)
	if got := r.now(); got.Status != portal.StatusActive || got.ETag != before.ETag {
		t.Fatalf("after two failures in a row the user is %q with %s", got.Status, got.ETag)
	}
	r.isRefused(otherLoginPassword)
	blocked := r.now()
	if blocked.Status != portal.StatusBlocked || *blocked.Enabled {
		t.Errorf("after three failures the user is %q, enabled %v", blocked.Status, *blocked.Enabled)
	}
	if !r.over(secret) {
		t.Error("the session of a blocked person goes on")
	}
	r.clock.forward(2 * throttleMemory)
	r.isRefused(ownPassword)
	listed, err := r.ListUsers(t.Context(), r.caller, ListQuery{Where: map[string]string{"status": "blocked"}})
	if err != nil || len(listed.Items) != 1 || listed.Items[0].ID != r.id {
		t.Errorf("blocked are %s, %v", marshal(t, listed), err)
	}

	// What Terraform sends to mend the drift unblocks; so does an administrator.
	unblocked, err := r.ReplaceUser(t.Context(), r.caller, r.id, portal.User{Enabled: new(true), Status: blocked.Status}, blocked.ETag)
	if err != nil || unblocked.Status != portal.StatusActive || !*unblocked.Enabled {
		t.Fatalf("unblocked: %s, %v", marshal(t, unblocked), err)
	}
	r.isIn(ownPassword)
	if got, err := r.BlockUser(t.Context(), r.caller, r.id); err != nil || got.Status != portal.StatusBlocked || *got.Enabled {
		t.Fatalf("blocked by an administrator: %s, %v", marshal(t, got), err)
	}
	if got, err := r.UnblockUser(t.Context(), r.caller, r.id); err != nil || got.Status != portal.StatusActive || !*got.Enabled {
		t.Fatalf("unblocked by an administrator: %s, %v", marshal(t, got), err)
	}
	r.isIn(ownPassword)
}

// Each platform blocks for good only if its rule set says so, and has people wait elsewhere.
func TestLogin_EN18_whereNobodyIsBlockedForGood(t *testing.T) {
	t.Parallel()
	r := newFixture(t).onTelecube()
	for range limitOfPersonOnNetwork.free {
		r.isRefused(otherLoginPassword)
	}
	if code := r.tries(r.Service, ownPassword, address); code != portal.CodeTooManyRequests {
		t.Errorf("right after the failures: %q, want a wait", code)
	}
	if code := r.tries(r.Service, ownPassword, "192.0.2.77"); code != "" {
		t.Errorf("from another network: %q", code)
	}
	r.clock.forward(limitOfPersonOnNetwork.first)
	r.isIn(ownPassword)
	if got := r.now(); got.Status != portal.StatusActive || !*got.Enabled {
		t.Errorf("the user is %q, enabled %v", got.Status, *got.Enabled)
	}
}

func TestLogin_EN18_theLastAdministratorIsNotBlocked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.onEngage()
	created, err := f.CreatePermissionGroup(t.Context(), alice.caller, portal.PermissionGroup{Name: new("Heads"), Permissions: []string{"users.manage"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	bob := alice
	bob.login, bob.id = "bob", f.umbrellaUser(alice.caller, "bob").ID
	f.activateDue("umbrella")
	for _, r := range []resident{alice, bob} {
		f.replaceIn(r.caller, r.id, portal.User{PermissionGroupIDs: []string{created.Object.ID}})
	}
	for _, r := range []resident{alice, bob} {
		for range 3 {
			r.isRefused(otherLoginPassword)
		}
	}
	if got := alice.now(); got.Status != portal.StatusBlocked {
		t.Errorf("one of two administrators is %q", got.Status)
	}
	if got := bob.now(); got.Status != portal.StatusActive || !*got.Enabled {
		t.Errorf("the last administrator is %q, enabled %v", got.Status, *got.Enabled)
	}
	for range limitOfPersonOnNetwork.free - 3 {
		bob.isRefused(otherLoginPassword)
	}
	if code := bob.tries(f.Service, ownPassword, address); code != portal.CodeTooManyRequests {
		t.Errorf("the last administrator after many failures: %q, want a wait", code)
	}
	f.clock.forward(limitOfPersonOnNetwork.first)
	bob.isIn(ownPassword)
}

// Guesses that all wait to be checked when the third one fails get no answer, not even the right one.
func TestLogin_EN18_failuresRaceToOneBlock(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		r := f.onEngage()
		services := []*Service{f.Service, f.another(t), f.another(t)}
		release := hold(t, services...)
		const guesses = 50
		var all sync.WaitGroup
		for i := range guesses {
			password := otherLoginPassword
			if i == 0 {
				password = ownPassword // which the first service checks last
			}
			all.Go(func() {
				if i == 0 {
					until(func() bool { return waiting(services) == guesses-1 })
				}
				if code := r.tries(services[i%len(services)], password, network(i)); code != portal.CodeUnauthorized {
					t.Errorf("guess %d: %q", i, code)
				}
			})
		}
		until(func() bool { return waiting(services) == guesses })
		for _, one := range release[1:] {
			one()
		}
		until(func() bool { return r.now().Status == portal.StatusBlocked })
		release[0]()
		all.Wait()
		blocks := 0
		for _, entry := range f.trailOf(r.caller, r.id) {
			if entry.Action == portal.ActionBlock {
				blocks++
			}
		}
		if got := r.now(); got.Status != portal.StatusBlocked || blocks != 1 {
			t.Errorf("the user is %q after %d blocks, want one", got.Status, blocks)
		}
	})
}

// A write that was decided before failed log-ins blocked the person is done, and ends no block that it does not know
// of.
func TestLogin_EN18_aBlockFailsNoWriteAndOutlivesIt(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		r := f.onEngage()
		before := r.now()
		for range 3 {
			r.isRefused(otherLoginPassword)
		}
		replace := func(seen portal.User, request portal.User) portal.User {
			t.Helper()
			request.Enabled, request.Status = new(true), seen.Status
			after, err := f.ReplaceUser(t.Context(), r.caller, r.id, request, seen.ETag)
			if err != nil {
				t.Fatal(err)
			}
			return after
		}
		if same := replace(before, portal.User{}); same.ETag != before.ETag || *same.Enabled {
			t.Errorf("a write that changes nothing else made %s", marshal(t, same))
		}
		after := replace(before, portal.User{LastName: new("Smit")})
		if *after.LastName != "Smit" || *after.Enabled || after.Status != portal.StatusBlocked {
			t.Errorf("after a write from before the block: %s", marshal(t, after))
		}
		r.isRefused(ownPassword)
		if got := replace(after, portal.User{}); !*got.Enabled || got.Status != portal.StatusActive {
			t.Errorf("after a write that knows of the block: %s", marshal(t, got))
		}
		r.isIn(ownPassword)

		// What the configuration does not manage goes back and forth as it is shown, and is no withdrawal of access.
		for range 3 {
			r.isRefused(otherLoginPassword)
		}
		blocked := r.now()
		blocked.LastName = new("Bakker")
		if _, err := f.ReplaceUser(t.Context(), r.caller, r.id, blocked, blocked.ETag); err != nil {
			t.Fatal(err)
		}
		if row := f.storedIn(r.caller, r.id); !isTrue(row.Granted) || isTrue(row.Enabled) {
			t.Errorf("access is granted: %v, shown: %v", isTrue(row.Granted), isTrue(row.Enabled))
		}
		if got, err := f.ReplaceUser(t.Context(), r.caller, r.id, portal.User{Enabled: new(true)}, ""); err != nil || !*got.Enabled {
			t.Errorf("a write that is to hold whatever there is: %s, %v", marshal(t, got), err)
		}
		if err := f.DeleteUser(t.Context(), r.caller, r.id, r.now().ETag, portal.Deletion{}); err != nil {
			t.Error(err)
		}
	})
}
