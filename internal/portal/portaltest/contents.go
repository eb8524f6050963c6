package portaltest

import (
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
