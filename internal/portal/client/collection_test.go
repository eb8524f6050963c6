package client_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

func page(text string) http.HandlerFunc { return respond(http.StatusOK, "application/json", text) }

func TestClient_listsEveryPage(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, page(`{"items":[{"id":"usr_1"},{"id":"usr_2"}],"next":"a+b/c="}`), reset,
		page(`{"items":[{"id":"usr_3"}],"next":"d"}`), page(`{"items":[]}`))
	users, err := server.client(t).ListUsers(t.Context(), client.UserQuery{Email: "a+b@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	ids := ""
	for _, user := range users {
		ids += user.ID + " "
	}
	if ids != "usr_1 usr_2 usr_3 " {
		t.Errorf("got %s", ids)
	}
	cursors := []string{"", "a+b/c=", "a+b/c=", "d"}
	for i, r := range server.got() {
		query := r.URL.Query()
		if query.Get("after") != cursors[i] || query.Get("limit") != "500" || query.Get("email") != "a+b@example.com" || query.Has("username") {
			t.Errorf("request %d: query %v", i+1, query)
		}
	}
}

func TestClient_listsNothingAsAnEmptyList(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, page(`{"items":[]}`))
	groups, err := server.client(t).ListPermissionGroups(t.Context(), client.PermissionGroupQuery{})
	if err != nil || groups == nil || len(groups) != 0 {
		t.Errorf("got %#v and error %v", groups, err)
	}
}

// A list that is cut short would make objects look deleted, so that every doubt is an error.
func TestClient_refusesListsThatAreNotWhole(t *testing.T) {
	t.Parallel()
	tests := map[string][]http.HandlerFunc{
		"no items":               {page(`{}`)},
		"items null":             {page(`{"items":null}`)},
		"an item without id":     {page(`{"items":[{"id":"usr_1"},{"email":"a@example.com"}]}`)},
		"the same page for ever": {page(`{"items":[{"id":"usr_1"}],"next":"a"}`)},
		"two pages in turn for ever": {func(w http.ResponseWriter, r *http.Request) {
			next := map[string]string{"": "a", "a": "b", "b": "a"}[r.URL.Query().Get("after")]
			page(`{"items":[{"id":"usr_1"}],"next":"`+next+`"}`)(w, r)
		}},
		"second page is forbidden": {page(`{"items":[{"id":"usr_1"}],"next":"a"}`), problem(403, `{"code":"forbidden","status":403}`)},
		"second page is not JSON":  {page(`{"items":[{"id":"usr_1"}],"next":"a"}`), respond(200, "text/html", "Log in")},
	}
	for name, answers := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			users, err := newScript(t, plain, answers...).client(t).ListUsers(t.Context(), client.UserQuery{})
			if err == nil || users != nil {
				t.Errorf("got %d users and error %v", len(users), err)
			}
		})
	}
}

func TestClient_tellsReplayedFromNew(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Idempotency-Replayed", "true")
		succeed(w, r)
	}, succeed)
	c := server.client(t)
	for _, want := range []bool{true, false} {
		created, err := c.CreateUser(t.Context(), portal.User{})
		if err != nil || created.Object.ID != "usr_1" || created.Replayed != want {
			t.Errorf("got %+v and error %v, want replayed %v", created, err, want)
		}
	}
}

func TestClient_sendsSecretsOnlyInTheBody(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, succeed)
	account := portal.SIPAccount{Extension: new("201"), Password: new(portal.Secret("s3cret"))}
	if _, err := server.client(t).CreateSIPAccount(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	got := server.got()[0]
	if !strings.Contains(got.body, `"password":"s3cret"`) {
		t.Errorf("the body %s lacks the password", got.body)
	}
	if strings.Contains(got.URL.String(), "s3cret") || got.URL.Path != "/v1/sip-accounts" {
		t.Errorf("requested %s", got.URL)
	}
}

// A later create of the same content is another create: it must not be answered with the object of the first one.
func TestClient_ALL09_everyCreateHasAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, succeed)
	c := server.client(t)
	for range 3 {
		if _, err := c.CreateSIPAccount(t.Context(), portal.SIPAccount{Extension: new("201")}); err != nil {
			t.Fatal(err)
		}
	}
	keys := map[string]bool{}
	for _, r := range server.got() {
		keys[r.Header.Get("Idempotency-Key")] = true
	}
	if len(keys) != 3 || keys[""] {
		t.Errorf("keys %v, want three", keys)
	}
}

func TestClient_saysWhoManagesWhatItWrites(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, succeed)
	c := server.client(t, func(config *client.Config) { config.ManagedBy = "people" })
	if _, err := c.CreateSIPAccount(t.Context(), portal.SIPAccount{Extension: new("201")}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ReplaceSIPAccount(t.Context(), "sip_1", portal.SIPAccount{}, ""); err != nil {
		t.Fatal(err)
	}
	for _, r := range server.got() {
		if by := r.Header.Values("Managed-By"); len(by) != 1 || by[0] != "people" {
			t.Errorf("%s says that it is managed by %q", r.Method, by)
		}
	}
}
