package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// FuzzImportIDs has every resource imported by whatever somebody may write as its id. It is either refused, or names an object that is there; the same
// object as its id alone does (ALL-04).
func FuzzImportIDs(f *testing.F) {
	p := portaltest.Start(f)
	stock := p.Stock(f)
	drive := newProtocol(f, p)
	there := map[string]map[string]bool{
		"switchboard_permission_group": {stock.GroupID: true, stock.OtherGroupID: true},
		"switchboard_sip_account":      {stock.FreeAccountID: true, stock.OtherFreeAccountID: true, stock.TakenAccountID: true},
		"switchboard_user":             {stock.HolderID: true},
		"switchboard_user_group":       {stock.UserGroupID: true},
	}
	holder, err := p.Service.GetUser(f.Context(), p.Caller, stock.HolderID)
	if err != nil {
		f.Fatal(err)
	}
	member := map[string]bool{}
	for _, groupID := range holder.PermissionGroupIDs {
		member[membershipID(stock.HolderID, groupID)] = true
	}
	there["switchboard_permission_group_member"] = member
	for _, seed := range []string{
		"", "/", "usr_", stock.HolderID, stock.GroupID, stock.TakenAccountID, stock.UserGroupID, stock.HolderID + "/" + stock.GroupID,
		portaltest.StockEmail + "/" + portaltest.StockGroupName, strings.ToUpper(portaltest.StockEmail), portaltest.StockExtension, portaltest.StockUserGroupName,
		"../users", stock.HolderID + "?a=b", "usr_%2e%2e", "a@b@c/d/e", "usr_\x00", "*", "' or 1=1 --", "ÄÖ/\u202e", "usr_\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		for _, keys := range splitMembershipID(id) {
			if membershipID(keys.user, keys.group) != id {
				t.Errorf("%q was split into %q", id, keys)
			}
		}
		run := *drive
		run.t = t
		for typeName := range drive.schemas.ResourceSchemas {
			found, err := run.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
				TypeName: typeName, ID: id, ClientCapabilities: &tfprotov6.ImportResourceStateClientCapabilities{},
			})
			if err != nil {
				t.Fatalf("%s %q: %v", typeName, id, err)
			}
			if refused(found.Diagnostics) || typeName == "switchboard_pbx_reload" { // takes any id, and the refresh says whether there is one
				continue
			}
			imported := instance{typeName, run.decode(typeName, found.ImportedResources[0].State), found.ImportedResources[0].Private}
			if got := run.idOf(imported); !there[typeName][got] {
				t.Errorf("%s %q was imported as %q, which is none of %v", typeName, id, got, there[typeName])
			}
			run.refresh(imported)
		}
	})
}

func refused(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}
