package service

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// MailKind says what a mail is about.
type MailKind string

// The kinds of mails.
const (
	MailActivation MailKind = "activation" // a link by which the person chooses a password; with the login, where no MailAccount goes with it
	MailAccount    MailKind = "account"    // the username and the name of the environment (EN-03)
	MailReset      MailKind = "reset"      // a link for a forgotten password

	// What a person is told of, so that a change that somebody else made is noticed. They hold no link that lets
	// anybody in.
	MailEmailChanged    MailKind = "email_changed"    // to the address before, too
	MailPasswordChanged MailKind = "password_changed" // by the person or by somebody else
	MailFactorEnrolled  MailKind = "factor_enrolled"
	MailFactorRemoved   MailKind = "factor_removed" // by the person or by an administrator
)

// hasLink reports whether a mail is only of use to a person who may log in, since it is how to get in.
func (k MailKind) hasLink() bool { return k == MailActivation || k == MailAccount || k == MailReset }

// Mail is a mail that is to be sent now. Its link exists in this value only: the database has a hash.
type Mail struct {
	ID               string
	OrganizationID   string
	OrganizationName string
	Platform         portal.Platform
	Kind             MailKind
	Language         string // en, fr, de, es or nl
	To               string // address
	FirstName        string
	LastName         string
	Login            string    // what the person logs in with
	LoginApart       bool      // whether the login has a mail of its own beside this one
	Path             string    // of the link, escaped, such as /o/acme/activate?token=…; without a link that of the page to log in at
	ExpiresAt        time.Time // of the link; zero without one
	Attempts         int       // that have failed before
}

// Limits of the outbox.
const (
	mailLease      = 5 * time.Minute // how long who has leased a mail may take to send it
	mailFirstRetry = time.Minute     // after the first failure; doubles with each
	mailMaxRetry   = time.Hour
	mailLifetime   = 30 * 24 * time.Hour // what could not be sent for so long is given up
	mailMaxWait    = max(mailLease, mailMaxRetry, invitationsIn)
)

// mailsDue are the mails that are to be sent. One that would wait longer than any does was given its time before the
// clock was set back.
func (s *Service) mailsDue() store.Due {
	now := s.now().UTC()
	return store.Due{Now: now, Latest: now.Add(mailMaxWait + clockTolerance)}
}

// queueMail adds a mail to the outbox, in the transaction of what it tells of.
func (s *Service) queueMail(ctx context.Context, tx *store.Tx, sc scene, userID string, kind MailKind) error {
	_, err := s.queueMailAt(ctx, tx, sc, store.QueuedMail{UserID: userID, Kind: string(kind)}, s.now())
	return err
}

// notify queues a notice to the address that a person has, and to other addresses.
func (s *Service) notify(ctx context.Context, tx *store.Tx, sc scene, userID string, kind MailKind, addresses ...string) error {
	for _, address := range append([]string{""}, addresses...) {
		if _, err := s.queueMailAt(ctx, tx, sc, store.QueuedMail{UserID: userID, Kind: string(kind), Address: address}, s.now()); err != nil {
			return err
		}
	}
	return nil
}

// queueMailAt is queueMail for a mail that is due at a time, and returns its id.
func (s *Service) queueMailAt(ctx context.Context, tx *store.Tx, sc scene, mail store.QueuedMail, due time.Time) (id string, err error) {
	if id, err = s.newID("mail_"); err != nil {
		return "", err
	}
	tx.OnCommit(func() {
		select {
		case s.queued <- struct{}{}:
		default: // whoever sends mails was told already
		}
	})
	mail.OrganizationID, mail.ID, mail.CreatedAt, mail.NextAttemptAt = sc.organization.ID, id, s.now().UTC(), due.UTC()
	return id, tx.QueueMail(ctx, mail)
}

// SendsMail reports whether there is a mail server. Without one, mails stay in the outbox.
func (s *Service) SendsMail() bool { return !s.withoutMail }

// MailQueued is received from after this process has queued a mail. Those that other processes queue are found by
// looking now and then.
func (s *Service) MailQueued() <-chan struct{} { return s.queued }

// UntilNextMail returns how long it is until the next mail is due; false if there is none.
func (s *Service) UntilNextMail(ctx context.Context) (wait time.Duration, due bool, err error) {
	var at time.Time
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		when := s.mailsDue()
		organizations, err := tx.OrganizationsWithMail(ctx, when)
		if at = when.Now; err == nil && len(organizations) == 0 {
			at, err = tx.NextMail(ctx)
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return 0, false, nil
	}
	return at.Sub(s.now()), err == nil, err
}

// DueMails returns mails that are to be sent now, with new links, and keeps other instances from sending them for some
// minutes. Each has to be answered by MailSent or MailFailed; one that is not, because the process died, comes again.
// An error waits for the next call when there are mails to be sent.
func (s *Service) DueMails(ctx context.Context, limit int) (mails []Mail, err error) {
	when := s.mailsDue()
	var organizations []string
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		organizations, err = tx.OrganizationsWithMail(ctx, when)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, organizationID := range organizations {
		if len(mails) == limit {
			break
		}
		leased, err := s.leaseMails(ctx, organizationID, when, limit-len(mails))
		if err != nil && len(mails) == 0 {
			return nil, err
		}
		mails = append(mails, leased...)
	}
	return mails, nil
}

func (s *Service) leaseMails(ctx context.Context, organizationID string, when store.Due, limit int) (mails []Mail, err error) {
	err = s.store.Write(ctx, organizationID, func(tx *store.Tx) error {
		mails = nil
		leased, err := tx.LeaseMails(ctx, organizationID, when, when.Now.Add(mailLease), limit)
		if err != nil {
			return err
		}
		for _, queued := range leased {
			mail, due, err := s.prepareMail(ctx, tx, queued)
			if err != nil {
				return err
			}
			if due {
				mails = append(mails, mail)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return mails, nil
}

// prepareMail completes a mail, unless nobody can make anything of it any more: then it leaves the outbox.
func (s *Service) prepareMail(ctx context.Context, tx *store.Tx, queued store.QueuedMail) (mail Mail, due bool, err error) {
	sc, err := readScene(ctx, tx, Caller{OrganizationID: queued.OrganizationID})
	if err != nil {
		return Mail{}, false, err
	}
	a, err := readAccount(ctx, tx, sc, queued.UserID)
	if err != nil {
		return Mail{}, false, err // the mail would have gone with the user
	}
	now, u := s.now().UTC(), a.user.User
	kind, to := MailKind(queued.Kind), cmp.Or(queued.Address, valueOf(u.Email))
	if kind.hasLink() && !mayLogIn(u) || to == "" || now.Sub(queued.CreatedAt) > mailLifetime {
		return Mail{}, false, tx.DeleteMail(ctx, queued.OrganizationID, queued.ID)
	}
	mail = Mail{
		ID: queued.ID, OrganizationID: sc.organization.ID, OrganizationName: sc.organization.Name, Platform: sc.organization.Platform, Kind: kind,
		Language: sc.languageFor(u), To: to, FirstName: valueOf(u.FirstName), LastName: valueOf(u.LastName), Login: sc.loginOf(u), LoginApart: sc.set.LoginApart,
		Path: "/o/" + url.PathEscape(sc.organization.ID) + "/login", Attempts: queued.Attempts,
	}
	if kind != MailActivation && kind != MailReset {
		return mail, true, nil
	}
	purpose, lifetime := PurposeActivation, activationLifetime
	if mail.Kind == MailReset {
		purpose, lifetime = PurposeReset, resetLifetime
	}
	token, err := s.randomText(secretBytes)
	if err != nil {
		return Mail{}, false, err
	}
	mail.ExpiresAt = now.Add(lifetime)
	mail.Path = linkPath(sc, token)
	return mail, true, tx.PutActivation(ctx, sc.organization.ID, secretHash(token), store.Activation{UserID: queued.UserID, Purpose: purpose, ExpiresAt: mail.ExpiresAt})
}

// MailSent takes a mail that was sent out of the outbox.
func (s *Service) MailSent(ctx context.Context, mail Mail) error {
	return s.store.Write(ctx, mail.OrganizationID, func(tx *store.Tx) error { return tx.DeleteMail(ctx, mail.OrganizationID, mail.ID) })
}

// MailFailed keeps a mail that could not be sent for another attempt, after a time that doubles with each up to an
// hour. The cause is kept for whoever looks after the portal; it must not hold the link.
func (s *Service) MailFailed(ctx context.Context, mail Mail, cause error) error {
	wait := min(mailFirstRetry<<min(mail.Attempts, 10), mailMaxRetry)
	return s.store.Write(ctx, mail.OrganizationID, func(tx *store.Tx) error {
		return tx.MailFailed(ctx, mail.OrganizationID, mail.ID, cause.Error(), s.now().UTC().Add(wait))
	})
}

// languageFor is the language in which the portal writes to a user.
func (sc scene) languageFor(u portal.User) string {
	return cmp.Or(languageOf(u), sc.set.Language)
}

// valueOf is what an optional text holds.
func valueOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
