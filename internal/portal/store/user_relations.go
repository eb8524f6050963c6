package store

import (
	"context"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Fields of a user whose values are in the table user_numbers.
const (
	fieldCallerID   = "telephony.caller_id"
	fieldCallerIDs  = "telephony.caller_ids"
	fieldSMSSenders = "telephony.sms_senders"
)

// relation is one value of one field of one user.
type relation struct {
	userID, field, value string
}

func scanRelation(r row) (v relation, err error) {
	err = r.Scan(&v.userID, &v.field, &v.value)
	return v, err
}

// loadRelations completes users, which are in the order of their ids, with what other tables hold: one query for all of them.
func (t *Tx) loadRelations(ctx context.Context, organizationID string, users []User) error {
	if len(users) == 0 {
		return nil
	}
	const query = `SELECT user_id, 'permission_group_ids', permission_group_id FROM user_permission_groups
			WHERE organization_id = $1 AND user_id BETWEEN $2 AND $3
		UNION ALL SELECT user_id, 'telephony.sip_account_ids', sip_account_id FROM user_sip_accounts WHERE organization_id = $1 AND user_id BETWEEN $2 AND $3
		UNION ALL SELECT user_id, field, number FROM user_numbers WHERE organization_id = $1 AND user_id BETWEEN $2 AND $3`
	relations, err := all(ctx, t, scanRelation, query, organizationID, users[0].ID, users[len(users)-1].ID)
	if err != nil {
		return err
	}
	index := make(map[string]int, len(users))
	for i := range users {
		index[users[i].ID] = i
	}
	for _, relation := range relations {
		if i, ok := index[relation.userID]; ok {
			users[i].relate(relation)
		}
	}
	for i := range users { // the order is the contract's, not the database's collation
		slices.Sort(users[i].PermissionGroupIDs)
		if t := users[i].Telephony; t != nil {
			slices.Sort(t.SIPAccountIDs)
			slices.Sort(t.CallerIDs)
			slices.Sort(t.SMSSenders)
		}
	}
	return nil
}

func (u *User) relate(r relation) {
	if r.field == "permission_group_ids" {
		u.PermissionGroupIDs = append(u.PermissionGroupIDs, r.value)
		return
	}
	if u.Telephony == nil {
		u.Telephony = &portal.Telephony{}
	}
	switch r.field {
	case "telephony.sip_account_ids":
		u.Telephony.SIPAccountIDs = append(u.Telephony.SIPAccountIDs, r.value)
	case fieldCallerID:
		u.Telephony.CallerID = new(r.value)
	case fieldCallerIDs:
		u.Telephony.CallerIDs = append(u.Telephony.CallerIDs, r.value)
	case fieldSMSSenders:
		u.Telephony.SMSSenders = append(u.Telephony.SMSSenders, r.value)
	}
}

// insertRelations stores what a user refers to and is found by.
func (t *Tx) insertRelations(ctx context.Context, organizationID string, u portal.User) error {
	for _, id := range u.PermissionGroupIDs {
		const query = `INSERT INTO user_permission_groups (organization_id, user_id, permission_group_id) VALUES ($1, $2, $3)`
		if err := t.change(ctx, query, organizationID, u.ID, id); err != nil {
			return err
		}
	}
	if u.Telephony == nil {
		return nil
	}
	if extension := noneAsNull(u.Telephony.Extension); extension != nil {
		const query = `INSERT INTO extensions (organization_id, extension, user_id) VALUES ($1, $2, $3)`
		if err := t.change(ctx, query, organizationID, extension, u.ID); err != nil {
			return err
		}
	}
	for _, id := range u.Telephony.SIPAccountIDs {
		const query = `INSERT INTO user_sip_accounts (organization_id, user_id, sip_account_id) VALUES ($1, $2, $3)`
		if err := t.change(ctx, query, organizationID, u.ID, id); err != nil {
			return err
		}
	}
	for field, numbers := range numbersOf(*u.Telephony) {
		for _, number := range numbers {
			const query = `INSERT INTO user_numbers (organization_id, user_id, field, number) VALUES ($1, $2, $3, $4)`
			if err := t.change(ctx, query, organizationID, u.ID, field, number); err != nil {
				return err
			}
		}
	}
	return nil
}

func numbersOf(t portal.Telephony) map[string][]string {
	numbers := map[string][]string{fieldCallerIDs: t.CallerIDs, fieldSMSSenders: t.SMSSenders}
	if number := noneAsNull(t.CallerID); number != nil {
		numbers[fieldCallerID] = []string{*number}
	}
	return numbers
}

func (t *Tx) deleteRelations(ctx context.Context, organizationID, userID string) error {
	for _, table := range []string{"user_permission_groups", "user_sip_accounts", "user_numbers", "extensions"} {
		if _, err := t.exec(ctx, `DELETE FROM `+table+` WHERE organization_id = $1 AND user_id = $2`, organizationID, userID); err != nil {
			return err
		}
	}
	return nil
}
