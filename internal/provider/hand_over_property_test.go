package provider

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

var (
	handOverSeed  = flag.Uint64("hand-over-seed", 0, "the seed of the random states of TestHandOver_ALL08_anyLegalStateIsPlannedAndReachedInAnyOrder; 0 is the usual ones")
	handOverPairs = flag.Int("hand-over-pairs", 100, "how many pairs of states it has")
)

const (
	pairsOfOffice = 10 // states of one office that follow each other on one portal
	mostPeople    = 40
	mostAtOnce    = 10 // objects that Terraform plans at the same time
)

// TestHandOver_ALL08_anyLegalStateIsPlannedAndReachedInAnyOrder: one plan and one apply of two processes lead from any
// legal state to any other, and no plan accepts an illegal one.
func TestHandOver_ALL08_anyLegalStateIsPlannedAndReachedInAnyOrder(t *testing.T) {
	t.Parallel()
	for run := range max(1, *handOverPairs/pairsOfOffice) {
		platform := portal.Platforms()[run%len(portal.Platforms())]
		seed := uint64(2000 + run)
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
	years := portaltest.NewYears(seed, mostPeople)
	years.Members, years.Fresh = true, true
	w := officeWalk{t: t, p: p, Years: years, drive: newProtocol(t, p), instances: map[string]instance{}, blocks: map[string]resourceBlock{}}
	old, reached := portaltest.Office{Platform: platform}, 0
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("pair %d; run it again with -hand-over-seed=%d", reached, seed)
		}
	})
	for pair := range pairsOfOffice {
		wanted := years.Next(old)
		if bad, how, ok := spoiled(years.Rand, old, wanted); ok {
			w.refuses(how, blocksOf(t, bad))
		}
		w.reach(wanted)
		if t.Failed() {
			return
		}
		old, reached = wanted, pair+1
	}
}

// officeWalk brings an office from one state to the next as Terraform does: with a process that plans and one that
// applies, in an order that is free but for what Terraform keeps to.
type officeWalk struct {
	*portaltest.Years

	t         *testing.T
	p         *portaltest.Portal
	drive     *protocol
	instances map[string]instance      // the state of Terraform, by address
	blocks    map[string]resourceBlock // the configuration that was applied last
	done      []string
}

// plannedWalk is what one walk over state and configuration has made of every address.
type plannedWalk struct {
	refreshed map[string]instance
	plans     map[string]plannedInstance
	errors    []*tfprotov6.Diagnostic
}

// plan refreshes and plans everything in a process of its own, until a plan fails. As many objects are under way as
// Terraform takes at once: one, or several.
func (w *officeWalk) plan(blocks map[string]resourceBlock) plannedWalk {
	w.t.Helper()
	run := w.drive.anew(w.t, w.p)
	walk := plannedWalk{refreshed: map[string]instance{}, plans: map[string]plannedInstance{}}
	all := maps.Clone(blocks)
	maps.Copy(all, w.blocks)
	waiting, underWay := slices.Sorted(maps.Keys(all)), []string(nil)
	w.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
	atOnce := []int{1, mostAtOnce}[w.IntN(2)]
	for len(waiting)+len(underWay) > 0 && len(walk.errors) == 0 {
		if len(waiting) > 0 && len(underWay) < atOnce && (len(underWay) == 0 || w.IntN(2) == 0) {
			address := waiting[0]
			waiting, underWay = waiting[1:], append(underWay, address)
			prior, exists := w.instances[address]
			if !exists {
				prior = run.noInstance(all[address].typeName)
			}
			walk.refreshed[address] = run.refresh(run.shown(prior))
			continue
		}
		i := w.IntN(len(underWay))
		address := underWay[i]
		underWay = slices.Delete(underWay, i, i+1)
		config := run.encode(run.noInstance(all[address].typeName).state)
		if b, stays := blocks[address]; stays {
			config = w.config(run, b, blocks)
		}
		plan, diagnostics := run.tryPlan(walk.refreshed[address], config)
		walk.plans[address] = plan
		for _, diagnostic := range diagnostics {
			if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
				walk.errors = append(walk.errors, diagnostic)
			}
		}
	}
	return walk
}

// config is what Terraform gives of a block, with the values of its references as far as they are known. Blocks are the
// planned ones, nil for what is applied.
func (w *officeWalk) config(run *protocol, b resourceBlock, blocks map[string]resourceBlock) *tfprotov6.DynamicValue {
	w.t.Helper()
	given := run.decode(b.typeName, run.value(run.schemas.ResourceSchemas[b.typeName], b.attributes))
	value, err := tftypes.Transform(given, func(_ *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		var text string
		if !value.Type().Is(tftypes.String) || value.IsNull() || !value.IsKnown() {
			return value, nil
		}
		if err := value.As(&text); err != nil {
			return value, err
		}
		if found := reference.FindStringSubmatch(text); found != nil {
			return w.referred(found[1], found[2], blocks), nil
		}
		return value, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return run.encode(value)
}

// referred is the value of a reference. The ids of subgroups are planned anew with every change of their group.
func (w *officeWalk) referred(expression, address string, blocks map[string]resourceBlock) tftypes.Value {
	attributes := children(w.instances[address].state)
	if _, name, isSubgroup := strings.Cut(strings.TrimSuffix(expression, `"]`), `["`); isSubgroup {
		id, exists := children(attributes["subgroup_ids"])[name]
		before, after := w.blocks[address].attributes["subgroups"], blocks[address].attributes["subgroups"]
		if open := blocks != nil && contains(after, name) && !sameTexts(before, after); open || !exists {
			return tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
		}
		return id
	}
	if id, exists := attributes["id"]; exists {
		return id
	}
	return tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
}

func contains(list any, text string) bool {
	elements, _ := list.([]any)
	return slices.Contains(elements, any(text))
}

func sameTexts(a, b any) bool {
	one, _ := a.([]any)
	other, _ := b.([]any)
	return len(one) == len(other) && !slices.ContainsFunc(one, func(element any) bool { return !slices.Contains(other, element) })
}

// refuses fails unless the plan of an illegal state says so.
func (w *officeWalk) refuses(how string, blocks map[string]resourceBlock) {
	w.t.Helper()
	if walk := w.plan(blocks); len(walk.errors) == 0 {
		w.t.Errorf("a plan accepts that %s", how)
	}
}

// step is an object that an apply creates, changes or deletes.
type step struct {
	address string
	after   []string // addresses whose steps come first
	deletes bool
}

// reach brings the portal to a legal state, with one plan and one apply, and looks whether it is there.
func (w *officeWalk) reach(wanted portaltest.Office) {
	w.t.Helper()
	blocks := blocksOf(w.t, wanted)
	walk := w.plan(blocks)
	for _, diagnostic := range walk.errors {
		w.t.Fatalf("the plan of a legal state: %s at %q: %s", diagnostic.Summary, at(diagnostic), diagnostic.Detail)
	}
	run := w.drive.anew(w.t, w.p)
	steps := w.steps(walk, blocks)
	w.done = nil
	for len(steps) > 0 {
		var ready []int
		for i, s := range steps {
			if !slices.ContainsFunc(steps, func(other step) bool { return slices.Contains(s.after, other.address) }) {
				ready = append(ready, i)
			}
		}
		i := ready[w.IntN(len(ready))]
		s := steps[i]
		steps = slices.Delete(steps, i, i+1)
		w.done = append(w.done, s.address)
		w.apply(run, s, walk, blocks)
		for _, fault := range w.p.Contents(w.t).Faults() {
			w.t.Errorf("after %s: %s", s.address, fault)
		}
		if w.t.Failed() {
			w.t.Fatalf("after %q", w.done)
		}
	}
	w.blocks = blocks
	w.isReached(wanted)
}

// steps are what the apply of a plan does. What does not change is only kept.
func (w *officeWalk) steps(walk plannedWalk, blocks map[string]resourceBlock) (steps []step) {
	for _, address := range slices.Sorted(maps.Keys(walk.plans)) {
		plan := walk.plans[address]
		if len(plan.changes()) == 0 {
			w.instances[address] = walk.refreshed[address]
			continue
		}
		s := step{address: address, deletes: plan.state.IsNull()}
		if s.deletes {
			for other, b := range w.blocks {
				if walk.plans[other].state.IsNull() && slices.Contains(b.refersTo(), address) {
					s.after = append(s.after, other)
				}
			}
		} else {
			s.after = blocks[address].refersTo()
		}
		steps = append(steps, s)
	}
	return steps
}

// apply does one step: what is created or changed is planned once more, with what is known by now.
func (w *officeWalk) apply(run *protocol, s step, walk plannedWalk, blocks map[string]resourceBlock) {
	w.t.Helper()
	prior, plan := walk.refreshed[s.address], walk.plans[s.address]
	run.shown(prior)
	if s.deletes {
		run.applyChange(plan)
		delete(w.instances, s.address)
		return
	}
	again, diagnostics := run.tryPlan(prior, w.config(run, blocks[s.address], nil))
	run.noError("plan at the apply of "+s.address, diagnostics)
	for _, fault := range deviations("", plan.state, again.state) {
		w.t.Errorf("%s is planned otherwise at the apply: %s", s.address, fault)
	}
	w.instances[s.address] = run.applyChange(again)
}

// isReached compares portal and state with what was planned.
func (w *officeWalk) isReached(wanted portaltest.Office) {
	w.t.Helper()
	ids := portaltest.OfficeIDs{Objects: map[int]string{}, Subgroups: map[string]string{}}
	number := func(noun portal.Noun, n int) {
		ids.Objects[n] = w.drive.idOf(w.instances[typeOf(noun)+"."+numbered(n)])
	}
	for n := range wanted.Groups {
		number(portal.NounPermissionGroup, n)
	}
	for n := range wanted.Accounts {
		number(portal.NounSIPAccount, n)
	}
	for n := range wanted.People {
		number(portal.NounUser, n)
	}
	for _, name := range wanted.Subgroups {
		var id string
		_ = children(children(w.instances[typeOf(portal.NounUserGroup)+".sorted"].state)["subgroup_ids"])[name].As(&id)
		ids.Subgroups[name] = id
	}
	for _, difference := range ids.Differences(wanted, w.p.Contents(w.t)) {
		w.t.Error(difference)
	}
	if waits, err := w.p.Service.ListHandOvers(w.t.Context(), w.p.Caller, service.ListQuery{}); err != nil || len(waits.Items) > 0 {
		w.t.Errorf("still to be handed over: %+v, %v", waits.Items, err)
	}
	walk := w.plan(w.blocks)
	for _, diagnostic := range walk.errors {
		w.t.Errorf("the plan after: %s at %q: %s", diagnostic.Summary, at(diagnostic), diagnostic.Detail)
	}
	for address, plan := range walk.plans {
		if changes := plan.changes(); len(changes) > 0 {
			w.t.Errorf("the plan after changes %v of %s", changes, address)
		}
	}
	if w.t.Failed() {
		w.t.Fatalf("after %q", w.done)
	}
}
