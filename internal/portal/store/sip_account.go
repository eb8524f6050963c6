package store

import (
	"context"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// SIPDigests is what is kept of a SIP password: hexadecimal digests with which a registrar checks it (RFC 2617, RFC
// 8760). They are as secret as the password.
type SIPDigests struct {
	MD5       string // HA1 with MD5, 32 characters
	SHA256    string // HA1 with SHA-256, 64 characters
	DomainMD5 string // HA1 with MD5 for phones that send user@domain as username, 32 characters
}

// SIPAccount is a SIP account with its version, which counts its changes, and its digests.
type SIPAccount struct {
	portal.SIPAccount
	Version    int64
	MovedSince int64 // the version since which nothing but hand-overs changed the account; 0 if something else was last
	Leaving    bool  // whether it is gone as soon as nobody has it any more
	Digests    SIPDigests
}

// Where a platform lets users share an account, the first one stands for all.
const selectSIPAccount = `SELECT a.id, a.version, a.extension, a.name, a.type, a.caller_id, a.hide_caller_id, a.enabled, a.ha1_md5, a.ha1_sha256, a.ha1b_md5, a.sip_username,
	a.managed_by, a.created_at, a.password_version, a.moved_since, a.leaving,
	COALESCE((SELECT MIN(u.user_id) FROM user_sip_accounts u WHERE u.organization_id = a.organization_id AND u.sip_account_id = a.id), '')
	FROM sip_accounts a WHERE a.organization_id = $1`

func scanSIPAccount(r row) (a SIPAccount, err error) {
	var made origin
	err = r.Scan(&a.ID, &a.Version, &a.Extension, &a.Name, &a.Type, &a.CallerID, &a.HideCallerID, &a.Enabled,
		&a.Digests.MD5, &a.Digests.SHA256, &a.Digests.DomainMD5, &a.SIPUsername, &made.managedBy, &made.createdAt, &a.PasswordVersion, &made.movedSince, &a.Leaving, &a.UserID)
	if a.Extension != nil && strings.HasPrefix(*a.Extension, noExtension) {
		a.Extension = new("")
	}
	a.MovedSince = made.movedSince.Int64
	a.ManagedBy, a.CreatedAt, a.Untouched = made.of(a.Version)
	return a, err
}

// SIPAccount returns an account, or ErrNotFound.
func (t *Tx) SIPAccount(ctx context.Context, organizationID, id string) (SIPAccount, error) {
	return one(ctx, t, scanSIPAccount, selectSIPAccount+` AND a.id = $2`, organizationID, id)
}

// SIPAccounts returns a page of accounts, selected by extension if wanted.
func (t *Tx) SIPAccounts(ctx context.Context, organizationID string, selection Selection) ([]SIPAccount, error) {
	conditions := map[string]string{"extension": "a.extension = $%d"}
	query, args, err := selection.page(selectSIPAccount+selection.staying("a.leaving"), "a.id", []any{organizationID}, conditions)
	if err != nil {
		return nil, err
	}
	return all(ctx, t, scanSIPAccount, query, args...)
}

// HasSIPAccounts reports whether the organisation has any account.
func (t *Tx) HasSIPAccounts(ctx context.Context, organizationID string) (bool, error) {
	accounts, err := t.SIPAccounts(ctx, organizationID, Selection{Limit: 1})
	return len(accounts) > 0, err
}

// InsertSIPAccount adds an account as version 1, with the SIP username that it keeps.
func (t *Tx) InsertSIPAccount(ctx context.Context, organizationID string, a SIPAccount) error {
	const query = `INSERT INTO sip_accounts (organization_id, id, version, extension, name, type, caller_id, hide_caller_id, enabled,
		ha1_md5, ha1_sha256, ha1b_md5, sip_username, managed_by, created_at, password_version)
		VALUES ($1, $2, 1, COALESCE($3, ` + nextNoExtension + `), $4, $5, $6, $7, $8, $9, $10, $11, $12, NULLIF($13, ''), $14, $15)`
	err := t.change(ctx, query, organizationID, a.ID, noneAsNull(a.Extension), a.Name, a.Type, a.CallerID, a.HideCallerID, a.Enabled,
		a.Digests.MD5, a.Digests.SHA256, a.Digests.DomainMD5, a.SIPUsername, a.ManagedBy, createdAt(a.CreatedAt), a.PasswordVersion)
	if err != nil {
		return err
	}
	return t.giveExtension(ctx, organizationID, a.ID, a.Extension)
}

// noExtension begins what an account has as its extension that has none, because it waits for one or is leaving: the
// column cannot be null. Extensions are digits, so it is never one of them.
const noExtension = "~"

// accountName is what people call an account.
const accountName = `CASE WHEN extension >= '` + noExtension + `' THEN COALESCE(NULLIF(name, ''), id) ELSE extension END`

// nextNoExtension is the first of these that no account of the organisation $1 has. They are numbered in seven digits,
// since an extension has eight characters at most.
const nextNoExtension = `(SELECT '` + noExtension + `' || SUBSTR(CAST(10000001 + COALESCE(MAX(CAST(SUBSTR(n.extension, 2) AS BIGINT)), 0) AS TEXT), 2)
	FROM sip_accounts n WHERE n.organization_id = $1 AND n.extension >= '` + noExtension + `')`

// giveExtension gives a SIP account another extension, or none.
func (t *Tx) giveExtension(ctx context.Context, organizationID, id string, extension *string) error {
	if noneAsNull(extension) == nil {
		_, err := t.exec(ctx, `DELETE FROM extensions WHERE organization_id = $1 AND sip_account_id = $2`, organizationID, id)
		return err
	}
	const query = `INSERT INTO extensions (organization_id, extension, sip_account_id) VALUES ($1, $2, $3)
		ON CONFLICT (organization_id, sip_account_id) DO UPDATE SET extension = excluded.extension`
	return t.change(ctx, query, organizationID, extension, id)
}

// UpdateSIPAccount replaces the account of that version by its next one.
func (t *Tx) UpdateSIPAccount(ctx context.Context, organizationID string, a SIPAccount) error {
	const query = `UPDATE sip_accounts SET version = version + 1, extension = COALESCE($4, extension), name = $5, type = $6, caller_id = $7, hide_caller_id = $8, enabled = $9,
		ha1_md5 = $10, ha1_sha256 = $11, ha1b_md5 = $12, managed_by = NULLIF($13, ''), password_version = $14,
		moved_since = NULL
		WHERE organization_id = $1 AND id = $2 AND version = $3`
	err := t.change(ctx, query, organizationID, a.ID, a.Version, noneAsNull(a.Extension), a.Name, a.Type, a.CallerID, a.HideCallerID, a.Enabled,
		a.Digests.MD5, a.Digests.SHA256, a.Digests.DomainMD5, a.ManagedBy, a.PasswordVersion)
	if err != nil {
		return err
	}
	return t.giveExtension(ctx, organizationID, a.ID, a.Extension)
}

// DeleteSIPAccount deletes an account that no user has.
func (t *Tx) DeleteSIPAccount(ctx context.Context, organizationID, id string) error {
	return t.change(ctx, `DELETE FROM sip_accounts WHERE organization_id = $1 AND id = $2`, organizationID, id)
}

// UsersOfSIPAccount returns the users that have an account in any of their fields.
func (t *Tx) UsersOfSIPAccount(ctx context.Context, organizationID, id string) ([]Holder, error) {
	return t.userHolders(ctx, `(app_sip_account_id = $2 OR click_to_dial_sip_account_id = $2
		OR id IN (SELECT user_id FROM user_sip_accounts a WHERE a.organization_id = $1 AND a.sip_account_id = $2))`, organizationID, id)
}

// HolderOfExtension returns the user or SIP account that has an extension, or ErrNotFound.
func (t *Tx) HolderOfExtension(ctx context.Context, organizationID, extension string) (Holder, error) {
	const query = `SELECT COALESCE(user_id, sip_account_id), COALESCE((SELECT ` + userName + ` FROM users
			WHERE users.organization_id = e.organization_id AND users.id = e.user_id), e.extension)
		FROM extensions e WHERE e.organization_id = $1 AND e.extension = $2`
	return one(ctx, t, scanHolder, query, organizationID, extension)
}
