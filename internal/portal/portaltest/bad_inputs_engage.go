package portaltest

import (
	"encoding/base64"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func (b *badInputs) engage() {
	b.user("EN-01 no username", mistake{"username", portal.CodeRequired, "engage"}, func(u *portal.User) { u.Username = nil })
	b.user("EN-01 someone else's username", mistake{"username", portal.CodeAlreadyExists, StockUsername}, func(u *portal.User) { u.Username = new(StockUsername) })
	b.change("EN-01 a username that changes", mistake{"username", portal.CodeUnchangeable, "cannot change"}, func(*portal.User) {}, func(u *portal.User) {
		u.Username = new(*u.Username + "-nowa")
	})
	b.change("EN-01 a username that changes its case", mistake{"username", portal.CodeUnchangeable, "cannot change"}, func(*portal.User) {}, func(u *portal.User) {
		u.Username = new(strings.ToUpper(*u.Username))
	})
	b.people("EN-02", "EN-02")
	b.oneGroup("EN-05")
	b.permissionGroups("EN-05", "engage")
	b.webcare("EN-04 a picture that is none", mistake{"webcare.avatar", portal.CodeMalformed, "PNG"}, func(w *portal.Webcare) {
		w.Avatar = new(base64.StdEncoding.EncodeToString([]byte(notAPictureText)))
	}).HCL["webcare.avatar_file"] = expression(b.stock.NotAPictureFile)
	b.webcare("EN-06 half a mobile number", mistake{"webcare.mobile_number", portal.CodeMalformed, "country code"}, func(w *portal.Webcare) { w.MobileNumber = new("0612345678") })
	b.webcare("EN-07 a suffix for what is no social platform", mistake{"webcare.suffixes", portal.CodeNotAllowed, "pigeon"}, func(w *portal.Webcare) {
		w.Suffixes = map[string]string{"pigeon": "^JW"}
	})
	b.webcare("EN-07 a suffix that is too long", mistake{"webcare.suffixes", portal.CodeMalformed, "at most"}, func(w *portal.Webcare) {
		w.Suffixes = map[string]string{"x": "^" + strings.Repeat("JW", 200)}
	})
	b.webcare("EN-08 a default account that is not there", mistake{"webcare.default_accounts", portal.CodeMissing, "x_orka"}, func(w *portal.Webcare) {
		w.DefaultAccounts = map[string]string{"x": "x_orka"}
	})
	b.webcare("EN-08 a default account of another social platform", mistake{"webcare.default_accounts", portal.CodeMissing, "facebook_delfin"}, func(w *portal.Webcare) {
		w.DefaultAccounts = map[string]string{"facebook": "x_delfin"}
	})
	b.webcare("EN-09 a way of forwarding that there is not", mistake{"webcare.mail_forwarding", portal.CodeMalformed, "own_program"}, func(w *portal.Webcare) { w.MailForwarding = new("pigeon") })
	b.webcare("EN-10 a landing page that there is not", mistake{"webcare.landing_page", portal.CodeNotAllowed, "pigeonry"}, func(w *portal.Webcare) { w.LandingPage = new("pigeonry") })
	b.webcare("EN-10 a landing page of a module that the organisation does not have", mistake{"webcare.landing_page", portal.CodeNotAllowed, "inbox"}, func(w *portal.Webcare) {
		w.LandingPage = new("inbox")
	}).Bare = true
	b.user("EN-11 a language that engage does not have", mistake{"locale.language", portal.CodeMalformed, "en, fr, de, es, nl"}, func(u *portal.User) {
		u.Locale = &portal.Locale{Language: new("pl")}
	})
	b.webcare("EN-12 an availability that there is not", mistake{"webcare.login_availability", portal.CodeMalformed, "online_and_chat"}, func(w *portal.Webcare) {
		w.LoginAvailability = new("asleep")
	})
	b.webcare("EN-13 a CRM user without the coupling", mistake{"webcare.crm_user", portal.CodeNotAllowed, "afas"}, func(w *portal.Webcare) { w.CRMUser = new("JW01") }).Bare = true
	b.user("ALL-01 telephony, which engage does not have", mistake{"telephony", portal.CodeNotOnPlatform, "engage"}, func(u *portal.User) {
		u.Telephony = &portal.Telephony{Extension: new("2901")}
	})
	b.sipAccount("ALL-01 a SIP account, which engage does not have", mistake{"", portal.CodeNotOnPlatform, "engage"}, func(*portal.SIPAccount) {})
}

// webcare adds a new user with one mistake in the webcare.
func (b *badInputs) webcare(name string, want mistake, spoil func(*portal.Webcare)) *BadInput {
	return b.user(name, want, func(u *portal.User) {
		u.Webcare = &portal.Webcare{}
		spoil(u.Webcare)
	})
}
