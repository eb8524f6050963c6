package portaltest

import "github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"

// GoodUser is a user that the portal accepts: every bad user is this one with one mistake.
func GoodUser(stock Stock) portal.User {
	user := portal.User{Email: new("jagoda@delfin.example.com"), FirstName: new("Jagoda"), LastName: new("Wiśniewska")}
	if stock.GroupID != "" {
		user.PermissionGroupIDs = []string{stock.GroupID}
	}
	switch stock.Organization.Platform {
	case portal.Maatwerk:
		user.Telephony = &portal.Telephony{Extension: new("2901"), SIPAccountIDs: []string{stock.FreeAccountID}}
	case portal.Engage:
		user.Username = new("jagoda")
	case portal.Samoobsluha:
		user.Licence = &portal.Licence{Product: new("omnichannel"), Edition: new("mini"), HelpdeskID: new("wsparcie")}
		user.Telephony = &portal.Telephony{Extension: new("2901"), PBXID: new("warszawa")}
	case portal.Telecube:
		user.Telephony = &portal.Telephony{SIPAssignment: new("static"), SIPAccountIDs: []string{stock.FreeAccountID}}
	case portal.Vaxel:
		user.Telephony = &portal.Telephony{Extension: new("2901")}
	}
	return user
}

// GoodPermissionGroup is a permission group that the portal accepts.
func GoodPermissionGroup() portal.PermissionGroup {
	return portal.PermissionGroup{Name: new("Księgowość")}
}

// GoodSIPAccount is a SIP account that the portal accepts.
func GoodSIPAccount() portal.SIPAccount {
	return portal.SIPAccount{Extension: new("301"), Name: new("Recepcja"), CallerID: new("+48 22 555 01 01")}
}

// GoodUserGroup is a user group that the portal accepts.
func GoodUserGroup() portal.UserGroup {
	return portal.UserGroup{Name: new("Dział"), Subgroups: []portal.Subgroup{{Name: "Sprzedaż"}, {Name: "Wsparcie"}}}
}

// GoodObjects are pointers to objects that the portal accepts, one of each kind that the platform has.
func GoodObjects(stock Stock) map[portal.Noun]any {
	all := map[portal.Noun]any{
		portal.NounUser:            new(GoodUser(stock)),
		portal.NounPermissionGroup: new(GoodPermissionGroup()),
		portal.NounSIPAccount:      new(GoodSIPAccount()),
		portal.NounUserGroup:       new(GoodUserGroup()),
	}
	for noun := range all {
		if !stock.has(noun) {
			delete(all, noun)
		}
	}
	return all
}
