package service

import (
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestSession_endsByItself(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.own()
	idle, used := f.logIn(ownPassword, StageFull), f.logIn(ownPassword, StageFull)
	f.clock.forward(sessionIdle - time.Minute)
	if f.over(used) {
		t.Fatal("over before its time")
	}
	f.clock.forward(2 * time.Minute)
	if !f.over(idle) || f.over(used) {
		t.Error("an idle session goes on, or a used one does not")
	}
	for range int(sessionLifetime / (sessionIdle / 2)) {
		f.clock.forward(sessionIdle / 2)
		f.over(used)
	}
	if !f.over(used) {
		t.Error("a session goes on for ever")
	}
	left := f.logIn(ownPassword, StageFull)
	if err := f.LogOut(t.Context(), left); err != nil || !f.over(left) {
		t.Errorf("logged out: %v", err)
	}
	gone := f.logIn(ownPassword, StageFull)
	if err := f.DeleteUser(t.Context(), f.acme, user.ID, "", portal.Deletion{}); err != nil || !f.over(gone) {
		t.Errorf("the session of a deleted person goes on: %v", err)
	}
	f.refused(ownPassword)
}

func TestSession_ofATokenEndsWithIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	create := func(scopes ...portal.Scope) (string, Token) {
		secret, token, err := f.CreateToken(t.Context(), "acme", TokenRequest{Name: "desk", Scopes: scopes})
		if err != nil {
			t.Fatal(err)
		}
		return secret, token
	}
	reader, _ := create(portal.ScopeRead)
	_, _, err := f.LogInWithToken(t.Context(), "acme", reader, "")
	wantError(t, err, portal.CodeUnauthorized, "", "")
	administrator, token := create(portal.ScopeRead, portal.ScopeAdmin)
	_, _, err = f.LogInWithToken(t.Context(), "globex", administrator, "")
	wantError(t, err, portal.CodeUnauthorized, "", "")
	secret, session, err := f.LogInWithToken(t.Context(), "acme", administrator, "")
	if err != nil || !session.Administrator || session.Stage != StageFull || session.Name != "desk" {
		t.Fatalf("session %+v, %v", session, err)
	}
	if caller := f.SessionCaller(session); caller.OrganizationID != "acme" || len(caller.Scopes) != 2 {
		t.Errorf("the caller is %+v", caller)
	}
	if err := f.RevokeToken(t.Context(), "acme", token.ID); err != nil || !f.over(secret) {
		t.Errorf("the session outlived its token: %v", err)
	}
}
