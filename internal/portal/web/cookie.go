package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// The cookies. All are for the pages alone (HttpOnly) and come along when somebody follows a link from a mail, but not
// with a form of another site.
const (
	sessionCookie    = "switchboard_session"
	formCookie       = "switchboard_form"       // before there is a session: what a form has to repeat
	activationCookie = "switchboard_activation" // the token of a link, so that it stands in no address
)

// name is the name of a cookie: over HTTPS with the prefix that browsers keep to this host (RFC 6265bis).
func (s *site) name(cookie string) string {
	if s.secure {
		return "__Host-" + cookie
	}
	return cookie
}

func (v *visit) set(cookie, value string, age time.Duration) {
	http.SetCookie(v.w, &http.Cookie{
		Name: v.site.name(cookie), Value: value, Path: "/", MaxAge: int(age.Seconds()), HttpOnly: true, Secure: v.site.secure, SameSite: http.SameSiteLaxMode,
	})
}

func (v *visit) unset(cookie string) { v.set(cookie, "", -time.Second) }

func (v *visit) cookie(name string) string {
	cookie, err := v.Cookie(v.site.name(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// readSession finds out who is logged in, and what a form has to repeat.
func (v *visit) readSession() error {
	if v.secret = v.cookie(sessionCookie); v.secret != "" {
		session, err := v.site.portal.Session(v.Context(), v.secret)
		switch problem, coded := errors.AsType[*portal.Error](err); {
		case err == nil && session.OrganizationID == v.organization:
			v.session, v.csrf = &session, session.CSRF
			return nil
		case err != nil && (!coded || problem.Code != portal.CodeUnauthorized):
			return err
		}
	}
	if v.csrf = v.cookie(formCookie); v.csrf == "" {
		v.csrf = rand.Text()
		v.set(formCookie, v.csrf, 12*time.Hour)
	}
	return nil
}

// remember keeps the secret of a session, which every stage replaces.
func (v *visit) remember(secret string) {
	v.secret = secret
	v.set(sessionCookie, secret, 12*time.Hour)
}

func (v *visit) forget() {
	v.session, v.secret = nil, ""
	v.unset(sessionCookie)
}
