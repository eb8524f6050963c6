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

// followLogin does what a change of a user brings for the login. A new password ends all sessions (VX-22), and so does access that is withdrawn
// (EN-17); access that is granted unblocks (EN-18); and who was never invited is, once that is wanted.
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
	unblock := login.BlockedAt != nil && isTrue(u.Enabled)
	invite := isTrue(u.SendInvitation) && login.InvitedAt == nil && !login.OwnPassword
	if !unblock && !invite {
		return nil
	}
	if unblock {
		login.BlockedAt, login.Failures = nil, 0
	}
	if invite {
		login.InvitedAt = new(e.service.now().UTC())
		if err := e.service.invite(ctx, tx, sc, u.ID); err != nil {
			return err
		}
	}
	return tx.PutLogin(ctx, sc.organization.ID, login)
}

func isTrue(flag *bool) bool { return flag != nil && *flag }

func userRow(sc scene, u portal.User) store.User {
	return store.User{
		User: u, EmailKey: sc.uniqueKey(portal.NounUser, "email", u.Email), UsernameKey: sc.uniqueKey(portal.NounUser, "username", u.Username),
	}
}
