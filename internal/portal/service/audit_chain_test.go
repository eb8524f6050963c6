package service

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/keys"
)

// verify checks acme's trail, and that what is wrong, if anything, says so in these words.
func (f *fixture) verify(svc *Service, head string, wrong ...string) AuditReport {
	f.t.Helper()
	report, err := svc.VerifyAudit(f.t.Context(), "acme", head)
	if err != nil {
		f.t.Fatal(err)
	}
	all := strings.Join(report.Wrong, "\n")
	if len(wrong) == 0 && all != "" {
		f.t.Errorf("the trail is not as it was written: %s", all)
	}
	for _, want := range wrong {
		if !strings.Contains(all, want) {
			f.t.Errorf("found is %q, want %q", all, want)
		}
	}
	return report
}

func TestAuditChain_isWholeWhateverPortalsWriteAtOnce(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		group := f.group("Agents")
		portals := []*Service{f.Service, f.another(t), f.another(t)}
		const writers, writes = 6, 5
		start := make(chan struct{})
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				<-start
				for j := range writes {
					_, err := portals[i%len(portals)].CreateUser(context.WithoutCancel(t.Context()), f.acme, dynamic(group, fmt.Sprintf("p%d.%d@example.com", i, j)), "")
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		close(start)
		all.Wait()
		report := f.verify(f.another(t), "")
		if want := int64(len(f.trail(""))); report.Entries != want || want < writers*writes || report.Old != 0 {
			t.Errorf("%+v, and the trail has %d entries", report, want)
		}
		f.user(dynamic(group, "last@example.com"))
		f.verify(f.Service, report.Head)
		f.verify(f.Service, strings.Replace(report.Head, ":", ":0", 1), "is another one than at the earlier verification")
		if _, err := f.VerifyAudit(t.Context(), "acme", "something"); err == nil {
			t.Error("a head that is none is taken")
		}
	})
}

// Entries from before the chain are in it from the first start on.
func TestAuditChain_beginsWithWhatIsThere(t *testing.T) {
	onEveryDatabase(t, func(t *testing.T, database string) {
		f := newFixtureWithoutKey(t, database)
		f.group("Agents")
		before := f.verify(f.Service, "", "has no seal")
		if err := f.UseKeyFile(t.Context(), f.keyFile); err != nil {
			t.Fatal(err)
		}
		f.group("Others")
		f.verify(f.Service, before.Head) // whoever has looked at them vouches for them
		f.verify(f.Service, "", "has no seal")
	})
}

func TestAuditChain_isVerifiedAfterARotation(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		f.group("Agents")
		if _, err := keys.Add(f.keyFile, rand.Reader, f.clock.Now()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := f.another(t).RotateKey(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.group("Sealed with the old key")
		restarted := f.another(t)
		if restarted.sealing == f.sealing {
			t.Fatal("the portal seals with the old key after a restart")
		}
		if _, err := restarted.CreatePermissionGroup(t.Context(), f.acme, portal.PermissionGroup{Name: new("Sealed with the new key")}, ""); err != nil {
			t.Fatal(err)
		}
		f.verify(restarted, "")
		f.verify(f.Service, "")
	})
}

func TestAuditChain_staysVerifiableWhenItIsPruned(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		f.group("Old")
		head := f.verify(f.Service, "").Head
		if err := f.PruneAudit(t.Context(), 90*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		if again := f.verify(f.Service, "").Head; again != head {
			t.Errorf("entries that are not old were removed: the head is %s, and was %s", again, head)
		}
		f.clock.forward(100 * 24 * time.Hour)
		f.group("New")
		for range 2 { // the second time nothing is due
			if err := f.PruneAudit(t.Context(), 90*24*time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		trail := f.trail("")
		if len(trail) != 2 || trail[0].ObjectName != "New" && trail[1].ObjectName != "New" {
			t.Errorf("left is %+v", trail)
		}
		report := f.verify(f.another(t), head)
		if report.Entries != 2 {
			t.Errorf("%+v", report)
		}
		f.group("Newer")
		f.verify(f.Service, report.Head)
		f.clock.forward(100 * 24 * time.Hour) // everything is old
		if err := f.PruneAudit(t.Context(), 90*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		f.verify(f.Service, report.Head)
	})
}

func TestAuditChain_staysWholeWhenAPersonIsErased(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		of := WithRequest(t.Context(), Request{ID: "r", Address: "203.0.113.9"})
		alice := f.own()
		if _, _, err := f.LogIn(of, "acme", "alice@example.com", ownPassword, address); err != nil {
			t.Fatal(err)
		}
		_, err := f.EraseFromAudit(t.Context(), "acme", "alice@example.com")
		wantError(t, err, portal.CodeInvalid, "person", portal.CodeInUse)
		_, err = f.EraseFromAudit(t.Context(), "acme", "nobody@example.com")
		wantError(t, err, portal.CodeInvalid, "person", portal.CodeMissing)
		if err := f.DeleteUser(t.Context(), f.acme, alice.ID, "", portal.Deletion{}); err != nil {
			t.Fatal(err)
		}
		head := f.verify(f.Service, "").Head
		erased, err := f.EraseFromAudit(t.Context(), "acme", "alice@example.com")
		if err != nil || erased == 0 {
			t.Fatalf("%d, %v", erased, err)
		}
		if text := marshal(t, f.trail("")); strings.Contains(text, "alice") || strings.Contains(text, "203.0.113.9") {
			t.Errorf("still there: %s", text)
		}
		if report := f.verify(f.another(t), head); report.Erased == 0 {
			t.Errorf("%+v", report)
		}
	})
}

func TestAudit_tellsOfFailuresLockOutsLogOutsAndResetsWithoutASecret(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		alice := f.own()
		app, _ := f.enrolled()
		for range limitOfPersonOnNetwork.free {
			f.refused("mistyped-Secret-1")
		}
		if _, _, err := f.LogIn(t.Context(), "acme", "typed-Password-into-the-login", "x", address); err == nil {
			t.Error("logged in")
		}
		f.clock.forward(time.Hour)
		_ = f.verified(f.Service, "000000")
		if err := f.verified(f.Service, f.code(app)); err != nil {
			t.Fatal(err)
		}
		secret := f.logIn(ownPassword, StageCode)
		if err := f.LogOut(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
		if _, _, err := f.LogInWithToken(t.Context(), "acme", "swb_guessed-Token", address); err == nil {
			t.Error("logged in")
		}
		for _, login := range []string{"alice@example.com", "nobody@example.com"} {
			if err := f.RequestReset(t.Context(), "acme", login, address); err != nil {
				t.Fatal(err)
			}
		}
		told := map[string]int{}
		trail := f.trail("")
		for _, e := range trail {
			told[string(e.Action)+" "+e.Noun+" "+e.ObjectName+" "+strings.Join(e.Fields, ",")]++
		}
		for want, n := range map[string]int{
			"fail_log_in user alice@example.com password": limitOfPersonOnNetwork.free, "fail_log_in user  password": 1,
			"fail_log_in user alice@example.com code": 1, "fail_log_in token  token": 1, "lock_out user alice@example.com password": 1,
			"log_out user alice@example.com ": 1, "request_reset user alice@example.com ": 1,
		} {
			if told[want] != n {
				t.Errorf("%q is told %d times, want %d; told is %v", want, told[want], n, told)
			}
		}
		text := marshal(t, trail)
		for _, never := range []string{"mistyped", "typed-Password", "guessed", "000000", app, string(ownPassword)} {
			if strings.Contains(text, never) {
				t.Errorf("the trail has %q", never)
			}
		}
		f.verify(f.Service, "")
		if got := f.trail(alice.ID); len(got) < limitOfPersonOnNetwork.free {
			t.Errorf("of alice: %+v", got)
		}
	})
}
