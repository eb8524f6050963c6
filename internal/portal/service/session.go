package service

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// SessionStage is what somebody who is logged in has still to do before anything else.
type SessionStage string

// The stages, in the order in which they come. Those that do not apply are left out.
const (
	StageCode      SessionStage = "code"      // give a code of the second factor
	StageEnrolment SessionStage = "enrolment" // enrol a second factor, which is required of this person (MW-15, SA-08)
	StagePassword  SessionStage = "password"  // choose an own password (MW-16)
	StageFull      SessionStage = "full"      // nothing
)

// Session is somebody who is logged in: a person, or an administrator who showed a token.
type Session struct {
	OrganizationID   string
	OrganizationName string
	Platform         portal.Platform
	UserID           string // empty for an administrator who showed a token
	TokenID          string // empty for a person
	Name             string // as shown: the person's name, or the token's
	Login            string // what the person logs in with; empty for a token
	Language         string // of the five, as the person chose; empty for none
	Stage            SessionStage
	CSRF             string // to be repeated in every form
	TwoFactor        bool   // whether the person has a second factor
	Permissions      []string
	Administrator    bool // whether the administrators' pages are open
	ExpiresAt        time.Time

	owner string // whose token it is, of an administrator who showed one
}

// Limits of a session.
const (
	sessionLifetime = 12 * time.Hour
	sessionIdle     = time.Hour
	// sessionResolution spares the database a write with every page.
	sessionResolution = time.Minute
)

var errNoSession = portal.NewError(portal.CodeUnauthorized, "nobody is logged in, or the session is over; log in again")

// Session returns the session of a secret. It is over at once when the person's access is withdrawn or the token is
// revoked.
func (s *Service) Session(ctx context.Context, secret string) (session Session, err error) {
	var row store.Session
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		row, session, err = s.session(ctx, tx, secret)
		return err
	})
	if err != nil {
		return Session{}, err
	}
	if now := s.now().UTC(); now.Sub(row.LastSeenAt).Abs() >= sessionResolution { // also where the clock was set back since
		err = s.store.Write(ctx, row.OrganizationID, func(tx *store.Tx) error { return tx.TouchSession(ctx, secretHash(secret), now) })
		if errors.Is(err, store.ErrNotFound) {
			return Session{}, errNoSession
		}
	}
	return session, err
}

// session reads a session that is not over.
func (s *Service) session(ctx context.Context, tx *store.Tx, secret string) (store.Session, Session, error) {
	row, err := tx.Session(ctx, secretHash(secret))
	if errors.Is(err, store.ErrNotFound) {
		return store.Session{}, Session{}, errNoSession
	}
	if err != nil {
		return store.Session{}, Session{}, err
	}
	if now := s.now(); !row.ExpiresAt.After(now) || now.Sub(row.LastSeenAt) >= sessionIdle {
		return store.Session{}, Session{}, errNoSession
	}
	sc, err := readScene(ctx, tx, Caller{OrganizationID: row.OrganizationID})
	if err != nil {
		return store.Session{}, Session{}, err
	}
	session := Session{
		OrganizationID: sc.organization.ID, OrganizationName: sc.organization.Name, Platform: sc.organization.Platform,
		UserID: row.UserID, TokenID: row.TokenID, Stage: SessionStage(row.Stage), CSRF: row.CSRF, ExpiresAt: row.ExpiresAt,
	}
	if row.TokenID != "" {
		err = s.tokenSession(ctx, tx, &session)
	} else {
		err = personSession(ctx, tx, sc, &session)
	}
	return row, session, err
}

func (s *Service) tokenSession(ctx context.Context, tx *store.Tx, session *Session) error {
	token, err := tx.Token(ctx, session.OrganizationID, session.TokenID)
	if errors.Is(err, store.ErrNotFound) {
		return errNoSession
	}
	if err != nil {
		return err
	}
	scopes, _, err := s.scopesNow(ctx, tx, token)
	if err != nil {
		return err
	}
	if !administers(scopes) {
		return errNoSession
	}
	session.Name, session.Administrator, session.owner = token.Name, true, token.UserID
	return nil
}

func personSession(ctx context.Context, tx *store.Tx, sc scene, session *Session) error {
	row, err := tx.User(ctx, session.OrganizationID, session.UserID)
	if errors.Is(err, store.ErrNotFound) {
		return errNoSession
	}
	if err != nil {
		return err
	}
	user := row.User
	if !mayLogIn(user) {
		return errNoSession
	}
	session.Name, session.Login, session.Language = PersonName(user), sc.loginOf(user), languageOf(user)
	session.TwoFactor, session.Permissions = user.TwoFactor, user.Permissions
	if session.at(StagePassword, StageFull) && !user.TwoFactor && requiresFactor(user) {
		session.Stage = StageEnrolment // required since the log-in, or taken away since
	}
	session.Administrator = session.Stage == StageFull && sc.set.Administers(user.Permissions)
	return nil
}

// requiresFactor reports whether the log-in of a user needs a second factor (MW-15, SA-08).
func requiresFactor(u portal.User) bool {
	return u.Security != nil && isTrue(u.Security.TwoFactorRequired)
}

// LogOut ends a session. One that is over already is no error.
func (s *Service) LogOut(ctx context.Context, secret string) error {
	err := s.writeInSession(ctx, secret, func(tx *store.Tx) error {
		_, session, err := s.session(ctx, tx, secret)
		if err != nil {
			return err
		}
		made := event{action: portal.ActionLogOut, noun: auditToken, id: session.TokenID, name: session.Name}
		if session.UserID != "" {
			made = event{action: portal.ActionLogOut, noun: string(portal.NounUser), id: session.UserID, name: session.Login}
		}
		if err := s.record(ctx, tx, s.SessionCaller(session), made); err != nil {
			return err
		}
		return tx.DeleteSession(ctx, secretHash(secret))
	})
	if errors.Is(err, errNoSession) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// writeInSession writes in the organisation of a session, which it finds out first.
func (s *Service) writeInSession(ctx context.Context, secret string, do func(*store.Tx) error) error {
	var row store.Session
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Session(ctx, secretHash(secret))
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return errNoSession
	}
	if err != nil {
		return err
	}
	return s.store.Write(ctx, row.OrganizationID, do)
}

// SessionCaller is who asks in a session: an administrator may read, and do what only administrators may; nobody else
// anything. What Terraform manages is not written from a session.
func (*Service) SessionCaller(session Session) Caller {
	caller := Caller{
		OrganizationID: session.OrganizationID, TokenID: session.TokenID, UserID: cmp.Or(session.UserID, session.owner),
		Actor: portal.Actor{Kind: portal.ActorUser, ID: session.UserID, Name: session.Login},
	}
	if session.TokenID != "" {
		caller.Actor = portal.Actor{Kind: portal.ActorToken, ID: session.TokenID, Name: session.Name}
	}
	if session.Administrator {
		caller.Scopes = []portal.Scope{portal.ScopeRead, portal.ScopeAdmin}
	}
	return caller
}

// LogInWithToken starts a session of an administrator by a token with the scopes read and admin: the way in where no
// person is one.
func (s *Service) LogInWithToken(ctx context.Context, organizationID, token, address string) (secret string, session Session, err error) {
	refused := portal.NewError(portal.CodeUnauthorized, "the token is unknown, expired, revoked, of another organisation, or lacks the scope read or admin")
	a := attempt{proof: proofToken, keys: throttleKeys("", address)}
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		a.sc, err = readScene(ctx, tx, Caller{OrganizationID: organizationID})
		return err
	})
	if err != nil {
		return "", Session{}, err
	}
	if err := s.begin(ctx, a); err != nil {
		return "", Session{}, err
	}
	caller, err := s.Authenticate(ctx, token)
	switch problem, ok := errors.AsType[*portal.Error](err); {
	case ok && problem.Code == portal.CodeUnauthorized, err == nil && (caller.OrganizationID != organizationID || !administers(caller.Scopes)):
		return "", Session{}, s.fail(ctx, a, refused)
	case err != nil:
		return "", Session{}, s.fail(ctx, a, err)
	}
	err = s.store.Write(ctx, organizationID, func(tx *store.Tx) (err error) {
		if err := s.ended(ctx, tx, a, outcomeSucceeded); err != nil {
			return err
		}
		secret, session, err = s.openSession(ctx, tx, store.Session{OrganizationID: organizationID, TokenID: caller.TokenID}, StageFull)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, caller, event{action: portal.ActionLogIn, noun: auditToken, id: caller.TokenID, name: caller.Actor.Name})
	})
	if err != nil {
		return "", Session{}, s.fail(ctx, a, err)
	}
	return secret, session, nil
}

// openSession starts a session at a stage, with a new secret: nobody who knew the one before has anything of it.
func (s *Service) openSession(ctx context.Context, tx *store.Tx, row store.Session, stage SessionStage) (secret string, session Session, err error) {
	if secret, err = s.randomText(secretBytes); err != nil {
		return "", Session{}, err
	}
	if row.CSRF, err = s.randomText(secretBytes); err != nil {
		return "", Session{}, err
	}
	now := s.now().UTC()
	row.Stage, row.LastSeenAt = string(stage), now
	if row.ExpiresAt.IsZero() { // a later stage does not last longer than the log-in allowed
		row.ExpiresAt = now.Add(sessionLifetime)
	}
	if err := tx.InsertSession(ctx, secretHash(secret), row, now); err != nil {
		return "", Session{}, err
	}
	_, session, err = s.session(ctx, tx, secret)
	return secret, session, err
}

// administers reports whether the scopes open the administrators' pages.
func administers(scopes []portal.Scope) bool {
	return slices.Contains(scopes, portal.ScopeAdmin) && slices.Contains(scopes, portal.ScopeRead)
}

// at reports whether the session is at one of these stages.
func (s Session) at(stages ...SessionStage) bool { return slices.Contains(stages, s.Stage) }

// mayLogIn reports whether the user has access at all (EN-17, EN-18).
func mayLogIn(u portal.User) bool {
	return (u.Enabled == nil || *u.Enabled) && u.Status != portal.StatusBlocked
}

// PersonName is the name of a user, of whatever parts there are.
func PersonName(u portal.User) string {
	var parts []string
	for _, part := range []*string{u.FirstName, u.MiddleName, u.LastName} {
		if part != nil && *part != "" {
			parts = append(parts, *part)
		}
	}
	return strings.Join(parts, " ")
}

// languages are those in which the portal speaks to people.
var languages = []string{"en", "fr", "de", "es", "nl"}

// languageOf is the language that the user chose, if the portal speaks it: of a tag such as fr-CH the first part counts
// (RFC 4647, section 3.4).
func languageOf(u portal.User) string {
	if u.Locale == nil || u.Locale.Language == nil {
		return ""
	}
	language, _, _ := strings.Cut(strings.ToLower(*u.Locale.Language), "-")
	if !slices.Contains(languages, language) {
		return ""
	}
	return language
}
