package provider

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// TestAccAlreadyExists: what somebody else has is refused at plan, with the way to import it.
func TestAccAlreadyExists(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	stock := p.Stock(t)
	body := attributesHCL{
		"email": fmt.Sprintf("%q", strings.ToUpper(portaltest.StockEmail)), "first_name": `"Bob"`, "last_name": `"Bos"`, "permission_group_ids": fmt.Sprintf("[%q]", stock.GroupID),
		"telephony.sip_assignment": `"dynamic"`,
	}.block("switchboard_user", "bob")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps:                    []resource.TestStep{{Config: configure(p, body), ExpectError: regexp.MustCompile(`(?s)Already exists.*import \{.*to = switchboard_user\.NAME.*usr_`)}},
	})
}

// TestAlreadyExists_everyKind: whatever exists is named with the way to import it, at plan, and at apply if it has come
// between.
func TestAlreadyExists_everyKind(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		platform   portal.Platform
		noun       portal.Noun
		attributes map[string]any
		exists     func(stock portaltest.Stock) any // made in the portal
		at         string
	}{
		"user": {
			portal.Vaxel, portal.NounUser, map[string]any{"email": "BOB@example.com", "first_name": "Bob", "last_name": "Bos"},
			func(portaltest.Stock) any {
				return portal.User{Email: new("bob@example.com"), FirstName: new("Robert"), LastName: new("Bos")}
			}, "email",
		},
		"permission group": {
			portal.Telecube, portal.NounPermissionGroup, map[string]any{"name": "Agents"},
			func(portaltest.Stock) any {
				return portal.PermissionGroup{Name: new("AGENTS"), Description: new("Others.")}
			}, "name",
		},
		"SIP account": {
			portal.Telecube, portal.NounSIPAccount, map[string]any{"extension": "777"},
			func(portaltest.Stock) any { return portal.SIPAccount{Extension: new("777"), Name: new("Desk")} }, "extension",
		},
		"user group": {
			portal.Telecube, portal.NounUserGroup, map[string]any{"name": "floor", "subgroups": []any{"First"}},
			func(portaltest.Stock) any {
				return portal.UserGroup{Name: new("Floor"), Subgroups: []portal.Subgroup{{Name: "Second"}}}
			}, "name",
		},
		"username": {
			portal.Engage, portal.NounUser, map[string]any{"username": "bob", "email": "bob@example.com", "first_name": "Bob", "last_name": "Bos", "permission_group_ids": []any{"GROUP"}},
			func(stock portaltest.Stock) any {
				return portal.User{Username: new("bob"), Email: new("robert@example.com"), FirstName: new("Robert"), LastName: new("Bos"), PermissionGroupIDs: []string{stock.GroupID}}
			}, "username",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(test.platform))
			stock, drive, typeName := p.Stock(t), newProtocol(t, p), "switchboard_"+string(test.noun)
			if test.attributes["permission_group_ids"] != nil {
				test.attributes["permission_group_ids"] = []any{stock.GroupID}
			}
			plan := drive.planChange(drive.noInstance(typeName), test.attributes)
			id := p.Make(t, test.exists(stock))
			named := func(when string, diagnostics []*tfprotov6.Diagnostic) {
				t.Helper()
				want := fmt.Sprintf("import {\n  to = %s.NAME\n  id = %q\n}", typeName, id)
				if len(diagnostics) != 1 || at(diagnostics[0]) != test.at || !strings.Contains(diagnostics[0].Detail, want) {
					t.Errorf("%s says %+v; want at %s %s", when, diagnostics, test.at, want)
				}
			}
			named("the apply", drive.tryApply(plan))
			_, diagnostics := drive.anew(t, p).tryChange(drive.noInstance(typeName), test.attributes)
			named("the plan", diagnostics)
		})
	}
}

// TestAlreadyExists_ALL02_ofAnotherKind: an extension that a SIP account has is no reason to import it as a user.
func TestAlreadyExists_ALL02_ofAnotherKind(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	p.Make(t, portal.SIPAccount{Extension: new("4711")})
	drive := newProtocol(t, p)
	_, diagnostics := drive.tryChange(drive.noInstance("switchboard_user"), map[string]any{
		"email": "bob@example.com", "first_name": "Bob", "last_name": "Bos", "telephony": map[string]any{"extension": "4711"},
	})
	if len(diagnostics) != 1 || diagnostics[0].Summary != "Already exists" || strings.Contains(diagnostics[0].Detail, "import {") {
		t.Errorf("the plan says %+v", diagnostics)
	}
}
