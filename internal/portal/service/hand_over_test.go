package service

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func TestHandOver_ALL08_ALL02_leaverAndJoinerInEitherOrder(t *testing.T) {
	onEveryThing(t, func(_ *testing.T, d *desk) {
		for _, way := range []string{"the leaver is deleted", "the leaver gets something else"} {
			leaver := d.make(d.things[0])
			letGo := func() { d.drop(leaver.id) }
			if way != "the leaver is deleted" {
				letGo = func() { d.give(leaver.id, d.things[1]) }
			}
			joiner := d.make(d.things[0])
			if joiner.has != "" || !joiner.untouched || len(joiner.pending) != 1 ||
				joiner.pending[0].Holder.ID != leaver.id {
				d.t.Errorf("%s: the joiner is made as %+v", way, joiner)
			}
			d.wants(leaver.id, d.things[0], "")
			letGo()
			got := d.wants(joiner.id, d.things[0], "")
			if !got.untouched || got.etag == joiner.etag {
				d.t.Errorf("%s: what the joiner was made with came as a change: %+v", way, got)
			}
			if from := d.passes(joiner.id); !slices.Equal(from, []string{leaver.id}) {
				d.t.Errorf("%s: passed from %v, want %s", way, from, leaver.id)
			}
			d.nothingWaits()
			d.drop(joiner.id)
			if way != "the leaver is deleted" {
				d.drop(leaver.id)
			}
			if report, err := d.at.VerifyAudit(
				d.t.Context(),
				d.by.OrganizationID,
				"",
			); err != nil ||
				len(report.Wrong) > 0 {
				d.t.Errorf("the trail is broken: %+v, %v", report, err)
			}

			leaver = d.make(d.things[0]) // the other order
			letGo()
			joiner = d.make(d.things[0])
			d.wants(joiner.id, d.things[0], "")
			d.nothingWaits()
			d.drop(joiner.id)
			if way != "the leaver is deleted" {
				d.drop(leaver.id)
			}
		}
	})
}

func TestHandOver_ALL08_swapRotationAndRenumberingInAnyOrder(t *testing.T) {
	onEveryThing(t, func(t *testing.T, d *desk) {
		const people = 30
		var all []string
		for i := range people {
			all = append(all, d.make(d.things[i]).id)
		}
		place := make([]int, people) // whose thing each has
		for i := range place {
			place[i] = i
		}
		up := func(order []int, by int) {
			for _, i := range order {
				d.give(all[i], d.things[place[i]+by])
				place[i] += by
			}
		}
		rotate := func(who ...int) {
			first := place[who[0]]
			for n, i := range who {
				to := first
				if n+1 < len(who) {
					to = place[who[n+1]]
				}
				if d.give(all[i], d.things[to]); n+1 < len(who) && d.single {
					d.wants(all[i], d.things[place[i]], d.things[to])
				}
				place[i] = to
			}
		}
		check := func(what string) {
			t.Helper()
			for i, id := range all {
				d.wants(id, d.things[place[i]], "")
			}
			if d.nothingWaits(); t.Failed() {
				t.Fatal("after " + what)
			}
		}
		rotate(3, 9)
		check("a swap")
		rotate(5, 1, 7)
		check("a rotation of three")
		ascending := make([]int, people)
		for i := range ascending {
			ascending[i] = i
		}
		slices.SortFunc(ascending, func(a, b int) int { return place[a] - place[b] })
		descending := slices.Clone(ascending)
		slices.Reverse(descending)
		random := rand.New(rand.NewPCG(8, 0)).Perm(people) //nolint:gosec // reproducible
		for what, order := range map[string][]int{"ascending": ascending, "descending": descending, "random": random} {
			up(order, 1)
			check("a renumbering, " + what)
			up(order, -1)
			check("a renumbering back, " + what)
		}
	})
}

func TestHandOver_ALL08_holderThatKeepsItEndsTheWait(t *testing.T) {
	onEveryThing(t, func(_ *testing.T, d *desk) {
		began := d.f.clock.Now()
		keeper, waiting := d.make(d.things[0]), d.make(d.things[0])
		d.give(keeper.id, d.things[0])
		d.wants(keeper.id, d.things[0], "")
		d.wants(waiting.id, "", d.things[0])
		page, err := d.at.ListHandOvers(
			d.t.Context(),
			d.by,
			ListQuery{Where: map[string]string{"managed_by": "office"}},
		)
		if err != nil || len(page.Items) != 1 {
			d.t.Fatalf("%+v, %v", page, err)
		}
		if h := page.Items[0]; h.Waiting.ID != waiting.id || h.Field != d.field || h.Value != d.things[0] || h.Count != 1 || h.Holders[0].ID != keeper.id ||
			h.Waiting.Noun != d.noun || h.ManagedBy != "office" || h.Since != stamp(began) ||
			h.Until != stamp(began.Add(24*time.Hour)) {
			d.t.Errorf("the list says %+v", h)
		}
		if page, err := d.at.ListHandOvers(
			d.t.Context(),
			d.by,
			ListQuery{Where: map[string]string{"managed_by": "other"}},
		); err != nil ||
			len(page.Items) != 0 {
			d.t.Errorf("another manager is told of %+v, %v", page.Items, err)
		}
		d.f.clock.forward(24 * time.Hour)
		d.wants(waiting.id, "", d.things[0])
		d.f.clock.forward(time.Second)
		d.wants(waiting.id, "", "") // before anything is written
		d.give(keeper.id, d.things[1])
		d.wants(waiting.id, "", "")
		entries, err := d.at.ListAudit(
			d.t.Context(),
			d.by,
			ListQuery{Where: map[string]string{"object_id": waiting.id}},
		)
		if err != nil || entries.Items[0].Action != portal.ActionEndWait || entries.Items[0].From != keeper.id ||
			entries.Items[0].Actor.Kind != portal.ActorPortal {
			d.t.Errorf("the trail of the end: %+v, %v", entries.Items[0], err)
		}
		d.drop(keeper.id, waiting.id)
	})
}

// A clock that was set back and is right again prolongs nothing.
func TestHandOver_clockThatJumps(t *testing.T) {
	onEveryThing(t, func(_ *testing.T, d *desk) {
		d.f.clock.forward(365 * 24 * time.Hour)
		keeper, waiting := d.make(d.things[0]), d.make(d.things[0])
		d.f.clock.forward(-365 * 24 * time.Hour)
		d.drop(d.make(d.things[1]).id)
		d.wants(waiting.id, "", d.things[0])
		d.f.clock.forward(24*time.Hour + time.Second)
		d.wants(waiting.id, "", "")
		d.drop(waiting.id, keeper.id)
	})
}

func TestHandOver_ALL08_isForTheSameManagerAlone(t *testing.T) {
	onEveryThing(t, func(_ *testing.T, d *desk) {
		holder, waiting, third := d.make(d.things[0]), d.make(d.things[0]), d.make(d.things[1])
		plain := d.caller
		silent := d.by
		silent.TakesOver = ""
		for who, caller := range map[string]Caller{"a plain client": plain, "one that takes nothing over": silent, "another manager": underName(d.caller, "other")} {
			_, err := d.set(d.at, caller, third.id, d.things[0], "")
			if refusal := portalError(
				d.t,
				err,
			); len(refusal.Errors) != 1 || refusal.Errors[0].Code != d.taken ||
				refusal.Errors[0].Field != d.field {
				d.t.Errorf("%s: %v", who, err)
			}
		}
		_, err := d.set(d.at, d.by, third.id, d.things[0], "")
		wantError(d.t, err, portal.CodeConflict, d.field, portal.CodeWaited)
		if text := err.Error(); !strings.Contains(text, waiting.id) {
			d.t.Errorf("the successor is not named: %s", text)
		}
		_, err = d.set(d.at, silent, waiting.id, d.things[0], "")
		if refusal := portalError(d.t, err); refusal.Errors[0].Code != d.taken {
			d.t.Errorf("asked for again without taking over: %v", err)
		}
		d.wants(third.id, d.things[1], "")
		d.wants(waiting.id, "", d.things[0])
		d.give(waiting.id, d.things[2]) // which says anew what it wants
		d.wants(waiting.id, d.things[2], "")
		d.nothingWaits()
		d.give(third.id, d.things[0])
		d.drop(third.id) // which ends what it waits for
		d.nothingWaits()
		d.drop(waiting.id, holder.id)
	})
}

// A thing that passes makes another version. The run that does it goes on with the version of its plan; everybody
// else reads again.
func TestHandOver_ALL08_passingFailsNoLaterWriteOfItsManager(t *testing.T) {
	onEveryThing(t, func(_ *testing.T, d *desk) {
		holder, waiting := d.make(d.things[0]), d.make(d.things[0])
		d.drop(holder.id)
		passed := d.wants(waiting.id, d.things[0], "")
		if passed.etag == waiting.etag {
			d.t.Error("what passed makes no other version")
		}
		plain := d.caller
		_, err := d.set(d.at, plain, waiting.id, d.things[1], waiting.etag)
		if refusal := portalError(d.t, err); refusal.Code != portal.CodePreconditionFailed {
			d.t.Errorf("somebody who does not know of it wrote: %v", err)
		}
		if _, err := d.set(d.at, underName(d.caller, "other"), waiting.id, d.things[1], waiting.etag); err == nil {
			d.t.Error("another manager wrote")
		}
		changed := d.must(d.set(d.at, d.by, waiting.id, d.things[1], waiting.etag))
		_, err = d.set(d.at, d.by, waiting.id, d.things[2], waiting.etag)
		if refusal := portalError(d.t, err); refusal.Code != portal.CodePreconditionFailed {
			d.t.Errorf("after a change that was no hand-over: %v", err)
		}
		next := d.make(d.things[1])
		d.must(d.set(d.at, d.by, waiting.id, d.things[2], changed.etag))
		if err := d.remove(d.at, d.by, next.id, next.etag); err != nil {
			d.t.Errorf("a deletion with the ETag from before something passed: %v", err)
		}
		d.drop(waiting.id)
	})
}

func TestHandOver_ALL09_repeatedRequests(t *testing.T) {
	onEveryThing(t, func(_ *testing.T, d *desk) {
		holder := d.make(d.things[0])
		made := d.must(d.create(d.at, d.by, "repeated", d.things[0], "key of "+d.field+string(d.noun)))
		again := d.must(d.create(d.at, d.by, "repeated", d.things[0], "key of "+d.field+string(d.noun)))
		if !again.replayed || again.id != made.id || again.etag != made.etag || len(again.pending) != 1 {
			d.t.Errorf("repeated while it waits: %+v", again)
		}
		if same := d.must(
			d.set(d.at, d.by, made.id, d.things[0], ""),
		); same.etag != made.etag ||
			len(same.pending) != 1 {
			d.t.Errorf("asked for what is pending: %+v", same)
		}
		d.drop(holder.id)
		again = d.must(d.create(d.at, d.by, "repeated", d.things[0], "key of "+d.field+string(d.noun)))
		if !again.replayed || again.has != d.things[0] || len(again.pending) != 0 {
			d.t.Errorf("repeated afterwards: %+v", again)
		}
		if same := d.must(d.set(d.at, d.by, made.id, d.things[0], made.etag)); same.etag != again.etag {
			d.t.Errorf("asked for what has passed: %+v", same)
		}
		d.drop(made.id)
	})
}

// Nothing of it is in memory: each write may meet another portal, or the same one after it was killed.
func TestHandOver_ALL08_survivesTheEndOfThePortal(t *testing.T) {
	onEveryThing(t, func(t *testing.T, d *desk) {
		fresh := func() { d.at = d.f.another(t) }
		a, b, c := d.make(d.things[0]), d.make(d.things[1]), d.make(d.things[2])
		for _, step := range []struct{ id, thing string }{{a.id, d.things[1]}, {b.id, d.things[2]}, {c.id, d.things[0]}} {
			fresh()
			d.give(step.id, step.thing)
		}
		fresh()
		d.wants(a.id, d.things[1], "")
		d.wants(b.id, d.things[2], "")
		d.wants(c.id, d.things[0], "")
		d.nothingWaits()
		d.drop(a.id, b.id, c.id)
	})
}

func TestHandOver_ALL08_severalPortalsAtOnce(t *testing.T) {
	onEveryThing(t, func(t *testing.T, d *desk) {
		const people = 12
		var all []string
		for i := range people {
			all = append(all, d.make(d.things[i]).id)
		}
		portals := []*Service{d.f.Service, d.f.another(t), d.f.another(t)}
		start := make(chan struct{})
		var wait sync.WaitGroup
		for i := range people {
			wait.Go(func() {
				<-start
				by := d.by
				if _, err := d.set(
					portals[i%len(portals)],
					by,
					all[i],
					d.things[(i+1)%people],
					"",
				); err != nil &&
					!errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
		}
		close(start)
		wait.Wait()
		for i := range people {
			d.wants(all[i], d.things[(i+1)%people], "")
		}
		d.nothingWaits()
		d.drop(all...)
	})
}

// Where a SIP account is one user's, no other field of a user names it: there would be more to pass on with it.
func TestHandOver_nothingFollowsAnAccountOfOneUser(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		set, err := rules.For(platform)
		if err != nil {
			t.Fatal(err)
		}
		fields := set.Objects[portal.NounUser].Fields
		if accounts := fields["telephony.sip_account_ids"]; accounts == nil || !accounts.Exclusive {
			continue
		}
		for path, field := range fields {
			if path != "telephony.sip_account_ids" &&
				(field.Source == rules.SourceSIPAccounts || field.Format == rules.FormatDestination) {
				t.Errorf("%s has %s, which may name an account that the user waits for", platform, path)
			}
		}
	}
}
