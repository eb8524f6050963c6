package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// result is what a round, or a stage of it, came to.
type result struct {
	what       string
	operations int // objects that were to be created, changed or deleted
	applies    int
	requests   int
	injected   map[string]int // faults and interruptions, by kind
	errors     map[string]int // summaries of what Terraform complained of
	last       string         // what it complained of last
	verdict    verdict
}

// stages are the versions that everybody is brought to, one after the other; 0 is that nobody is there.
var stages = []struct {
	name    string
	version int
}{{"create", 1}, {"update", 2}, {"delete", 0}}

// maxApplies is how often people apply before they lose faith.
const maxApplies = 12

// stormRound brings everybody through every stage while a storm spoils a share of the requests. An apply may fail; it
// is repeated until one succeeds.
func (b *bench) stormRound(ctx context.Context, seed uint64, share float64, kinds []string, report func(result)) error {
	b.tracing = true
	defer func() { b.tracing = false }()
	for i, stage := range stages {
		storm, err := portaltest.NewStorm(seed+uint64(i), share, kinds...)
		if err != nil {
			return err
		}
		r := result{what: stage.name + ", storm", operations: b.people.objects(), errors: map[string]int{}}
		b.proxy.Put(storm.Over)
		done, err := b.converge(ctx, stage.version, maxApplies, &r)
		b.proxy.Put(nil)
		if err != nil {
			return err
		}
		r.requests, r.injected = storm.Requests(), storm.Injected()
		if err := b.conclude(ctx, stage.version, done, &r); err != nil {
			return err
		}
		report(r)
	}
	return nil
}

// interruptedRound brings everybody through every stage, and interrupts each of them so often, in one way after the
// other, at moments that the seed draws. After the last interruption, one apply has to do.
func (b *bench) interruptedRound(ctx context.Context, seed uint64, often int, report func(result)) error {
	random := rand.New(rand.NewPCG(seed, 1))
	ways := interruptions()
	random.Shuffle(len(ways), func(i, j int) { ways[i], ways[j] = ways[j], ways[i] })
	next := 0
	for _, stage := range stages {
		r := result{what: stage.name + ", interrupted", operations: b.people.objects(), injected: map[string]int{}, errors: map[string]int{}}
		var now []interruption
		for range often {
			now = append(now, ways[next%len(ways)])
			next++
		}
		slices.SortStableFunc(now, func(a, b interruption) int { return survivable(a) - survivable(b) })
		for _, how := range now {
			at := moment{1 + random.IntN(max(1, b.people.objects()/often)), random.IntN(2) == 1}
			if err := b.interrupt(ctx, stage.version, how, at, &r); err != nil {
				return err
			}
		}
		most := 1
		if b.byHand {
			r.what += ", imported"
			most = maxApplies // each shows the import blocks of what it came to
		}
		done, err := b.converge(ctx, stage.version, most, &r)
		if err != nil {
			return err
		}
		if err := b.forgetImports(); err != nil {
			return err
		}
		if err := b.conclude(ctx, stage.version, done, &r); err != nil {
			return err
		}
		report(r)
	}
	return nil
}

// converge applies until an apply succeeds, and reports whether one did.
func (b *bench) converge(ctx context.Context, version, most int, r *result) (bool, error) {
	for range most {
		apply, err := b.apply(ctx, version, nil)
		if err != nil {
			return false, err
		}
		r.applies++
		r.hear(apply)
		if apply.code == 0 {
			return true, nil
		}
		if b.byHand {
			if err := b.takeImports(apply.output); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// offered finds the import blocks that a plan shows, each with the address of the resource that cannot be created.
var offered = regexp.MustCompile(`(?s)with (switchboard_\w+\.\w+(?:\[[^\]]+\])?),.*?import \{\s+to = \S+\s+id = ("[^"]+")`)

// takeImports adds the import blocks that a plan has shown to the configuration, as its reader would.
func (b *bench) takeImports(output string) error {
	file, err := os.OpenFile(b.path("imports.tf"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	for section := range strings.SplitSeq(output, "Error: ") {
		if found := offered.FindStringSubmatch(section); found != nil {
			if _, err := fmt.Fprintf(file, "import {\n  to = %s\n  id = %s\n}\n", found[1], found[2]); err != nil {
				return errors.Join(err, file.Close())
			}
		}
	}
	return file.Close()
}

// forgetImports takes the import blocks out again.
func (b *bench) forgetImports() error {
	if err := os.Remove(b.path("imports.tf")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// conclude says how things are at the end of a stage.
func (b *bench) conclude(ctx context.Context, version int, done bool, r *result) error {
	if !done {
		note(&r.verdict.wrong, "%s: it takes more than %d applies; the last one says: %s", r.what, r.applies, r.last)
	}
	if version != 0 { // with nobody there, the state says enough
		settled, plan, err := b.isSettled(ctx, version)
		if err != nil {
			return err
		}
		if !settled {
			note(&r.verdict.wrong, "%s: the plan is not empty: %s", r.what, from(plan, "Terraform will perform", "Error: "))
		}
	}
	found, err := b.judge(ctx, version)
	if err != nil {
		return err
	}
	r.verdict.add(found)
	left, err := b.leftOver()
	for _, pid := range left {
		note(&r.verdict.leaked, "%s: the process %d is still there", r.what, pid)
	}
	return err
}

var (
	complaint = regexp.MustCompile(`(?m)^(?:│ )?Error: (.*)$`)
	// defect is what only a defect of the provider makes Terraform say.
	defect = regexp.MustCompile(`(?i)please report|panic:|inconsistent result|stack trace|unexpected new value|is not what a portal gives`)
)

// from is the beginning of what a text says from a word on, which is the first of several that it has; all of it if it
// has none.
func from(text string, words ...string) string {
	for _, word := range words {
		if at := strings.Index(text, word); at >= 0 {
			text = text[at:]
			break
		}
	}
	return text[:min(len(text), 1000)]
}

// hear notes what Terraform complained of.
func (r *result) hear(of outcome) {
	for _, found := range complaint.FindAllStringSubmatch(of.output, -1) {
		r.errors[strings.TrimSpace(found[1])]++
	}
	r.last = from(of.output, "Error: ")
	if found := defect.FindStringIndex(of.output); found != nil {
		note(&r.verdict.wrong, "%s: Terraform says: %s", r.what, of.output[max(0, found[0]-600):min(len(of.output), found[1]+600)])
	}
}
