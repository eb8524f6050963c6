package portaltest

import (
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Mistakes that can be made on more than one platform, under the id that the requirement has there.

// people adds mistakes in the e-mail address and, unless its id is empty, in the name of a user.
func (b *badInputs) people(emailID, nameID string) {
	b.user(emailID+" no e-mail address", mistake{"email", portal.CodeRequired, string(b.stock.Organization.Platform)}, func(u *portal.User) { u.Email = nil })
	b.user(emailID+" not an e-mail address", mistake{"email", portal.CodeMalformed, "alice@example.com"}, func(u *portal.User) { u.Email = new("jagoda w delfinie") })
	b.user(emailID+" someone else's e-mail address", mistake{"email", portal.CodeAlreadyExists, StockEmail}, func(u *portal.User) { u.Email = new(StockEmail) })
	b.user("ALL-03 someone else's e-mail address in capitals", mistake{"email", portal.CodeAlreadyExists, StockEmail}, func(u *portal.User) {
		u.Email = new(strings.ToUpper(StockEmail))
	})
	b.user("ALL-03 an invisible character in the e-mail address", mistake{"email", portal.CodeMalformed, "the invisible character U+200B at position 4"}, func(u *portal.User) {
		u.Email = new("jag\u200boda@delfin.example.com")
	})
	b.user("ALL-03 an invisible character in the last name", mistake{"last_name", portal.CodeMalformed, "the invisible character U+00AD at position 3"}, func(u *portal.User) {
		u.LastName = new("Wi\u00adśniewska")
	})
	if nameID == "" {
		return
	}
	b.user(nameID+" no first name", mistake{"first_name", portal.CodeRequired, string(b.stock.Organization.Platform)}, func(u *portal.User) { u.FirstName = nil })
	b.user(nameID+" an empty last name", mistake{"last_name", portal.CodeRequired, string(b.stock.Organization.Platform)}, func(u *portal.User) { u.LastName = new("") })
}

func (b *badInputs) emptyPassword(id string) {
	b.user(id+" an empty password", mistake{"password", portal.CodeRequired, "protects nothing"}, func(u *portal.User) {
		u.Password, u.SendInvitation = new(portal.Secret), new(true)
	})
}

func (b *badInputs) weakPassword(name string, password portal.Secret) {
	b.user(name, mistake{"password", portal.CodeWeakPassword, ""}, func(u *portal.User) { u.Password = &password })
}

// oneGroup adds mistakes on a platform on which a user is in exactly one permission group.
func (b *badInputs) oneGroup(id string) {
	b.groupsOfUser(id)
	b.user(id+" two permission groups", mistake{"permission_group_ids", portal.CodeNotAllowed, "at most 1"}, func(u *portal.User) {
		u.PermissionGroupIDs = []string{b.stock.GroupID, b.stock.OtherGroupID}
	})
}

// groupsOfUser adds mistakes on a platform on which a user is in one permission group or more.
func (b *badInputs) groupsOfUser(id string) {
	b.user(id+" no permission group", mistake{"permission_group_ids", portal.CodeRequired, "give a value"}, func(u *portal.User) { u.PermissionGroupIDs = nil })
	b.user(id+" an empty set of permission groups", mistake{"permission_group_ids", portal.CodeRequired, "give a value"}, func(u *portal.User) { u.PermissionGroupIDs = []string{} })
	b.user(id+" a permission group that is not there", mistake{"permission_group_ids", portal.CodeMissing, "grp_none"}, func(u *portal.User) {
		u.PermissionGroupIDs = []string{"grp_none"}
	})
}

// permissionGroups adds mistakes in permission groups.
func (b *badInputs) permissionGroups(id, platform string) {
	b.permissionGroup(id+" a group without a name", mistake{"name", portal.CodeRequired, platform}, func(g *portal.PermissionGroup) { g.Name = nil })
	b.permissionGroup(id+" another group's name", mistake{"name", portal.CodeAlreadyExists, StockGroupName}, func(g *portal.PermissionGroup) {
		g.Name, g.Description = new(StockGroupName), new("Another one.")
	})
	b.permissionGroup(id+" another group's name in capitals", mistake{"name", portal.CodeAlreadyExists, StockGroupName}, func(g *portal.PermissionGroup) {
		g.Name = new(strings.ToUpper(StockGroupName))
	})
	b.permissionGroup("ALL-03 an invisible character in the name of a group", mistake{"name", portal.CodeMalformed, "the invisible character U+200D at position 2"}, func(g *portal.PermissionGroup) {
		g.Name = new("A\u200dgents")
	})
	b.permissionGroup(id+" a permission that "+platform+" does not have", mistake{"permissions", portal.CodeNotAllowed, "contacts.burn"}, func(g *portal.PermissionGroup) {
		g.Permissions = []string{"contacts.burn"}
	})
}

// sipAccounts adds mistakes in SIP accounts.
func (b *badInputs) sipAccounts(id, platform string) {
	b.sipAccount(id+" an account without an extension", mistake{"extension", portal.CodeRequired, platform}, func(a *portal.SIPAccount) { a.Extension = nil })
	b.sipAccount(id+" an extension with a letter", mistake{"extension", portal.CodeMalformed, "2 to 8 digits"}, func(a *portal.SIPAccount) { a.Extension = new("30l") })
	b.sipAccount(id+" an extension of one digit", mistake{"extension", portal.CodeMalformed, "2 to 8 digits"}, func(a *portal.SIPAccount) { a.Extension = new("3") })
	b.sipAccount("ALL-02 another account's extension", mistake{"extension", portal.CodeAlreadyExists, StockExtension}, func(a *portal.SIPAccount) { a.Extension = new(StockExtension) })
	b.sipAccount(id+" a type that "+platform+" does not have", mistake{"type", portal.CodeMalformed, "voip, app"}, func(a *portal.SIPAccount) { a.Type = new("fax") })
	b.sipAccount(id+" a SIP password without a digit", mistake{"password", portal.CodeWeakPassword, "digit"}, func(a *portal.SIPAccount) { a.Password = new(portal.Secret("vXzkPqrLmTyw")) })
	b.sipAccount(id+" an empty SIP password", mistake{"password", portal.CodeRequired, "protects nothing"}, func(a *portal.SIPAccount) { a.Password = new(portal.Secret) })
	b.sipAccount(id+" a short SIP password", mistake{"password", portal.CodeWeakPassword, "12"}, func(a *portal.SIPAccount) { a.Password = new(portal.Secret("vX3kPq9")) })
}

// extensionsOfUser adds mistakes on a platform on which users have an extension.
func (b *badInputs) extensionsOfUser() {
	b.user("ALL-02 an extension that a SIP account has", mistake{"telephony.extension", portal.CodeAlreadyExists, StockExtension}, func(u *portal.User) {
		u.Telephony.Extension = new(StockExtension)
	})
	b.user("ALL-02 another user's extension", mistake{"telephony.extension", portal.CodeAlreadyExists, StockEmail}, func(u *portal.User) {
		u.Telephony.Extension = new(StockUserExtension)
	})
	b.user("ALL-02 an extension that is none", mistake{"telephony.extension", portal.CodeMalformed, "2 to 8 digits"}, func(u *portal.User) {
		u.Telephony.Extension = new("29-01")
	})
}
