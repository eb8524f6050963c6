package service

import (
	"context"
	"errors"
	"fmt"

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

// CreateUser makes a user. Without a password it gets a generated one that nobody knows, until one is set.
func (s *Service) CreateUser(ctx context.Context, caller Caller, user portal.User, idempotencyKey string) (Created[portal.User], error) {
	return create(ctx, s, caller, s.user(), user, idempotencyKey)
}

// ReplaceUser changes a user.
func (s *Service) ReplaceUser(ctx context.Context, caller Caller, id string, user portal.User, ifMatch string) (portal.User, error) {
	return replace(ctx, s, caller, s.user(), id, user, ifMatch)
}

// DeleteUser deletes a user, whose SIP accounts are free from then on.
func (s *Service) DeleteUser(ctx context.Context, caller Caller, id, ifMatch string) error {
	return remove(ctx, s, caller, s.user(), id, ifMatch)
}

func (s *Service) user() *userEntity { return &userEntity{service: s, logins: loginVerifier{}} }

type userEntity struct {
	service      *Service
	row          store.User
	accounts     []store.SIPAccount // those that the user is to have
	passwordHash string             // to be stored
	logins       loginVerifier
}

func (*userEntity) noun() portal.Noun { return portal.NounUser }

func (e *userEntity) find(ctx context.Context, tx *store.Tx, sc scene, id string) (_ portal.User, _ int64, err error) {
	e.row, err = tx.User(ctx, sc.organization.ID, id)
	return e.row.User, e.row.Version, err
}

func (e *userEntity) list(ctx context.Context, tx *store.Tx, sc scene, selection store.Selection) ([]portal.User, error) {
	rows, err := tx.Users(ctx, sc.organization.ID, selection)
	users := make([]portal.User, 0, len(rows))
	for _, row := range rows {
		e.show(&row.User, row.Version)
		users = append(users, row.User)
	}
	return users, err
}

func (*userEntity) show(u *portal.User, version int64) { u.ETag = etag(version) }

func (*userEntity) keepWritable(u *portal.User) { u.ID, u.ETag = "", "" }

func (*userEntity) secret(u *portal.User) **portal.Secret { return &u.Password }

func (e *userEntity) inventory(ctx context.Context, tx *store.Tx, sc scene, u *portal.User) (inventory rules.Inventory, err error) {
	inventory.Organization = sc.organization
	inventory.PermissionGroups = map[string]portal.PermissionGroup{}
	for _, id := range u.PermissionGroupIDs {
		group, err := tx.PermissionGroup(ctx, sc.organization.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return inventory, err
		}
		inventory.PermissionGroups[id] = group.PermissionGroup
	}
	if err := e.loadSIPAccounts(ctx, tx, sc, u, &inventory); err != nil {
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
		holder, err := holderOf(ctx, tx, sc, account)
		if err != nil {
			return err
		}
		inventory.SIPAccounts[id] = rules.SIPAccount{SIPAccount: account.SIPAccount, Holder: holder}
	}
	return nil
}

func holderOf(ctx context.Context, tx *store.Tx, sc scene, account store.SIPAccount) (rules.Holder, error) {
	if account.UserID == "" {
		return rules.Holder{}, nil
	}
	holder, err := tx.UserByID(ctx, sc.organization.ID, account.UserID)
	return rules.Holder(holder), err
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

func (e *userEntity) hasSecret(_ scene, given portal.Secret) (bool, error) {
	return e.logins.matches(given, e.row.PasswordHash)
}

// secretFindings keeps the passwords of the user's phones out of the login (TC-03).
func (e *userEntity) secretFindings(_ context.Context, _ *store.Tx, sc scene, _ *portal.User, given portal.Secret) ([]rules.Finding, error) {
	for _, account := range e.accounts {
		if account.Digests == sipDigests(*account.Extension, sc.organization.SIPDomain, given) {
			return []rules.Finding{samePassword(fmt.Sprintf("this is the password of the user's SIP account %s", *account.Extension))}, nil
		}
	}
	return nil, nil
}

func (e *userEntity) prepare(sc scene, given *portal.Secret) (err error) {
	if given == nil {
		generated, err := e.service.generatePassword(sc.set.Passwords[portal.NounUser])
		if err != nil {
			return err
		}
		given = &generated
	}
	e.passwordHash, err = e.service.hashLogin(*given)
	return err
}

func (e *userEntity) insert(ctx context.Context, tx *store.Tx, sc scene, id string, u portal.User) error {
	u.ID = id
	return tx.InsertUser(ctx, sc.organization.ID, userRow(sc, u, 0, e.passwordHash))
}

func (e *userEntity) update(ctx context.Context, tx *store.Tx, sc scene, u portal.User) error {
	hash := e.row.PasswordHash
	if u.Password != nil {
		hash = e.passwordHash
	}
	return tx.UpdateUser(ctx, sc.organization.ID, userRow(sc, u, e.row.Version, hash))
}

func userRow(sc scene, u portal.User, version int64, hash string) store.User {
	return store.User{
		User: u, Version: version, PasswordHash: hash,
		EmailKey: sc.uniqueKey(portal.NounUser, "email", u.Email), UsernameKey: sc.uniqueKey(portal.NounUser, "username", u.Username),
	}
}

func (*userEntity) guardDelete(context.Context, *store.Tx, scene, portal.User) error { return nil }

func (*userEntity) delete(ctx context.Context, tx *store.Tx, sc scene, id string) error {
	return tx.DeleteUser(ctx, sc.organization.ID, id)
}
