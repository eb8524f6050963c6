package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
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
	t.Run("verdict", func(t *testing.T) {
		t.Parallel()
		findsWhatIsWrong(t, start(t, 5))
	})
}

// findsWhatIsWrong spoils what an apply has made, and looks whether the verdict says so.
func findsWhatIsWrong(t *testing.T, b *bench) {
	ctx := t.Context()
	if apply, err := b.apply(ctx, 1, nil); err != nil || apply.code != 0 {
		t.Fatalf("%v: %s", err, apply.output)
	}
	if v, err := b.judge(ctx, 1); err != nil || !v.isGood() {
		t.Fatalf("before anything is wrong: %+v, %v", v, err)
	}
	there, err := b.objects(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for _, o := range there {
		ids[o.name] = o.id
	}
	_, renamed := b.direct.ReplaceUser(ctx, ids[email(1)], portal.User{FirstName: new("Somebody")}, "")
	_, otherPassword := b.direct.ReplaceSIPAccount(ctx, ids[extension(4)], portal.SIPAccount{Password: new(registration(4, 7))}, "")
	gone := b.direct.DeleteUser(ctx, ids[email(2)], "", portal.Deletion{})
	_, tooMany := b.direct.CreatePermissionGroup(ctx, portal.PermissionGroup{Name: new("Nobody's")})
	if err := errors.Join(renamed, otherPassword, gone, tooMany); err != nil {
		t.Fatal(err)
	}
	b.printed = append(b.printed, login(0, 1)...)
	v, err := b.judge(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	for want, found := range map[string][]string{
		email(1):            v.wrong,
		extension(4):        v.wrong,
		email(2):            v.lost,
		ids[email(2)]:       v.lost,
		"Nobody's":          v.leaked,
		"Terraform printed": v.leaked,
	} {
		if !strings.Contains(strings.Join(found, "\n"), want) {
			t.Errorf("%q is not among what was found: %+v", want, v)
		}
	}
	if len(v.wrong) != 2 || len(v.lost) != 2 || len(v.leaked) != 2 || len(v.duplicates) != 0 {
		t.Errorf("found %+v", v)
	}
}

func TestMadeAgain(t *testing.T) {
	t.Parallel()
	entry := func(action portal.AuditAction, name, id string) portal.AuditEntry {
		return portal.AuditEntry{Action: action, Noun: "user", ObjectName: name, ObjectID: id}
	}
	trail := []portal.AuditEntry{
		entry(portal.ActionCreate, "a", "1"), entry(portal.ActionReplace, "a", "1"), entry(portal.ActionDelete, "a", "1"), entry(portal.ActionCreate, "a", "2"),
		entry(portal.ActionCreate, "b", "3"),
	}
	if found := madeAgain(trail); len(found) != 0 {
		t.Errorf("found %v where nothing is twice", found)
	}
	if found := madeAgain(append(trail, entry(portal.ActionCreate, "b", "4"))); len(found) != 1 || !strings.Contains(found[0], "4") {
		t.Errorf("found %v", found)
	}
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
