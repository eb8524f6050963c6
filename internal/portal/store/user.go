package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// User is a user with its version, which counts its changes, and the hash of its login password.
type User struct {
	portal.User
	Version      int64
	MovedSince   int64      // the version since which nothing but hand-overs changed the user; 0 if something else was last
	PasswordHash string     // PHC string of argon2id; empty for none, and then nobody logs in as the user
	PINHash      string     // of the voicemail PIN, likewise; empty for none
	Invited      *time.Time // of a new user: when the invitation was queued; to be given, not returned
	Granted      *bool      // Enabled as it will be when a block ends; a blocked user is returned as not enabled
	// The address and the login name as they are compared, nil for none; to be given, not returned.
	EmailKey, UsernameKey *string
	SoleSIPAccounts       bool // whether the user alone may have the SIP accounts; to be given, not returned
}

// userName is what people call a user.
const userName = `COALESCE(users.email, users.username, users.id)`

// selectUser selects users without what other tables hold of them (see loadRelations): a page takes its rows in the
// order of one index, and no choice of the database can make it read more of the list than that.
const selectUser = `SELECT u.id, u.version, u.username, u.email, u.first_name, u.middle_name, u.last_name, u.description, u.enabled, COALESCE(u.password_hash, ''),
	u.pbx_id, u.app_sip_account_id, u.click_to_dial_sip_account_id, u.helpdesk_id, COALESCE(u.voicemail_pin_hash, ''),
	(SELECT COUNT(*) FROM planned_publications p WHERE p.organization_id = u.organization_id AND p.user_id = u.id), u.managed_by, u.created_at,
	u.password_version, u.voicemail_pin_version, u.moved_since, u.settings
	FROM users u WHERE u.organization_id = $1`

func scanUser(r row) (u User, err error) {
	var columns portal.User
	var pbx, app, clickToDial, helpdesk sql.NullString
	var made origin
	var pinVersion *int64
	var settings string
	err = r.Scan(&columns.ID, &u.Version, &columns.Username, &columns.Email, &columns.FirstName, &columns.MiddleName, &columns.LastName, &columns.Description,
		&columns.Enabled, &u.PasswordHash, &pbx, &app, &clickToDial, &helpdesk, &u.PINHash, &columns.PlannedPublications,
		&made.managedBy, &made.createdAt, &columns.PasswordVersion, &pinVersion, &made.movedSince, &settings)
	if err != nil {
		return u, err
	}
	if u.User, err = userFromSettings(settings); err != nil {
		return u, fmt.Errorf("user %s: %w", columns.ID, err)
	}
	u.ID, u.Username, u.Email, u.Description, u.Enabled = columns.ID, columns.Username, columns.Email, columns.Description, columns.Enabled
	u.Granted, u.PasswordVersion = columns.Enabled, columns.PasswordVersion
	u.FirstName, u.MiddleName, u.LastName, u.PlannedPublications = columns.FirstName, columns.MiddleName, columns.LastName, columns.PlannedPublications
	u.ManagedBy, u.CreatedAt, u.Untouched = made.of(u.Version)
	u.MovedSince = made.movedSince.Int64
	if t := u.Telephony; t != nil {
		restore(&t.PBXID, pbx)
		restore(&t.AppSIPAccountID, app)
	}
	if u.ClickToDial != nil {
		restore(&u.ClickToDial.SIPAccountID, clickToDial)
	}
	if u.Licence != nil {
		restore(&u.Licence.HelpdeskID, helpdesk)
	}
	if u.Voicemail != nil {
		u.Voicemail.PINSet, u.Voicemail.PINVersion = u.PINHash != "", pinVersion
	}
	return u, nil
}

// restore puts the value of a column back into the field that the settings hold empty.
func restore(field **string, column sql.NullString) {
	if column.Valid {
		*field = new(column.String)
	}
}

// User returns a user, or ErrNotFound.
func (t *Tx) User(ctx context.Context, organizationID, id string) (User, error) {
	user, err := one(ctx, t, scanUser, selectUser+` AND u.id = $2`, organizationID, id)
	if err != nil {
		return User{}, err
	}
	list := []User{user}
	err = t.loadRelations(ctx, list, among(organizationID, id))
	return list[0], err
}

// Users returns a page of users, selected by the key of an e-mail address or of a username, by extension or by status
// if wanted.
func (t *Tx) Users(ctx context.Context, organizationID string, selection Selection) ([]User, error) {
	args := []any{organizationID}
	query := selectUser
	if selection.Search != "" {
		args = append(args, containing(selection.Search), containing(portal.EmailKey(selection.Search)))
		query += ` AND (LOWER(REPLACE(COALESCE(u.first_name, '') || ' ' || COALESCE(u.middle_name, '') || ' ' || COALESCE(u.last_name, '') || ' ' ||
			COALESCE(u.email, '') || ' ' || COALESCE(u.username, ''), '  ', ' ')) LIKE $2 ESCAPE '!'
			OR u.email_key LIKE $3 ESCAPE '!')` // an address in any spelling
	}
	query, args, err := selection.page(query, "u.id", args, userConditions)
	if err != nil {
		return nil, err
	}
	list, err := all(ctx, t, scanUser, query, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if selection.everybody() {
		return list, t.loadRelations(ctx, list, between(organizationID, list[0].ID, list[len(list)-1].ID))
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return list, t.loadRelations(ctx, list, among(organizationID, ids...))
}

// userConditions are what a list of users can be selected by.
var userConditions = map[string]string{
	"email":     "u.id IN (SELECT k.id FROM users k WHERE k.organization_id = $1 AND " + hasKey("k.email_key", "$%[1]d") + ")",
	"username":  "u.id IN (SELECT k.id FROM users k WHERE k.organization_id = $1 AND " + hasKey("k.username_key", "$%[1]d") + ")",
	"status":    loginStatus + " = $%d",
	"extension": "u.id = (SELECT e.user_id FROM extensions e WHERE e.organization_id = $1 AND e.extension = $%d)",
}

// containing is the pattern of LIKE for texts that hold this one, ignoring the case of ASCII letters. Of others both
// databases take case as it is, so it stays.
func containing(text string) string {
	lower := strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(lower) + "%"
}

// InsertUser adds a user as version 1.
func (t *Tx) InsertUser(ctx context.Context, organizationID string, u User) error {
	settings, err := settingsOf(u.User)
	if err != nil {
		return err
	}
	const query = `INSERT INTO users (organization_id, id, version, username, username_key, email, email_key, first_name, middle_name, last_name, description, enabled,
			password_hash, pbx_id, app_sip_account_id, click_to_dial_sip_account_id, helpdesk_id, voicemail_pin_hash, settings,
			managed_by, created_at, password_version, voicemail_pin_version)
		VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULLIF($12, ''), $13, $14, $15, $16, NULLIF($17, ''), $18, NULLIF($19, ''), $20, $21, $22)`
	err = t.change(ctx, query, organizationID, u.ID, u.Username, u.UsernameKey, u.Email, u.EmailKey, u.FirstName, u.MiddleName, u.LastName, u.Description, u.Enabled,
		u.PasswordHash, u.pbxID(), u.appSIPAccountID(), u.clickToDialSIPAccountID(), u.helpdeskID(), u.PINHash, settings,
		u.ManagedBy, createdAt(u.CreatedAt), u.PasswordVersion, u.pinVersion())
	if err != nil {
		return err
	}
	if err := t.insertLogin(ctx, organizationID, u.ID, u.Invited); err != nil {
		return err
	}
	return t.insertRelations(ctx, organizationID, u)
}

// A user whose key stays the same keeps it as it is, also one that is shared.
var keepsUsername, keepsEmail = hasKey("username_key", "$5"), hasKey("email_key", "$7")

// UpdateUser replaces the user of that version by its next one.
func (t *Tx) UpdateUser(ctx context.Context, organizationID string, u User) error {
	settings, err := settingsOf(u.User)
	if err != nil {
		return err
	}
	query := `UPDATE users SET version = version + 1, username = $4, email = $6, first_name = $8, middle_name = $9, last_name = $10,
			description = $11, enabled = $12, password_hash = NULLIF($13, ''), pbx_id = $14, app_sip_account_id = $15, click_to_dial_sip_account_id = $16,
			helpdesk_id = $17, voicemail_pin_hash = NULLIF($18, ''), settings = $19, managed_by = NULLIF($20, ''),
			username_key = CASE WHEN ` + keepsUsername + ` THEN username_key ELSE $5 END,
			email_key = CASE WHEN ` + keepsEmail + ` THEN email_key ELSE $7 END,
			password_version = $21, voicemail_pin_version = $22, moved_since = NULL
		WHERE organization_id = $1 AND id = $2 AND version = $3`
	err = t.change(ctx, query, organizationID, u.ID, u.Version, u.Username, u.UsernameKey, u.Email, u.EmailKey, u.FirstName, u.MiddleName, u.LastName,
		u.Description, u.Enabled, u.PasswordHash, u.pbxID(), u.appSIPAccountID(), u.clickToDialSIPAccountID(), u.helpdeskID(), u.PINHash, settings, u.ManagedBy,
		u.PasswordVersion, u.pinVersion())
	if err != nil {
		return err
	}
	if err := t.deleteRelations(ctx, organizationID, u.ID); err != nil {
		return err
	}
	return t.insertRelations(ctx, organizationID, u)
}

// DeleteUser deletes a user, whose SIP accounts are free from then on.
func (t *Tx) DeleteUser(ctx context.Context, organizationID, id string) error {
	return t.change(ctx, `DELETE FROM users WHERE organization_id = $1 AND id = $2`, organizationID, id)
}

// UserByID returns a user as others name it, or ErrNotFound.
func (t *Tx) UserByID(ctx context.Context, organizationID, id string) (Holder, error) {
	return one(ctx, t, scanHolder, `SELECT id, `+userName+` FROM users WHERE organization_id = $1 AND id = $2`, organizationID, id)
}

// UserByEmail returns the user whose address has a key, or ErrNotFound. Of several that share it, it is the first.
func (t *Tx) UserByEmail(ctx context.Context, organizationID, emailKey string) (Holder, error) {
	return one(ctx, t, scanHolder, userByKey("email_key"), organizationID, emailKey)
}

// UserByUsername returns the user whose login name has a key, or ErrNotFound. Of several that share it, it is the
// first.
func (t *Tx) UserByUsername(ctx context.Context, organizationID, usernameKey string) (Holder, error) {
	return one(ctx, t, scanHolder, userByKey("username_key"), organizationID, usernameKey)
}

// UsersByKey returns the users whose address or login name has a key: one, none, or several that share it. The field is
// email or username.
func (t *Tx) UsersByKey(ctx context.Context, organizationID, field, key string) ([]Holder, error) {
	return all(ctx, t, scanHolder, usersByKey(field+"_key"), organizationID, key)
}

func userByKey(column string) string {
	return usersByKey(column) + ` LIMIT 1`
}

func usersByKey(column string) string {
	return `SELECT id, ` + userName + ` FROM users WHERE organization_id = $1 AND ` + hasKey(column, "$2") + ` ORDER BY ` + column
}

// userHolders returns the users for whom a condition with the parameters $1, the organisation, and $2 holds, in the
// order of their names.
func (t *Tx) userHolders(ctx context.Context, condition, organizationID, parameter string) ([]Holder, error) {
	query := `SELECT id, ` + userName + `, COALESCE(managed_by, '') FROM users WHERE organization_id = $1 AND ` + condition + ` ORDER BY 2, 1`
	return all(ctx, t, scanManagedHolder, query, organizationID, parameter)
}

func (u *User) pbxID() *string {
	if u.Telephony == nil {
		return nil
	}
	return noneAsNull(u.Telephony.PBXID)
}

func (u *User) appSIPAccountID() *string {
	if u.Telephony == nil {
		return nil
	}
	return noneAsNull(u.Telephony.AppSIPAccountID)
}

func (u *User) clickToDialSIPAccountID() *string {
	if u.ClickToDial == nil {
		return nil
	}
	return noneAsNull(u.ClickToDial.SIPAccountID)
}

func (u *User) helpdeskID() *string {
	if u.Licence == nil {
		return nil
	}
	return noneAsNull(u.Licence.HelpdeskID)
}

func (u *User) pinVersion() *int64 {
	if u.Voicemail == nil {
		return nil
	}
	return u.Voicemail.PINVersion
}

// noneAsNull is how a reference to nothing is stored: what is empty refers to no row.
func noneAsNull(value *string) *string {
	if value == nil || *value == "" {
		return nil
	}
	return value
}
