package service

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// ListUsers returns a page of users.
func (s *Service) ListUsers(ctx context.Context, caller Caller, query ListQuery) (portal.Page[portal.User], error) {
	return list(ctx, s, caller, s.user(), query, func(u portal.User) string { return u.ID })
}

// GetUser returns a user.
func (s *Service) GetUser(ctx context.Context, caller Caller, id string) (portal.User, error) {
	return get(ctx, s, caller, s.user(), id)
}

// CreateUser makes a user. Without a password nobody logs in as the user until the person sets one by a link, or one is
// given (VX-03, SA-03).
func (s *Service) CreateUser(ctx context.Context, caller Caller, user portal.User, idempotencyKey string) (Created[portal.User], error) {
	return create(ctx, s, caller, s.user(), user, idempotencyKey)
}

// ReplaceUser changes a user.
func (s *Service) ReplaceUser(ctx context.Context, caller Caller, id string, user portal.User, ifMatch string) (portal.User, error) {
	e := s.user()
	e.unconditional = ifMatch == ""
	return replace(ctx, s, caller, e, id, user, ifMatch)
}

// DeleteUser deletes a user, whose SIP accounts and numbers are free from then on. With planned publications the user
// stays, unless they are to be discarded (EN-16).
func (s *Service) DeleteUser(ctx context.Context, caller Caller, id, ifMatch string, deletion portal.Deletion) error {
	return remove(ctx, s, caller, s.user(), id, ifMatch, deletion)
}

func (s *Service) user() *userEntity {
	return &userEntity{service: s, logins: s.secretVerifier(), pins: s.secretVerifier()}
}

type userEntity struct {
	service      *Service
	row          store.User
	accounts     []store.SIPAccount // those that the user is to have
	passwordHash string             // to be stored
	pinHash      string             // likewise
	avatar       store.Avatar       // of the request
	logins, pins secretVerifier
	versions     secretVersions
	numbersGiven bool            // whether the request says which numbers ring at the user
	groupsGiven  bool            // whether it says which permission groups the user is in
	membership   string          // the id of the only group that the request is about; empty: of all
	leaving      []rules.Finding // new references to objects that are being deleted

	unconditional, sawBlock bool // a request that is to hold whatever there is; one that says that the user was blocked
}

func (*userEntity) noun() portal.Noun { return portal.NounUser }

func (e *userEntity) find(ctx context.Context, tx *store.Tx, sc scene, id string) (_ portal.User, _ int64, err error) {
	if e.row, err = tx.User(ctx, sc.organization.ID, id); err != nil {
		return portal.User{}, 0, err
	}
	user, err := userOf(e.row, sc)
	return user, e.row.Version, err
}

func (e *userEntity) list(ctx context.Context, tx *store.Tx, sc scene, selection store.Selection) ([]portal.User, error) {
	rows, err := tx.Users(ctx, sc.organization.ID, selection)
	if err != nil {
		return nil, err
	}
	users := make([]portal.User, 0, len(rows))
	for _, row := range rows {
		user, err := userOf(row, sc)
		if err != nil {
			return nil, err
		}
		e.show(&user, row.Version)
		users = append(users, user)
	}
	return users, nil
}

// userOf shows every field that the platform has: one that it did not have when the user was stored has its default.
func userOf(row store.User, sc scene) (portal.User, error) {
	user := row.User
	err := sc.set.Complete(portal.NounUser, &user)
	return user, err
}

func (*userEntity) show(u *portal.User, version int64) { u.ETag = etag(version) }

// keepWritable also notes what the request leaves to the portal, which cannot be told once it is filled in from what is
// stored.
func (e *userEntity) keepWritable(u *portal.User) {
	e.numbersGiven = u.Telephony != nil && u.Telephony.IncomingNumbers != nil
	e.groupsGiven = u.PermissionGroupIDs != nil
	e.sawBlock = u.Status == portal.StatusBlocked
	u.ID, u.ETag, u.PlannedPublications, u.Permissions = "", "", 0, nil
	e.versions = secretVersions{password: u.PasswordVersion}
	u.PasswordVersion = nil
	u.Status, u.TwoFactor, u.InvitedAt, u.LastLoginAt = "", false, "", ""
	u.ManagedBy, u.CreatedAt, u.Untouched, u.Pending = "", "", false, nil
	if u.Voicemail != nil {
		e.versions.pin = u.Voicemail.PINVersion
		u.Voicemail.PINVersion, u.Voicemail.PINSet = nil, false
	}
	if u.Webcare != nil {
		u.Webcare.AvatarSHA256 = ""
	}
}

func (*userEntity) origin(u *portal.User) (managedBy, createdAt *string) {
	return &u.ManagedBy, &u.CreatedAt
}

// resolve takes the version of a secret that is given, reads the picture, whose hash tells whether it is another one,
// and keeps a block that the request does not know of (EN-18).
func (e *userEntity) resolve(wanted, stored *portal.User) {
	if stored != nil && stored.Status == portal.StatusBlocked && !e.sawBlock && !e.unconditional {
		wanted.Enabled = stored.Enabled
	}
	if wanted.Password != nil {
		wanted.PasswordVersion = e.versions.password
	}
	if wanted.Voicemail != nil && wanted.Voicemail.PIN != nil {
		wanted.Voicemail.PINVersion = e.versions.pin
	}
	e.avatar = readAvatar(*wanted)
	if wanted.Webcare != nil && wanted.Webcare.Avatar != nil {
		wanted.Webcare.AvatarSHA256 = e.avatar.SHA256
	}
}

func (*userEntity) visible(u portal.User) portal.User {
	u.Password = nil
	if u.Voicemail != nil {
		voicemail := *u.Voicemail
		voicemail.PIN = nil
		u.Voicemail = &voicemail
	}
	if u.Webcare != nil {
		webcare := *u.Webcare
		webcare.Avatar = nil
		u.Webcare = &webcare
	}
	return u
}

func (*userEntity) secrets(u *portal.User) secrets {
	given := secrets{password: u.Password}
	if u.Voicemail != nil {
		given.pin = u.Voicemail.PIN
	}
	return given
}

func (e *userEntity) inventory(ctx context.Context, tx *store.Tx, sc scene, u *portal.User) (inventory rules.Inventory, err error) {
	inventory.Organization = sc.organization
	inventory.PermissionGroups, e.leaving = map[string]portal.PermissionGroup{}, nil
	for _, id := range u.PermissionGroupIDs {
		group, err := tx.PermissionGroup(ctx, sc.organization.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return inventory, err
		}
		inventory.PermissionGroups[id] = group.PermissionGroup
		if group.Leaving && !slices.Contains(e.row.PermissionGroupIDs, id) {
			e.refuseLeaving(fieldPermissionGroups, id, "the permission group "+valueOf(group.Name))
		}
	}
	if err := e.loadSIPAccounts(ctx, tx, sc, u, &inventory); err != nil {
		return inventory, err
	}
	if err := e.noteSubgroups(ctx, tx, sc, u, &inventory); err != nil {
		return inventory, err
	}
	if err := noteNumbers(ctx, tx, sc, *u, &inventory); err != nil {
		return inventory, err
	}
	organizationID := sc.organization.ID
	byEmail := func(key string) (store.Holder, error) { return tx.UserByEmail(ctx, organizationID, key) }
	byUsername := func(key string) (store.Holder, error) { return tx.UserByUsername(ctx, organizationID, key) }
	byExtension := func(key string) (store.Holder, error) { return tx.HolderOfExtension(ctx, organizationID, key) }
	err = errors.Join(
		sc.holder(&inventory, portal.NounUser, "email", u.Email, byEmail),
		sc.holder(&inventory, portal.NounUser, "username", u.Username, byUsername),
	)
	if len(inventory.Holders["email"]) == 0 {
		err = errors.Join(err, e.noteClaim(ctx, tx, sc, u, &inventory))
	}
	if u.Telephony != nil {
		err = errors.Join(err, sc.holder(&inventory, portal.NounUser, "telephony.extension", u.Telephony.Extension, byExtension))
	}
	return inventory, err
}

// loadSIPAccounts reads the accounts that a user refers to, and who has them.
func (e *userEntity) loadSIPAccounts(ctx context.Context, tx *store.Tx, sc scene, u *portal.User, inventory *rules.Inventory) error {
	e.accounts = nil
	inventory.SIPAccounts = map[string]rules.SIPAccount{}
	for _, id := range sipAccountReferences(u) {
		if _, known := inventory.SIPAccounts[id]; known {
			continue
		}
		account, err := tx.SIPAccount(ctx, sc.organization.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		e.accounts = append(e.accounts, account)
		if account.Leaving && !slices.Contains(sipAccountReferences(&e.row.User), id) {
			e.refuseLeaving("telephony.sip_account_ids", id, "a SIP account")
		}
		holder, err := holderOf(ctx, tx, sc, account)
		if err != nil {
			return err
		}
		inventory.SIPAccounts[id] = rules.SIPAccount{SIPAccount: account.SIPAccount, Holder: holder}
	}
	return nil
}

// refuseLeaving refuses a new reference to an object that is gone as soon as nobody uses it any more.
func (e *userEntity) refuseLeaving(field, id, title string) {
	e.leaving = append(e.leaving, rules.Finding{
		Field: field, Severity: rules.SeverityError, Code: portal.CodeLeaving, ExistingID: id,
		Message: fmt.Sprintf("%s has %q, %s that is being deleted and takes no new users; choose another", field, id, title),
	})
}

func holderOf(ctx context.Context, tx *store.Tx, sc scene, account store.SIPAccount) (rules.Holder, error) {
	if account.UserID == "" {
		return rules.Holder{}, nil
	}
	holder, err := tx.UserByID(ctx, sc.organization.ID, account.UserID)
	return namedHolder(holder), err
}

// sipAccountReferences are the values of a user's fields that are, or may be, ids of SIP accounts.
func sipAccountReferences(u *portal.User) []string {
	var ids []string
	if t := u.Telephony; t != nil {
		ids = append(ids, t.SIPAccountIDs...)
		for _, id := range []*string{t.AppSIPAccountID, t.ActiveDestination} {
			if id != nil {
				ids = append(ids, *id)
			}
		}
	}
	if u.ClickToDial != nil && u.ClickToDial.SIPAccountID != nil {
		ids = append(ids, *u.ClickToDial.SIPAccountID)
	}
	return ids
}

func (e *userEntity) hasSecrets(ctx context.Context, sc scene, given secrets) (bool, error) {
	if same, err := e.hasPIN(ctx, sc, given.pin); err != nil || !same {
		return false, err
	}
	if given.password == nil {
		return true, nil
	}
	if e.row.PasswordHash == "" {
		return false, nil
	}
	return e.logins.matches(ctx, sc.organization.ID, *given.password, e.row.PasswordHash)
}

// hasPIN reports whether the user that was found has this PIN, or none if it is empty. No PIN given is any.
func (e *userEntity) hasPIN(ctx context.Context, sc scene, given *portal.Secret) (bool, error) {
	switch {
	case given == nil:
		return true, nil
	case *given == "" || e.row.PINHash == "":
		return string(*given) == e.row.PINHash, nil
	default:
		return e.pins.matches(ctx, sc.organization.ID, *given, e.row.PINHash)
	}
}

// findings keeps the passwords of the user's phones out of the login (TC-03), and users out of what is being deleted.
func (e *userEntity) findings(_ context.Context, _ *store.Tx, sc scene, u *portal.User) ([]rules.Finding, error) {
	if u.Password == nil || *u.Password == "" {
		return e.leaving, nil
	}
	return append(e.leaving, passwordOfPhone(sc, e.accounts, *u.Password)...), nil
}

// prepare hashes the PIN with the same cost as a password, although that cannot make up for how short it is.
func (e *userEntity) prepare(ctx context.Context, sc scene, _ bool, given secrets) (err error) {
	if given.pin != nil && *given.pin != "" {
		if e.pinHash, err = e.service.hashSecret(ctx, apiLane(ctx, sc.organization.ID), *given.pin); err != nil {
			return err
		}
	}
	if given.password != nil {
		if err := e.service.refusePwned(ctx, sc, *given.password); err != nil {
			return err
		}
		e.passwordHash, err = e.service.hashSecret(ctx, apiLane(ctx, sc.organization.ID), *given.password)
	}
	return err
}

func (e *userEntity) insert(ctx context.Context, tx *store.Tx, sc scene, id string, u portal.User) error {
	u.ID = id
	row := userRow(sc, u)
	row.PasswordHash, row.PINHash = e.passwordHash, e.pinHash
	invited := isTrue(u.SendInvitation)
	if invited {
		row.Invited = new(e.service.now().UTC())
	}
	if err := tx.InsertUser(ctx, sc.organization.ID, row); err != nil {
		return err
	}
	if invited {
		if err := e.service.invite(ctx, tx, sc, id); err != nil {
			return err
		}
	}
	return e.follow(ctx, tx, sc, portal.User{}, u)
}

func (e *userEntity) update(ctx context.Context, tx *store.Tx, sc scene, u portal.User) error {
	row := userRow(sc, u)
	row.Version, row.PasswordHash, row.PINHash = e.row.Version, e.row.PasswordHash, e.row.PINHash
	if e.row.Status == portal.StatusBlocked && !isTrue(u.Enabled) {
		row.Enabled = e.row.Granted // what is shown is the block
	}
	given := e.secrets(&u)
	if given.password != nil {
		row.PasswordHash = e.passwordHash
	}
	if given.pin != nil {
		row.PINHash = e.pinHash
	}
	if err := tx.UpdateUser(ctx, sc.organization.ID, row); err != nil {
		return err
	}
	if err := e.followLogin(ctx, tx, sc, u, given.password != nil); err != nil {
		return err
	}
	return e.follow(ctx, tx, sc, e.row.User, u)
}

// follow does what a change of a user brings with it, in the same transaction.
func (e *userEntity) follow(ctx context.Context, tx *store.Tx, sc scene, before, after portal.User) error {
	if err := claimEmail(ctx, tx, sc, before, after); err != nil {
		return err
	}
	if err := e.allocate(ctx, tx, sc, before, after); err != nil {
		return err
	}
	if err := e.keepAvatar(ctx, tx, sc, before, after); err != nil {
		return err
	}
	return awaitReload(ctx, tx, sc, before, after)
}

// supersedes: a request that gives all groups says anew which the user is in, and one that gives a membership takes its
// end back.
func (e *userEntity) supersedes(h store.HandOver) bool {
	return h.Kind == portal.HandOverMembershipEnd && (e.membership == h.Value || e.membership == "" && e.groupsGiven)
}

func (e *userEntity) movedSince() int64 { return e.row.MovedSince }

func (*userEntity) inUse(portal.User, []store.Holder) error { return nil }

// delete discards what the user has planned, which the rules have allowed by then (EN-16).
func (e *userEntity) delete(ctx context.Context, tx *store.Tx, sc scene, id string) error {
	if err := tx.DiscardPlannedPublications(ctx, sc.organization.ID, id); err != nil {
		return err
	}
	if err := tx.DeleteUser(ctx, sc.organization.ID, id); err != nil {
		return err
	}
	return awaitReload(ctx, tx, sc, e.row.User)
}
