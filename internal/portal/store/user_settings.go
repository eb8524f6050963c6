package store

import (
	"encoding/json"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// settingsOf is the JSON of the fields of a user that have no column and no table of their own, so that a new nested field needs no
// migration. A field that is kept elsewhere stands here as empty if it was given, which tells it from one that was left out.
func settingsOf(u portal.User) (string, error) {
	u.ID, u.ETag, u.Password = "", "", nil
	u.Username, u.Email, u.FirstName, u.MiddleName, u.LastName, u.Description, u.Enabled = nil, nil, nil, nil, nil, nil, nil
	u.PermissionGroupIDs = emptied(u.PermissionGroupIDs)
	if u.Telephony != nil {
		t := *u.Telephony
		t.Extension, t.PBXID, t.AppSIPAccountID, t.CallerID = none(t.Extension), none(t.PBXID), none(t.AppSIPAccountID), none(t.CallerID)
		t.SIPAccountIDs, t.CallerIDs, t.SMSSenders = emptied(t.SIPAccountIDs), emptied(t.CallerIDs), emptied(t.SMSSenders)
		u.Telephony = &t
	}
	if u.ClickToDial != nil {
		c := *u.ClickToDial
		c.SIPAccountID = none(c.SIPAccountID)
		u.ClickToDial = &c
	}
	text, err := json.Marshal(u)
	return string(text), err
}

func userFromSettings(settings string) (u portal.User, err error) {
	err = json.Unmarshal([]byte(settings), &u)
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
