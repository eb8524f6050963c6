package provider

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// TestUnchanged_validatesAsTheFramework validates random configurations of every resource with the short way and
// without it: good ones, and ones of which nearly every attribute is wrong in its own way. Every answer is the same.
func TestUnchanged_validatesAsTheFramework(t *testing.T) {
	t.Parallel()
	const objects = 300
	r := newRandomPlans(t, portaltest.Start(t), 0)
	for _, typeName := range slices.Sorted(maps.Keys(r.schemas.ResourceSchemas)) { // in one order, so that it can be run again
		block := r.schemas.ResourceSchemas[typeName].Block
		before, quiet, said := len(r.way.types), 0, 0
		for range objects {
			odds := []int{0, 40, 8}[r.IntN(3)]
			req := &tfprotov6.ValidateResourceConfigRequest{
				TypeName: typeName, Config: r.encode(r.config(r.schemas.ResourceSchemas[typeName].ValueType(), block.Attributes, "", odds)),
				ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: r.IntN(8) > 0},
			}
			if r.compareValidation(req) {
				said++
			} else {
				quiet++
			}
		}
		shortened := objects - (len(r.way.types) - before)
		if shortened > quiet || shortened < quiet/3 || said < objects/20 {
			t.Errorf("of %d configurations of a %s, %d had something said of them and %d took the short way, so this shows little", objects, typeName, said, shortened)
		}
	}
}

// compareValidation returns whether anything was said.
func (r *randomPlans) compareValidation(req *tfprotov6.ValidateResourceConfigRequest) bool {
	r.t.Helper()
	var answers []map[string]any
	for _, server := range []tfprotov6.ProviderServer{r.long, r.short} {
		resp, err := server.ValidateResourceConfig(r.t.Context(), req)
		if err != nil {
			r.t.Fatal(err)
		}
		var said []string // in the order of the attributes, which the framework makes another every time
		for _, d := range resp.Diagnostics {
			said = append(said, fmt.Sprint(d.Severity, d.Summary, d.Detail, d.Attribute))
		}
		slices.Sort(said)
		answers = append(answers, map[string]any{"said": said, "none": resp.Diagnostics == nil})
	}
	if difference := cmp.Diff(answers[0], answers[1]); difference != "" {
		config, _ := req.Config.Unmarshal(r.schemas.ResourceSchemas[req.TypeName].ValueType())
		r.t.Errorf("%s is validated otherwise (-framework +short way):\n%s\nconfiguration %s", req.TypeName, difference, config)
	}
	return answers[0]["none"] == false
}

// config is a configuration of which one in so many attributes is likely to be wrong, none for 0.
func (r *randomPlans) config(kind tftypes.Type, attributes []*tfprotov6.SchemaAttribute, prefix string, odds int) tftypes.Value {
	values := map[string]tftypes.Value{}
	odd := func() bool { return odds > 0 && r.IntN(odds) == 0 }
	for _, a := range attributes {
		path := prefix + a.Name
		switch {
		case odd() && r.IntN(3) == 0:
			values[a.Name] = tftypes.NewValue(a.ValueType(), tftypes.UnknownValue)
		case !odd() && (a.WriteOnly || strings.HasSuffix(a.Name, "_version")): // below, in pairs
			values[a.Name] = tftypes.NewValue(a.ValueType(), nil)
		case !odd() && a.Computed && !a.Optional, !odd() && !a.Required && r.IntN(2) == 0, a.Required && odd():
			values[a.Name] = tftypes.NewValue(a.ValueType(), nil)
		case a.NestedType != nil:
			values[a.Name] = r.config(a.ValueType(), a.NestedType.Attributes, path+".", odds)
		case a.Type.Is(tftypes.String):
			values[a.Name] = tftypes.NewValue(a.Type, r.configText(path, odd()))
		case a.Type.Is(tftypes.Set{}):
			values[a.Name] = r.configSet(a.Type, path, odd)
		case a.Type.Is(tftypes.Number) && odd():
			values[a.Name] = tftypes.NewValue(a.Type, []any{0.5, 1e30, -1, 1 << 40}[r.IntN(4)])
		case a.Type.Is(tftypes.Map{}) && odd():
			values[a.Name] = tftypes.NewValue(a.Type, map[string]tftypes.Value{"key": tftypes.NewValue(tftypes.String, []any{nil, tftypes.UnknownValue}[r.IntN(2)])})
		default:
			values[a.Name] = r.value(a.Type, path)
		}
	}
	for _, a := range attributes {
		if version, versioned := values[field.Version(a.Name)]; versioned && a.WriteOnly && r.IntN(2) == 0 && !odd() {
			values[a.Name], values[field.Version(a.Name)] = tftypes.NewValue(tftypes.String, "a secret"), tftypes.NewValue(version.Type(), 300)
		}
	}
	return tftypes.NewValue(kind, values)
}

// configSet is a set of at most a few, of which some are none, not known, or another's spelling.
func (r *randomPlans) configSet(kind tftypes.Type, path string, odd func() bool) tftypes.Value {
	var elements []tftypes.Value
	for i := range r.IntN(3) {
		text := fmt.Sprintf("+3185123450%d", i)
		switch {
		case odd():
			elements = append(elements, tftypes.NewValue(tftypes.String, []any{nil, tftypes.UnknownValue, "+31 85 123 4500", ""}[r.IntN(4)]))
		case odd():
			text = r.configText(path, true)
			fallthrough
		default:
			elements = append(elements, tftypes.NewValue(tftypes.String, text))
		}
	}
	return tftypes.NewValue(kind, elements)
}

func (r *randomPlans) configText(path string, odd bool) string {
	switch {
	case odd:
		return []string{"", "neither", "+31", "a@", "-2m", "+31 85 123 45 00", "Ünïcödé@example.com", "0"}[r.IntN(8)]
	case path == "email":
		return "anna@example.com"
	case path == "on_destroy":
		return onDestroyKeep
	case strings.HasPrefix(path, "timeouts."):
		return "2m"
	default:
		return "301"
	}
}

// What the short way takes for granted of what validates a configuration: it is a validator of one attribute, which
// looks at the value of that attribute and nothing else.
func TestUnchanged_theValidatorsAreAsItTakesThem(t *testing.T) {
	t.Parallel()
	near := map[reflect.Type]bool{}
	for _, validator := range []any{
		&field.Format{}, positiveDuration{}, stringvalidator.LengthAtLeast(1), stringvalidator.OneOf(""), stringvalidator.AlsoRequires(), int64validator.AlsoRequires(),
	} {
		near[reflect.TypeOf(validator)] = true
	}
	p := &switchboardProvider{options: quickOptions()}
	for _, construct := range p.Resources(t.Context()) {
		r := construct()
		if _, more := r.(resource.ResourceWithConfigValidators); more {
			t.Errorf("%T has ConfigValidators, of which the short way knows nothing", r)
		}
		if _, more := r.(resource.ResourceWithValidateConfig); more {
			t.Errorf("%T has a ValidateConfig, of which the short way knows nothing", r)
		}
	}
	schemas := p.resourceSchemas()
	configs := quietConfigs(schemas)
	for typeName, s := range schemas {
		if configs[typeName] == nil {
			t.Errorf("no configuration of %s takes the short way: has it blocks, or an attribute of a new sort?", typeName)
		}
		walkSchema("", s.Attributes, func(path string, attribute schema.Attribute) {
			validators := reflect.ValueOf(attribute).FieldByName("Validators")
			for i := range validators.Len() {
				if kind := validators.Index(i).Elem().Type(); !near[kind] {
					t.Errorf("%s.%s has the validator %s: does it look at anything but the value?", typeName, path, kind)
				}
			}
		})
	}
}
