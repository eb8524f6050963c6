package portaltest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

func newStorm(t *testing.T, seed uint64, share float64, kinds ...string) *portaltest.Storm {
	t.Helper()
	storm, err := portaltest.NewStorm(seed, share, kinds...)
	if err != nil {
		t.Fatal(err)
	}
	return storm
}

func startProxy(t *testing.T, p *portaltest.Portal, storm *portaltest.Storm) *portaltest.Proxy {
	t.Helper()
	proxy, err := portaltest.StartProxy(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	if storm != nil {
		proxy.Put(storm.Over)
	}
	return proxy
}

// quick are the faults that nobody has to wait for.
func quick() []string {
	return slices.DeleteFunc(portaltest.FaultKinds(), func(kind string) bool {
		return slices.Contains([]string{"hold", "late", "delay", "429 and wait"}, kind)
	})
}

// TestStorm_sameSeed: forty objects are made, some of which refer to others, with ten requests at a time and by portals
// that draw different ids. What went wrong depends on the seed alone.
func TestStorm_sameSeed(t *testing.T) {
	t.Parallel()
	weather := func(seed uint64) (map[string]int, int) {
		p := portaltest.Start(t)
		storm := newStorm(t, seed, 0.3, quick()...)
		c, err := client.New(client.Config{
			Endpoint: startProxy(t, p, storm).URL, Token: p.Token, Retry: client.RetryPolicy{Attempts: 20, MinWait: time.Nanosecond, MaxWait: time.Nanosecond},
		})
		if err != nil {
			t.Fatal(err)
		}
		var groups [10]string
		for i := range groups {
			for groups[i] == "" { // a create is not repeated after a 500
				made, _ := c.CreatePermissionGroup(t.Context(), portal.PermissionGroup{Name: new(fmt.Sprintf("Group %d", i))})
				groups[i] = made.Object.ID
			}
		}
		var all sync.WaitGroup
		for i := range 30 {
			all.Go(func() {
				for made := ""; made == ""; {
					created, _ := c.CreateUser(t.Context(), portal.User{
						Email: new(fmt.Sprintf("person%d@example.com", i)), FirstName: new("Person"), LastName: new("Example"), PermissionGroupIDs: []string{groups[i%10]},
						Telephony: &portal.Telephony{SIPAssignment: new("dynamic")},
					})
					made = created.Object.ID
				}
			})
		}
		all.Wait()
		users, err := p.Service.ListUsers(t.Context(), p.Caller, service.ListQuery{Limit: portal.MaxPageSize})
		if err != nil || len(users.Items) != 30 {
			t.Errorf("the portal has %d users, %v", len(users.Items), err)
		}
		return storm.Injected(), storm.Requests()
	}
	once, requests := weather(7)
	again, requestsAgain := weather(7)
	if !maps.Equal(once, again) || requests != requestsAgain {
		t.Errorf("with the same seed:\n%d requests, %v\n%d requests, %v", requests, once, requestsAgain, again)
	}
	if other, _ := weather(8); maps.Equal(once, other) {
		t.Errorf("with another seed the same: %v", once)
	}
	if len(once) < len(quick())-2 {
		t.Errorf("of the kinds %v only these came: %v", quick(), once)
	}
}

func TestNewStorm_unknownKind(t *testing.T) {
	t.Parallel()
	if _, err := portaltest.NewStorm(1, 0.2, "hail"); err == nil || !strings.Contains(err.Error(), `"hail"`) {
		t.Errorf("error %v", err)
	}
}

// TestStorm_everyKind: what a client sees of each kind, and whether the portal did the work.
func TestStorm_everyKind(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]struct {
		sees string // in the status or in the error
		made []int  // what the portal may have made
	}{
		"drop":         {"EOF", []int{0}},
		"drop answer":  {"EOF", []int{1}},
		"reset":        {"connection reset", []int{1}},
		"reset body":   {"connection reset", []int{1}},
		"truncate":     {"unexpected EOF", []int{1}},
		"cut":          {"half", []int{1}},
		"duplicate":    {"201 Created", []int{1}},
		"429":          {"429 Too Many Requests", []int{0}},
		"429 and wait": {"429 Too Many Requests", []int{0}},
		"500":          {"500 Internal Server Error", []int{0, 1}},
		"502":          {"502 Bad Gateway", []int{0, 1}},
		"503":          {"503 Service Unavailable", []int{0}},
		"504":          {"504 Gateway Timeout", []int{0, 1}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t)
			storm := newStorm(t, 1, 1, kind)
			if sees := seen(t.Context(), t, startProxy(t, p, storm).URL, p.Token, group); !strings.Contains(sees, want.sees) {
				t.Errorf("the client sees %q, want %q", sees, want.sees)
			}
			if made := groups(t, p); !slices.Contains(want.made, made) {
				t.Errorf("the portal made %d groups, want %v", made, want.made)
			}
			if storm.Injected()[kind] != 1 || storm.Requests() != 1 {
				t.Errorf("counted %v of %d", storm.Injected(), storm.Requests())
			}
		})
	}
}

// TestStorm_clientGivesUp: a request that is held back is never done, or only after the client has left.
func TestStorm_clientGivesUp(t *testing.T) {
	t.Parallel()
	for kind, made := range map[string]int{"hold": 0, "late": 1} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t)
			proxy := startProxy(t, p, nil)
			ctx, cancel := context.WithCancel(t.Context())
			proxy.Put(func(portal http.Handler) http.Handler {
				cancel() // the client gives up once the proxy has its request
				return newStorm(t, 1, 1, kind).Over(portal)
			})
			if sees := seen(ctx, t, proxy.URL, p.Token, group); !strings.Contains(sees, "context canceled") {
				t.Errorf("the client sees %q", sees)
			}
			proxy.Close() // which waits for what is under way
			if have := groups(t, p); have != made {
				t.Errorf("the portal made %d groups, want %d", have, made)
			}
		})
	}
}

// TestStorm_delay: an answer waits for the next request.
func TestStorm_delay(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	proxy := startProxy(t, p, newStorm(t, 1, 1, "delay"))
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan string, 2)
	go func() { first <- seen(ctx, t, proxy.URL, p.Token, group) }()
	go func() {
		if sees := seen(ctx, t, proxy.URL, p.Token, `{"name": "Kierownicy"}`); !strings.Contains(sees, "context canceled") {
			first <- sees // this one came first
		}
	}()
	if sees := <-first; !strings.Contains(sees, "201 Created") {
		t.Errorf("the client sees %q", sees)
	}
	cancel() // nothing comes after the second
}

// TestProxy_portalAway: without a portal the proxy answers as a gateway does, and finds one that has moved.
func TestProxy_portalAway(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	other := portaltest.Start(t)
	proxy := startProxy(t, p, nil)
	p.Stop()
	if sees := seen(t.Context(), t, proxy.URL, p.Token, group); !strings.Contains(sees, "502 Bad Gateway") {
		t.Errorf("the client sees %q", sees)
	}
	if err := proxy.SetTarget(other.URL); err != nil {
		t.Fatal(err)
	}
	if sees := seen(t.Context(), t, proxy.URL, other.Token, group); !strings.Contains(sees, "201 Created") {
		t.Errorf("the client sees %q", sees)
	}
}

// seen is what a client sees that makes a permission group: the status and how much of the JSON came, or the error.
func seen(ctx context.Context, t *testing.T, url, token, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/permission-groups", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return ""
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", body)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return err.Error()
	case response.StatusCode == http.StatusCreated && !json.Valid(text):
		return response.Status + ", half"
	default:
		return response.Status
	}
}
