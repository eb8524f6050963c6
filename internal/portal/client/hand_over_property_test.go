package client_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

var (
	handOverSeed = flag.Uint64(
		"hand-over-seed",
		0,
		"the seed of the random states of TestHandOver_ALL08_anyLegalStateIsReachedInAnyOrder; 0 is the usual ones",
	)
	handOverPairs = flag.Int("hand-over-pairs", 100, "how many pairs of states it has")
)

// pairsOfOffice is how many states of one office follow each other on one portal.
const pairsOfOffice = 10

func TestHandOver_ALL08_anyLegalStateIsReachedInAnyOrder(t *testing.T) {
	t.Parallel()
	for run := range max(1, *handOverPairs/pairsOfOffice) {
		platform := portal.Platforms()[run%len(portal.Platforms())]
		seed := uint64(1000 + run)
		if *handOverSeed != 0 {
			seed = *handOverSeed
		}
		t.Run(fmt.Sprintf("%s %d", platform, seed), func(t *testing.T) {
			t.Parallel()
			walkThroughYears(t, platform, seed)
		})
	}
}

func walkThroughYears(t *testing.T, platform portal.Platform, seed uint64) {
	t.Helper()
	p := portaltest.Start(t, portaltest.WithPlatform(platform))
	y := &years{Rand: rand.New(rand.NewPCG(seed, 1)), most: 40} //nolint:gosec // reproducible
	m := mover{
		t:     t,
		p:     p,
		years: y,
		ids:   ids{of: map[int]string{}, subgroups: map[string]string{}},
		etags: map[string]string{},
	}
	m.config = client.Config{
		Endpoint:  p.URL,
		Token:     p.Token,
		ManagedBy: "office",
		HandOver:  true,
		Retry:     client.RetryPolicy{Attempts: 4, MinWait: 1, MaxWait: 1},
	}
	old := office{platform: platform}
	for pair := range pairsOfOffice {
		wanted := y.next(old)
		m.move(old, wanted)
		if t.Failed() {
			t.Logf("pair %d; run it again with -hand-over-seed=%d", pair, seed)
			return
		}
		old = wanted
	}
}

// mover applies one state after the other, as Terraform does: what changes, in an order that is free but for
// references to what is new, with the ETags of the plan.
type mover struct {
	*years

	t      *testing.T
	p      *portaltest.Portal
	config client.Config
	ids    ids
	etags  map[string]string // of the plan, by id
	done   []string
}

// step is one write. It comes after those of the objects that it refers to and that are new.
type step struct {
	title string
	after []string
	write func(context.Context, *client.Client) error
}

func (m *mover) move(old, wanted office) {
	m.t.Helper()
	c := newClient(m.t, m.config)
	m.refresh(c)
	steps := m.steps(old, wanted)
	m.done = nil
	finished := map[string]bool{}
	for len(steps) > 0 {
		var ready []int
		for i, s := range steps {
			waits := slices.ContainsFunc(steps, func(other step) bool { return slices.Contains(s.after, other.title) })
			if !waits {
				ready = append(ready, i)
			}
		}
		i := ready[m.IntN(len(ready))]
		s := steps[i]
		steps = slices.Delete(steps, i, i+1)
		m.done = append(m.done, s.title)
		if err := s.write(m.t.Context(), c); err != nil {
			m.t.Fatalf("%s: %v\nafter %q", s.title, err, m.done)
		}
		finished[s.title] = true
		m.checkInvariants(s.title)
	}
	m.checkEnd(c, wanted)
	if !m.t.Failed() {
		plain := newClient(m.t, client.Config{Endpoint: m.p.URL, Token: m.p.Token, SingleReads: true})
		m.checkEnd(plain, wanted)
	}
}

func (m *mover) refresh(c *client.Client) {
	m.t.Helper()
	clear(m.etags)
	users, err := c.ListUsers(m.t.Context(), client.UserQuery{})
	m.must(err)
	for _, u := range users {
		m.etags[u.ID] = u.ETag
	}
	groups, err := c.ListPermissionGroups(m.t.Context(), client.PermissionGroupQuery{})
	m.must(err)
	for _, g := range groups {
		m.etags[g.ID] = g.ETag
	}
	accounts, err := c.ListSIPAccounts(m.t.Context(), client.SIPAccountQuery{})
	m.must(err)
	for _, a := range accounts {
		m.etags[a.ID] = a.ETag
	}
	positions, err := c.ListUserGroups(m.t.Context(), client.UserGroupQuery{})
	m.must(err)
	for _, g := range positions {
		m.etags[g.ID] = g.ETag
	}
}

func (m *mover) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func title(kind string, number int) string { return fmt.Sprint(kind, " ", number) }

// checkInvariants looks past the client: at no moment two objects have one thing, and nobody is without a group that
// the platform demands.
func (m *mover) checkInvariants(after string) {
	m.t.Helper()
	has, portalHas := map[string]string{}, m.p.Contents(m.t)
	hold := func(kind string, thing *string, id string) {
		if thing == nil || *thing == "" {
			return
		}
		if other := has[kind+*thing]; other != "" {
			m.t.Errorf("after %s: the %s %s is %s's and %s's", after, kind, *thing, other, id)
		}
		has[kind+*thing] = id
	}
	for _, account := range portalHas.SIPAccounts {
		hold("extension", account.Extension, account.ID)
	}
	for _, group := range portalHas.PermissionGroups {
		hold("group", group.Name, group.ID)
	}
	for _, user := range portalHas.Users {
		if user.PermissionGroupIDs != nil && len(user.PermissionGroupIDs) == 0 {
			m.t.Errorf("after %s: %s is in no group", after, *user.Email)
		}
		if user.Telephony == nil {
			continue
		}
		hold("extension", user.Telephony.Extension, user.ID)
		for _, number := range user.Telephony.IncomingNumbers {
			hold("number", &number, user.ID)
		}
		if user.Telephony.SIPAssignment != nil { // on telecube, where an account is one user's
			for _, account := range user.Telephony.SIPAccountIDs {
				hold("account", &account, user.ID)
			}
		}
	}
}

// checkEnd compares the portal with what was planned.
func (m *mover) checkEnd(c *client.Client, wanted office) {
	m.t.Helper()
	ctx := m.t.Context()
	pending, err := c.ListHandOvers(ctx, client.HandOverQuery{ManagedBy: "office"})
	m.must(err)
	if len(pending) > 0 {
		m.t.Errorf("still pending: %+v", pending)
	}
	users, err := c.ListUsers(ctx, client.UserQuery{})
	m.must(err)
	byID := map[string]portal.User{}
	for _, user := range users {
		byID[user.ID] = user
	}
	for number := range wanted.people {
		want := m.ids.user(wanted, number)
		got, want := shown(byID[m.ids.of[number]], want), shown(want, want)
		if !reflect.DeepEqual(got, want) {
			m.t.Errorf("person %d is %s\nwant %s", number, text(m.t, got), text(m.t, want))
		}
	}
	if len(users) != len(wanted.people) {
		m.t.Errorf("there are %d people, want %d", len(users), len(wanted.people))
	}
	accounts, err := c.ListSIPAccounts(ctx, client.SIPAccountQuery{})
	m.must(err)
	extensions := map[string]string{}
	for _, account := range accounts {
		extensions[account.ID] = *account.Extension
	}
	m.compare("SIP accounts", extensions, wanted.accounts)
	groups, err := c.ListPermissionGroups(ctx, client.PermissionGroupQuery{})
	m.must(err)
	names := map[string]string{}
	for _, group := range groups {
		if !group.BuiltIn {
			names[group.ID] = *group.Name
		}
	}
	m.compare("groups", names, wanted.groups)
}

func (m *mover) compare(what string, got map[string]string, wanted map[int]string) {
	m.t.Helper()
	want := map[string]string{}
	for number, value := range wanted {
		want[m.ids.of[number]] = value
	}
	if !maps.Equal(got, want) {
		m.t.Errorf("%s are %v\nwant %v", what, got, want)
	}
}

func text(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}
