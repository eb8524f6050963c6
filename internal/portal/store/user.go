package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// User is a user with its version, which counts its changes, and the hash of its login password.
type User struct {
	portal.User
	Version      int64
	PasswordHash string // PHC string of argon2id
}

// userName is what people call a user.
const userName = `COALESCE(users.email, users.username, users.id)`

const selectUser = `SELECT u.id, u.version, u.username, u.email, u.first_name, u.middle_name, u.last_name, u.description, u.enabled, u.password_hash,
	u.pbx_id, u.app_sip_account_id, u.click_to_dial_sip_account_id, e.extension, u.settings
	FROM users u LEFT JOIN extensions e ON e.organization_id = u.organization_id AND e.user_id = u.id WHERE u.organization_id = $1`

func scanUser(r row) (u User, err error) {
	var columns portal.User
	var pbx, app, clickToDial, extension sql.NullString
	var settings string
	err = r.Scan(&columns.ID, &u.Version, &columns.Username, &columns.Email, &columns.FirstName, &columns.MiddleName, &columns.LastName, &columns.Description,
		&columns.Enabled, &u.PasswordHash, &pbx, &app, &clickToDial, &extension, &settings)
	if err != nil {
		return u, err
	}
	if u.User, err = userFromSettings(settings); err != nil {
		return u, fmt.Errorf("user %s: %w", columns.ID, err)
	}
	u.ID, u.Username, u.Email, u.Description, u.Enabled = columns.ID, columns.Username, columns.Email, columns.Description, columns.Enabled
	u.FirstName, u.MiddleName, u.LastName = columns.FirstName, columns.MiddleName, columns.LastName
	if t := u.Telephony; t != nil {
		restore(&t.PBXID, pbx)
		restore(&t.AppSIPAccountID, app)
		restore(&t.Extension, extension)
	}
	if u.ClickToDial != nil {
		restore(&u.ClickToDial.SIPAccountID, clickToDial)
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
	users := []User{user}
	err = t.loadRelations(ctx, organizationID, users)
	return users[0], err
}

// Users returns a page of users, selected by email or username if wanted.
func (t *Tx) Users(ctx context.Context, organizationID string, selection Selection) ([]User, error) {
	column := func(field, value string) (string, string) {
		switch field {
		case "email":
			return "u.email_key", portal.EmailKey(value)
		case "username":
			return "u.username_key", value
		default:
			return "", ""
		}
	}
	query, args, err := selection.page(selectUser, "u.id", []any{organizationID}, column)
	if err != nil {
		return nil, err
	}
	users, err := all(ctx, t, scanUser, query, args...)
	if err != nil {
		return nil, err
	}
	return users, t.loadRelations(ctx, organizationID, users)
}

// InsertUser adds a user as version 1.
func (t *Tx) InsertUser(ctx context.Context, organizationID string, u User) error {
	settings, err := settingsOf(u.User)
	if err != nil {
		return err
	}
	const query = `INSERT INTO users (organization_id, id, version, username, username_key, email, email_key, first_name, middle_name, last_name, description, enabled,
			password_hash, pbx_id, app_sip_account_id, click_to_dial_sip_account_id, settings)
		VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	err = t.change(ctx, query, organizationID, u.ID, u.Username, noneAsNull(u.Username), u.Email, emailKey(u.Email), u.FirstName, u.MiddleName, u.LastName, u.Description, u.Enabled,
		u.PasswordHash, u.pbxID(), u.appSIPAccountID(), u.clickToDialSIPAccountID(), settings)
	if err != nil {
		return err
	}
	return t.insertRelations(ctx, organizationID, u.User)
}

// UpdateUser replaces the user of that version by its next one.
func (t *Tx) UpdateUser(ctx context.Context, organizationID string, u User) error {
	settings, err := settingsOf(u.User)
	if err != nil {
		return err
	}
	const query = `UPDATE users SET version = version + 1, username = $4, username_key = $5, email = $6, email_key = $7, first_name = $8, middle_name = $9, last_name = $10,
			description = $11, enabled = $12, password_hash = $13, pbx_id = $14, app_sip_account_id = $15, click_to_dial_sip_account_id = $16, settings = $17
		WHERE organization_id = $1 AND id = $2 AND version = $3`
	err = t.change(ctx, query, organizationID, u.ID, u.Version, u.Username, noneAsNull(u.Username), u.Email, emailKey(u.Email), u.FirstName, u.MiddleName, u.LastName,
		u.Description, u.Enabled, u.PasswordHash, u.pbxID(), u.appSIPAccountID(), u.clickToDialSIPAccountID(), settings)
	if err != nil {
		return err
	}
	if err := t.deleteRelations(ctx, organizationID, u.ID); err != nil {
		return err
	}
	return t.insertRelations(ctx, organizationID, u.User)
}

// DeleteUser deletes a user, whose SIP accounts are free from then on.
func (t *Tx) DeleteUser(ctx context.Context, organizationID, id string) error {
	return t.change(ctx, `DELETE FROM users WHERE organization_id = $1 AND id = $2`, organizationID, id)
}

// UserByEmail returns the user that has an address, or ErrNotFound.
func (t *Tx) UserByEmail(ctx context.Context, organizationID, email string) (Holder, error) {
	return one(ctx, t, scanHolder, `SELECT id, `+userName+` FROM users WHERE organization_id = $1 AND email_key = $2`, organizationID, portal.EmailKey(email))
}

// UserByUsername returns the user that has a login name, or ErrNotFound.
func (t *Tx) UserByUsername(ctx context.Context, organizationID, username string) (Holder, error) {
	return one(ctx, t, scanHolder, `SELECT id, `+userName+` FROM users WHERE organization_id = $1 AND username_key = $2`, organizationID, username)
}

// userHolders returns the users for whom a condition with the parameters $1, the organisation, and $2 holds, in the order of their names.
func (t *Tx) userHolders(ctx context.Context, condition, organizationID, parameter string) ([]Holder, error) {
	query := `SELECT id, ` + userName + ` FROM users WHERE organization_id = $1 AND ` + condition + ` ORDER BY 2, 1`
	return all(ctx, t, scanHolder, query, organizationID, parameter)
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

// emailKey is the form of an address by which it is unique; having none is nothing to be unique.
func emailKey(email *string) *string {
	if email == nil {
		return nil
	}
	return noneAsNull(new(portal.EmailKey(*email)))
}

// nameKey is the form of a name by which it is unique.
func nameKey(name *string) string {
	if name == nil {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(*name))
}

// noneAsNull is how a reference to nothing is stored: what is empty refers to no row.
func noneAsNull(value *string) *string {
	if value == nil || *value == "" {
		return nil
	}
	return value
}
