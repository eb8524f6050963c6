package provider

import (
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// onlyWriting is the provider with a token that has the scopes read and write only.
func onlyWriting(t *testing.T, p *portaltest.Portal) *protocol {
	t.Helper()
	return newProtocolWith(t, p.URL, p.NewToken(t, portal.ScopeRead, portal.ScopeWrite))
}

func wantNeedsAdmin(t *testing.T, what, attribute string, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	if len(diagnostics) != 1 || diagnostics[0].Summary != "Needs the scope admin" || at(diagnostics[0]) != attribute {
		t.Errorf("%s: want a refusal at %s", what, attribute)
		for _, d := range diagnostics {
			t.Logf("%s at %q: %s", d.Summary, at(d), d.Detail)
		}
	}
}

// TestPrivilege_membershipIsRefusedAtPlan walks the privileged permissions of the platform that has single memberships,
// for a user who is known and for one who is yet to be made.
func TestPrivilege_membershipIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Maatwerk))
	stock := p.Stock(t)
	drive := onlyWriting(t, p)
	for permission, groupID := range stock.PrivilegedGroups {
		for _, user := range []any{stock.HolderID, tftypes.UnknownValue} {
			member := map[string]any{"permission_group_id": groupID, "user_id": user}
			_, diagnostics := drive.tryChange(drive.noInstance("switchboard_permission_group_member"), member)
			wantNeedsAdmin(t, permission, `permission_group_id`, diagnostics)
		}
	}
}

// keepAdministrator makes an administrator of the user of the stock, so that others may go.
func keepAdministrator(t *testing.T, p *portaltest.Portal, stock portaltest.Stock) {
	t.Helper()
	permissions := slices.Sorted(maps.Keys(stock.PrivilegedGroups))
	if len(permissions) == 0 {
		return
	}
	group := p.Make(t, portal.PermissionGroup{Name: new("Administratorzy"), Permissions: permissions})
	if _, err := p.Service.ReplaceUser(t.Context(), p.Caller, stock.HolderID, portal.User{PermissionGroupIDs: []string{group}}, ""); err != nil {
		t.Fatal(err)
	}
}

// TestPrivilege_planOfWhatStays: a plan that leaves privileged things as they are needs no admin, and one whose new
// password is not known yet does.
func TestPrivilege_planOfWhatStays(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(platform))
			stock := p.Stock(t)
			keepAdministrator(t, p, stock)
			for permission, groupID := range stock.PrivilegedGroups {
				drive := onlyWriting(t, p)
				user := portaltest.GoodUser(stock)
				user.Email, user.PermissionGroupIDs = new("ann@example.com"), []string{groupID}
				id := p.Make(t, user)
				attributes := attributesOf(t, &user)
				prior := drive.imported("switchboard_user", id)
				for _, name := range []any{*user.FirstName, "Anna"} {
					attributes["first_name"] = name
					drive.planChange(prior, attributes)
				}
				if platform != portal.Engage {
					attributes["password_wo"], attributes["password_wo_version"] = tftypes.UnknownValue, 2
					_, diagnostics := drive.tryChange(prior, attributes)
					wantNeedsAdmin(t, permission, "password_wo", diagnostics)
				}
				if err := p.Service.DeleteUser(t.Context(), p.Caller, id, "", portal.Deletion{}); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
