package provider

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// lifecycleSettings are values of what is a matter of the configuration alone. Attributes that no platform has fields
// for are here, or the walk below fails.
var lifecycleSettings = settings{
	"deletion_protection": false, "on_destroy": onDestroyDelete, "discard_planned_work": false, "adopt_existing": true,
	"timeouts.create": "5m", "timeouts.read": "5m", "timeouts.update": "5m", "timeouts.delete": "5m",
}

// planShapes walks all attributes of one resource on one platform.
type planShapes struct {
	t        *testing.T
	p        *portaltest.Portal
	drive    *protocol // what every run has in common
	typeName string
	schema   *tfprotov6.Schema
	table    updates
	// replaced says that another value makes another object, so that nothing is ever changed in place.
	replaced bool
}

// TestPlanShape_everyAttribute walks every attribute of every resource through all that a configuration can leave open
// until the apply, on every platform. Nothing of it may be what Terraform calls a bug in the provider: an invalid plan,
// a final plan or a result that is inconsistent with the plan. See core_checks_test.go.
func TestPlanShape_everyAttribute(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			set, err := rules.For(platform)
			if err != nil {
				t.Fatal(err)
			}
			p := portaltest.Start(t, portaltest.WithOrganization(withAllModules(platform, set)))
			drive, tables := newProtocol(t, p), planTables(t, p, platform)
			for _, typeName := range slices.Sorted(maps.Keys(tables)) {
				schema := drive.schemas.ResourceSchemas[typeName]
				w := planShapes{p: p, drive: drive, typeName: typeName, schema: schema, table: tables[typeName], replaced: typeName == "switchboard_permission_group_member"}
				for _, path := range configurable("", schema.Block.Attributes) {
					t.Run(typeName+"/"+path, func(t *testing.T) { w.of(t).attribute(path) })
				}
				for _, object := range schema.Block.Attributes {
					if object.NestedType != nil && object.Optional {
						t.Run(typeName+"/"+object.Name, func(t *testing.T) { w.of(t).object(object.Name) })
					}
				}
				t.Run(typeName+"/portal away", func(t *testing.T) { w.of(t).portalAway() })
			}
		})
	}
}

// planTables are the tables of a platform, by resource type, with what is no object of a rule set too.
func planTables(t *testing.T, p *portaltest.Portal, platform portal.Platform) map[string]updates {
	t.Helper()
	tables := map[string]updates{}
	for noun, table := range updateTables(t, p, platform) {
		tables["switchboard_"+string(noun)] = table
	}
	switch platform {
	case portal.Samoobsluha:
		tables["switchboard_pbx_reload"] = updates{
			base:   settings{"pbx_id": "warszawa", "triggers": map[string]string{"users": "1"}},
			second: map[string]update{"pbx_id": {to: "krakow"}, "triggers": {to: map[string]string{"users": "2"}}},
		}
	case portal.Maatwerk:
		var groups []string
		for _, name := range []string{"Invoices", "Statistics"} {
			group, err := p.Service.CreatePermissionGroup(t.Context(), p.Caller, portal.PermissionGroup{Name: new(name)}, "")
			if err != nil {
				t.Fatal(err)
			}
			groups = append(groups, group.Object.ID)
		}
		femke, err := p.Service.CreateUser(t.Context(), p.Caller, portal.User{
			Email: new("femke@example.com"), FirstName: new("Femke"), LastName: new("Smit"), PermissionGroupIDs: groups[:1],
			Telephony: &portal.Telephony{Extension: new("399"), ForwardNumbers: []string{firstOutside}},
		}, "")
		if err != nil {
			t.Fatal(err)
		}
		tables["switchboard_permission_group_member"] = updates{base: settings{"user_id": femke.Object.ID, "permission_group_id": groups[1]}}
	}
	return tables
}

func (w planShapes) of(t *testing.T) planShapes {
	w.t = t
	return w
}

// run is the provider of one more run.
func (w planShapes) run() *protocol {
	w.t.Helper()
	return w.drive.anew(w.t, w.p)
}

// config is a configuration. Secrets have the first version as long as they are those of the base.
func (w planShapes) config(s settings) tftypes.Value {
	w.t.Helper()
	value, err := encode(w.schema.ValueType(), attributesFor(w.schema, s, w.table.base))
	if err != nil {
		w.t.Fatal(err)
	}
	return value
}

// attribute walks one attribute through: not known at the plan of a creation and of changes, as a whole and in one
// element, and no whole number.
func (w planShapes) attribute(path string) {
	field := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(path, "_version"), "_wo"), "_file")
	change, changes := w.table.second[field]
	base := w.table.base.with(change.base)
	if value, ok := lifecycleSettings[path]; ok {
		base[path] = value
	}
	first := base
	if _, given := base[field]; !given && changes {
		first = base.with(change.with).with(settings{field: change.to})
	}
	config := w.config(first)
	w.fraction(path, config)

	made := w.whole(w.drive.noInstance(w.typeName), w.unknown(config, path), config)
	defer func() { w.end(made) }()
	if w.replaced {
		return
	}
	made = w.whole(made, w.unknown(config, path), config)
	if element, there, err := withUnknownElement(config, path); err != nil {
		w.t.Fatal(err)
	} else if there {
		made = w.whole(made, element, config)
	}
	if path != field && !strings.HasSuffix(path, "_file") || !attributeAt(w.schema, path).Required && changes {
		left := w.without(config, path)
		made, _ = w.change(made, w.unknown(config, path), left)
	}
	if changes {
		second := w.config(base.with(change.with).with(settings{field: change.to}))
		made, _ = w.change(made, w.unknown(second, path), second) // a rule may refuse it now that it is known
	}
}

// object walks one nested attribute through: not known as a whole, added later with one child only, taken out and put
// back.
func (w planShapes) object(name string) {
	base := w.table.base
	for path, value := range lifecycleSettings {
		if strings.HasPrefix(path, name+".") {
			base = base.with(settings{path: value})
		}
	}
	config := w.config(base)
	bare := w.without(config, name)
	made := w.whole(w.drive.noInstance(w.typeName), w.unknown(config, name), config)
	made = w.whole(made, w.unknown(config, name), config)
	made, _ = w.change(made, w.unknown(config, name), bare)
	made, _ = w.change(made, bare, bare)
	made = w.whole(made, config, config)
	w.end(made)
	for path := range base {
		if !strings.HasPrefix(path, name+".") {
			continue
		}
		made, refused := w.change(w.drive.noInstance(w.typeName), bare, bare)
		if refused {
			return // the platform wants something of it
		}
		alone := maps.Clone(base)
		maps.DeleteFunc(alone, func(other string, _ any) bool { return strings.HasPrefix(other, name+".") && other != path })
		made, _ = w.change(made, w.config(alone), w.config(alone)) // a child may need another
		w.end(made)
	}
}

// fraction gives a number with a fraction where a whole one belongs.
func (w planShapes) fraction(path string, config tftypes.Value) {
	w.t.Helper()
	changed, err := tftypes.Transform(config, func(at *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		if at.Equal(dottedPath(path)) && value.Type().Is(tftypes.Number) {
			return tftypes.NewValue(tftypes.Number, 30.5), nil
		}
		return value, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if changed.Equal(config) {
		return
	}
	_, diagnostics := w.run().tryPlan(w.drive.noInstance(w.typeName), w.drive.encode(changed))
	root, _, _ := strings.Cut(path, ".")
	if len(diagnostics) != 1 || at(diagnostics[0]) != root || diagnostics[0].Detail != path+" is 30.5; give a whole number." {
		w.t.Errorf("30.5 as %s is answered with %+v", path, diagnostics)
	}
}

// portalAway plans a creation and a change while the portal is there. One that is away at the apply is one error, at
// its start; one that goes away later makes no other plan.
func (w planShapes) portalAway() {
	made := w.drive.noInstance(w.typeName)
	for range 2 {
		config := w.drive.encode(w.config(w.table.base))
		plan, diagnostics := w.run().tryPlan(made, config)
		w.drive.noError("plan", diagnostics)
		away := w.run()
		w.p.Stop()
		w.refusedAtStart()
		final, diagnostics := away.tryPlan(made, config)
		w.drive.noError("plan of the apply", diagnostics)
		for _, deviation := range deviations("", plan.state, final.state) {
			w.t.Errorf("inconsistent final plan: %s", deviation)
		}
		if diagnostics := away.tryApply(final); len(diagnostics) != 1 || diagnostics[0].Summary != "The portal cannot be reached" {
			w.t.Errorf("a portal that went away is answered with %+v", diagnostics)
		}
		w.p.Restart(w.t)
		made = w.whole(made, w.config(w.table.base), w.config(w.table.base))
		if w.replaced {
			break
		}
		w.table.base = w.changed()
	}
	w.end(made)
}

// refusedAtStart checks that a run whose portal is away says so once, when it starts.
func (w planShapes) refusedAtStart() {
	w.t.Helper()
	late := newRun(w.t, w.drive.schemas)
	configured, err := late.server.ConfigureProvider(w.t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.11.0", ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{},
		Config: late.value(late.schemas.Provider, map[string]any{"endpoint": w.p.URL, "token": w.p.Token}),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if d := configured.Diagnostics; len(d) != 1 || d[0].Summary != "The portal cannot be reached" {
		w.t.Errorf("a portal that is away is answered with %+v", d)
	}
}

// changed is the base with the first of its fields changed that changes alone.
func (w planShapes) changed() settings {
	for _, field := range slices.Sorted(maps.Keys(w.table.second)) {
		if change := w.table.second[field]; change.base == nil && change.with == nil && !strings.HasPrefix(field, "licence.") && field != "username" {
			return w.table.base.with(settings{field: change.to})
		}
	}
	w.t.Fatalf("no field of a %s changes alone", w.typeName)
	return nil
}

func (w planShapes) unknown(config tftypes.Value, path string) tftypes.Value {
	w.t.Helper()
	changed, err := withUnknown(config, path)
	if err != nil {
		w.t.Fatal(err)
	}
	return changed
}

// without is a configuration that leaves an attribute out.
func (w planShapes) without(config tftypes.Value, path string) tftypes.Value {
	w.t.Helper()
	whole := dottedPath(path)
	changed, err := tftypes.Transform(config, func(at *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		if at.Equal(whole) {
			return tftypes.NewValue(value.Type(), nil), nil
		}
		return value, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return changed
}

// whole is change where nothing may be refused.
func (w planShapes) whole(prior instance, atPlan, atApply tftypes.Value) instance {
	w.t.Helper()
	made, refused := w.change(prior, atPlan, atApply)
	if refused {
		w.t.Error("refused")
	}
	return made
}

// change plans one configuration and applies another, in which more is known, as Terraform does: the plan, the apply,
// and a second plan, which has nothing to do, each with a provider of its own. It reports whether a plan refuses the
// change, and then returns what was there before; an apply may not refuse what was planned.
func (w planShapes) change(prior instance, atPlan, atApply tftypes.Value) (made instance, refused bool) {
	w.t.Helper()
	walk := w.run()
	prior = walk.refresh(prior)
	plan, diagnostics := walk.tryPlan(prior, w.drive.encode(atPlan))
	if hasErrors(diagnostics) {
		w.explained(diagnostics)
		return prior, true
	}
	walk = w.run()
	config := w.drive.encode(atApply)
	final, diagnostics := walk.tryPlan(prior, config)
	if hasErrors(diagnostics) {
		w.explained(diagnostics)
		return prior, true
	}
	for _, deviation := range deviations("", plan.state, final.state) {
		w.t.Errorf("inconsistent final plan: %s", deviation)
	}
	if !final.state.Equal(prior.state) {
		prior = walk.applyChange(final)
	}
	again := w.run()
	refreshed := again.refresh(prior)
	second, diagnostics := again.tryPlan(refreshed, config)
	w.drive.noError("second plan", diagnostics)
	if changes := second.changes(); len(changes) > 0 {
		w.t.Errorf("the second plan changes %v", changes)
	}
	return refreshed, false
}

// explained checks that what is refused is refused by us, and not by the framework for a bug in the provider.
func (w planShapes) explained(diagnostics []*tfprotov6.Diagnostic) {
	w.t.Helper()
	for _, diagnostic := range diagnostics {
		if text := diagnostic.Summary + diagnostic.Detail; strings.Contains(text, "error in the provider") || strings.Contains(text, "Please report") {
			w.t.Errorf("refused as if it were a bug: %s: %s", diagnostic.Summary, diagnostic.Detail)
		}
		w.t.Logf("refused: %s at %q: %s", diagnostic.Summary, at(diagnostic), diagnostic.Detail)
	}
}

func (w planShapes) end(made instance) {
	w.t.Helper()
	if made.state.IsNull() {
		return
	}
	plan, diagnostics := w.run().tryPlan(w.run().refresh(made), w.drive.encode(tftypes.NewValue(w.schema.ValueType(), nil)))
	w.drive.noError("plan of the end", diagnostics)
	w.run().applyChange(plan)
}
