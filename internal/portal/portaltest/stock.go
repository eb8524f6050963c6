package portaltest

import (
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// Stock is what an organisation already has when a bad input arrives: what can be referred to, and what is taken.
type Stock struct {
	GroupID            string // a permission group called StockGroupName
	OtherGroupID       string // another one
	FreeAccountID      string // a SIP account that nobody has
	OtherFreeAccountID string // another one
	TakenAccountID     string // a SIP account that a user has
	HolderID           string // that user, with the e-mail address StockEmail
}

// What the objects of a Stock are called.
const (
	StockGroupName = "Agenci"
	StockEmail     = "zajeta@delfin.example.com"
	StockExtension = "203" // of the taken account; the free ones have 201 and 202
)

func stockGroup(name string) portal.PermissionGroup {
	return portal.PermissionGroup{Name: new(name), Permissions: []string{"contacts.view"}}
}

func stockAccount(extension string) portal.SIPAccount {
	return portal.SIPAccount{Extension: new(extension), Name: new("Telefon " + extension)}
}

func stockHolder(groupID, accountID string) portal.User {
	return portal.User{
		Email: new(StockEmail), FirstName: new("Zofia"), LastName: new("Zajęta"), PermissionGroupIDs: []string{groupID},
		Telephony: &portal.Telephony{SIPAccountIDs: []string{accountID}},
	}
}

// Stock makes a Stock in the portal's first organisation, which must be the default one on telecube.
func (p *Portal) Stock(t testing.TB) Stock {
	t.Helper()
	ctx := t.Context()
	group := func(name string) string {
		created, err := p.Service.CreatePermissionGroup(ctx, p.Caller, stockGroup(name), "")
		if err != nil {
			t.Fatalf("make a permission group for the test: %v", err)
		}
		return created.Object.ID
	}
	account := func(extension string) string {
		created, err := p.Service.CreateSIPAccount(ctx, p.Caller, stockAccount(extension), "")
		if err != nil {
			t.Fatalf("make a SIP account for the test: %v", err)
		}
		return created.Object.ID
	}
	stock := Stock{
		GroupID: group(StockGroupName), OtherGroupID: group("Kierownicy"),
		FreeAccountID: account("201"), OtherFreeAccountID: account("202"), TakenAccountID: account(StockExtension),
	}
	holder, err := p.Service.CreateUser(ctx, p.Caller, stockHolder(stock.GroupID, stock.TakenAccountID), "")
	if err != nil {
		t.Fatalf("make a user for the test: %v", err)
	}
	stock.HolderID = holder.Object.ID
	return stock
}

// ImaginaryStock is a Stock without a portal, with the inventory that rules are checked against.
func ImaginaryStock(organization portal.Organization) (Stock, rules.Inventory) {
	stock := Stock{
		GroupID: "grp_1", OtherGroupID: "grp_2",
		FreeAccountID: "sip_1", OtherFreeAccountID: "sip_2", TakenAccountID: "sip_3", HolderID: "usr_1",
	}
	holder := rules.Holder{ID: stock.HolderID, Name: StockEmail}
	return stock, rules.Inventory{
		Organization:     organization,
		PermissionGroups: map[string]portal.PermissionGroup{stock.GroupID: stockGroup(StockGroupName), stock.OtherGroupID: stockGroup("Kierownicy")},
		SIPAccounts: map[string]rules.SIPAccount{
			stock.FreeAccountID:      {SIPAccount: stockAccount("201")},
			stock.OtherFreeAccountID: {SIPAccount: stockAccount("202")},
			stock.TakenAccountID:     {SIPAccount: stockAccount(StockExtension), Holder: holder},
		},
		Holders: map[string]map[string]rules.Holder{
			"email":     {portal.EmailKey(StockEmail): holder},
			"name":      {"agenci": {ID: stock.GroupID, Name: StockGroupName}},
			"extension": {StockExtension: {ID: stock.TakenAccountID, Name: StockExtension}},
		},
	}
}
