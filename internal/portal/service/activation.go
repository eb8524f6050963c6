package service

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// Purposes of a link by which a person chooses a password.
const (
	PurposeActivation = "activation" // the invitation (MW-03, EN-03)
	PurposeReset      = "reset"      // the forgotten password
)

// How long a link works.
const (
	activationLifetime = 7 * 24 * time.Hour
	resetLifetime      = time.Hour
)

// Activation is what a link says before it is used.
type Activation struct {
	Purpose  string
	Login    string
	Language string // of the five; empty for none
}

var errNoActivation = portal.NewError(portal.CodeNotFound, "this link was used, is too old, or was replaced by a newer one; ask for another")

// Activation says what a link is for. It does not use it.
func (s *Service) Activation(ctx context.Context, organizationID, token string) (activation Activation, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		sc, a, link, err := s.activation(ctx, tx, organizationID, token)
		if err != nil {
			return err
		}
		activation = Activation{Purpose: link.Purpose, Login: sc.loginOf(a.user.User), Language: languageOf(a.user.User)}
		return nil
	})
	return activation, err
}

// activation reads a link that works, and whose it is. It does not work for a person without access.
func (s *Service) activation(ctx context.Context, tx *store.Tx, organizationID, token string) (sc scene, a account, link store.Activation, err error) {
	if sc, err = readScene(ctx, tx, Caller{OrganizationID: organizationID}); err != nil {
		return sc, a, link, err
	}
	link, err = tx.Activation(ctx, organizationID, secretHash(token))
	if errors.Is(err, store.ErrNotFound) || err == nil && !link.ExpiresAt.After(s.now()) {
		return sc, a, link, errNoActivation
	}
	if err != nil {
		return sc, a, link, err
	}
	if a, err = readAccount(ctx, tx, sc, link.UserID); err != nil {
		return sc, a, link, err
	}
	if !mayLogIn(a.user.User) {
		return sc, a, link, errNoActivation
	}
	return sc, a, link, nil
}

// Activate sets the password that a person chose by a link, which works once. All sessions of the person end (VX-22),
// and the person is active (MW-16).
func (s *Service) Activate(ctx context.Context, organizationID, token string, chosen portal.Secret) error {
	var sc scene
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		var a account
		if sc, a, _, err = s.activation(ctx, tx, organizationID, token); err != nil {
			return err
		}
		return refuseOwnPassword(ctx, tx, sc, a.user.User, chosen)
	})
	if err != nil {
		return err
	}
	if err := s.refusePwned(ctx, sc, chosen); err != nil {
		return err
	}
	hash, err := s.hashSecret(ctx, doorLane(organizationID, addressOf(ctx)), chosen)
	if err != nil {
		return err
	}
	return s.store.Write(ctx, organizationID, func(tx *store.Tx) error {
		sc, a, _, err := s.activation(ctx, tx, organizationID, token)
		if err != nil {
			return err
		}
		if err := tx.UseActivation(ctx, organizationID, secretHash(token)); err != nil {
			return err
		}
		first := !a.login.OwnPassword
		a.login.OwnPassword, a.login.Failures = true, 0
		if err := tx.PutLogin(ctx, organizationID, a.login); err != nil {
			return err
		}
		return s.setOwnPassword(ctx, tx, sc, a, hash, first)
	})
}

// SendActivation mails a person a new link, whether or not an earlier one was used (EN-14). The earlier ones cease to
// work when it is sent.
func (s *Service) SendActivation(ctx context.Context, caller Caller, id string) (portal.User, error) {
	return s.changeAccount(ctx, caller, id, func(tx *store.Tx, sc scene, a account) error {
		if !mayLogIn(a.user.User) {
			return portal.NewError(portal.CodeConflict, "the activation cannot be sent", portal.FieldError{
				Field: "enabled", Code: portal.CodeNotAllowed, Message: "this person has no access, so a link would not work; grant access first (enabled = true), or unblock the person",
			})
		}
		if a.user.Email == nil || *a.user.Email == "" {
			return portal.NewError(portal.CodeConflict, "the activation cannot be sent", portal.FieldError{
				Field: "email", Code: portal.CodeRequired, Message: "this person has no e-mail address to send it to",
			})
		}
		a.login.InvitedAt = new(s.now().UTC())
		if err := tx.PutLogin(ctx, sc.organization.ID, a.login); err != nil {
			return err
		}
		if err := s.queueMail(ctx, tx, sc, a.user.ID, MailActivation); err != nil {
			return err
		}
		return s.record(ctx, tx, caller, accountEvent(portal.ActionInvite, a.user.User))
	})
}

// HandedOut is a link that an administrator gives a person by hand. It exists in this value only: the database has a
// hash.
type HandedOut struct {
	Path      string // escaped, such as /o/acme/activate?token=…
	ExpiresAt time.Time
}

// HandOutLink makes a link by which a person chooses a password, for an administrator to hand over where no mail can be
// sent. Every other link of the person ends. It is audited.
func (s *Service) HandOutLink(ctx context.Context, caller Caller, id string) (link HandedOut, err error) {
	_, err = s.changeAccount(ctx, caller, id, func(tx *store.Tx, sc scene, a account) error {
		if !mayLogIn(a.user.User) {
			return portal.NewError(portal.CodeConflict, "there is no link to hand out", portal.FieldError{
				Field: "enabled", Code: portal.CodeNotAllowed, Message: "this person has no access, so a link would not work; grant access first (enabled = true), or unblock the person",
			})
		}
		token, err := s.randomText(secretBytes)
		if err != nil {
			return err
		}
		if err := tx.DropActivations(ctx, sc.organization.ID, a.user.ID); err != nil {
			return err
		}
		if err := tx.DropMailsOf(ctx, sc.organization.ID, a.user.ID, string(MailActivation), string(MailReset)); err != nil {
			return err
		}
		link = HandedOut{linkPath(sc, token), s.now().UTC().Add(activationLifetime)}
		made := store.Activation{UserID: a.user.ID, Purpose: PurposeActivation, ExpiresAt: link.ExpiresAt}
		if err := tx.PutActivation(ctx, sc.organization.ID, secretHash(token), made); err != nil {
			return err
		}
		a.login.InvitedAt = new(s.now().UTC())
		if err := tx.PutLogin(ctx, sc.organization.ID, a.login); err != nil {
			return err
		}
		return s.record(ctx, tx, caller, accountEvent(portal.ActionHandOutLink, a.user.User))
	})
	return link, err
}

// linkPath is where a link leads to.
func linkPath(sc scene, token string) string {
	return "/o/" + url.PathEscape(sc.organization.ID) + "/activate?token=" + token
}

// RequestReset mails a person who forgot the password a link. Whether there is such a person shows nowhere.
func (s *Service) RequestReset(ctx context.Context, organizationID, login, address string) error {
	var sc scene
	var keys []throttleKey
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		if sc, err = readScene(ctx, tx, Caller{OrganizationID: organizationID}); err != nil {
			return err
		}
		keys = mailKeys(sc.loginKey(login), address)
		return s.throttled(ctx, tx, organizationID, keys)
	})
	if err != nil {
		return err
	}
	return s.store.Write(ctx, organizationID, func(tx *store.Tx) error {
		if err := s.reserve(ctx, tx, organizationID, keys); err != nil { // so that nobody's mailbox is filled
			return err
		}
		a, err := findAccount(ctx, tx, sc, login)
		if errors.Is(err, store.ErrNotFound) || err == nil && (!mayLogIn(a.user.User) || a.user.Email == nil) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.record(ctx, tx, sc.somebody(), accountEvent(portal.ActionRequestReset, a.user.User)); err != nil {
			return err
		}
		return s.queueMail(ctx, tx, sc, a.user.ID, MailReset)
	})
}

// Invitations that follow from changes of a user, so many in so long a time, are sent at once. Further ones wait until
// the time is over, and then there is one, to the address that the user has by then.
const (
	promptInvitations = 3
	invitationsIn     = time.Hour
)

// inviteAgain invites a person whose address was corrected, or whose invitation is wanted anew.
func (s *Service) inviteAgain(ctx context.Context, tx *store.Tx, sc scene, userID string) error {
	due := s.now().UTC()
	latest := due.Add(invitationsIn + clockTolerance) // a later one was queued before the clock was set back
	earlier, err := tx.Invitations(ctx, sc.organization.ID, userID, due.Add(-invitationsIn), latest)
	if err != nil {
		return err
	}
	waits := false // whether there is one that waits, whose place this one takes
	switch n := len(earlier); {
	case n > 0 && earlier[n-1].After(due):
		due, waits = earlier[n-1], true
	case n >= promptInvitations:
		due = earlier[n-promptInvitations].Add(invitationsIn)
	}
	for _, kind := range invitationKinds(sc) {
		id, err := s.queueMailAt(ctx, tx, sc, store.QueuedMail{UserID: userID, Kind: string(kind)}, due)
		if err != nil {
			return err
		}
		if kind == MailActivation && !waits {
			err = tx.NoteInvitation(ctx, sc.organization.ID, userID, id, due)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// endLinks ends every link of a person, those included that are still to be mailed, and every session: whoever reads
// the mail of the address so far is in no more.
func endLinks(ctx context.Context, tx *store.Tx, sc scene, userID string) error {
	if err := endAccess(ctx, tx, sc, userID); err != nil {
		return err
	}
	return tx.DropMailsOf(ctx, sc.organization.ID, userID, string(MailActivation), string(MailAccount), string(MailReset))
}

// invitationKinds are the mails of an invitation.
func invitationKinds(sc scene) []MailKind {
	if sc.set.LoginApart {
		return []MailKind{MailAccount, MailActivation}
	}
	return []MailKind{MailActivation}
}

// invite queues the mails by which a new person gets in.
func (s *Service) invite(ctx context.Context, tx *store.Tx, sc scene, userID string) error {
	for _, kind := range invitationKinds(sc) {
		if err := s.queueMail(ctx, tx, sc, userID, kind); err != nil {
			return err
		}
	}
	return nil
}
