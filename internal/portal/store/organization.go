package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Organization is an organisation and the hash of the file it was last read from.
type Organization struct {
	portal.Organization
	MainNumber string // one of the owned numbers, which is nobody's alone; empty for none
	FileHash   string
	HandOvers  bool // whether there are any; to be returned, not given
}

// Organization returns an organisation, or ErrNotFound.
func (t *Tx) Organization(ctx context.Context, id string) (Organization, error) {
	const query = `SELECT id, name, platform, COALESCE(sip_domain, ''), main_number, document, file_hash,
		EXISTS (SELECT 1 FROM hand_overs WHERE organization_id = $1) FROM organizations WHERE id = $1`
	return one(ctx, t, scanOrganization, query, id)
}

func scanOrganization(r row) (o Organization, err error) {
	var id, name, platform, domain, document string
	if err := r.Scan(&id, &name, &platform, &domain, &o.MainNumber, &document, &o.FileHash, &o.HandOvers); err != nil {
		return o, err
	}
	if err := json.Unmarshal([]byte(document), &o.Organization); err != nil {
		return o, fmt.Errorf("organisation %s: %w", id, err)
	}
	o.ID, o.Name, o.Platform, o.SIPDomain = id, name, portal.Platform(platform), domain
	if o.Helpdesks == nil { // stored before the document had them
		o.Helpdesks = []portal.Helpdesk{}
	}
	if o.SocialAccounts == nil {
		o.SocialAccounts = []portal.SocialAccount{}
	}
	if o.Profiles == nil {
		o.Profiles = []string{}
	}
	if o.Editions == nil {
		o.Editions = []string{}
	}
	o.OutgoingNumber = cmp.Or(o.OutgoingNumber, portal.OutgoingNumberAccount)
	return o, nil
}

// OrganizationIDs returns the ids of the first organisations, at most so many.
func (t *Tx) OrganizationIDs(ctx context.Context, limit int) ([]string, error) {
	scan := func(r row) (id string, err error) {
		err = r.Scan(&id)
		return id, err
	}
	return all(ctx, t, scan, `SELECT id FROM organizations ORDER BY id LIMIT $1`, limit)
}

// InsertOrganization adds an organisation. One with the same id, which another instance may be adding at this moment,
// is a DuplicateError.
func (t *Tx) InsertOrganization(ctx context.Context, o Organization) error {
	const query = `INSERT INTO organizations (id, name, platform, sip_domain, main_number, document, file_hash) VALUES ($1, $2, $3, NULLIF($4, ''), $5, $6, $7)`
	return t.putOrganization(ctx, query, o)
}

// UpdateOrganization replaces the organisation with the same id.
func (t *Tx) UpdateOrganization(ctx context.Context, o Organization) error {
	const query = `UPDATE organizations SET name = $2, platform = $3, sip_domain = NULLIF($4, ''), main_number = $5, document = $6, file_hash = $7 WHERE id = $1`
	return t.putOrganization(ctx, query, o)
}

func (t *Tx) putOrganization(ctx context.Context, query string, o Organization) error {
	document, err := json.Marshal(o.Organization)
	if err != nil {
		return err
	}
	return t.change(ctx, query, o.ID, o.Name, string(o.Platform), o.SIPDomain, o.MainNumber, string(document), o.FileHash)
}

// UsersOfNumber returns the users that show an owned number or a sender name.
func (t *Tx) UsersOfNumber(ctx context.Context, organizationID, number string) ([]Holder, error) {
	return t.userHolders(ctx, `id IN (SELECT user_id FROM user_numbers n WHERE n.organization_id = $1 AND n.number = $2)`, organizationID, number)
}

// SIPAccountsOfNumber returns the SIP accounts that show an owned number.
func (t *Tx) SIPAccountsOfNumber(ctx context.Context, organizationID, number string) ([]Holder, error) {
	const query = `SELECT id, ` + accountName + ` FROM sip_accounts WHERE organization_id = $1 AND caller_id = $2 ORDER BY extension`
	return all(ctx, t, scanHolder, query, organizationID, number)
}

// UsersOfPBX returns the users on a PBX.
func (t *Tx) UsersOfPBX(ctx context.Context, organizationID, pbxID string) ([]Holder, error) {
	return t.userHolders(ctx, `pbx_id = $2`, organizationID, pbxID)
}

// UsersOfHelpdesk returns the users on a helpdesk service.
func (t *Tx) UsersOfHelpdesk(ctx context.Context, organizationID, helpdeskID string) ([]Holder, error) {
	return t.userHolders(ctx, `helpdesk_id = $2`, organizationID, helpdeskID)
}

// UsersOfSocialAccount returns the users that answer from an account on a social platform unless they choose another.
func (t *Tx) UsersOfSocialAccount(ctx context.Context, organizationID, accountID string) ([]Holder, error) {
	return t.userHolders(ctx, `id IN (SELECT user_id FROM user_social_accounts s WHERE s.organization_id = $1 AND s.account_id = $2)`, organizationID, accountID)
}

// UsersOfAllocation returns the user who is called under an owned number.
func (t *Tx) UsersOfAllocation(ctx context.Context, organizationID, number string) ([]Holder, error) {
	return t.userHolders(ctx, `id IN (SELECT user_id FROM number_allocations a WHERE a.organization_id = $1 AND a.number = $2)`, organizationID, number)
}
