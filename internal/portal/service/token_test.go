package service

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestToken_lifeOfOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	scopes := []portal.Scope{portal.ScopeRead, portal.ScopeWrite}
	expiry := f.clock.Now().Add(time.Hour)
	secret, token, err := f.CreateToken(t.Context(), "acme", TokenRequest{Name: "ci", Scopes: scopes, ExpiresAt: &expiry})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(secret, "switchboard_") || len(secret) != len("switchboard_")+52 || !strings.HasPrefix(token.ID, "tok_") {
		t.Errorf("the secret has %d characters and the id is %s", len(secret), token.ID)
	}
	caller, err := f.Authenticate(t.Context(), secret)
	if err != nil || caller.OrganizationID != "acme" || caller.TokenID != token.ID || !slices.Equal(caller.Scopes, scopes) {
		t.Errorf("caller is %+v, %v", caller, err)
	}
	f.clock.forward(time.Minute)
	if _, err := f.Authenticate(t.Context(), secret); err != nil {
		t.Error(err)
	}
	tokens, err := f.ListTokens(t.Context(), "acme")
	if err != nil || len(tokens) != 1 {
		t.Fatalf("%+v, %v", tokens, err)
	}
	if got := tokens[0]; got.LastUsedAt == nil || f.clock.Now().Sub(*got.LastUsedAt) != time.Minute || !got.ExpiresAt.Equal(expiry) || got.RevokedAt != nil || got.Name != "ci" {
		t.Errorf("listed as %+v; the last use is noted every 5 minutes", got)
	}
	if strings.Contains(fmt.Sprintf("%+v", tokens), strings.TrimPrefix(secret, "switchboard_")) {
		t.Error("the list shows the secret")
	}
	f.clock.forward(time.Hour)
	_, err = f.Authenticate(t.Context(), secret)
	wantError(t, err, portal.CodeUnauthorized, "", "")
}

func TestToken_revokedAndUnknownAreOneAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	secret, token, err := f.CreateToken(t.Context(), "acme", TokenRequest{Name: "ci", Scopes: portal.Scopes()})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.RevokeToken(t.Context(), "acme", token.ID); err != nil {
			t.Error(err)
		}
	}
	_, revoked := f.Authenticate(t.Context(), secret)
	_, unknown := f.Authenticate(t.Context(), secret[:len(secret)-1]+"0")
	_, empty := f.Authenticate(t.Context(), "")
	wantError(t, revoked, portal.CodeUnauthorized, "", "")
	if revoked.Error() != unknown.Error() || revoked.Error() != empty.Error() {
		t.Errorf("the answers differ: %v, %v, %v", revoked, unknown, empty)
	}
	wantError(t, f.RevokeToken(t.Context(), "acme", "tok_none"), portal.CodeNotFound, "", "")
}

func TestToken_mistakesAreNamed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	past := f.clock.Now()
	for name, test := range map[string]struct {
		request TokenRequest
		field   string
		code    portal.Code
	}{
		"no name":       {TokenRequest{Name: " ", Scopes: portal.Scopes()}, "name", portal.CodeMalformed},
		"long name":     {TokenRequest{Name: strings.Repeat("n", 65), Scopes: portal.Scopes()}, "name", portal.CodeMalformed},
		"no scope":      {TokenRequest{Name: "ci"}, "scopes", portal.CodeRequired},
		"unknown scope": {TokenRequest{Name: "ci", Scopes: []portal.Scope{"root"}}, "scopes", portal.CodeNotAllowed},
		"in the past":   {TokenRequest{Name: "ci", Scopes: portal.Scopes(), ExpiresAt: &past}, "expires_at", portal.CodeNotAllowed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := f.CreateToken(t.Context(), "acme", test.request)
			wantError(t, err, portal.CodeInvalid, test.field, test.code)
		})
	}
	_, _, err := f.CreateToken(t.Context(), "initech", TokenRequest{Name: "ci", Scopes: portal.Scopes()})
	wantError(t, err, portal.CodeNotFound, "", "")
	_, err = f.ListTokens(t.Context(), "initech")
	wantError(t, err, portal.CodeNotFound, "", "")
}
