package portaltest

import (
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func (b *badInputs) telecube() {
	b.telecubeUsers()
	b.telecubeTelephony()
	b.telecubeGroups()
	b.sipAccounts("TC-03", "telecube")
	b.sipAccount("TC-04 an account's caller ID that is not owned", mistake{"caller_id", portal.CodeNotOwned, "+48225550199"}, func(a *portal.SIPAccount) {
		a.CallerID = new("+48225550199")
	})
}

func (b *badInputs) telecubeUsers() {
	b.people("TC-01", "TC-07")
	b.user("TC-01 an e-mail address with a name", mistake{"email", portal.CodeMalformed, "one address and nothing else"}, func(u *portal.User) {
		u.Email = new("Jagoda <jagoda@delfin.example.com>")
	})
	b.emptyPassword("TC-06")
	b.weakPassword("TC-06 a short password", "vX3!")
	b.weakPassword("TC-06 a password without a special character", "vX3kPq9LmT2w")
	b.weakPassword("TC-06 a password without a digit", "vX-kPq!LmT.w")
	b.weakPassword("TC-06 a password without a capital", "v3-kpq!lmt.w")
	b.weakPassword("TC-06 a password that is guessed", "Password1!")
	b.weakPassword("TC-06 a password made of the name", "Jagoda-1")
	b.user("TC-07 a first name that is too long", mistake{"first_name", portal.CodeMalformed, "at most 64"}, func(u *portal.User) {
		u.FirstName = new(strings.Repeat("Ja", 33))
	})
	b.oneGroup("TC-08")
	b.user("TC-09 a business number without its country", mistake{"directory.business_number", portal.CodeMalformed, "country code"}, func(u *portal.User) {
		u.Directory = &portal.Directory{BusinessNumber: new("22 555 01 01")}
	})
	b.user("TC-10 a subgroup that is not there", mistake{"directory.user_group_ids", portal.CodeMissing, "sub_none"}, func(u *portal.User) {
		u.Directory = &portal.Directory{UserGroupIDs: []string{"sub_none"}}
	})
	b.user("TC-10 two subgroups of one user group", mistake{"directory.user_group_ids", portal.CodeNotAllowed, StockUserGroupName}, func(u *portal.User) {
		u.Directory = &portal.Directory{UserGroupIDs: []string{b.stock.SubgroupID, b.stock.OtherSubgroupID}}
	})
	b.user("ALL-01 a username, which telecube does not have", mistake{"username", portal.CodeNotOnPlatform, "telecube"}, func(u *portal.User) { u.Username = new("jagoda") })
	b.user("ALL-01 a locale, which telecube does not have", mistake{"locale", portal.CodeNotOnPlatform, "telecube"}, func(u *portal.User) {
		u.Locale = &portal.Locale{Language: new("pl")}
	})
}

func (b *badInputs) telecubeTelephony() {
	telephony := func(name, field string, code portal.Code, message string, spoil func(*portal.Telephony)) {
		b.user(name, mistake{"telephony." + field, code, message}, func(u *portal.User) { spoil(u.Telephony) })
	}
	telephony("TC-02 static without a SIP account", "sip_account_ids", portal.CodeNotAllowed, `sip_assignment = "dynamic"`, func(t *portal.Telephony) { t.SIPAccountIDs = []string{} })
	telephony("TC-02 static with two SIP accounts", "sip_account_ids", portal.CodeNotAllowed, "exactly one SIP account", func(t *portal.Telephony) {
		t.SIPAccountIDs = []string{b.stock.FreeAccountID, b.stock.OtherFreeAccountID}
	})
	telephony("TC-02 dynamic with a SIP account", "sip_account_ids", portal.CodeNotAllowed, `sip_assignment = "static"`, func(t *portal.Telephony) { t.SIPAssignment = new("dynamic") })
	telephony("TC-02 neither static nor dynamic", "sip_assignment", portal.CodeMalformed, "static, dynamic", func(t *portal.Telephony) { t.SIPAssignment = new("roaming") })
	telephony("TC-02 someone else's SIP account", "sip_account_ids", portal.CodeInUse, StockEmail, func(t *portal.Telephony) { t.SIPAccountIDs = []string{b.stock.TakenAccountID} })
	telephony("TC-02 a SIP account that is not there", "sip_account_ids", portal.CodeMissing, "sip_none", func(t *portal.Telephony) { t.SIPAccountIDs = []string{"sip_none"} })
	telephony("TC-04 a caller ID that is not owned", "caller_ids", portal.CodeNotOwned, "+48225550199", func(t *portal.Telephony) { t.CallerIDs = []string{"+48225550199"} })
	telephony("TC-04 one caller ID of two that is not owned", "caller_ids", portal.CodeNotOwned, "+48225550199", func(t *portal.Telephony) {
		t.CallerIDs = []string{"+48225550101", "+48225550199"}
	})
	telephony("TC-04 a caller ID that is no number", "caller_ids", portal.CodeMalformed, "country code", func(t *portal.Telephony) { t.CallerIDs = []string{"recepcja"} })
	telephony("TC-05 an SMS sender that is not registered", "sms_senders", portal.CodeNotOwned, "DELFIN24", func(t *portal.Telephony) { t.SMSSenders = []string{"ORKA"} })
	telephony("TC-05 an SMS number that is not owned", "sms_senders", portal.CodeNotOwned, "+48225550199", func(t *portal.Telephony) { t.SMSSenders = []string{"+48225550199"} })
	telephony("ALL-01 a ring time, which telecube does not have", "ring_seconds", portal.CodeNotOnPlatform, "telecube", func(t *portal.Telephony) { t.RingSeconds = new(int64(30)) })
}

func (b *badInputs) telecubeGroups() {
	b.permissionGroups("TC-08", "telecube")
	b.permissionGroup("TC-08 a description that is too long", mistake{"description", portal.CodeMalformed, "at most 255"}, func(g *portal.PermissionGroup) {
		g.Description = new(strings.Repeat("x", 256))
	})
	b.userGroup("TC-10 a user group without a name", mistake{"name", portal.CodeRequired, "telecube"}, func(g *portal.UserGroup) { g.Name = nil })
	b.userGroup("TC-10 another user group's name", mistake{"name", portal.CodeAlreadyExists, StockUserGroupName}, func(g *portal.UserGroup) {
		g.Name = new(strings.ToUpper(StockUserGroupName))
	})
	b.userGroup("TC-10 two subgroups of one name", mistake{"subgroups", portal.CodeNotAllowed, ""}, func(g *portal.UserGroup) {
		g.Subgroups = []portal.Subgroup{{Name: "Sprzedaż"}, {Name: "SPRZEDAŻ"}}
	})
	b.userGroup("TC-10 a subgroup without a name", mistake{"subgroups", portal.CodeMalformed, "1 to 64"}, func(g *portal.UserGroup) {
		g.Subgroups = []portal.Subgroup{{Name: ""}}
	})
}
