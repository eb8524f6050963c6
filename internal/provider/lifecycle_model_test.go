package provider

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// forLifecycle is everything that a configuration can say of an object which is not the portal's business.
func forLifecycle(noun portal.Noun) map[string]any {
	attributes := map[string]any{"adopt_existing": true, "deletion_protection": true, "timeouts": map[string]any{"create": "2m", "read": "3m", "update": "4m", "delete": "5m"}}
	if noun == portal.NounUser {
		maps.Copy(attributes, map[string]any{"on_destroy": "delete", "discard_planned_work": false})
	}
	return attributes
}

// TestLifecycle_everyResourceOfEveryPlatform: what the portal knows nothing of makes no difference after an apply nor
// after an import, is changed without a change in the portal, and guards what it says it guards, at plan and at apply.
func TestLifecycle_everyResourceOfEveryPlatform(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			set, err := rules.For(platform)
			if err != nil {
				t.Fatal(err)
			}
			p := portaltest.Start(t, portaltest.WithOrganization(withAllModules(platform, set)))
			tables, drive := updateTables(t, p, platform), newProtocol(t, p)
			for _, noun := range slices.Sorted(maps.Keys(set.Objects)) {
				t.Run(string(noun), func(t *testing.T) {
					lived{updated{t: t, p: p, drive: drive, noun: noun}}.test(tables[noun].base)
				})
			}
		})
	}
}

type lived struct{ updated }

func (l lived) test(base settings) {
	t, typeName := l.t, "switchboard_"+string(l.noun)
	plain := attributesFor(l.drive.schemas.ResourceSchemas[typeName], base, base)
	protected := maps.Clone(plain)
	maps.Copy(protected, forLifecycle(l.noun))

	made := l.settle(l.drive.noInstance(typeName), protected)
	stored := l.stored()
	id := l.drive.idOf(made)
	l.keptBack(made, protected)

	imported := l.run().imported(typeName, id)
	untouched := l.run().planChange(imported, plain)
	for name := range forLifecycle(l.noun) {
		if slices.ContainsFunc(untouched.changes(), func(path string) bool { return path == name || strings.HasPrefix(path, name+".") }) {
			t.Errorf("after an import, %s changes that no configuration gives", name)
		}
	}
	plan := l.run().planChange(imported, protected)
	l.settle(imported, protected) // an update without anything to do in the portal
	if diff := cmp.Diff(stored, l.stored()); diff != "" {
		t.Errorf("the portal knows of it (-before +after):\n%s", diff)
	}
	if !slices.Contains(plan.changes(), "deletion_protection") {
		t.Errorf("after an import the plan changes %v", plan.changes())
	}

	free := l.settle(made, plain)
	if diff := cmp.Diff(stored, l.stored()); diff != "" {
		t.Errorf("the portal knows of it (-before +after):\n%s", diff)
	}
	l.run().applyChange(l.run().planChange(free, nil))
}

// keptBack checks that a protected object goes neither by a plan, nor by a plan that was made before it was protected,
// nor by a replacement.
func (l lived) keptBack(made instance, protected map[string]any) {
	l.t.Helper()
	_, diagnostics := l.run().tryChange(made, nil)
	l.wasProtected("a plan", diagnostics)

	schema := l.drive.schemas.ResourceSchemas[made.typeName]
	none := tftypes.NewValue(schema.ValueType(), nil)
	l.wasProtected("an apply", l.run().tryApply(plannedInstance{instance{made.typeName, none, made.private}, made.state, l.drive.encode(none)}))

	replacing := l.run()
	replacing.refresh(made)
	_, diagnostics = replacing.tryChange(l.drive.noInstance(made.typeName), protected)
	l.wasProtected("a replacement", diagnostics)
}

func (l lived) wasProtected(what string, diagnostics []*tfprotov6.Diagnostic) {
	l.t.Helper()
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError && d.Summary == "Protected against deletion" && strings.Contains(d.Detail, "deletion_protection = false") {
			return
		}
	}
	l.t.Errorf("%s deletes what is protected; it said %+v", what, diagnostics)
}

// TestLifecycle_timeouts: an operation ends when the configuration says so, in words that say which time was up.
func TestLifecycle_timeouts(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	drive := newProtocol(t, p)
	const typeName = "switchboard_permission_group"
	config := func(timeouts map[string]any) map[string]any {
		return map[string]any{"name": "Agents", "timeouts": timeouts}
	}
	outOfTime := func(what string, diagnostics []*tfprotov6.Diagnostic) {
		t.Helper()
		if len(diagnostics) != 1 || diagnostics[0].Summary != "Out of time" || !strings.Contains(diagnostics[0].Detail, "timeouts") {
			t.Errorf("%s: %+v", what, diagnostics)
		}
	}
	for _, wrong := range []string{"soon", "-1m", "0s", "10"} {
		if _, diagnostics := drive.tryChange(drive.noInstance(typeName), config(map[string]any{"create": wrong})); len(diagnostics) != 1 || !concerns(diagnostics[0], "timeouts.create") {
			t.Errorf("%q: %+v", wrong, diagnostics)
		}
	}
	outOfTime("create", drive.tryApply(drive.anew(t, p).planChange(drive.noInstance(typeName), config(map[string]any{"create": "1ns"}))))
	made := drive.anew(t, p).applyChange(drive.anew(t, p).planChange(drive.noInstance(typeName), config(map[string]any{"delete": "1ns"})))
	outOfTime("update", drive.tryApply(drive.anew(t, p).planChange(made, config(map[string]any{"update": "1ns", "delete": "1ns"}))))
	outOfTime("delete", drive.tryApply(drive.anew(t, p).planChange(made, nil)))

	slow := drive.anew(t, p).applyChange(drive.anew(t, p).planChange(made, config(map[string]any{"read": "1ns"})))
	read, err := drive.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: typeName, CurrentState: drive.encode(slow.state), Private: slow.private, ClientCapabilities: &tfprotov6.ReadResourceClientCapabilities{},
	})
	if err != nil {
		t.Fatal(err)
	}
	outOfTime("read", read.Diagnostics)
	if _, err := p.Service.GetPermissionGroup(t.Context(), p.Caller, storedPermissionGroup(t, p, "Agents").ID); err != nil {
		t.Errorf("the group is not there any more: %v", err)
	}
}
