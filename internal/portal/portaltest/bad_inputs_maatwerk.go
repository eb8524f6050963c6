package portaltest

import "github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"

func (b *badInputs) maatwerk() {
	const outside = "+31612345678"
	b.people("MW-02", "")
	b.emptyPassword("MW-03")
	b.weakPassword("MW-03 a password that is guessed", "Password1!")
	b.groupsOfUser("MW-04")
	b.permissionGroups("MW-06", "maatwerk")
	telephony := func(name, field string, code portal.Code, message string, spoil func(*portal.Telephony)) {
		b.user(name, mistake{"telephony." + field, code, message}, func(u *portal.User) { spoil(u.Telephony) })
	}
	b.user("MW-07 no destination", mistake{"telephony", portal.CodeRequired, "at least one destination"}, func(u *portal.User) { u.Telephony.SIPAccountIDs = nil })
	telephony("MW-07 a SIP account that is not there", "sip_account_ids", portal.CodeMissing, "sip_none", func(t *portal.Telephony) { t.SIPAccountIDs = []string{"sip_none"} })
	telephony("MW-07 a forward to half a number", "forward_numbers", portal.CodeMalformed, "country code", func(t *portal.Telephony) { t.ForwardNumbers = []string{"06 12345678"} })
	telephony("MW-08 an app account that is not among the SIP accounts", "app_sip_account_id", portal.CodeNotAllowed, "add it to telephony.sip_account_ids", func(t *portal.Telephony) {
		t.AppSIPAccountID = new(b.stock.OtherFreeAccountID)
	})
	telephony("MW-09 a fallback without an app account", "mobile_fallback_number", portal.CodeNotAllowed, "app_sip_account_id", func(t *portal.Telephony) {
		t.MobileFallbackNumber = new(outside)
	})
	telephony("MW-09 a fallback to half a number", "mobile_fallback_number", portal.CodeMalformed, "country code", func(t *portal.Telephony) {
		t.AppSIPAccountID, t.MobileFallbackNumber = new(b.stock.FreeAccountID), new("0612345678")
	})
	telephony("MW-11 available nowhere", "active_destination", portal.CodeRequired, "active_destination", func(t *portal.Telephony) { t.Available = new(true) })
	telephony("MW-11 available at someone else's destination", "active_destination", portal.CodeNotAllowed, b.stock.FreeAccountID, func(t *portal.Telephony) {
		t.Available, t.ActiveDestination = new(true), new(outside)
	})
	telephony("MW-12 a caller ID that is not owned", "caller_id", portal.CodeNotOwned, "+48225550101", func(t *portal.Telephony) { t.CallerID = new("+48225550199") })
	b.user("MW-13 a flexible workplace that does not follow the availability", mistake{"click_to_dial.follow_availability", portal.CodeNotAllowed, "follow_availability = true"}, func(u *portal.User) {
		u.Telephony.ForwardNumbers = []string{outside}
		u.ClickToDial = &portal.ClickDial{FollowAvailability: new(false), SIPAccountID: new(b.stock.FreeAccountID)}
	})
	b.user("MW-13 a fixed account beside the availability", mistake{"click_to_dial.sip_account_id", portal.CodeNotAllowed, "follow_availability = false"}, func(u *portal.User) {
		u.ClickToDial = &portal.ClickDial{FollowAvailability: new(true), SIPAccountID: new(b.stock.FreeAccountID)}
	})
	b.user("MW-13 neither a fixed account nor the availability", mistake{"click_to_dial.sip_account_id", portal.CodeRequired, "follow_availability = true"}, func(u *portal.User) {
		u.ClickToDial = &portal.ClickDial{FollowAvailability: new(false)}
	})
	b.user("MW-13 an account of somebody else", mistake{"click_to_dial.sip_account_id", portal.CodeNotAllowed, "sip_account_ids"}, func(u *portal.User) {
		u.ClickToDial = &portal.ClickDial{FollowAvailability: new(false), SIPAccountID: new(b.stock.OtherFreeAccountID)}
	})
	b.user("MW-15 a language that is none", mistake{"locale.language", portal.CodeMalformed, "nederlands"}, func(u *portal.User) {
		u.Locale = &portal.Locale{Language: new("nederlands!")}
	})
	b.change("MW-08 the last SIP account taken away under the app", mistake{"telephony.app_sip_account_id", portal.CodeNotAllowed, "add it to telephony.sip_account_ids"}, func(u *portal.User) {
		u.Telephony.AppSIPAccountID, u.Telephony.ForwardNumbers = new(b.stock.FreeAccountID), []string{outside}
	}, func(u *portal.User) { u.Telephony.SIPAccountIDs = []string{} })
	b.extensionsOfUser()
	b.sipAccounts("MW-07", "maatwerk")
	b.user("ALL-01 a voicemail, which maatwerk does not have", mistake{"voicemail", portal.CodeNotOnPlatform, "maatwerk"}, func(u *portal.User) {
		u.Voicemail = &portal.Voicemail{Enabled: new(true)}
	})
	b.userGroup("ALL-01 a user group, which maatwerk does not have", mistake{"", portal.CodeNotOnPlatform, "maatwerk"}, func(*portal.UserGroup) {})
}
