package portaltest

import (
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func (b *badInputs) vaxel() {
	b.people("VX-02", "VX-01")
	b.user("VX-01 a first name of one letter", mistake{"first_name", portal.CodeMalformed, "2 to 64"}, func(u *portal.User) { u.FirstName = new("J") })
	b.user("VX-01 a name with a digit", mistake{"last_name", portal.CodeMalformed, "Wiśniewska 2"}, func(u *portal.User) { u.LastName = new("Wiśniewska 2") })
	b.user("VX-01 a name with a special character", mistake{"first_name", portal.CodeMalformed, "Jagoda_W"}, func(u *portal.User) { u.FirstName = new("Jagoda_W") })
	b.emptyPassword("VX-03")
	b.weakPassword("VX-03 a password that is guessed", "Password1!")
	b.vaxelTelephony()
	b.vaxelVoicemail()
	b.user("VX-13 past the single sign-on that the organisation does not have", mistake{"security.skip_sso", portal.CodeNotAllowed, "sso"}, func(u *portal.User) {
		u.Security = &portal.Security{SkipSSO: new(true)}
	}).Bare = true
	b.user("VX-17 a country that is none", mistake{"locale.country", portal.CodeMalformed, "XX"}, func(u *portal.User) { u.Locale = &portal.Locale{Country: new("XX")} })
	b.user("VX-17 a time zone that is none", mistake{"locale.time_zone", portal.CodeMalformed, "Europe/Delfin"}, func(u *portal.User) {
		u.Locale = &portal.Locale{TimeZone: new("Europe/Delfin")}
	})
	b.user("VX-17 a language that is none", mistake{"locale.language", portal.CodeMalformed, "svenska"}, func(u *portal.User) { u.Locale = &portal.Locale{Language: new("svenska!")} })
	b.user("VX-19 an exchange alias that is too long", mistake{"directory.exchange_alias", portal.CodeMalformed, "at most 254"}, func(u *portal.User) {
		u.Directory = &portal.Directory{ExchangeAlias: new(strings.Repeat("x", 255))}
	})
	b.user("VX-21 a note that is too long", mistake{"description", portal.CodeMalformed, "at most 2000"}, func(u *portal.User) { u.Description = new(strings.Repeat("x", 2001)) })
	b.extensionsOfUser()
	b.sipAccounts("VX-04", "vaxel")
	b.user("ALL-01 a permission group, which vaxel does not have", mistake{"permission_group_ids", portal.CodeNotOnPlatform, "vaxel"}, func(u *portal.User) {
		u.PermissionGroupIDs = []string{"grp_1"}
	})
	b.permissionGroup("ALL-01 permission groups, which vaxel does not have", mistake{"", portal.CodeNotOnPlatform, "vaxel"}, func(*portal.PermissionGroup) {})
}

func (b *badInputs) vaxelTelephony() {
	telephony := func(name, field string, code portal.Code, message string, spoil func(*portal.Telephony)) *BadInput {
		return b.user(name, mistake{"telephony." + field, code, message}, func(u *portal.User) { spoil(u.Telephony) })
	}
	telephony("VX-05 no time to ring", "ring_seconds", portal.CodeNotAllowed, "5 to 300", func(t *portal.Telephony) { t.RingSeconds = new(int64(0)) })
	telephony("VX-05 ringing for an hour", "ring_seconds", portal.CodeNotAllowed, "5 to 300", func(t *portal.Telephony) { t.RingSeconds = new(int64(3600)) })
	telephony("VX-06 a profile whose name is too long", "default_profile", portal.CodeMalformed, "at most 64", func(t *portal.Telephony) {
		t.DefaultProfile = new(strings.Repeat("x", 65))
	})
	telephony("VX-06 a profile that is misspelt", "default_profile", portal.CodeMissing, "available, lunch", func(t *portal.Telephony) {
		t.DefaultProfile = new("avialable") //nolint:misspell // the mistake is the input
	})
	telephony("VX-07 a caller ID that is not owned", "caller_id", portal.CodeNotOwned, "+48225550101", func(t *portal.Telephony) { t.CallerID = new("+48225550199") })
	incoming := func(name string, code portal.Code, message, number string) {
		telephony("VX-07 "+name, "incoming_numbers", code, message, func(t *portal.Telephony) { t.IncomingNumbers = []string{number} })
	}
	incoming("an incoming number that is not owned", portal.CodeNotOwned, "+48225550101", "+48225550199")
	incoming("an incoming number of somebody else", portal.CodeInUse, StockEmail, StockNumber)
	incoming("the main number as an incoming number", portal.CodeNotAllowed, MainNumber, MainNumber)
	incoming("an incoming number without its country", portal.CodeMalformed, "country code", "0225550101")
	telephony("VX-18 a recording that there is not", "recording", portal.CodeMalformed, "on_demand", func(t *portal.Telephony) { t.Recording = new("sometimes") })
	telephony("VX-20 a billing number that is none", "billing_number", portal.CodeMalformed, "country code", func(t *portal.Telephony) { t.BillingNumber = new("0701234567") })
	telephony("VX-20 a billing number without the partner mobile extension", "billing_number", portal.CodeNotAllowed, "partner_mobile", func(t *portal.Telephony) {
		t.BillingNumber = new("+46701234567")
	}).Bare = true
}

func (b *badInputs) vaxelVoicemail() {
	voicemail := func(name, field string, code portal.Code, message string, spoil func(*portal.Voicemail)) {
		b.user(name, mistake{"voicemail." + field, code, message}, func(u *portal.User) {
			u.Voicemail = &portal.Voicemail{Enabled: new(true), PIN: new(portal.Secret("7350")), Email: new("jagoda@delfin.example.com")}
			spoil(u.Voicemail)
		})
	}
	voicemail("VX-12 a voicemail without a PIN", "pin", portal.CodeRequired, "4 to 10 digits", func(v *portal.Voicemail) { v.PIN = nil })
	voicemail("VX-12 a voicemail without an e-mail address", "email", portal.CodeRequired, "enabled = false", func(v *portal.Voicemail) { v.Email = nil })
	voicemail("VX-14 a PIN with a letter", "pin", portal.CodeMalformed, "digits", func(v *portal.Voicemail) { v.PIN = new(portal.Secret("73s0")) })
	voicemail("VX-14 a PIN of one digit", "pin", portal.CodeMalformed, "4 to 10", func(v *portal.Voicemail) { v.PIN = new(portal.Secret("7")) })
	voicemail("VX-15 an address for messages that is none", "email", portal.CodeMalformed, "alice@example.com", func(v *portal.Voicemail) { v.Email = new("jagoda w delfinie") })
	voicemail("VX-16 half a mobile number for messages", "sms_number", portal.CodeMalformed, "country code", func(v *portal.Voicemail) { v.SMSNumber = new("0701234567") })
	b.change("VX-12 a voicemail that is switched on without a PIN", mistake{"voicemail.pin", portal.CodeRequired, "4 to 10 digits"}, func(u *portal.User) {
		u.Voicemail = &portal.Voicemail{Enabled: new(false), Email: new("jagoda@delfin.example.com")}
	}, func(u *portal.User) { u.Voicemail.Enabled = new(true) })
}
