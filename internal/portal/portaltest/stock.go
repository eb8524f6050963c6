package portaltest

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// Stock is what an organisation already has when a bad input arrives: what can be referred to, and what is taken. An id
// of what the platform does not have is empty.
type Stock struct {
	Organization       portal.Organization
	GroupID            string            // a permission group called StockGroupName
	OtherGroupID       string            // another one
	PrivilegedGroups   map[string]string // permission groups that have one privileged permission each, by it
	FreeAccountID      string            // a SIP account that nobody has
	OtherFreeAccountID string            // another one
	TakenAccountID     string            // a SIP account that a user has
	UserGroupID        string            // a user group called StockUserGroupName
	SubgroupID         string            // a subgroup of it
	OtherSubgroupID    string            // another one
	NotAPictureFile    string            // the path of a file that says "jagoda.png" and is none
	HolderID           string            // the user who has what is taken, with the e-mail address StockEmail; none in an organisation that is bare
}

// What the objects of a Stock are called.
const (
	StockGroupName     = "Agenci"
	StockUserGroupName = "Stanowisko"
	StockEmail         = "zajeta@delfin.example.com"
	StockUsername      = "zajeta"
	StockExtension     = "203"          // of the taken account; the free ones have 201 and 202
	StockUserExtension = "2900"         // of the user, on platforms on which users have one
	StockNumber        = "+48225550111" // that rings at the user, on platforms on which numbers do
	notAPictureText    = "jagoda.png"
)

// notAPicture writes the file, which is there as long as the test.
func notAPicture(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "jagoda.png")
	if err := os.WriteFile(file, []byte(notAPictureText), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// bare reports whether the organisation is one that ordered nothing (BareOrganization).
func (s Stock) bare() bool { return len(s.Organization.Ordered) == 0 }

// has reports whether the platform of the stock has a kind of object.
func (s Stock) has(noun portal.Noun) bool {
	switch s.Organization.Platform {
	case portal.Engage:
		return noun == portal.NounUser || noun == portal.NounPermissionGroup
	case portal.Vaxel:
		return noun == portal.NounUser || noun == portal.NounSIPAccount
	case portal.Telecube:
		return true
	default:
		return noun != portal.NounUserGroup
	}
}

func stockGroup(name string) portal.PermissionGroup {
	return portal.PermissionGroup{Name: new(name)}
}

// privileged are the permissions of the platform that only a token with the scope admin can give.
func privileged(t testing.TB, stock Stock) []string {
	t.Helper()
	set, err := rules.For(stock.Organization.Platform)
	if err != nil {
		t.Fatal(err)
	}
	return set.Privileged
}

func privilegedGroup(permission string) portal.PermissionGroup {
	return portal.PermissionGroup{Name: new("Z prawem " + permission), Permissions: []string{permission}}
}

func stockAccount(extension string) portal.SIPAccount {
	return portal.SIPAccount{Extension: new(extension), Name: new("Telefon " + extension)}
}

func stockUserGroup() portal.UserGroup {
	return portal.UserGroup{Name: new(StockUserGroupName), Subgroups: []portal.Subgroup{{Name: "Handlowcy"}, {Name: "Serwisanci"}}}
}

// holder is the user of the stock.
func (s Stock) holder() portal.User {
	user := GoodUser(s)
	user.Email, user.FirstName, user.LastName = new(StockEmail), new("Zofia"), new("Zajęta")
	if user.Username != nil {
		user.Username = new(StockUsername)
	}
	if user.Telephony != nil && user.Telephony.Extension != nil {
		user.Telephony.Extension = new(StockUserExtension)
	}
	if s.Organization.Platform == portal.Vaxel {
		user.Telephony.IncomingNumbers = []string{StockNumber}
	}
	if s.TakenAccountID != "" {
		user.Telephony.SIPAccountIDs = []string{s.TakenAccountID}
	}
	return user
}

// Stock makes a Stock in the portal's first organisation, which is a default or a bare one.
func (p *Portal) Stock(t testing.TB) Stock {
	t.Helper()
	organization, err := p.Service.Organization(t.Context(), p.Caller)
	if err != nil {
		t.Fatalf("read the test's organisation: %v", err)
	}
	stock := Stock{Organization: organization, NotAPictureFile: notAPicture(t)}
	if stock.has(portal.NounPermissionGroup) {
		stock.GroupID, stock.OtherGroupID = p.Make(t, stockGroup(StockGroupName)), p.Make(t, stockGroup("Kierownicy"))
		stock.PrivilegedGroups = map[string]string{}
		for _, name := range privileged(t, stock) {
			stock.PrivilegedGroups[name] = p.Make(t, privilegedGroup(name))
		}
	}
	if stock.has(portal.NounSIPAccount) {
		stock.FreeAccountID, stock.OtherFreeAccountID = p.Make(t, stockAccount("201")), p.Make(t, stockAccount("202"))
		stock.TakenAccountID = p.Make(t, stockAccount(StockExtension))
	}
	if stock.has(portal.NounUserGroup) {
		stock.UserGroupID = p.Make(t, stockUserGroup())
		made, err := p.Service.GetUserGroup(t.Context(), p.Caller, stock.UserGroupID)
		if err != nil {
			t.Fatalf("read the test's user group: %v", err)
		}
		stock.SubgroupID, stock.OtherSubgroupID = made.Subgroups[0].ID, made.Subgroups[1].ID
	}
	if !stock.bare() {
		stock.HolderID = p.Make(t, stock.holder())
	}
	return stock
}

// Make stores an object of the contract in the portal's first organisation, by the service, and returns its id.
func (p *Portal) Make(t testing.TB, object any) string {
	t.Helper()
	var id string
	var err error
	switch object := object.(type) {
	case portal.User:
		id, err = idOf(p.Service.CreateUser(t.Context(), p.Caller, object, ""))
	case portal.PermissionGroup:
		id, err = idOf(p.Service.CreatePermissionGroup(t.Context(), p.Caller, object, ""))
	case portal.SIPAccount:
		id, err = idOf(p.Service.CreateSIPAccount(t.Context(), p.Caller, object, ""))
	case portal.UserGroup:
		id, err = idOf(p.Service.CreateUserGroup(t.Context(), p.Caller, object, ""))
	default:
		t.Fatalf("%T is not an object that the test can make", object)
	}
	if err != nil {
		t.Fatalf("make %T for the test: %v", object, err)
	}
	return id
}

func idOf[T any](created service.Created[T], err error) (string, error) {
	return reflect.ValueOf(created.Object).FieldByName("ID").String(), err
}

// ImaginaryStock is the Stock of an organisation, of which it takes the file, without a portal: with the inventory that
// rules are checked against.
func ImaginaryStock(t testing.TB, file string) (Stock, rules.Inventory) {
	t.Helper()
	read, err := service.ParseOrganizationFile("organization.yaml", []byte(file))
	if err != nil {
		t.Fatalf("the test's organisation file: %v", err)
	}
	stock := Stock{Organization: read.Organization, NotAPictureFile: notAPicture(t)}
	inventory := rules.Inventory{
		Organization:     read.Organization,
		PermissionGroups: map[string]portal.PermissionGroup{},
		SIPAccounts:      map[string]rules.SIPAccount{},
		Subgroups:        map[string]rules.Subgroup{},
		Holders:          map[string]map[string]rules.Holder{},
	}
	if !stock.bare() {
		stock.HolderID = "usr_1"
	}
	holder := rules.Holder{ID: stock.HolderID, Name: StockEmail, Noun: portal.NounUser}
	if stock.has(portal.NounPermissionGroup) {
		stock.GroupID, stock.OtherGroupID = "grp_1", "grp_2"
		inventory.PermissionGroups = map[string]portal.PermissionGroup{"grp_1": stockGroup(StockGroupName), "grp_2": stockGroup("Kierownicy")}
		stock.PrivilegedGroups = map[string]string{}
		for _, name := range privileged(t, stock) {
			id := "grp_" + name
			stock.PrivilegedGroups[name], inventory.PermissionGroups[id] = id, privilegedGroup(name)
		}
	}
	names := map[string]rules.Holder{"agenci": {ID: stock.GroupID, Name: StockGroupName, Noun: portal.NounPermissionGroup}}
	if stock.has(portal.NounUserGroup) {
		group := stockUserGroup()
		stock.UserGroupID, stock.SubgroupID, stock.OtherSubgroupID = "ugr_1", "sub_1", "sub_2"
		for i, id := range []string{"sub_1", "sub_2"} {
			group.Subgroups[i].ID = id
			inventory.Subgroups[id] = rules.Subgroup{Subgroup: group.Subgroups[i], GroupID: "ugr_1", GroupName: StockUserGroupName}
		}
		names["stanowisko"] = rules.Holder{ID: "ugr_1", Name: StockUserGroupName, Noun: portal.NounUserGroup}
	}
	if stock.has(portal.NounSIPAccount) {
		stock.FreeAccountID, stock.OtherFreeAccountID, stock.TakenAccountID = "sip_1", "sip_2", "sip_3"
		inventory.SIPAccounts = map[string]rules.SIPAccount{
			"sip_1": {SIPAccount: stockAccount("201")}, "sip_2": {SIPAccount: stockAccount("202")}, "sip_3": {SIPAccount: stockAccount(StockExtension), Holder: holder},
		}
		inventory.Holders["extension"] = map[string]rules.Holder{StockExtension: {ID: "sip_3", Name: StockExtension, Noun: portal.NounSIPAccount}}
	}
	if !stock.bare() {
		inventory.Holders["email"] = map[string]rules.Holder{portal.EmailKey(StockEmail): holder}
		inventory.Holders["username"] = map[string]rules.Holder{StockUsername: holder}
		inventory.Numbers = map[string]rules.Number{StockNumber: {Holder: holder}, MainNumber: {Main: true}}
		inventory.Holders["telephony.extension"] = map[string]rules.Holder{StockUserExtension: holder}
	}
	inventory.Holders["name"] = names
	return stock, inventory
}
