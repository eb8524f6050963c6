package portaltest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// BadInput is one object that a platform refuses, with one mistake in it. The table of them is run against the rule set, the API and the
// plan, which must all refuse it at the same field.
type BadInput struct {
	Name     string // with the id of the requirement first
	Platform portal.Platform
	Noun     portal.Noun
	Object   any         // pointer to a wire type
	Field    string      // where the mistake is shown
	Code     portal.Code // which mistake it is
}

// BadInputs is the table, for an organisation that has the stock.
func BadInputs(stock Stock) []BadInput {
	return slices.Concat(badUsers(stock), badTelephony(stock), badPermissionGroups(), badSIPAccounts())
}

// GoodUser is a user that the portal accepts: every bad user is this one with one mistake.
func GoodUser(stock Stock) portal.User {
	return portal.User{
		Email: new("jagoda@delfin.example.com"), FirstName: new("Jagoda"), LastName: new("Wiśniewska"),
		PermissionGroupIDs: []string{stock.GroupID},
		Telephony:          &portal.Telephony{SIPAssignment: new("static"), SIPAccountIDs: []string{stock.FreeAccountID}},
	}
}

// GoodPermissionGroup is a permission group that the portal accepts.
func GoodPermissionGroup() portal.PermissionGroup {
	return portal.PermissionGroup{Name: new("Księgowość"), Permissions: []string{"invoices.view"}}
}

// GoodSIPAccount is a SIP account that the portal accepts.
func GoodSIPAccount() portal.SIPAccount {
	return portal.SIPAccount{Extension: new("301"), Name: new("Recepcja"), CallerID: new("+48 22 555 01 01")}
}

func badUsers(stock Stock) []BadInput {
	user := func(name, field string, code portal.Code, spoil func(*portal.User)) BadInput {
		u := GoodUser(stock)
		spoil(&u)
		return BadInput{Name: name, Platform: portal.Telecube, Noun: portal.NounUser, Object: &u, Field: field, Code: code}
	}
	return []BadInput{
		user("TC-01 no e-mail address", "email", portal.CodeRequired, func(u *portal.User) { u.Email = nil }),
		user("TC-01 not an e-mail address", "email", portal.CodeMalformed, func(u *portal.User) { u.Email = new("jagoda w delfinie") }),
		user("TC-01 an e-mail address with a name", "email", portal.CodeMalformed, func(u *portal.User) { u.Email = new("Jagoda <jagoda@delfin.example.com>") }),
		user("TC-01 someone else's e-mail address", "email", portal.CodeAlreadyExists, func(u *portal.User) { u.Email = new(StockEmail) }),
		user("ALL-03 someone else's e-mail address in capitals", "email", portal.CodeAlreadyExists, func(u *portal.User) { u.Email = new(strings.ToUpper(StockEmail)) }),
		user("TC-06 a short password", "password", portal.CodeWeakPassword, func(u *portal.User) { u.Password = new(portal.Secret("vX3!")) }),
		user("TC-06 a password without a special character", "password", portal.CodeWeakPassword, func(u *portal.User) { u.Password = new(portal.Secret("vX3kPq9LmT2w")) }),
		user("TC-06 a password without a digit", "password", portal.CodeWeakPassword, func(u *portal.User) { u.Password = new(portal.Secret("vX-kPq!LmT.w")) }),
		user("TC-06 a password without a capital", "password", portal.CodeWeakPassword, func(u *portal.User) { u.Password = new(portal.Secret("v3-kpq!lmt.w")) }),
		user("TC-06 a password that is guessed", "password", portal.CodeWeakPassword, func(u *portal.User) { u.Password = new(portal.Secret("Password1!")) }),
		user("TC-06 a password made of the name", "password", portal.CodeWeakPassword, func(u *portal.User) { u.Password = new(portal.Secret("Jagoda-1")) }),
		user("TC-07 no first name", "first_name", portal.CodeRequired, func(u *portal.User) { u.FirstName = nil }),
		user("TC-07 an empty last name", "last_name", portal.CodeRequired, func(u *portal.User) { u.LastName = new("") }),
		user("TC-07 a first name that is too long", "first_name", portal.CodeMalformed, func(u *portal.User) { u.FirstName = new(strings.Repeat("Ja", 33)) }),
		user("TC-08 no permission group", "permission_group_ids", portal.CodeRequired, func(u *portal.User) { u.PermissionGroupIDs = nil }),
		user("TC-08 an empty set of permission groups", "permission_group_ids", portal.CodeRequired, func(u *portal.User) { u.PermissionGroupIDs = []string{} }),
		user("TC-08 two permission groups", "permission_group_ids", portal.CodeNotAllowed, func(u *portal.User) {
			u.PermissionGroupIDs = []string{stock.GroupID, stock.OtherGroupID}
		}),
		user("TC-08 a permission group that is not there", "permission_group_ids", portal.CodeMissing, func(u *portal.User) {
			u.PermissionGroupIDs = []string{"grp_none"}
		}),
		user("TC-09 a business number without its country", "directory.business_number", portal.CodeMalformed, func(u *portal.User) {
			u.Directory = &portal.Directory{BusinessNumber: new("22 555 01 01")}
		}),
		user("ALL-01 a username, which telecube does not have", "username", portal.CodeNotOnPlatform, func(u *portal.User) { u.Username = new("jagoda") }),
		user("ALL-01 a language, which telecube does not have", "locale", portal.CodeNotOnPlatform, func(u *portal.User) {
			u.Locale = &portal.Locale{Language: new("pl")}
		}),
	}
}

func badTelephony(stock Stock) []BadInput {
	telephony := func(name, field string, code portal.Code, spoil func(*portal.Telephony)) BadInput {
		u := GoodUser(stock)
		spoil(u.Telephony)
		return BadInput{Name: name, Platform: portal.Telecube, Noun: portal.NounUser, Object: &u, Field: "telephony." + field, Code: code}
	}
	return []BadInput{
		telephony("TC-02 static without a SIP account", "sip_account_ids", portal.CodeNotAllowed, func(t *portal.Telephony) { t.SIPAccountIDs = []string{} }),
		telephony("TC-02 static with two SIP accounts", "sip_account_ids", portal.CodeNotAllowed, func(t *portal.Telephony) {
			t.SIPAccountIDs = []string{stock.FreeAccountID, stock.OtherFreeAccountID}
		}),
		telephony("TC-02 dynamic with a SIP account", "sip_account_ids", portal.CodeNotAllowed, func(t *portal.Telephony) { t.SIPAssignment = new("dynamic") }),
		telephony("TC-02 neither static nor dynamic", "sip_assignment", portal.CodeMalformed, func(t *portal.Telephony) { t.SIPAssignment = new("roaming") }),
		telephony("TC-02 someone else's SIP account", "sip_account_ids", portal.CodeInUse, func(t *portal.Telephony) { t.SIPAccountIDs = []string{stock.TakenAccountID} }),
		telephony("TC-02 a SIP account that is not there", "sip_account_ids", portal.CodeMissing, func(t *portal.Telephony) { t.SIPAccountIDs = []string{"sip_none"} }),
		telephony("TC-04 a caller ID that is not owned", "caller_ids", portal.CodeNotOwned, func(t *portal.Telephony) { t.CallerIDs = []string{"+48225550199"} }),
		telephony("TC-04 one caller ID of two that is not owned", "caller_ids", portal.CodeNotOwned, func(t *portal.Telephony) {
			t.CallerIDs = []string{"+48225550101", "+48225550199"}
		}),
		telephony("TC-04 a caller ID that is no number", "caller_ids", portal.CodeMalformed, func(t *portal.Telephony) { t.CallerIDs = []string{"recepcja"} }),
		telephony("TC-05 an SMS sender that is not registered", "sms_senders", portal.CodeNotOwned, func(t *portal.Telephony) { t.SMSSenders = []string{"ORKA"} }),
		telephony("TC-05 an SMS number that is not owned", "sms_senders", portal.CodeNotOwned, func(t *portal.Telephony) { t.SMSSenders = []string{"+48225550199"} }),
		telephony("ALL-01 a ring time, which telecube does not have", "ring_seconds", portal.CodeNotOnPlatform, func(t *portal.Telephony) { t.RingSeconds = new(int64(30)) }),
	}
}

func badPermissionGroups() []BadInput {
	group := func(name, field string, code portal.Code, spoil func(*portal.PermissionGroup)) BadInput {
		g := GoodPermissionGroup()
		spoil(&g)
		return BadInput{Name: name, Platform: portal.Telecube, Noun: portal.NounPermissionGroup, Object: &g, Field: field, Code: code}
	}
	return []BadInput{
		group("TC-08 a group without a name", "name", portal.CodeRequired, func(g *portal.PermissionGroup) { g.Name = nil }),
		group("TC-08 another group's name", "name", portal.CodeAlreadyExists, func(g *portal.PermissionGroup) { g.Name = new(StockGroupName) }),
		group("TC-08 another group's name in capitals", "name", portal.CodeAlreadyExists, func(g *portal.PermissionGroup) { g.Name = new(strings.ToUpper(StockGroupName)) }),
		group("TC-08 a permission that telecube does not have", "permissions", portal.CodeNotAllowed, func(g *portal.PermissionGroup) {
			g.Permissions = []string{"contacts.view", "contacts.burn"}
		}),
		group("TC-08 a description that is too long", "description", portal.CodeMalformed, func(g *portal.PermissionGroup) { g.Description = new(strings.Repeat("x", 256)) }),
	}
}

func badSIPAccounts() []BadInput {
	account := func(name, field string, code portal.Code, spoil func(*portal.SIPAccount)) BadInput {
		a := GoodSIPAccount()
		spoil(&a)
		return BadInput{Name: name, Platform: portal.Telecube, Noun: portal.NounSIPAccount, Object: &a, Field: field, Code: code}
	}
	return []BadInput{
		account("TC-03 an account without an extension", "extension", portal.CodeRequired, func(a *portal.SIPAccount) { a.Extension = nil }),
		account("TC-03 an extension with a letter", "extension", portal.CodeMalformed, func(a *portal.SIPAccount) { a.Extension = new("30l") }),
		account("TC-03 an extension of one digit", "extension", portal.CodeMalformed, func(a *portal.SIPAccount) { a.Extension = new("3") }),
		account("ALL-02 another account's extension", "extension", portal.CodeAlreadyExists, func(a *portal.SIPAccount) { a.Extension = new(StockExtension) }),
		account("TC-03 a type that telecube does not have", "type", portal.CodeMalformed, func(a *portal.SIPAccount) { a.Type = new("fax") }),
		account("TC-04 an account's caller ID that is not owned", "caller_id", portal.CodeNotOwned, func(a *portal.SIPAccount) { a.CallerID = new("+48225550199") }),
		account("TC-03 a password without a digit", "password", portal.CodeWeakPassword, func(a *portal.SIPAccount) { a.Password = new(portal.Secret("vXzkPqrLmTyw")) }),
		account("TC-03 a short password", "password", portal.CodeWeakPassword, func(a *portal.SIPAccount) { a.Password = new(portal.Secret("vX3kPq9")) }),
	}
}

// HCL is the object as the attributes of a resource block.
func (b BadInput) HCL() string {
	var text strings.Builder
	object := reflect.ValueOf(b.Object).Elem()
	for i := range object.NumField() {
		field := object.Field(i)
		if field.IsZero() {
			continue
		}
		name, _, _ := strings.Cut(object.Type().Field(i).Tag.Get("json"), ",")
		if secret, ok := field.Interface().(*portal.Secret); ok {
			fmt.Fprintf(&text, "%s_wo = %s\n%s_wo_version = 1\n", name, expression(string(*secret)), name)
			continue
		}
		fmt.Fprintf(&text, "%s = %s\n", name, expression(field.Interface()))
	}
	return text.String()
}

// expression is a value in HCL, whose expressions include those of JSON except for templates, which none of the table has.
func expression(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // of strings, numbers and lists: cannot happen
	}
	return string(text)
}
