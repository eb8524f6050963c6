package client_test

import (
	"context"
	"flag"
	"fmt"
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
	y := portaltest.NewYears(seed, 40)
	m := mover{
		t:     t,
		p:     p,
		Years: y,
		ids:   portaltest.OfficeIDs{Objects: map[int]string{}, Subgroups: map[string]string{}},
		etags: map[string]string{},
	}
	m.config = client.Config{
		Endpoint:  p.URL,
		Token:     p.Token,
		ManagedBy: "office",
		HandOver:  true,
		Retry:     client.RetryPolicy{Attempts: 4, MinWait: 1, MaxWait: 1},
	}
	old := portaltest.Office{Platform: platform}
	for pair := range pairsOfOffice {
		wanted := y.Next(old)
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
	*portaltest.Years

	t      *testing.T
	p      *portaltest.Portal
	config client.Config
	ids    portaltest.OfficeIDs
	etags  map[string]string // of the plan, by id
	done   []string
}

// step is one write. It comes after those of the objects that it refers to and that are new.
type step struct {
	title string
	after []string
	write func(context.Context, *client.Client) error
}

func (m *mover) move(old, wanted portaltest.Office) {
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

// checkInvariants looks past the client.
func (m *mover) checkInvariants(after string) {
	m.t.Helper()
	for _, fault := range m.p.Contents(m.t).Faults() {
		m.t.Errorf("after %s: %s", after, fault)
	}
}

// checkEnd compares the portal with what was planned.
func (m *mover) checkEnd(c *client.Client, wanted portaltest.Office) {
	m.t.Helper()
	ctx := m.t.Context()
	pending, err := c.ListHandOvers(ctx, client.HandOverQuery{ManagedBy: "office"})
	m.must(err)
	if len(pending) > 0 {
		m.t.Errorf("still pending: %+v", pending)
	}
	var there portaltest.Contents
	there.Users, err = c.ListUsers(ctx, client.UserQuery{})
	m.must(err)
	there.SIPAccounts, err = c.ListSIPAccounts(ctx, client.SIPAccountQuery{})
	m.must(err)
	there.PermissionGroups, err = c.ListPermissionGroups(ctx, client.PermissionGroupQuery{})
	m.must(err)
	for _, difference := range m.ids.Differences(wanted, there) {
		m.t.Error(difference)
	}
}
