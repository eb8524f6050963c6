package provider

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// outside is one kind of objects, as a configuration has it and as somebody changes and deletes it in the portal.
type outside struct {
	noun          portal.Noun
	before, after map[string]any // attributes
	change        func(t *testing.T, p *portaltest.Portal, id string) error
	remove        func(t *testing.T, p *portaltest.Portal, id string) error
}

func outsideOfEveryKind() []outside {
	person := func(firstName string) map[string]any {
		return map[string]any{"email": "bob@example.com", "first_name": firstName, "last_name": "Bos", "telephony": map[string]any{"extension": "4711"}}
	}
	return []outside{
		{
			portal.NounUser, person("Bob"), person("Robert"),
			func(t *testing.T, p *portaltest.Portal, id string) error {
				_, err := p.Service.ReplaceUser(t.Context(), p.Caller, id, portal.User{LastName: new("Nowak")}, "")
				return err
			},
			func(t *testing.T, p *portaltest.Portal, id string) error {
				return p.Service.DeleteUser(t.Context(), p.Caller, id, "", portal.Deletion{})
			},
		},
		{
			portal.NounPermissionGroup, map[string]any{"name": "Agents"}, map[string]any{"name": "Leads"},
			func(t *testing.T, p *portaltest.Portal, id string) error {
				_, err := p.Service.ReplacePermissionGroup(t.Context(), p.Caller, id, portal.PermissionGroup{Description: new("Others.")}, "")
				return err
			},
			func(t *testing.T, p *portaltest.Portal, id string) error {
				return p.Service.DeletePermissionGroup(t.Context(), p.Caller, id, "")
			},
		},
		{
			portal.NounSIPAccount, map[string]any{"extension": "777", "name": "Desk"}, map[string]any{"extension": "777", "name": "Hall"},
			func(t *testing.T, p *portaltest.Portal, id string) error {
				_, err := p.Service.ReplaceSIPAccount(t.Context(), p.Caller, id, portal.SIPAccount{Enabled: new(false)}, "")
				return err
			},
			func(t *testing.T, p *portaltest.Portal, id string) error {
				return p.Service.DeleteSIPAccount(t.Context(), p.Caller, id, "")
			},
		},
		{
			portal.NounUserGroup, map[string]any{"name": "floor", "subgroups": []any{"First"}}, map[string]any{"name": "floor", "subgroups": []any{"First", "Second"}},
			func(t *testing.T, p *portaltest.Portal, id string) error {
				_, err := p.Service.ReplaceUserGroup(t.Context(), p.Caller, id, portal.UserGroup{Name: new("storey")}, "")
				return err
			},
			func(t *testing.T, p *portaltest.Portal, id string) error {
				return p.Service.DeleteUserGroup(t.Context(), p.Caller, id, "")
			},
		},
	}
}

// platformOf is one that has objects of a kind which need no others.
func platformOf(noun portal.Noun) portal.Platform {
	if noun == portal.NounUser {
		return portal.Vaxel
	}
	return portal.Telecube
}

// TestChangedOutside_everyKind: what somebody changed in the portal between plan and apply is neither overwritten nor
// deleted, and the error says who it was and when.
func TestChangedOutside_everyKind(t *testing.T) {
	t.Parallel()
	who := regexp.MustCompile(`token \S+ \(tok_\w+\) \(\d{4}-\d\d-\d\dT[\d:]+Z\) changed it`)
	for _, kind := range outsideOfEveryKind() {
		t.Run(string(kind.noun), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(platformOf(kind.noun)))
			drive := newProtocol(t, p)
			made := drive.applyChange(drive.planChange(drive.noInstance("switchboard_"+string(kind.noun)), kind.before))
			update, end := drive.anew(t, p).planChange(made, kind.after), drive.anew(t, p).planChange(made, nil)
			if err := kind.change(t, p, drive.idOf(made)); err != nil {
				t.Fatal(err)
			}
			for what, plan := range map[string]plannedInstance{"update": update, "deletion": end} {
				diagnostics := drive.anew(t, p).tryApply(plan)
				if len(diagnostics) != 1 || diagnostics[0].Summary != "Changed in the portal since the plan" || !who.MatchString(diagnostics[0].Detail) {
					t.Errorf("the %s says %+v", what, diagnostics)
				}
			}
			drive.anew(t, p).applyChange(drive.anew(t, p).planChange(made, nil)) // after another look
		})
	}
}

// TestDeletedOutside_everyKind: what somebody has deleted leaves the state with a warning that names it, and is no
// error when it was to go anyway.
func TestDeletedOutside_everyKind(t *testing.T) {
	t.Parallel()
	for _, kind := range outsideOfEveryKind() {
		t.Run(string(kind.noun), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(platformOf(kind.noun)))
			drive := newProtocol(t, p)
			made := drive.applyChange(drive.planChange(drive.noInstance("switchboard_"+string(kind.noun)), kind.before))
			end := drive.anew(t, p).planChange(made, nil)
			if err := kind.remove(t, p, drive.idOf(made)); err != nil {
				t.Fatal(err)
			}
			if diagnostics := drive.anew(t, p).tryApply(end); len(diagnostics) != 0 {
				t.Errorf("the deletion of what is gone says %+v", diagnostics)
			}
			read, err := drive.anew(t, p).server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
				TypeName: made.typeName, CurrentState: drive.encode(made.state), Private: made.private, ClientCapabilities: &tfprotov6.ReadResourceClientCapabilities{},
			})
			if err != nil {
				t.Fatal(err)
			}
			if !drive.decode(made.typeName, read.NewState).IsNull() {
				t.Error("it is still in the state")
			}
			if d := read.Diagnostics; len(d) != 1 || d[0].Severity != tfprotov6.DiagnosticSeverityWarning || !strings.Contains(d[0].Detail, drive.idOf(made)) {
				t.Errorf("the refresh says %+v", d)
			}
		})
	}
}
