package service

import (
	"cmp"
	"context"
	"fmt"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// ListSIPAccounts returns a page of SIP accounts.
func (s *Service) ListSIPAccounts(ctx context.Context, caller Caller, query ListQuery) (portal.Page[portal.SIPAccount], error) {
	return list(ctx, s, caller, s.sipAccount(), query, func(a portal.SIPAccount) string { return a.ID })
}

// GetSIPAccount returns a SIP account.
func (s *Service) GetSIPAccount(ctx context.Context, caller Caller, id string) (portal.SIPAccount, error) {
	return get(ctx, s, caller, s.sipAccount(), id)
}

// CreateSIPAccount makes a SIP account. Without a password it gets a generated one that nobody knows.
func (s *Service) CreateSIPAccount(ctx context.Context, caller Caller, account portal.SIPAccount, idempotencyKey string) (Created[portal.SIPAccount], error) {
	return create(ctx, s, caller, s.sipAccount(), account, idempotencyKey)
}

// ReplaceSIPAccount changes a SIP account. Its SIP username stays, so phones go on registering under a new extension.
func (s *Service) ReplaceSIPAccount(ctx context.Context, caller Caller, id string, account portal.SIPAccount, ifMatch string) (portal.SIPAccount, error) {
	return replace(ctx, s, caller, s.sipAccount(), id, account, ifMatch)
}

// DeleteSIPAccount deletes a SIP account that no user has.
func (s *Service) DeleteSIPAccount(ctx context.Context, caller Caller, id, ifMatch string) error {
	return remove(ctx, s, caller, s.sipAccount(), id, ifMatch, portal.Deletion{})
}

func (s *Service) sipAccount() *sipAccountEntity {
	return &sipAccountEntity{service: s, logins: s.secretVerifier()}
}

type sipAccountEntity struct {
	service  *Service
	row      store.SIPAccount
	password portal.Secret // to be stored: the given one, or a generated one
	username string        // of a new account
	versions secretVersions
	logins   secretVerifier
}

func (*sipAccountEntity) noun() portal.Noun { return portal.NounSIPAccount }

func (e *sipAccountEntity) find(ctx context.Context, tx *store.Tx, sc scene, id string) (_ portal.SIPAccount, _ int64, err error) {
	if e.row, err = tx.SIPAccount(ctx, sc.organization.ID, id); err == nil && e.row.Leaving {
		err = store.ErrNotFound
	}
	return sipAccountOf(e.row, sc), e.row.Version, err
}

func (e *sipAccountEntity) list(ctx context.Context, tx *store.Tx, sc scene, selection store.Selection) ([]portal.SIPAccount, error) {
	rows, err := tx.SIPAccounts(ctx, sc.organization.ID, selection)
	accounts := make([]portal.SIPAccount, 0, len(rows))
	for _, row := range rows {
		account := sipAccountOf(row, sc)
		e.show(&account, row.Version)
		accounts = append(accounts, account)
	}
	return accounts, err
}

// sipAccountOf adds what a phone needs besides its password.
func sipAccountOf(row store.SIPAccount, sc scene) portal.SIPAccount {
	account := row.SIPAccount
	account.SIPDomain = sc.organization.SIPDomain
	return account
}

func (*sipAccountEntity) show(a *portal.SIPAccount, version int64) { a.ETag = etag(version) }

func (e *sipAccountEntity) keepWritable(a *portal.SIPAccount) {
	e.versions = secretVersions{password: a.PasswordVersion}
	a.PasswordVersion = nil
	a.ID, a.ETag, a.SIPUsername, a.SIPDomain, a.UserID = "", "", "", "", ""
	a.ManagedBy, a.CreatedAt, a.Untouched, a.Pending = "", "", false, nil
}

func (*sipAccountEntity) origin(a *portal.SIPAccount) (managedBy, createdAt *string) {
	return &a.ManagedBy, &a.CreatedAt
}

// resolve takes the version of a password that is given.
func (e *sipAccountEntity) resolve(wanted, _ *portal.SIPAccount) {
	if wanted.Password != nil {
		wanted.PasswordVersion = e.versions.password
	}
}

func (*sipAccountEntity) visible(a portal.SIPAccount) portal.SIPAccount {
	a.Password = nil
	return a
}

func (*sipAccountEntity) secrets(a *portal.SIPAccount) secrets { return secrets{password: a.Password} }

func (*sipAccountEntity) inventory(ctx context.Context, tx *store.Tx, sc scene, a *portal.SIPAccount) (rules.Inventory, error) {
	inventory := rules.Inventory{Organization: sc.organization}
	err := sc.holder(&inventory, portal.NounSIPAccount, "extension", a.Extension, func(key string) (store.Holder, error) {
		return tx.HolderOfExtension(ctx, sc.organization.ID, key)
	})
	return inventory, err
}

func (e *sipAccountEntity) hasSecrets(_ context.Context, sc scene, given secrets) (bool, error) {
	return given.password == nil || e.row.Digests == sipDigests(e.row.SIPUsername, sc.organization.SIPDomain, *given.password), nil
}

// findings keeps the login passwords of those who have the account out of it (TC-03): phones store their password in
// clear.
func (e *sipAccountEntity) findings(ctx context.Context, tx *store.Tx, sc scene, a *portal.SIPAccount) ([]rules.Finding, error) {
	if a.Password == nil || *a.Password == "" || a.ID == "" { // without an id, nobody has it yet
		return nil, nil
	}
	holders, err := tx.UsersOfSIPAccount(ctx, sc.organization.ID, a.ID)
	if err != nil {
		return nil, err
	}
	for _, holder := range holders {
		user, err := tx.User(ctx, sc.organization.ID, holder.ID)
		if err != nil {
			return nil, err
		}
		if user.PasswordHash == "" {
			continue
		}
		same, err := e.logins.matches(ctx, sc.organization.ID, *a.Password, user.PasswordHash)
		if err != nil {
			return nil, err
		}
		if same {
			return []rules.Finding{samePassword(fmt.Sprintf("this is the login password of %s, who has the account", holder.Name))}, nil
		}
	}
	return nil, nil
}

func (e *sipAccountEntity) prepare(_ context.Context, sc scene, creating bool, given secrets) (err error) {
	if creating {
		if e.username, err = e.service.newSIPUsername(); err != nil {
			return err
		}
	}
	switch {
	case given.password != nil:
		e.password = *given.password
	case creating:
		e.password, err = e.service.generatePassword(sc.set.Passwords[portal.NounSIPAccount])
	}
	return err
}

// sipUsernameLength gives a SIP username 80 random bits, so that none is given twice, also not after its account was
// deleted.
const sipUsernameLength = 16

// newSIPUsername makes the name that a phone registers with (RFC 3261, section 25.1: unreserved characters), of letters
// and digits that are hard to mistake for one another. It has a letter, so it never stands for an extension, which has
// digits only.
func (s *Service) newSIPUsername() (string, error) {
	characters := rules.PasswordPolicy{Classes: []rules.Class{rules.ClassLower, rules.ClassDigit}}
	return characters.Generate(s.random, sipUsernameLength)
}

func (e *sipAccountEntity) insert(ctx context.Context, tx *store.Tx, sc scene, id string, a portal.SIPAccount) error {
	a.ID, a.SIPUsername = id, e.username
	digests := sipDigests(a.SIPUsername, sc.organization.SIPDomain, e.password)
	return tx.InsertSIPAccount(ctx, sc.organization.ID, store.SIPAccount{SIPAccount: a, Digests: digests})
}

func (e *sipAccountEntity) update(ctx context.Context, tx *store.Tx, sc scene, a portal.SIPAccount) error {
	digests := e.row.Digests
	if a.Password != nil {
		digests = sipDigests(e.row.SIPUsername, sc.organization.SIPDomain, *a.Password)
	}
	return tx.UpdateSIPAccount(ctx, sc.organization.ID, store.SIPAccount{SIPAccount: a, Version: e.row.Version, Digests: digests})
}

func (e *sipAccountEntity) movedSince() int64 { return e.row.MovedSince }

func (*sipAccountEntity) supersedes(store.HandOver) bool { return false }

func (*sipAccountEntity) inUse(a portal.SIPAccount, holders []store.Holder) error {
	return portal.NewError(portal.CodeConflict, "a SIP account that a user has cannot be deleted", portal.FieldError{
		Code: portal.CodeInUse, Message: fmt.Sprintf("the SIP account %s belongs to %s; take it away from that user first", cmp.Or(*a.Extension, a.ID), names(holders)),
	})
}

func (*sipAccountEntity) delete(ctx context.Context, tx *store.Tx, sc scene, id string) error {
	return tx.DeleteSIPAccount(ctx, sc.organization.ID, id)
}
