package provider

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// settings are attributes of a configuration by the path that their field has in the rule set. nil takes an attribute
// out.
type settings map[string]any

// with returns the settings with some of them changed.
func (s settings) with(changes settings) settings {
	all := maps.Clone(s)
	if all == nil {
		all = settings{}
	}
	maps.Copy(all, changes)
	return all
}

// updates are how the fields of one kind of object can change on one platform.
type updates struct {
	base   settings // an object that the platform accepts, with as many fields as go together
	second map[string]update
}

// update is the change of one field.
type update struct {
	to any // the second value
	// base is what the object before the change has besides, or instead of, the common base.
	base settings
	// with are changes without which the platform does not allow this one.
	with settings
	// effects are attributes that the portal sets when the field changes.
	effects []string
}

// TestUpdates_MW01_ALL06_ALL07_everyField changes every field of every rule set alone, and then leaves it out. Each
// time the portal has what the configuration says and a second plan is empty: what is left out stays as it is. Nobody
// is replaced on the way (ALL-06), and each object is created, read, changed and deleted (MW-01).
func TestUpdates_MW01_ALL06_ALL07_everyField(t *testing.T) {
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
				fields, table := set.Objects[noun].Fields, tables[noun]
				for _, path := range slices.Sorted(maps.Keys(table.second)) {
					if fields[path] == nil {
						t.Errorf("%s has no %s of a %s any more: take its second value out of the table", platform, path, noun.Title())
					}
				}
				for _, path := range slices.Sorted(maps.Keys(fields)) {
					change, ok := table.second[path]
					if !ok {
						t.Errorf("%s has a field %s of a %s without a second value: add one to the table, so that its update is tested", platform, path, noun.Title())
						continue
					}
					t.Run(string(noun)+"/"+path, func(t *testing.T) {
						updated{t: t, p: p, drive: drive, noun: noun, field: path, immutable: fields[path].Immutable != ""}.test(table.base.with(change.base), change)
					})
				}
			}
		})
	}
}

var modulesLine = regexp.MustCompile(`(?m)^modules: .*$`)

// withAllModules is the file of the default organisation with every module that the platform has.
func withAllModules(platform portal.Platform, set *rules.Set) string {
	modules := strings.Join(slices.Sorted(maps.Keys(set.Modules)), ", ")
	return modulesLine.ReplaceAllString(portaltest.Organization(platform), "modules: ["+modules+"]")
}

// updated is the test of one update.
type updated struct {
	t         *testing.T
	p         *portaltest.Portal
	drive     *protocol // what every run has in common
	noun      portal.Noun
	field     string
	immutable bool
}

func (u updated) test(base settings, change update) {
	t, typeName := u.t, "switchboard_"+string(u.noun)
	schema := u.drive.schemas.ResourceSchemas[typeName]
	before := u.settle(u.drive.noInstance(typeName), attributesFor(schema, base, base))
	defer func() { // so that its address, extension and numbers are free for the next row
		end := u.run().planChange(before, nil)
		u.run().applyChange(end)
	}()

	wanted := base.with(change.with).with(settings{u.field: change.to})
	if u.immutable {
		u.refused(before, attributesFor(schema, wanted, base))
		return
	}
	after := u.settle(before, attributesFor(schema, wanted, base))
	expected := append([]string{stateAttribute(schema, u.field)}, change.effects...)
	for path := range change.with {
		expected = append(expected, stateAttribute(schema, path))
	}
	slices.Sort(expected)
	changed := differences(before.state, after.state)
	if u.field == "email" { // a pending person is invited again there, perhaps within the same second
		changed = slices.DeleteFunc(changed, func(path string) bool { return path == "invited_at" })
	}
	if diff := cmp.Diff(expected, changed); diff != "" {
		t.Errorf("what changed (-want +got):\n%s", diff)
	}
	before = after // it has another version now

	if attributeAt(schema, inputAttribute(schema, u.field)).Required {
		return
	}
	before = u.leaveOut(schema, after, wanted, base, u.field)
	if object, _, nested := strings.Cut(u.field, "."); nested {
		before = u.leaveOut(schema, before, wanted, base, object)
	}
}

// leaveOut takes a field, or all of an object, out of the configuration. That plans nothing, except that what the
// portal does not answer with leaves the state; and the portal keeps what it has.
func (u updated) leaveOut(schema *tfprotov6.Schema, prior instance, wanted, base settings, path string) instance {
	u.t.Helper()
	rest := maps.Clone(wanted)
	maps.DeleteFunc(rest, func(other string, _ any) bool { return other == path || strings.HasPrefix(other, path+".") })
	attributes := attributesFor(schema, rest, base)
	var expected []string
	if attribute := stateAttribute(schema, path); !attributeAt(schema, attribute).Computed {
		expected = []string{attribute}
	}
	plan := u.run().planChange(prior, attributes)
	if diff := cmp.Diff(expected, plan.changes()); diff != "" {
		u.t.Errorf("%s taken out of the configuration is to stay as it is; the plan changes (-want +got):\n%s", path, diff)
	}
	if len(expected) == 0 {
		return prior // Terraform has nothing to apply
	}
	stored := u.stored()
	after := u.settle(prior, attributes)
	if diff := cmp.Diff(stored, u.stored()); diff != "" {
		u.t.Errorf("%s taken out of the configuration is to stay as it is in the portal (-before +after):\n%s", path, diff)
	}
	return after
}

// stored are the objects that the portal has.
func (u updated) stored() any {
	u.t.Helper()
	var page any
	var err error
	switch ctx, all := u.t.Context(), (service.ListQuery{}); u.noun {
	case portal.NounPermissionGroup:
		page, err = u.p.Service.ListPermissionGroups(ctx, u.p.Caller, all)
	case portal.NounSIPAccount:
		page, err = u.p.Service.ListSIPAccounts(ctx, u.p.Caller, all)
	case portal.NounUserGroup:
		page, err = u.p.Service.ListUserGroups(ctx, u.p.Caller, all)
	default:
		page, err = u.p.Service.ListUsers(ctx, u.p.Caller, all)
	}
	if err != nil {
		u.t.Fatal(err)
	}
	return page
}

// run is the provider of one more run.
func (u updated) run() *protocol {
	u.t.Helper()
	return u.drive.anew(u.t, u.p)
}

// settle plans and applies a configuration, and plans it again: that has nothing to do. Each plan and each apply has a
// provider of its own, as in Terraform.
func (u updated) settle(prior instance, attributes map[string]any) instance {
	u.t.Helper()
	plan := u.run().planChange(prior, attributes)
	result := u.run().applyChange(plan)
	again := u.run().planChange(result, attributes)
	if changes := again.changes(); len(changes) > 0 {
		u.t.Errorf("the second plan changes %v", changes)
	}
	return instance{result.typeName, again.prior, result.private}
}

// refused checks that a plan is an error at the field that cannot change (ALL-06).
func (u updated) refused(prior instance, attributes map[string]any) {
	u.t.Helper()
	_, diagnostics := u.run().tryChange(prior, attributes)
	for _, diagnostic := range diagnostics {
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityError && concerns(diagnostic, u.field) {
			return
		}
	}
	u.t.Errorf("%s cannot change once saved, and the plan has no error there", u.field)
}

// attributesFor nests settings, as a configuration of the resource has them. A secret has a version: the first one as
// long as it is that of the base.
func attributesFor(schema *tfprotov6.Schema, s, base settings) map[string]any {
	attributes := map[string]any{}
	for path, value := range s {
		if value == nil {
			continue
		}
		object, name := attributes, inputAttribute(schema, path)
		if outer, inner, nested := strings.Cut(name, "."); nested {
			if attributes[outer] == nil {
				attributes[outer] = map[string]any{}
			}
			object, name = attributes[outer].(map[string]any), inner //nolint:forcetypeassert // made above
		}
		object[name] = value
		if strings.HasSuffix(name, "_wo") {
			object[name+"_version"] = 1
			if value != base[path] {
				object[name+"_version"] = 2
			}
		}
	}
	return attributes
}

// inputAttribute is the attribute through which a configuration sets a field.
func inputAttribute(schema *tfprotov6.Schema, field string) string {
	for _, name := range []string{field + "_wo", field + "_file"} {
		if attributeAt(schema, name) != nil {
			return name
		}
	}
	return field
}

// stateAttribute is the attribute in which the state shows a field.
func stateAttribute(schema *tfprotov6.Schema, field string) string {
	input := inputAttribute(schema, field)
	if strings.HasSuffix(input, "_wo") {
		return input + "_version"
	}
	return input
}

// attributeAt is the attribute with a dotted path, or nil.
func attributeAt(schema *tfprotov6.Schema, path string) *tfprotov6.SchemaAttribute {
	attributes := schema.Block.Attributes
	outer, inner, nested := strings.Cut(path, ".")
	for _, attribute := range attributes {
		switch {
		case attribute.Name != outer:
		case !nested:
			return attribute
		case attribute.NestedType != nil:
			i := slices.IndexFunc(attribute.NestedType.Attributes, func(child *tfprotov6.SchemaAttribute) bool { return child.Name == inner })
			if i >= 0 {
				return attribute.NestedType.Attributes[i]
			}
		}
	}
	return nil
}

// TestUpdates_everyAttributeIsAField: what a configuration can say is a field of some rule set, so that none of it
// misses the test above.
func TestUpdates_everyAttributeIsAField(t *testing.T) {
	t.Parallel()
	fields := map[portal.Noun]map[string]bool{}
	for _, platform := range portal.Platforms() {
		set, err := rules.For(platform)
		if err != nil {
			t.Fatal(err)
		}
		for noun, object := range set.Objects {
			if fields[noun] == nil {
				fields[noun] = map[string]bool{}
			}
			for path := range object.Fields {
				fields[noun][path] = true
			}
		}
	}
	drive := newProtocol(t, portaltest.Start(t))
	for noun, known := range fields {
		for _, path := range configurable("", drive.schemas.ResourceSchemas["switchboard_"+string(noun)].Block.Attributes) {
			field := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(path, "_version"), "_wo"), "_file")
			if !known[field] && !isSetting(noun, path) {
				t.Errorf("switchboard_%s has the attribute %s, and no rule set has the field %s", noun, path, field)
			}
		}
	}
}

// configurable are the attributes that a configuration can set, as dotted paths, without the objects around them.
func configurable(prefix string, attributes []*tfprotov6.SchemaAttribute) []string {
	var paths []string
	for _, attribute := range attributes {
		switch {
		case !attribute.Optional && !attribute.Required:
		case attribute.NestedType != nil && attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			paths = append(paths, configurable(prefix+attribute.Name+".", attribute.NestedType.Attributes)...)
		default:
			paths = append(paths, prefix+attribute.Name)
		}
	}
	return paths
}

// isSetting reports whether the portal knows nothing of an attribute.
func isSetting(noun portal.Noun, path string) bool {
	return slices.ContainsFunc(kinds(), func(k anyKind) bool { return k.noun() == noun && k.fields().IsSetting(path) })
}
