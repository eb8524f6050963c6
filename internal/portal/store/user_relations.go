package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Fields of a user whose values are in the table user_numbers.
const (
	fieldCallerID   = "telephony.caller_id"
	fieldCallerIDs  = "telephony.caller_ids"
	fieldSMSSenders = "telephony.sms_senders"
)

// Fields of a user whose values are in tables of their own.
const (
	fieldPermissionGroups = "permission_group_ids"
	fieldExtension        = "telephony.extension"
	fieldSIPAccounts      = "telephony.sip_account_ids"
	fieldIncomingNumbers  = "telephony.incoming_numbers"
	fieldUserGroups       = "directory.user_group_ids"
	fieldDefaultAccounts  = "webcare.default_accounts"
	fieldAvatar           = "webcare.avatar_sha256"
)

// relation is one value of one field of one user; key is that of the value in a map, or of a permission group, the
// permissions that it grants.
type relation struct {
	userID, field, key, value string
}

func scanRelation(r row) (v relation, err error) {
	err = r.Scan(&v.userID, &v.field, &v.key, &v.value)
	return v, err
}

// selectRelations selects what users are related to. Every part reads one table by its index: joins would leave it to
// the statistics of the database, which may be missing or old, whether they compare everything with everything.
func selectRelations(of userCondition) string {
	return `SELECT m.user_id, '` + fieldPermissionGroups + `', (SELECT g.permissions FROM permission_groups g
			WHERE g.organization_id = m.organization_id AND g.id = m.permission_group_id), m.permission_group_id FROM user_permission_groups m` + of.where + `
		UNION ALL SELECT user_id, '` + fieldExtension + `', '', extension FROM extensions` + of.where + `
		UNION ALL SELECT user_id, '` + fieldSIPAccounts + `', '', sip_account_id FROM user_sip_accounts` + of.where + `
		UNION ALL SELECT user_id, field, '', number FROM user_numbers` + of.where + `
		UNION ALL SELECT user_id, '` + fieldIncomingNumbers + `', '', number FROM number_allocations` + of.where + `
		UNION ALL SELECT user_id, '` + fieldUserGroups + `', '', subgroup_id FROM user_subgroups` + of.where + `
		UNION ALL SELECT user_id, '` + fieldDefaultAccounts + `', social_platform, account_id FROM user_social_accounts` + of.where + `
		UNION ALL SELECT user_id, '` + fieldAvatar + `', '', sha256 FROM avatars` + of.where
}

func selectLogins(of userCondition) string {
	return `SELECT ` + loginColumns + ` FROM logins` + of.where
}

// userCondition says whose rows of other tables are wanted.
type userCondition struct {
	where string
	args  []any
}

// between are the users from one id to another.
func between(organizationID, first, last string) userCondition {
	return userCondition{` WHERE organization_id = $1 AND user_id BETWEEN $2 AND $3`, []any{organizationID, first, last}}
}

// among are the users with these ids, which others may lie between.
func among(organizationID string, ids ...string) userCondition {
	condition, args := in("user_id", []any{organizationID}, ids)
	return userCondition{` WHERE organization_id = $1 AND ` + condition, args}
}

// loadRelations completes what was read of users with what other tables hold of them: two queries, however many they
// are.
func (t *Tx) loadRelations(ctx context.Context, list []User, of userCondition) error {
	logins, err := all(ctx, t, scanLogin, selectLogins(of), of.args...)
	if err != nil {
		return err
	}
	relations, err := all(ctx, t, scanRelation, selectRelations(of), of.args...)
	if err != nil {
		return err
	}
	index := make(map[string]int, len(list))
	for i := range list {
		index[list[i].ID] = i
	}
	for _, login := range logins {
		if i, ok := index[login.UserID]; ok {
			list[i].logsIn(login)
		}
	}
	for _, relation := range relations {
		if i, ok := index[relation.userID]; ok {
			if err := list[i].relate(relation); err != nil {
				return err
			}
		}
	}
	for i := range list { // the order is the contract's, not the database's collation
		list[i].sortRelations()
	}
	return nil
}

func (u *User) logsIn(l Login) {
	u.Status, u.TwoFactor, u.InvitedAt, u.LastLoginAt = l.Status(), l.TOTPConfirmedAt != nil, stamp(l.InvitedAt), stamp(l.LastLoginAt)
	if l.BlockedAt != nil {
		u.Enabled = new(false)
	}
}

func (u *User) relate(r relation) error {
	switch r.field {
	case fieldPermissionGroups:
		var granted []string
		if err := json.Unmarshal([]byte(r.key), &granted); err != nil {
			return fmt.Errorf("permission group %s: %w", r.value, err)
		}
		u.PermissionGroupIDs, u.Permissions = append(u.PermissionGroupIDs, r.value), append(u.Permissions, granted...)
	case fieldUserGroups:
		u.Directory = present(u.Directory)
		u.Directory.UserGroupIDs = append(u.Directory.UserGroupIDs, r.value)
	case fieldDefaultAccounts:
		u.Webcare = present(u.Webcare)
		if u.Webcare.DefaultAccounts == nil {
			u.Webcare.DefaultAccounts = map[string]string{}
		}
		u.Webcare.DefaultAccounts[r.key] = r.value
	case fieldAvatar:
		u.Webcare = present(u.Webcare)
		u.Webcare.AvatarSHA256 = r.value
	default:
		u.Telephony = present(u.Telephony)
		u.relateTelephony(r)
	}
	return nil
}

func (u *User) relateTelephony(r relation) {
	switch r.field {
	case fieldExtension:
		u.Telephony.Extension = new(r.value)
	case fieldSIPAccounts:
		u.Telephony.SIPAccountIDs = append(u.Telephony.SIPAccountIDs, r.value)
	case fieldCallerID:
		u.Telephony.CallerID = new(r.value)
	case fieldCallerIDs:
		u.Telephony.CallerIDs = append(u.Telephony.CallerIDs, r.value)
	case fieldSMSSenders:
		u.Telephony.SMSSenders = append(u.Telephony.SMSSenders, r.value)
	case fieldIncomingNumbers:
		u.Telephony.IncomingNumbers = append(u.Telephony.IncomingNumbers, r.value)
	}
}

func (u *User) sortRelations() {
	slices.Sort(u.PermissionGroupIDs)
	slices.Sort(u.Permissions)
	u.Permissions = slices.Compact(u.Permissions)
	if t := u.Telephony; t != nil {
		slices.Sort(t.SIPAccountIDs)
		slices.Sort(t.CallerIDs)
		slices.Sort(t.SMSSenders)
		slices.Sort(t.IncomingNumbers)
	}
	if u.Directory != nil {
		slices.Sort(u.Directory.UserGroupIDs)
	}
}

// present is the nested object, made if it is not there.
func present[T any](object *T) *T {
	if object == nil {
		object = new(T)
	}
	return object
}

// insertRelations stores what a user refers to and is found by. Numbers are allocated apart.
func (t *Tx) insertRelations(ctx context.Context, organizationID string, u User) error {
	for _, id := range u.PermissionGroupIDs {
		const query = `INSERT INTO user_permission_groups (organization_id, user_id, permission_group_id) VALUES ($1, $2, $3)`
		if err := t.change(ctx, query, organizationID, u.ID, id); err != nil {
			return err
		}
	}
	if u.Telephony != nil {
		if err := t.insertTelephony(ctx, organizationID, u.ID, *u.Telephony, u.SoleSIPAccounts); err != nil {
			return err
		}
	}
	if u.Directory != nil {
		for _, id := range u.Directory.UserGroupIDs {
			subgroup, err := t.Subgroup(ctx, organizationID, id)
			if errors.Is(err, ErrNotFound) {
				return ErrMissingReference
			}
			if err != nil {
				return err
			}
			const query = `INSERT INTO user_subgroups (organization_id, user_id, user_group_id, subgroup_id) VALUES ($1, $2, $3, $4)`
			if err := t.change(ctx, query, organizationID, u.ID, subgroup.GroupID, id); err != nil {
				return err
			}
		}
	}
	if u.Webcare != nil {
		for platform, account := range u.Webcare.DefaultAccounts {
			const query = `INSERT INTO user_social_accounts (organization_id, user_id, social_platform, account_id) VALUES ($1, $2, $3, $4)`
			if err := t.change(ctx, query, organizationID, u.ID, platform, account); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *Tx) insertTelephony(ctx context.Context, organizationID, userID string, telephony portal.Telephony, sole bool) error {
	if extension := noneAsNull(telephony.Extension); extension != nil {
		const query = `INSERT INTO extensions (organization_id, extension, user_id) VALUES ($1, $2, $3)`
		if err := t.change(ctx, query, organizationID, extension, userID); err != nil {
			return err
		}
	}
	for _, id := range telephony.SIPAccountIDs {
		if err := t.giveSIPAccount(ctx, organizationID, userID, id, sole); err != nil {
			return err
		}
	}
	for field, numbers := range numbersOf(telephony) {
		for _, number := range numbers {
			const query = `INSERT INTO user_numbers (organization_id, user_id, field, number) VALUES ($1, $2, $3, $4)`
			if err := t.change(ctx, query, organizationID, userID, field, number); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *Tx) giveSIPAccount(ctx context.Context, organizationID, userID, id string, sole bool) error {
	const query = `INSERT INTO user_sip_accounts (organization_id, user_id, sip_account_id, sole_account_id) VALUES ($1, $2, $3, NULLIF($4, ''))`
	alone := ""
	if sole {
		alone = id
	}
	return t.change(ctx, query, organizationID, userID, id, alone)
}

func numbersOf(t portal.Telephony) map[string][]string {
	numbers := map[string][]string{fieldCallerIDs: t.CallerIDs, fieldSMSSenders: t.SMSSenders}
	if number := noneAsNull(t.CallerID); number != nil {
		numbers[fieldCallerID] = []string{*number}
	}
	return numbers
}

func (t *Tx) deleteRelations(ctx context.Context, organizationID, userID string) error {
	for _, table := range []string{"user_permission_groups", "user_sip_accounts", "user_numbers", "extensions", "user_subgroups", "user_social_accounts"} {
		if _, err := t.exec(ctx, `DELETE FROM `+table+` WHERE organization_id = $1 AND user_id = $2`, organizationID, userID); err != nil {
			return err
		}
	}
	return nil
}
