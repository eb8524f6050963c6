package store

import (
	"encoding/json"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// settingsOf is the JSON of the fields of a user that have no column and no table of their own, so that a new nested
// field needs no migration. A field that is kept elsewhere stands here as empty if it was given, which tells it from
// one that was left out.
func settingsOf(u portal.User) (string, error) {
	u.ID, u.ETag, u.Password, u.PasswordVersion = "", "", nil, nil
	u.ManagedBy, u.CreatedAt, u.Untouched, u.Pending = "", "", false, nil
	u.Username, u.Email, u.FirstName, u.MiddleName, u.LastName, u.Description, u.Enabled = nil, nil, nil, nil, nil, nil, nil
	u.PermissionGroupIDs, u.Permissions, u.PlannedPublications = emptied(u.PermissionGroupIDs), nil, 0
	u.Status, u.TwoFactor, u.InvitedAt, u.LastLoginAt = "", false, "", ""
	if u.Telephony != nil {
		t := *u.Telephony
		t.Extension, t.PBXID, t.AppSIPAccountID, t.CallerID = none(t.Extension), none(t.PBXID), none(t.AppSIPAccountID), none(t.CallerID)
		t.SIPAccountIDs, t.CallerIDs, t.SMSSenders, t.IncomingNumbers = emptied(t.SIPAccountIDs), emptied(t.CallerIDs), emptied(t.SMSSenders), nil
		u.Telephony = &t
	}
	if u.ClickToDial != nil {
		c := *u.ClickToDial
		c.SIPAccountID = none(c.SIPAccountID)
		u.ClickToDial = &c
	}
	if u.Directory != nil {
		d := *u.Directory
		d.UserGroupIDs = emptied(d.UserGroupIDs)
		u.Directory = &d
	}
	if u.Licence != nil {
		l := *u.Licence
		l.HelpdeskID = none(l.HelpdeskID)
		u.Licence = &l
	}
	if u.Voicemail != nil {
		v := *u.Voicemail
		v.PIN, v.PINVersion, v.PINSet = nil, nil, false
		u.Voicemail = &v
	}
	if u.Webcare != nil {
		w := *u.Webcare
		w.Avatar, w.AvatarSHA256 = nil, ""
		if w.DefaultAccounts != nil {
			w.DefaultAccounts = map[string]string{}
		}
		u.Webcare = &w
	}
	text, err := json.Marshal(u)
	return string(text), err
}

func userFromSettings(settings string) (u portal.User, err error) {
	err = json.Unmarshal([]byte(settings), &u)
	u.Permissions = nil // which portals up to schema 2 kept here too, as they were at the last change
	return u, err
}

func none(value *string) *string {
	if value == nil {
		return nil
	}
	return new("")
}

func emptied(list []string) []string {
	if list == nil {
		return nil
	}
	return []string{}
}
