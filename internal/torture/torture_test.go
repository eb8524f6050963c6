package main

import (
	"bytes"
	"testing"
)

// TestTorture does for seconds what make torture does for minutes, with seeds that always do the same.
func TestTorture(t *testing.T) {
	t.Parallel()
	binary, err := build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	start := func(t *testing.T, who people) *bench {
		b, err := newBench(t.Context(), t.TempDir(), binary, who)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.close)
		return b
	}
	t.Run("storm", func(t *testing.T) {
		t.Parallel()
		b := start(t, 16)
		injected := expectGood(t, func(report func(result)) error { return b.stormRound(t.Context(), 11, 0.2, nil, report) })
		if len(injected) < 10 {
			t.Errorf("hardly anything went wrong: %v", injected)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		t.Parallel()
		b := start(t, 24)
		injected := expectGood(t, func(report func(result)) error { return b.interruptedRound(t.Context(), 12, 2, report) })
		for _, how := range interruptions() {
			if injected[string(how)] == 0 {
				t.Errorf("nothing was interrupted by %q: %v", how, injected)
			}
		}
	})
}

// expectGood fails unless a round of all stages leaves nothing to find, and returns what was injected.
func expectGood(t *testing.T, round func(report func(result)) error) map[string]int {
	t.Helper()
	var results []result
	if err := round(func(r result) { results = append(results, r) }); err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	printTable(&table, results)
	t.Logf("%s", table.Bytes())
	if len(results) != len(stages) {
		t.Errorf("%d stages, want %d", len(results), len(stages))
	}
	injected := map[string]int{}
	for _, r := range results {
		count(injected, r.injected)
		if !r.verdict.isGood() || len(r.injected) == 0 {
			t.Errorf("%s: injected %v, found %+v", r.what, r.injected, r.verdict)
		}
	}
	return injected
}
