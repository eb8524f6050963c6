package server

import (
	"fmt"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// identify tells who calls.
type identify func(*call) (service.Caller, error)

// bearer reads the token of a request (RFC 6750, section 2.1).
func (s *Server) bearer(c *call) (service.Caller, error) {
	secret := c.bearer()
	if secret == "" {
		return service.Caller{}, portal.NewError(portal.CodeUnauthorized, `send a token of the portal in the header "Authorization: Bearer <token>"`)
	}
	return s.portal.Authenticate(c.Context(), secret)
}

// bearer is the secret of a token or of a session, or "".
func (c *call) bearer() string {
	scheme, secret, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

// authorize lets a call through to a route that needs the scope, and says so when the caller does not have it. It looks
// at nothing else of the request before. A route without a scope and without a session is open to everyone.
func authorize(c *call, r route, identify identify) error {
	if r.session {
		session, err := c.portal.Session(c.Context(), c.bearer())
		c.session = session
		return err
	}
	if r.scope == "" {
		return nil
	}
	scope := r.scope
	caller, err := identify(c)
	if err != nil {
		return err
	}
	c.caller = caller
	if slices.Contains(caller.Scopes, scope) {
		return nil
	}
	c.header.Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="portal", error="insufficient_scope", scope=%q`, scope))
	return portal.NewError(portal.CodeForbidden, fmt.Sprintf("this needs the scope %q and the token has %s; use a token that has it",
		scope, listed(caller.Scopes)))
}

func listed(scopes []portal.Scope) string {
	if len(scopes) == 0 {
		return "none"
	}
	names := make([]string, 0, len(scopes))
	for _, scope := range scopes {
		names = append(names, fmt.Sprintf("%q", scope))
	}
	return strings.Join(names, ", ")
}
