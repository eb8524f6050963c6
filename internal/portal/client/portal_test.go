package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// startPortal starts the real portal and returns a client of it that makes at most 4 attempts without waiting between
// them.
func startPortal(t *testing.T) (*portaltest.Portal, *client.Client) {
	t.Helper()
	p := portaltest.Start(t)
	return p, clientOf(t, p, p.Token)
}

func clientOf(t *testing.T, p *portaltest.Portal, token string) *client.Client {
	t.Helper()
	return newClient(t, client.Config{Endpoint: p.URL, Token: token, Retry: client.RetryPolicy{Attempts: 4, MinWait: 1, MaxWait: 1}})
}

// injectOnce spoils the first request of a method.
func injectOnce(p *portaltest.Portal, method string, fault *portaltest.Fault) {
	var seen atomic.Int32
	p.Inject(func(r *http.Request) *portaltest.Fault {
		if r.Method == method && seen.Add(1) == 1 {
			return fault
		}
		return nil
	})
}

func makeGroup(t *testing.T, c *client.Client) portal.PermissionGroup {
	t.Helper()
	made, err := c.CreatePermissionGroup(t.Context(), portal.PermissionGroup{Name: new("Agents"), Permissions: []string{"contacts.view"}})
	if err != nil {
		t.Fatal(err)
	}
	return made.Object
}

func makeAccount(t *testing.T, c *client.Client, extension string) portal.SIPAccount {
	t.Helper()
	made, err := c.CreateSIPAccount(t.Context(), portal.SIPAccount{Extension: &extension, Password: new(portal.Secret("Xq7vRm2tLw9zKp"))})
	if err != nil {
		t.Fatal(err)
	}
	return made.Object
}

// newUser is a user that the platform accepts, who takes a free SIP account at login (TC-02).
func newUser(group portal.PermissionGroup) portal.User {
	return portal.User{
		Email: new("zofia.wojcik@example.com"), FirstName: new("Zofia"), LastName: new("Wójcik"), PermissionGroupIDs: []string{group.ID},
		Telephony: &portal.Telephony{SIPAssignment: new("dynamic")}, Password: new(portal.Secret("tR7!vq-Lm2#zKp")),
	}
}

func TestPortal_permissionGroups(t *testing.T) {
	t.Parallel()
	_, c := startPortal(t)
	made := makeGroup(t, c)
	if made.ID == "" || made.ETag == "" || *made.Name != "Agents" {
		t.Fatalf("made %+v", made)
	}
	found, err := c.ListPermissionGroups(t.Context(), client.PermissionGroupQuery{Name: "Agents"})
	if err != nil || len(found) != 1 || found[0].ID != made.ID {
		t.Errorf("found %+v, %v", found, err)
	}
	changed, err := c.ReplacePermissionGroup(t.Context(), made.ID, portal.PermissionGroup{Name: new("Staff")}, made.ETag)
	if err != nil || *changed.Name != "Staff" || len(changed.Permissions) != 1 || changed.ETag == made.ETag {
		t.Fatalf("changed to %+v, %v", changed, err)
	}
	if _, err := c.ReplacePermissionGroup(t.Context(), made.ID, portal.PermissionGroup{Name: new("Others")}, made.ETag); !hasCode(err, portal.CodePreconditionFailed) {
		t.Errorf("replaced with an old ETag: %v", err)
	}
	if _, err := c.DeletePermissionGroup(t.Context(), made.ID, made.ETag); !hasCode(err, portal.CodePreconditionFailed) {
		t.Errorf("deleted with an old ETag: %v", err)
	}
	if _, err := c.DeletePermissionGroup(t.Context(), made.ID, changed.ETag); err != nil {
		t.Error(err)
	}
	if _, err := c.GetPermissionGroup(t.Context(), made.ID); !client.IsNotFound(err) {
		t.Errorf("after the delete: %v", err)
	}
	if _, err := c.DeletePermissionGroup(t.Context(), made.ID, ""); !client.IsNotFound(err) {
		t.Errorf("second delete: %v", err)
	}
}

func TestPortal_sipAccounts(t *testing.T) {
	t.Parallel()
	_, c := startPortal(t)
	made := makeAccount(t, c, "1001")
	if *made.Extension != "1001" || made.SIPUsername == "" || made.SIPDomain == "" || made.Password != nil {
		t.Fatalf("made %+v", made)
	}
	makeAccount(t, c, "1002")
	found, err := c.ListSIPAccounts(t.Context(), client.SIPAccountQuery{Extension: "1001"})
	if err != nil || len(found) != 1 || found[0].ID != made.ID {
		t.Errorf("found %+v, %v", found, err)
	}
	changed, err := c.ReplaceSIPAccount(t.Context(), made.ID, portal.SIPAccount{Name: new("Reception"), CallerID: new("+48225550101")}, "")
	if err != nil || *changed.Name != "Reception" || *changed.Extension != "1001" {
		t.Fatalf("changed to %+v, %v", changed, err)
	}
	read, err := c.GetSIPAccount(t.Context(), made.ID)
	if err != nil || read.ETag != changed.ETag || *read.CallerID != "+48225550101" {
		t.Errorf("read %+v, %v", read, err)
	}
	if _, err := c.DeleteSIPAccount(t.Context(), made.ID, read.ETag); err != nil {
		t.Error(err)
	}
	if _, err := c.GetSIPAccount(t.Context(), made.ID); !client.IsNotFound(err) {
		t.Errorf("after the delete: %v", err)
	}
}

func TestPortal_users(t *testing.T) {
	t.Parallel()
	_, c := startPortal(t)
	account := makeAccount(t, c, "1001")
	want := newUser(makeGroup(t, c))
	want.Telephony = &portal.Telephony{SIPAssignment: new("static"), SIPAccountIDs: []string{account.ID}}
	made, err := c.CreateUser(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	if made.Replayed || made.Object.ID == "" || *made.Object.LastName != "Wójcik" || made.Object.Password != nil {
		t.Errorf("made %+v", made)
	}
	found, err := c.ListUsers(t.Context(), client.UserQuery{Email: "Zofia.Wojcik@EXAMPLE.com"})
	if err != nil || len(found) != 1 || found[0].ID != made.Object.ID {
		t.Errorf("found %+v, %v", found, err)
	}
	changed, err := c.ReplaceUser(t.Context(), made.Object.ID, portal.User{FirstName: new("Zosia")}, made.Object.ETag)
	if err != nil || *changed.FirstName != "Zosia" || *changed.LastName != "Wójcik" {
		t.Fatalf("changed to %+v, %v", changed, err)
	}
	if read, err := c.GetUser(t.Context(), made.Object.ID); err != nil || read.ETag != changed.ETag {
		t.Errorf("read %+v, %v", read, err)
	}
	if _, err := c.DeleteSIPAccount(t.Context(), account.ID, ""); !hasCode(err, portal.CodeInUse) {
		t.Errorf("deleted the account that the user has: %v", err)
	}
	if err := c.DeleteUser(t.Context(), made.Object.ID, changed.ETag, portal.Deletion{}); err != nil {
		t.Error(err)
	}
	if _, err := c.GetUser(t.Context(), made.Object.ID); !client.IsNotFound(err) {
		t.Errorf("after the delete: %v", err)
	}
}

func TestPortal_organization(t *testing.T) {
	t.Parallel()
	_, c := startPortal(t)
	organization, err := c.Organization(t.Context())
	if err != nil || organization.ID != portaltest.OrganizationID || organization.Platform != portal.Telecube || len(organization.PhoneNumbers) != 12 {
		t.Errorf("got %+v, %v", organization, err)
	}
}

func TestPortal_listsMoreThanOnePage(t *testing.T) {
	t.Parallel()
	p, c := startPortal(t)
	before, err := c.ListPermissionGroups(t.Context(), client.PermissionGroupQuery{})
	if err != nil {
		t.Fatal(err)
	}
	want := len(before)
	for i := range portal.MaxPageSize + 1 {
		group := portal.PermissionGroup{Name: new(fmt.Sprintf("Group %03d", i))}
		if _, err := p.Service.CreatePermissionGroup(t.Context(), p.Caller, group, ""); err != nil {
			t.Fatal(err)
		}
		want++
	}
	sent := len(p.Requests())
	groups, err := clientOf(t, p, p.Token).ListPermissionGroups(t.Context(), client.PermissionGroupQuery{})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, group := range groups {
		ids[group.ID] = true
	}
	if len(groups) != want || len(ids) != want {
		t.Errorf("got %d groups with %d ids, want %d", len(groups), len(ids), want)
	}
	if n := len(p.Requests()) - sent; n != 2 {
		t.Errorf("%d requests for %d groups, want 2", n, want)
	}
}

func TestPortal_errorsNameTheField(t *testing.T) {
	t.Parallel()
	_, c := startPortal(t)
	group, account := makeGroup(t, c), makeAccount(t, c, "1001")
	tests := []struct {
		name   string
		make   func(context.Context) error
		status int
		want   portal.FieldError
	}{
		{"TC-04 number that is not owned", func(ctx context.Context) error {
			user := newUser(group)
			user.Telephony.CallerIDs = []string{"+48225559999"}
			_, err := c.CreateUser(ctx, user)
			return err
		}, 422, portal.FieldError{Field: "telephony.caller_ids", Code: portal.CodeNotOwned}},
		{"TC-06 weak password", func(ctx context.Context) error {
			user := newUser(group)
			user.Password = new(portal.Secret("password"))
			_, err := c.CreateUser(ctx, user)
			return err
		}, 422, portal.FieldError{Field: "password", Code: portal.CodeWeakPassword}},
		{"TC-08 group that does not exist", func(ctx context.Context) error {
			_, err := c.CreateUser(ctx, newUser(portal.PermissionGroup{ID: "grp_none"}))
			return err
		}, 422, portal.FieldError{Field: "permission_group_ids", Code: portal.CodeMissing}},
		{"ALL-02 extension twice", func(ctx context.Context) error {
			_, err := c.CreateSIPAccount(ctx, portal.SIPAccount{Extension: new("1001"), Name: new("second")})
			return err
		}, 409, portal.FieldError{Field: "extension", Code: portal.CodeAlreadyExists, ExistingID: account.ID}},
	}
	for _, test := range tests {
		err := test.make(t.Context())
		got, ok := errors.AsType[*portal.Error](err)
		if !ok || got.Status != test.status || got.RequestID == "" || len(got.Errors) == 0 {
			t.Errorf("%s: got %v, want a *portal.Error with status %d, a request id and a field", test.name, err, test.status)
			continue
		}
		first := got.Errors[0]
		if first.Message == "" || first.Field != test.want.Field || first.Code != test.want.Code || first.ExistingID != test.want.ExistingID {
			t.Errorf("%s: got %+v, want %+v with a message", test.name, first, test.want)
		}
	}
}

func TestPortal_lostAnswers(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]*portaltest.Fault{
		"dropped": portaltest.DropAnswer(), "truncated": portaltest.Truncate(), "cut": portaltest.Cut(), "reset": portaltest.Reset(), "reset in the body": portaltest.ResetInBody(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, c := startPortal(t)
			want := newUser(makeGroup(t, c))
			injectOnce(p, http.MethodPost, fault)
			made, err := c.CreateUser(t.Context(), want)
			if err != nil || !made.Replayed {
				t.Fatalf("made %+v, %v; want it replayed", made, err)
			}
			users, err := c.ListUsers(t.Context(), client.UserQuery{})
			if err != nil || len(users) != 1 || users[0].ID != made.Object.ID {
				t.Fatalf("there are %d users (%v), want the one that was made", len(users), err)
			}
			injectOnce(p, http.MethodPut, fault)
			changed, err := c.ReplaceUser(t.Context(), made.Object.ID, portal.User{FirstName: new("Zosia")}, made.Object.ETag)
			if err != nil || *changed.FirstName != "Zosia" {
				t.Fatalf("changed to %+v, %v", changed, err)
			}
			injectOnce(p, http.MethodGet, fault)
			if read, err := c.GetUser(t.Context(), made.Object.ID); err != nil || read.ETag != changed.ETag {
				t.Errorf("read %+v, %v", read, err)
			}
			injectOnce(p, http.MethodDelete, portaltest.DropAnswer())
			if err := c.DeleteUser(t.Context(), made.Object.ID, changed.ETag, portal.Deletion{}); err != nil {
				t.Errorf("delete: %v", err)
			}
		})
	}
}

// A run that was killed before it saw the answer, and is run again with another generated password.
func TestPortal_rerunAfterAKilledRunMakesNoSecondUser(t *testing.T) {
	t.Parallel()
	p, c := startPortal(t)
	user := newUser(makeGroup(t, c))
	ctx, kill := context.WithCancel(t.Context())
	p.Inject(func(r *http.Request) *portaltest.Fault {
		if r.Method != http.MethodPost {
			return nil
		}
		kill()
		return portaltest.DropAnswer()
	})
	if _, err := c.CreateUser(ctx, user); !errors.Is(err, context.Canceled) {
		t.Fatalf("killed: %v", err)
	}
	p.Inject(nil)
	user.Password = new(portal.Secret("wN4?hb-Xe8+qYt"))
	made, refused := clientOf(t, p, p.Token).CreateUser(t.Context(), user) // whose answer must not be the object of another create
	users, err := c.ListUsers(t.Context(), client.UserQuery{})
	if err != nil || len(users) != 1 {
		t.Fatalf("there are %d users (%v), want one", len(users), err)
	}
	if refused == nil && made.Object.ID == users[0].ID && !made.Replayed {
		return // the first request ended before the portal had done it
	}
	problem, _ := errors.AsType[*portal.Error](refused)
	if problem == nil || problem.Code != portal.CodeConflict || len(problem.Errors) != 1 || problem.Errors[0].ExistingID != users[0].ID {
		t.Errorf("the second run is told %v, want that %s exists already", refused, users[0].ID)
	}
}

func TestPortal_stormOf429(t *testing.T) {
	t.Parallel()
	p, c := startPortal(t)
	var mutex sync.Mutex
	refused := map[string]int{}
	p.Inject(func(r *http.Request) *portaltest.Fault {
		mutex.Lock()
		defer mutex.Unlock()
		key := r.Header.Get("Idempotency-Key")
		if refused[key]++; refused[key] <= 3 {
			return portaltest.Answer(http.StatusTooManyRequests, http.Header{"Retry-After": {"30"}}, "")
		}
		return nil
	})
	var calls sync.WaitGroup
	for i := range 20 {
		calls.Go(func() {
			if _, err := c.CreatePermissionGroup(t.Context(), portal.PermissionGroup{Name: new(fmt.Sprintf("Group %d", i))}); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	if n := len(p.Requests()); n != 20*4 {
		t.Errorf("%d requests, want 4 for each of 20 groups", n)
	}
}

func TestPortal_tokens(t *testing.T) {
	t.Parallel()
	p, c := startPortal(t)
	if _, err := clientOf(t, p, "wrong").Organization(t.Context()); !hasCode(err, portal.CodeUnauthorized) {
		t.Errorf("wrong token: %v", err)
	}
	reader := clientOf(t, p, p.NewToken(t, portal.ScopeRead))
	if _, err := reader.Organization(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := reader.CreatePermissionGroup(t.Context(), portal.PermissionGroup{Name: new("Agents")}); !hasCode(err, portal.CodeForbidden) {
		t.Errorf("create with a token that may only read: %v", err)
	}
	if _, err := c.GetUser(t.Context(), "usr_none"); !client.IsNotFound(err) {
		t.Errorf("unknown id: %v", err)
	}
}

func TestPortal_downAndUpAgain(t *testing.T) {
	t.Parallel()
	p, c := startPortal(t)
	made := makeGroup(t, c)
	c = clientOf(t, p, p.Token) // which has not seen the group
	p.Stop()
	if _, err := c.GetPermissionGroup(t.Context(), made.ID); err == nil || client.IsNotFound(err) {
		t.Errorf("while it is down: %v", err)
	}
	p.Restart(t)
	if read, err := c.GetPermissionGroup(t.Context(), made.ID); err != nil || read.ETag != made.ETag {
		t.Errorf("after the restart: %+v, %v", read, err)
	}
}
