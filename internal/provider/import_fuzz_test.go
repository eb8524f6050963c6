package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// FuzzImportIDs has every resource imported by whatever somebody may write as its id. It is either refused, or names an
// object that is there; the same object as its id alone does (ALL-04).
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

// TestImport_ALL04_nothingFound: the error says what was looked for, and by which of the attributes that the platform
// has.
func TestImport_ALL04_nothingFound(t *testing.T) {
	t.Parallel()
	for platform, wanted := range map[portal.Platform]map[portal.Noun]string{
		portal.Telecube: {
			portal.NounUser: "id or e-mail address", portal.NounPermissionGroup: "id or name",
			portal.NounSIPAccount: "id or extension", portal.NounUserGroup: "id or name",
		},
		portal.Engage: {portal.NounUser: "id, e-mail address or username", portal.NounPermissionGroup: "id or name"},
		portal.Vaxel: {
			portal.NounUser: "id or e-mail address", portal.NounPermissionGroup: "id", portal.NounUserGroup: "id",
		},
	} {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			drive := newProtocol(t, portaltest.Start(t, portaltest.WithPlatform(platform)))
			for noun, by := range wanted {
				for _, id := range []string{"nobody", "nobody@example.com", "99999", "", ".", "..", "../users", "a/b"} {
					want := fmt.Sprintf("the organisation has no %s with the %s %q", noun.Title(), by, id)
					_, said := drive.importedID("switchboard_"+string(noun), id)
					if len(said) != 1 || !strings.Contains(said[0], want) {
						t.Errorf("the import of %q says %q, want %q", id, said, want)
					}
				}
			}
		})
	}
}

func refused(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}
