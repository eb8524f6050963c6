package service

import (
	"context"
	"fmt"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// passwordOfPhone refuses a login password that is one of these accounts' (TC-03).
func passwordOfPhone(sc scene, accounts []store.SIPAccount, password portal.Secret) []rules.Finding {
	for _, account := range accounts {
		if sameDigests(account.Digests, sipDigests(account.SIPUsername, sc.organization.SIPDomain, password)) {
			return []rules.Finding{samePassword(fmt.Sprintf("this is the password of the user's SIP account %s", *account.Extension))}
		}
	}
	return nil
}

// followLogin does what a change of a user brings for the login. A new password ends all sessions (VX-22), and so does
// access that is withdrawn (EN-17); access that is granted unblocks (EN-18). Another address ends every link that went
// to the one before. A pending person is invited when that is wanted for the first time or anew, and again at another
// address (EN-14).
func (e *userEntity) followLogin(ctx context.Context, tx *store.Tx, sc scene, u portal.User, newPassword bool) error {
	if newPassword || !isTrue(u.Enabled) {
		if err := endAccess(ctx, tx, sc, u.ID); err != nil {
			return err
		}
	}
	login, err := tx.Login(ctx, sc.organization.ID, u.ID)
	if err != nil {
		return err
	}
	before := e.row.User
	moved := !sameKey(sc.uniqueKey(portal.NounUser, "email", before.Email), sc.uniqueKey(portal.NounUser, "email", u.Email))
	pending, invited := !login.OwnPassword, login.InvitedAt != nil
	unblock := login.BlockedAt != nil && isTrue(u.Enabled)
	wanted := isTrue(u.SendInvitation) && (!invited || !isTrue(before.SendInvitation))
	again := moved && invited
	invite := pending && (u.Enabled == nil || *u.Enabled) && (wanted || again)
	if moved {
		if err := endLinks(ctx, tx, sc, u.ID); err != nil {
			return err
		}
	}
	if err := e.tell(ctx, tx, sc, before, u, moved, newPassword, invite); err != nil {
		return err
	}
	if unblock {
		login.BlockedAt, login.Failures = nil, 0
	}
	switch {
	case invite:
		login.InvitedAt = new(e.service.now().UTC())
		if err := e.service.inviteAgain(ctx, tx, sc, u.ID); err != nil {
			return err
		}
	case pending && moved:
		login.InvitedAt = nil // of no use any more; access that is granted later brings another
	case !unblock:
		return nil
	}
	return tx.PutLogin(ctx, sc.organization.ID, login)
}

// tell writes to a person of what was changed for the log-in. An invitation to the new address tells of it by itself.
func (e *userEntity) tell(ctx context.Context, tx *store.Tx, sc scene, before, after portal.User, moved, newPassword, invited bool) error {
	old := valueOf(before.Email)
	var err error
	switch {
	case moved && old != "" && invited:
		_, err = e.service.queueMailAt(ctx, tx, sc, store.QueuedMail{UserID: after.ID, Kind: string(MailEmailChanged), Address: old}, e.service.now())
	case moved && old != "":
		err = e.service.notify(ctx, tx, sc, after.ID, MailEmailChanged, old)
	}
	if err == nil && newPassword {
		err = e.service.notify(ctx, tx, sc, after.ID, MailPasswordChanged)
	}
	return err
}

func isTrue(flag *bool) bool { return flag != nil && *flag }

func userRow(sc scene, u portal.User) store.User {
	field := sc.set.Objects[portal.NounUser].Fields["telephony.sip_account_ids"]
	return store.User{
		SoleSIPAccounts: field != nil && field.Exclusive,
		User:            u, EmailKey: sc.uniqueKey(portal.NounUser, "email", u.Email), UsernameKey: sc.uniqueKey(portal.NounUser, "username", u.Username),
	}
}
