package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// shown is an instance of which Terraform has the state upgraded, as it does before it reads, plans or deletes it.
func (d *protocol) shown(i instance) instance {
	d.t.Helper()
	if i.state.IsNull() {
		return i
	}
	upgraded, err := d.server.UpgradeResourceState(d.t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: i.typeName, RawState: &tfprotov6.RawState{JSON: stateJSON(d.t, i.state)},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.noError("upgrade", upgraded.Diagnostics)
	return i
}

// stateJSON is a state as Terraform keeps it.
func stateJSON(t testing.TB, value tftypes.Value) []byte {
	t.Helper()
	converted, kind := inTerraform(t, value)
	text, err := ctyjson.Marshal(converted, kind)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// everyNoun are configurations of each kind of object, by resource type, that differ from each other by n alone.
func everyNoun(groupID string, n int) map[string]map[string]any {
	return map[string]map[string]any{
		"switchboard_user": {
			"email": fmt.Sprintf("alice%d@example.com", n), "first_name": "Alice", "last_name": "Nowak", "permission_group_ids": []any{groupID},
			"telephony": map[string]any{"sip_assignment": "dynamic"},
		},
		"switchboard_permission_group": {"name": fmt.Sprintf("Sales %d", n)},
		"switchboard_sip_account":      {"extension": fmt.Sprint(2000 + n)},
		"switchboard_user_group":       {"name": fmt.Sprintf("floor %d", n), "subgroups": []any{"First"}},
	}
}

// says fails unless there is one error with this summary, whose text has all of these words.
func says(t *testing.T, what string, diagnostics []*tfprotov6.Diagnostic, summary string, words ...string) {
	t.Helper()
	if len(diagnostics) != 1 || diagnostics[0].Severity != tfprotov6.DiagnosticSeverityError || diagnostics[0].Summary != summary {
		t.Errorf("%s says %+v, want %q", what, diagnostics, summary)
		return
	}
	for _, word := range words {
		if !strings.Contains(diagnostics[0].Detail, word) {
			t.Errorf("%s says %q, without %q", what, diagnostics[0].Detail, word)
		}
	}
}

// TestPlanState_ALL09_theSecondPlanIsRefused: whatever order Terraform plans in, one of two plans that stand for one
// object is refused.
func TestPlanState_ALL09_theSecondPlanIsRefused(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	stock, drive := p.Stock(t), newProtocol(t, p)
	one, other := everyNoun(stock.GroupID, 1), everyNoun(stock.GroupID, 2)
	for typeName, config := range one {
		noun := portal.Noun(strings.TrimPrefix(typeName, providerTypeName+"_"))
		run := drive.anew(t, p)
		made := run.applyChange(run.planChange(drive.noInstance(typeName), config))
		id, nothing := drive.idOf(made), drive.noInstance(typeName)

		run = drive.anew(t, p) // renamed: the old address is seen, the new one is planned, then the old one goes
		run.refresh(run.shown(made))
		run.planChange(nothing, config)
		_, diagnostics := run.tryChange(made, nil)
		says(t, typeName+" renamed, created first", diagnostics, managedAlready, "moved {", id)

		run = drive.anew(t, p) // the other way round
		run.planChange(run.shown(made), nil)
		_, diagnostics = run.tryChange(nothing, config)
		says(t, typeName+" renamed, deleted first", diagnostics, managedAlready, "moved {", id)

		run = drive.anew(t, p) // the new address is planned before the old one is seen at all
		_, diagnostics = run.tryChange(nothing, config)
		says(t, typeName+" not seen", diagnostics, "Exists already, perhaps from an interrupted run", importBlockOf(noun, id))

		run = drive.anew(t, p) // a copied block
		run.planChange(run.shown(made), config)
		_, diagnostics = run.tryChange(nothing, config)
		says(t, typeName+" copied, kept first", diagnostics, claimedTwice, id)

		run = drive.anew(t, p)
		run.refresh(run.shown(made))
		run.planChange(nothing, config)
		_, diagnostics = run.tryChange(made, config)
		says(t, typeName+" copied, created first", diagnostics, claimedTwice, id)

		run = drive.anew(t, p) // two new blocks, the same to the byte
		run.planChange(nothing, other[typeName])
		_, diagnostics = run.tryChange(nothing, other[typeName])
		says(t, typeName+" twice", diagnostics, claimedTwice)

		run = drive.anew(t, p) // one gets another name, and a new one gets the old name
		run.planChange(run.shown(made), other[typeName])
		_, diagnostics = run.tryChange(nothing, config)
		says(t, typeName+" passed on, changed first", diagnostics, managedAlready, "second apply", "moved {")

		run = drive.anew(t, p)
		run.refresh(run.shown(made))
		run.planChange(nothing, config)
		_, diagnostics = run.tryChange(made, other[typeName])
		says(t, typeName+" passed on, created first", diagnostics, managedAlready, "second apply", "moved {")

		run = drive.anew(t, p) // a state in which two addresses hold one object
		run.shown(made)
		run.planChange(run.shown(made), config)
		_, diagnostics = run.tryChange(made, config)
		says(t, typeName+" held twice", diagnostics, managedTwice, "removed {", id)
		_, diagnostics = run.tryChange(made, nil)
		says(t, typeName+" held twice, and one goes", diagnostics, managedTwice, "removed {", id)
	}
}

// TestPlanState_ALL09_replacement: a replacement is told from a second block by the mark of the plan before.
func TestPlanState_ALL09_replacement(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	stock, drive := p.Stock(t), newProtocol(t, p)
	for typeName, config := range everyNoun(stock.GroupID, 1) {
		made := drive.applyChange(drive.anew(t, p).planChange(drive.noInstance(typeName), config))
		run := drive.anew(t, p)
		first := run.planChange(run.shown(made), config)
		if len(first.private) == 0 {
			t.Fatalf("%s carries no mark", typeName)
		}
		marked := instance{typeName, drive.noInstance(typeName).state, first.private}
		if _, diagnostics := run.tryChange(marked, config); len(diagnostics) != 1 || diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning {
			t.Errorf("the replacement of a %s says %+v", typeName, diagnostics)
		}
		// A mark of another process is none.
		run = drive.anew(t, p)
		run.planChange(run.shown(made), config)
		_, diagnostics := run.tryChange(marked, config)
		says(t, typeName+" with a foreign mark", diagnostics, claimedTwice)

		applied := drive.applyChange(drive.anew(t, p).planChange(made, config)) // an update leaves no mark in the state
		if strings.Contains(string(applied.private), markKey) {
			t.Errorf("the private state of a %s keeps the mark: %s", typeName, applied.private)
		}
	}
}

// TestPlanState_ALL09_replacementOfWhatIsInUse is refused at plan, as the deletion would be, where others use it than
// this configuration manages.
func TestPlanState_ALL09_replacementOfWhatIsInUse(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	drive := newProtocol(t, p)
	group := map[string]any{"name": "Sales"}
	made := drive.applyChange(drive.anew(t, p).planChange(drive.noInstance("switchboard_permission_group"), group))
	user := everyNoun(drive.idOf(made), 1)["switchboard_user"]
	person := drive.applyChange(drive.anew(t, p).planChange(drive.noInstance("switchboard_user"), user))

	run := drive.anew(t, p)
	run.refresh(run.shown(made))
	_, diagnostics := run.tryChange(drive.noInstance("switchboard_permission_group"), group)
	if len(diagnostics) != 1 || diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning {
		t.Errorf("the replacement of a group whose member is planned in the same run says %+v", diagnostics)
	}

	other := portal.User{
		Email: new("other@example.com"), FirstName: new("Olga"), LastName: new("Other"), PermissionGroupIDs: []string{drive.idOf(made)},
		Telephony: &portal.Telephony{SIPAssignment: new("dynamic")},
	}
	if _, err := p.Service.CreateUser(t.Context(), p.Caller, other, ""); err != nil {
		t.Fatal(err)
	}
	run = drive.anew(t, p)
	run.refresh(run.shown(made))
	_, diagnostics = run.tryChange(drive.noInstance("switchboard_permission_group"), group)
	says(t, "the replacement of a group with another's member", diagnostics, summary(portal.CodeInUse), "other@example.com")

	for _, stays := range []string{onDestroyKeep, onDestroyDisable} {
		user["on_destroy"] = stays
		person = drive.applyChange(drive.anew(t, p).planChange(person, user))
		run = drive.anew(t, p)
		run.refresh(run.shown(person))
		_, diagnostics = run.tryChange(drive.noInstance("switchboard_user"), user)
		says(t, "the replacement of a user with on_destroy = "+stays, diagnostics, "Cannot be replaced", "alice1@example.com", stays)
	}
	user["on_destroy"], user["adopt_existing"] = onDestroyDelete, true
	person = drive.applyChange(drive.anew(t, p).planChange(person, user))
	run = drive.anew(t, p)
	run.refresh(run.shown(person))
	_, diagnostics = run.tryChange(drive.noInstance("switchboard_user"), user)
	says(t, "the replacement of a user with adopt_existing", diagnostics, "Cannot be replaced with adopt_existing", "adopt_existing = false")
}

// TestPlanState_ALL09_whoseItIs: what exists is refused in the words that fit, and adopted only where that loses
// nobody.
func TestPlanState_ALL09_whoseItIs(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	stock, drive := p.Stock(t), newProtocol(t, p)
	named := func(name string) *protocol {
		run := newRun(t, drive.schemas)
		run.configureBlock(map[string]any{"endpoint": p.URL, "token": p.Token, "managed_by": name})
		return run
	}
	for typeName, config := range everyNoun(stock.GroupID, 1) {
		nothing := drive.noInstance(typeName)
		adopting := map[string]any{"adopt_existing": true}
		for name, value := range config {
			adopting[name] = value
		}
		apply := func(name string, prior instance, attributes map[string]any) instance {
			run := named(name)
			return run.applyChange(run.planChange(prior, attributes))
		}
		made := apply("people", nothing, config)
		id := drive.idOf(made)

		_, diagnostics := named("phones").tryChange(nothing, config)
		says(t, typeName+" of another configuration", diagnostics, "Already exists", `managed by "people"`, "import {", id)
		_, diagnostics = named("people").tryChange(nothing, config)
		says(t, typeName+" of an interrupted run", diagnostics, "Exists already, perhaps from an interrupted run", `managed_by = "people"`, "import {", id)

		adopted := apply("people", nothing, adopting)
		if drive.idOf(adopted) != id {
			t.Errorf("%s: what an interrupted run has made was not adopted", typeName)
		}
		changed := everyNoun(stock.GroupID, 1)[typeName]
		changed["deletion_protection"] = false
		if typeName == "switchboard_user" {
			changed["last_name"] = "Smit"
		} else {
			changed = everyNoun(stock.GroupID, 2)[typeName]
		}
		apply("people", made, changed)
		if typeName != "switchboard_user" { // back to its name: it is touched now
			apply("people", drive.refreshed(p, made), config)
		}
		for what, attributes := range map[string]map[string]any{"": config, " with adopt_existing": adopting} {
			_, diagnostics = named("people").tryChange(nothing, attributes)
			says(t, typeName+" that was changed since"+what, diagnostics, managedAlready, `managed_by = "people"`, "moved {", "import {", id)
		}
		taken := apply("phones", nothing, adopting)
		if drive.idOf(taken) != id {
			t.Errorf("%s: another configuration did not take it over", typeName)
		}
	}
}

// refreshed is an instance as another run reads it.
func (d *protocol) refreshed(p *portaltest.Portal, i instance) instance {
	d.t.Helper()
	return d.anew(d.t, p).refresh(i)
}

// TestPlanState_manyWalksInOneProcess plans, applies, plans again and destroys on one configured server, as the test
// command does: each block is validated once more before a run than it is planned.
func TestPlanState_manyWalksInOneProcess(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	stock, drive := p.Stock(t), newProtocol(t, p)
	validate := func(typeName string, config map[string]any) {
		t.Helper()
		validated, err := drive.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
			TypeName: typeName, Config: drive.value(drive.schemas.ResourceSchemas[typeName], config),
			ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		if err != nil || len(validated.Diagnostics) > 0 {
			t.Fatalf("%+v, %v", validated, err)
		}
	}
	for typeName, config := range everyNoun(stock.GroupID, 1) {
		nothing := drive.noInstance(typeName)
		for range 2 { // two runs that only plan
			validate(typeName, config)
			drive.planChange(nothing, config)
		}
		validate(typeName, config)
		drive.planChange(nothing, config)
		made := drive.applyChange(drive.planChange(nothing, config))
		drive.shown(made)
		for range 2 {
			validate(typeName, config)
			if plan := drive.planChange(drive.shown(made), config); len(plan.changes()) > 0 {
				t.Errorf("a %s that is there changes: %v", typeName, plan.changes())
			}
		}
		drive.applyChange(drive.planChange(drive.shown(made), nil))
		validate(typeName, config)
		drive.applyChange(drive.planChange(nothing, config))
	}
}

// TestPlanState_walksReadAnew: what was read in one walk is not believed in the next.
func TestPlanState_walksReadAnew(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	stock, drive := p.Stock(t), newProtocol(t, p)
	config := everyNoun(stock.GroupID, 1)["switchboard_user"]
	made := drive.applyChange(drive.planChange(drive.noInstance("switchboard_user"), config))
	made = drive.refresh(drive.shown(made))
	if _, err := p.Service.ReplaceUser(t.Context(), p.Caller, drive.idOf(made), portal.User{LastName: new("Smit")}, ""); err != nil {
		t.Fatal(err)
	}
	group := everyNoun(stock.GroupID, 1)["switchboard_permission_group"]
	drive.applyChange(drive.planChange(drive.noInstance("switchboard_permission_group"), group)) // an apply is between the two walks
	if plan := drive.planChange(drive.shown(made), config); len(plan.changes()) != 1 {
		t.Errorf("a later walk does not see what somebody has changed: %v", plan.changes())
	}
}
