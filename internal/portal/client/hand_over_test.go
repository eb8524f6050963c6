package client_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// headers notes who manages and what is taken over, by request.
type headers struct {
	mutex sync.Mutex
	seen  []string
}

func (h *headers) note(r *http.Request) *portaltest.Fault {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.seen = append(
		h.seen,
		strings.Join([]string{r.Method, r.Header.Get("Hand-Over"), r.Header.Get("Managed-By")}, " "),
	)
	return nil
}

func TestClient_ALL08_everyWriteSaysThatItTakesOver(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Maatwerk))
	for name, test := range map[string]struct {
		config client.Config
		want   string // behind the method of a write
	}{
		"asked for":             {client.Config{HandOver: true, ManagedBy: "office"}, "wait office"},
		"not asked for":         {client.Config{ManagedBy: "office"}, ""},
		"under an unknown name": {client.Config{HandOver: true}, ""},
		"of single reads":       {client.Config{HandOver: true, ManagedBy: "office", SingleReads: true}, "wait office"},
	} {
		config := test.config
		config.Endpoint, config.Token = p.URL, p.Token
		c := newClient(t, config)
		var seen headers
		p.Inject(seen.note)
		made, err := c.CreatePermissionGroup(t.Context(), portal.PermissionGroup{Name: &name})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		id := made.Object.ID
		if _, err := c.ReplacePermissionGroup(
			t.Context(),
			id,
			portal.PermissionGroup{Description: &name},
			"",
		); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := c.GetPermissionGroup(t.Context(), id); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, _ = c.PutPermissionGroupMember(t.Context(), id, "usr_none")
		_, _ = c.DeletePermissionGroupMember(t.Context(), id, "usr_none")
		if waits, err := c.DeletePermissionGroup(t.Context(), id, ""); err != nil || waits != nil {
			t.Fatalf("%s: %+v, %v", name, waits, err)
		}
		p.Inject(nil)
		for _, request := range seen.seen {
			method, says, _ := strings.Cut(request, " ")
			waits := strings.HasPrefix(says, "wait ")
			if method == http.MethodGet && says != " " || method != http.MethodGet && waits != (test.want != "") ||
				waits && says != test.want {
				t.Errorf("%s: %q", name, request)
			}
		}
		if len(seen.seen) < 5 {
			t.Errorf("%s: only %q", name, seen.seen)
		}
	}
}

// What passes to other objects shows in reads of the same run, also if the answer to the write that let it go was
// lost.
func TestClient_ALL08_readsSeeWhatHasPassed(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]*portaltest.Fault{"": nil, " whose answer is lost": portaltest.DropAnswer()} {
		t.Run("a write"+name, func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t)
			c := newClient(
				t,
				client.Config{
					Endpoint:  p.URL,
					Token:     p.Token,
					ManagedBy: "office",
					HandOver:  true,
					Retry:     client.RetryPolicy{Attempts: 4, MinWait: 1, MaxWait: 1},
				},
			)
			account := func() portal.SIPAccount {
				made, err := c.CreateSIPAccount(t.Context(), portal.SIPAccount{Extension: new("201")})
				if err != nil {
					t.Fatal(err)
				}
				return made.Object
			}
			holder, waiting := account(), account()
			if len(waiting.Pending) != 1 {
				t.Fatalf("the second account is %+v", waiting)
			}
			if all, err := c.ListSIPAccounts(t.Context(), client.SIPAccountQuery{}); err != nil || len(all) != 2 {
				t.Fatal(all, err)
			}
			if fault != nil {
				injectOnce(p, http.MethodPut, fault)
			}
			if _, err := c.ReplaceSIPAccount(
				t.Context(),
				holder.ID,
				portal.SIPAccount{Extension: new("202")},
				holder.ETag,
			); err != nil {
				t.Fatal(err)
			}
			got, err := c.GetSIPAccount(t.Context(), waiting.ID)
			if err != nil || *got.Extension != "201" || got.Pending != nil {
				t.Errorf("afterwards it is %+v, %v", got, err)
			}
		})
	}
}

func TestClient_ALL08_deletionsThatWait(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	c := newClient(t, client.Config{Endpoint: p.URL, Token: p.Token, ManagedBy: "office", HandOver: true})
	group := makeGroup(t, c)
	user, err := c.CreateUser(t.Context(), newUser(group))
	if err != nil {
		t.Fatal(err)
	}
	waits, err := c.DeletePermissionGroup(t.Context(), group.ID, group.ETag)
	if err != nil || waits == nil || waits.Kind != portal.HandOverDeletion || waits.Holders[0].ID != user.Object.ID {
		t.Fatalf("%+v, %v", waits, err)
	}
	if _, err := c.GetPermissionGroup(t.Context(), group.ID); !client.IsNotFound(err) {
		t.Errorf("it can be read: %v", err)
	}
	list, err := c.ListHandOvers(t.Context(), client.HandOverQuery{ManagedBy: "office"})
	if err != nil ||
		!slices.ContainsFunc(
			list,
			func(h portal.HandOver) bool { return h.ID == waits.ID && h.Waiting.ID == group.ID },
		) {
		t.Errorf("what waits is %+v, %v", list, err)
	}
	if list, err := c.ListHandOvers(
		t.Context(),
		client.HandOverQuery{ManagedBy: "other"},
	); err != nil ||
		len(list) > 0 {
		t.Errorf("for others there is %+v, %v", list, err)
	}
	if err := c.DeleteUser(t.Context(), user.Object.ID, user.Object.ETag, portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	if list, err := c.ListHandOvers(t.Context(), client.HandOverQuery{}); err != nil || len(list) > 0 {
		t.Errorf("afterwards there is %+v, %v", list, err)
	}
}
