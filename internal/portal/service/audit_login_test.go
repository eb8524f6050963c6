package service

import (
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestAudit_tellsWhatHappensToALogin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	request := dynamic(f.group("Agents"), "alice@example.com")
	request.Password = new(loginPassword)
	user := f.user(request)
	start := len(f.trail(user.ID))
	steps := []struct {
		do    func() error
		actor portal.Actor
		told  string
	}{
		{func() error { _, err := f.SendActivation(t.Context(), f.acme, user.ID); return err }, portal.Actor{Kind: portal.ActorToken, ID: "tok_a"}, "invite "},
		{func() error { _, err := f.BlockUser(t.Context(), f.acme, user.ID); return err }, portal.Actor{Kind: portal.ActorToken, ID: "tok_a"}, "block enabled"},
		{func() error { _, err := f.BlockUser(t.Context(), f.acme, user.ID); return err }, portal.Actor{}, ""}, // who is blocked already
		{func() error { _, err := f.UnblockUser(t.Context(), f.acme, user.ID); return err }, portal.Actor{Kind: portal.ActorToken, ID: "tok_a"}, "unblock enabled"},
		{func() error { _, err := f.UnblockUser(t.Context(), f.acme, user.ID); return err }, portal.Actor{}, ""},
		{func() error {
			secret, _, err := f.LogIn(t.Context(), "acme", "alice@example.com", loginPassword, "192.0.2.1")
			if err != nil {
				return err
			}
			_, _, err = f.ChangePassword(t.Context(), secret, loginPassword, otherLoginPassword)
			return err
		}, portal.Actor{Kind: portal.ActorUser, ID: user.ID, Name: "alice@example.com"}, "activate password;log_in "},
		{func() error {
			secret, _, err := f.LogIn(t.Context(), "acme", "alice@example.com", otherLoginPassword, "192.0.2.1")
			if err != nil {
				return err
			}
			ticking(f)
			_, _, err = f.ChangePassword(t.Context(), secret, otherLoginPassword, loginPassword)
			return err
		}, portal.Actor{Kind: portal.ActorUser, ID: user.ID, Name: "alice@example.com"}, "log_in ;set_password password"},
	}
	var want []string
	for i, step := range steps {
		ticking(f)
		if err := step.do(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		want = append(want, slices.DeleteFunc(strings.Split(step.told, ";"), func(told string) bool { return told == "" })...)
		trail := f.trail(user.ID)[start:]
		var got []string
		for _, e := range trail {
			got = append(got, string(e.Action)+" "+strings.Join(e.Fields, ","))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("after step %d the trail is %q, want %q", i, got, want)
		}
		if last := trail[len(trail)-1]; step.told != "" && (last.Actor != step.actor || last.ObjectName != "alice@example.com") {
			t.Errorf("step %d: %+v, want it to be by %+v", i, last, step.actor)
		}
	}
}

func TestAudit_EN18_tellsOfABlock(t *testing.T) {
	t.Parallel()
	r := newFixture(t).onEngage()
	before := r.now()
	ticking(r.fixture)
	of := WithRequest(t.Context(), Request{ID: "r", Address: "203.0.113.9"})
	for range 3 {
		if _, _, err := r.LogIn(of, "umbrella", "alice", "wrong", "203.0.113.9"); err == nil {
			t.Error("a wrong password let somebody in")
		}
	}
	trail := r.trailOf(r.caller, r.id)
	last := trail[len(trail)-1]
	if told(last) != `block user "alice@example.com" enabled` || last.Actor != (portal.Actor{Kind: portal.ActorPortal, Name: "portal: failed log-ins"}) ||
		last.Address != "203.0.113.9" {
		t.Errorf("the block is told as %+v", last)
	}
	// A block by an administrator is a change of the user: who has read it before is told.
	if _, err := r.UnblockUser(t.Context(), r.caller, r.id); err != nil {
		t.Fatal(err)
	}
	ticking(r.fixture)
	if _, err := r.BlockUser(t.Context(), r.caller, r.id); err != nil {
		t.Fatal(err)
	}
	_, err := r.ReplaceUser(t.Context(), r.caller, r.id, portal.User{LastName: new("Smit")}, before.ETag)
	if problem := portalError(t, err); problem.ChangedBy != "token tok_umbrella" || problem.ChangedAt == nil {
		t.Errorf("%+v does not say who blocked the user", problem)
	}
}

func TestAdministrator_theLastOneIsNotBlockedByAnAdministrator(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	managers := f.managers("Managers")
	ann := f.user(dynamic(managers, "ann@example.com"))
	_, err := f.BlockUser(t.Context(), f.acme, ann.ID)
	wantError(t, err, portal.CodeInvalid, "enabled", portal.CodeLastAdmin)
	ben := f.user(dynamic(managers, "ben@example.com"))
	own := f.SessionCaller(Session{OrganizationID: "acme", UserID: ann.ID, Login: "ann@example.com", Administrator: true})
	_, err = f.BlockUser(t.Context(), own, ann.ID)
	wantError(t, err, portal.CodeInvalid, "enabled", portal.CodeOwnAccess)
	ticking(f)
	if _, err := f.BlockUser(t.Context(), own, ben.ID); err != nil {
		t.Errorf("another administrator: %v", err)
	}
	if trail := f.trail(ben.ID); trail[len(trail)-1].Actor != (portal.Actor{Kind: portal.ActorUser, ID: ann.ID, Name: "ann@example.com"}) {
		t.Errorf("the block is told as %+v", trail[len(trail)-1])
	}
	_, err = f.BlockUser(t.Context(), f.acme, ann.ID) // as ben, who is blocked, does not count
	wantError(t, err, portal.CodeInvalid, "enabled", portal.CodeLastAdmin)
}

func TestToken_ofAUserIsNoSessionOfAnAdministratorAnyMore(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	managers, agents := f.managers("Managers"), f.group("Agents")
	f.user(dynamic(managers, "ann@example.com"))
	ben := f.user(dynamic(managers, "ben@example.com"))
	token, _ := f.tokenOf("ben@example.com", portal.ScopeRead, portal.ScopeAdmin)
	secret, _, err := f.LogInWithToken(t.Context(), "acme", token, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	session, err := f.Session(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.BlockUser(t.Context(), f.SessionCaller(session), ben.ID)
	wantError(t, err, portal.CodeInvalid, "enabled", portal.CodeOwnAccess)
	f.replaceUser(ben.ID, portal.User{PermissionGroupIDs: []string{agents.ID}})
	_, err = f.Session(t.Context(), secret)
	wantError(t, err, portal.CodeUnauthorized, "", "")
	f.replaceUser(ben.ID, portal.User{PermissionGroupIDs: []string{managers.ID}})
	if _, err := f.Session(t.Context(), secret); err != nil {
		t.Errorf("an administrator again: %v", err)
	}
	if _, err := f.BlockUser(t.Context(), f.acme, ben.ID); err != nil {
		t.Fatal(err)
	}
	_, err = f.Session(t.Context(), secret)
	wantError(t, err, portal.CodeUnauthorized, "", "")
}
