package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// loginRequest is what a person logs in with.
type loginRequest struct {
	OrganizationID *string        `json:"organization_id"`
	Login          *string        `json:"login"`
	Password       *portal.Secret `json:"password"`
}

// codeRequest is a code of the second factor, or a recovery code.
type codeRequest struct {
	Code *portal.Secret `json:"code"`
}

// passwordRequest is a change of the own password.
type passwordRequest struct {
	OldPassword *portal.Secret `json:"old_password"`
	Password    *portal.Secret `json:"password"`
}

// sessionAnswer is a session. The token is there when it is new: every stage has another.
type sessionAnswer struct {
	Token          string    `json:"token,omitzero"` // for the header Authorization, as a bearer
	Stage          string    `json:"stage"`          // code, enrolment or password: what has to be done first; or full
	OrganizationID string    `json:"organization_id"`
	UserID         string    `json:"user_id"`
	Name           string    `json:"name"`
	Permissions    []string  `json:"permissions,omitzero"` // at the stage full
	ExpiresAt      time.Time `json:"expires_at"`
}

func newSessionAnswer(secret string, s service.Session) sessionAnswer {
	answer := sessionAnswer{
		Token: secret, Stage: string(s.Stage), OrganizationID: s.OrganizationID, UserID: s.UserID, Name: s.Name, ExpiresAt: s.ExpiresAt,
	}
	if s.Stage == service.StageFull {
		answer.Permissions = s.Permissions
	}
	return answer
}

// sessionRoutes are how a person logs in without a browser, such as in an app. Enrolling a second factor needs the
// pages.
func sessionRoutes() []route {
	const current = "/v1/sessions/current"
	return []route{
		{
			method: http.MethodPost, path: "/v1/sessions", id: "logIn",
			summary: "Logs a person in. Every failure answers the same. Too many have to wait; on some platforms a few in a row block the person (EN-18).",
			request: loginRequest{}, response: sessionAnswer{}, status: http.StatusCreated,
			codes: []portal.Code{portal.CodeUnauthorized, portal.CodeNotFound, portal.CodeTooManyRequests, portal.CodeUnsupportedMedia, portal.CodeTooLarge, portal.CodeInvalid},
			run:   logIn,
		},
		{
			method: http.MethodGet, path: current, id: "getSession", session: true,
			summary:  "The session itself: who is logged in, and what has to be done first.",
			response: sessionAnswer{}, status: http.StatusOK,
			run: func(c *call) (any, error) { return newSessionAnswer("", c.session), nil },
		},
		{
			method: http.MethodDelete, path: current, id: "logOut", session: true,
			summary: "Logs out.", status: http.StatusNoContent,
			run: func(c *call) (any, error) { return nil, c.portal.LogOut(c.Context(), c.bearer()) },
		},
		{
			method: http.MethodPost, path: current + "/code", id: "verifyCode", session: true,
			summary: "Shows the second factor, by a code or a recovery code. Either works once.",
			request: codeRequest{}, response: sessionAnswer{}, status: http.StatusOK,
			codes: sessionCodes, run: verifyCode,
		},
		{
			method: http.MethodPut, path: current + "/password", id: "changeOwnPassword", session: true,
			summary: "Changes the own password, which ends all other sessions of the person.",
			request: passwordRequest{}, response: sessionAnswer{}, status: http.StatusOK,
			codes: sessionCodes, run: changePassword,
		},
	}
}

// sessionCodes are the errors of what is done in a session.
var sessionCodes = []portal.Code{portal.CodeUnsupportedMedia, portal.CodeTooLarge, portal.CodeInvalid}

func logIn(c *call) (any, error) {
	r, err := decode[loginRequest](c)
	if err != nil {
		return nil, err
	}
	for field, missing := range map[string]bool{"organization_id": r.OrganizationID == nil, "login": r.Login == nil, "password": r.Password == nil} {
		if missing {
			return nil, badField(field, "is missing; give organization_id, login and password")
		}
	}
	secret, session, err := c.portal.LogIn(c.Context(), *r.OrganizationID, *r.Login, *r.Password, address(c.Request))
	return newSessionAnswer(secret, session), err
}

func verifyCode(c *call) (any, error) {
	r, err := decode[codeRequest](c)
	if err != nil {
		return nil, err
	}
	if r.Code == nil {
		return nil, badField("code", "is missing; give the code that the app shows, or a recovery code")
	}
	secret, session, err := c.portal.VerifyCode(c.Context(), c.bearer(), string(*r.Code))
	return newSessionAnswer(secret, session), err
}

func changePassword(c *call) (any, error) {
	r, err := decode[passwordRequest](c)
	if err != nil {
		return nil, err
	}
	for field, missing := range map[string]bool{"old_password": r.OldPassword == nil, "password": r.Password == nil} {
		if missing {
			return nil, badField(field, "is missing; give old_password and password")
		}
	}
	secret, session, err := c.portal.ChangePassword(c.Context(), c.bearer(), *r.OldPassword, *r.Password)
	return newSessionAnswer(secret, session), err
}

// address is where a request comes from, without the port: what log-ins are counted by, and what the audit trail keeps.
// What trusted proxies say of it is in the request already.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// userActionRoutes are what only an administrator may do to a person's login, besides what a configuration says of the
// user.
func userActionRoutes() []route {
	action := func(name, id, summary string, do func(*service.Service, context.Context, service.Caller, string) (portal.User, error)) route {
		return route{
			method: http.MethodPost, path: "/v1/users/{id}/" + name, id: id, scope: portal.ScopeAdmin, summary: summary,
			parameters: []parameter{idParameter}, response: portal.User{}, status: http.StatusOK, headers: []header{etagHeader},
			codes: []portal.Code{portal.CodeNotFound, portal.CodeConflict},
			run: func(c *call) (any, error) {
				return users().single(c)(do(c.portal, c.Context(), c.caller, c.PathValue("id")))
			},
		}
	}
	return []route{
		action("activation", "sendActivation", "Mails a person a new link by which to choose a password (EN-14).", (*service.Service).SendActivation),
		action("block", "blockUser", "Withdraws a person's access until it is granted again.", (*service.Service).BlockUser),
		action("factor-reset", "resetFactor", "Takes a person's second factor away, and ends the person's sessions. Where it is required, the next log-in enrols another.",
			(*service.Service).ResetFactor),
		action("unblock", "unblockUser", "Grants a blocked person access again (EN-18).", (*service.Service).UnblockUser),
		{
			method: http.MethodGet, path: "/v1/users.csv", id: "downloadUsers", scope: portal.ScopeRead,
			summary:  "All users as CSV (RFC 4180), in the order of their ids (EN-19).",
			response: new(string), mediaType: "text/csv", status: http.StatusOK,
			headers: []header{{"Content-Disposition", "Names the file."}},
			run: func(c *call) (any, error) {
				c.header.Set("Content-Disposition", `attachment; filename="users.csv"`)
				return stream{"text/csv; charset=utf-8; header=present", func(w io.Writer) error { return c.portal.WriteUsersCSV(c.Context(), c.caller, w) }}, nil
			},
		},
	}
}
