package portaltest

import (
	"fmt"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// Contents are the objects of the portal's first organisation, as far as they fit on the largest page.
type Contents struct {
	Users            []portal.User
	PermissionGroups []portal.PermissionGroup
	SIPAccounts      []portal.SIPAccount
}

// Contents reads past all clients, as fast as it goes.
func (p *Portal) Contents(t testing.TB) (c Contents) {
	t.Helper()
	query := service.ListQuery{Limit: portal.MaxPageSize}
	users, err := p.Service.ListUsers(t.Context(), p.Caller, query)
	if err != nil {
		t.Fatalf("read the users of the test's portal: %v", err)
	}
	groups, err := p.Service.ListPermissionGroups(t.Context(), p.Caller, query)
	if err != nil {
		t.Fatalf("read the permission groups of the test's portal: %v", err)
	}
	accounts, err := p.Service.ListSIPAccounts(t.Context(), p.Caller, query)
	if err != nil {
		t.Fatalf("read the SIP accounts of the test's portal: %v", err)
	}
	return Contents{Users: users.Items, PermissionGroups: groups.Items, SIPAccounts: accounts.Items}
}

// Faults are in what the objects contradict each other: two of them have one thing, or a user is in no group where the
// platform demands one.
func (c Contents) Faults() (found []string) {
	has := map[string]string{}
	hold := func(kind string, thing *string, id string) {
		if thing == nil || *thing == "" {
			return
		}
		if other := has[kind+*thing]; other != "" {
			found = append(found, fmt.Sprintf("the %s %s is %s's and %s's", kind, *thing, other, id))
		}
		has[kind+*thing] = id
	}
	for _, account := range c.SIPAccounts {
		hold("extension", account.Extension, account.ID)
	}
	for _, group := range c.PermissionGroups {
		hold("group", group.Name, group.ID)
	}
	for _, user := range c.Users {
		if user.PermissionGroupIDs != nil && len(user.PermissionGroupIDs) == 0 {
			found = append(found, *user.Email+" is in no group")
		}
		if user.Telephony == nil {
			continue
		}
		hold("extension", user.Telephony.Extension, user.ID)
		for _, number := range user.Telephony.IncomingNumbers {
			hold("number", &number, user.ID)
		}
		if user.Telephony.SIPAssignment != nil { // on telecube, where an account is one user's
			for _, account := range user.Telephony.SIPAccountIDs {
				hold("account", &account, user.ID)
			}
		}
	}
	return found
}
