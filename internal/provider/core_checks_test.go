package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What Terraform holds against a provider, and then calls a bug in it: the functions of its package
// internal/plans/objchange, for schemas as ours are (no blocks; nested attributes are single objects).

// planFaults are the reasons for "Provider produced invalid plan" (AssertPlanValid).
func planFaults(schema *tfprotov6.Schema, prior, config, planned tftypes.Value) []string {
	if planned.IsNull() != config.IsNull() {
		return []string{fmt.Sprintf("the plan is null: %t, the configuration: %t", planned.IsNull(), config.IsNull())}
	}
	return attributesFaults("", schema.Block.Attributes, prior, config, planned)
}

func attributesFaults(prefix string, attributes []*tfprotov6.SchemaAttribute, prior, config, planned tftypes.Value) (faults []string) {
	before, given, will := children(prior), children(config), children(planned)
	for _, attribute := range attributes {
		null := tftypes.NewValue(attribute.ValueType(), nil)
		was, ok := before[attribute.Name]
		if !ok {
			was = null
		}
		wanted, ok := given[attribute.Name]
		if !ok {
			wanted = null
		}
		value, ok := will[attribute.Name]
		if !ok {
			value = null
		}
		faults = append(faults, attributeFaults(prefix+attribute.Name, attribute, was, wanted, value)...)
	}
	return faults
}

func attributeFaults(path string, attribute *tfprotov6.SchemaAttribute, prior, config, planned tftypes.Value) []string {
	switch {
	case attribute.WriteOnly:
		if !planned.IsNull() {
			return []string{"returned a value for the write-only attribute " + path}
		}
		return nil
	case planned.Equal(config), planned.Equal(prior) && !prior.IsNull() && !config.IsNull():
		return nil
	case config.IsNull() && attribute.Computed:
		return nil
	case config.IsNull() || attribute.NestedType == nil || planned.IsNull():
		return []string{fmt.Sprintf("%s is planned as %s, configured as %s and was %s", path, planned, config, prior)}
	case !config.IsKnown() || !planned.IsKnown():
		return []string{fmt.Sprintf("of %s the configuration is known: %t, and the plan: %t", path, config.IsKnown(), planned.IsKnown())}
	default:
		return attributesFaults(path+".", attribute.NestedType.Attributes, prior, config, planned)
	}
}

// deviations are the reasons for "Provider produced inconsistent final plan", if a plan is compared with the one
// before, and for "inconsistent result after apply", if a result is compared with the plan (AssertObjectCompatible).
// What was not known may become anything.
func deviations(path string, planned, actual tftypes.Value) (found []string) {
	switch {
	case !planned.IsKnown():
		return nil
	case planned.IsNull() && actual.IsNull():
		return nil
	case planned.IsNull() || actual.IsNull():
		return []string{fmt.Sprintf("%s was %s, but now %s", path, planned, actual)}
	case !actual.IsKnown():
		return []string{fmt.Sprintf("%s was known (%s), but now unknown", path, planned)}
	case planned.Type().Is(tftypes.Object{}) || planned.Type().Is(tftypes.Map{}):
		before, now := children(planned), children(actual)
		for name, value := range before {
			other, there := now[name]
			if !there {
				found = append(found, fmt.Sprintf("%s.%s has vanished", path, name))
				continue
			}
			found = append(found, deviations(strings.TrimPrefix(path+"."+name, "."), value, other)...)
		}
		if len(now) > len(before) {
			found = append(found, path+" has new elements")
		}
		return found
	case planned.Type().Is(tftypes.Set{}):
		return setDeviations(path, planned, actual)
	case planned.Equal(actual):
		return nil
	default:
		return []string{fmt.Sprintf("%s was %s, but now %s", path, planned, actual)}
	}
}

// setDeviations looks for each known element, and for no more elements than there were with the unknown ones.
func setDeviations(path string, planned, actual tftypes.Value) []string {
	var before, now []tftypes.Value
	if planned.As(&before) != nil || actual.As(&now) != nil {
		return []string{path + " is no set"}
	}
	unknown := 0
	for _, element := range before {
		if !element.IsKnown() {
			unknown++
		} else if !slices.ContainsFunc(now, element.Equal) {
			return []string{fmt.Sprintf("%s had %s, but now does not", path, element)}
		}
	}
	if len(now) > len(before) || len(now) < len(before)-unknown {
		return []string{fmt.Sprintf("%s had %d elements, but now %d", path, len(before), len(now))}
	}
	return nil
}

// resultFaults are the reasons for "Provider produced invalid object after apply".
func resultFaults(schema *tfprotov6.Schema, result tftypes.Value) (faults []string) {
	if !result.IsFullyKnown() {
		faults = append(faults, "after the apply something is still unknown: "+result.String())
	}
	for _, path := range writeOnly("", schema.Block.Attributes) {
		if value := valueAt(result, path); !value.IsNull() {
			faults = append(faults, "the state has the write-only attribute "+path)
		}
	}
	return faults
}

func writeOnly(prefix string, attributes []*tfprotov6.SchemaAttribute) (paths []string) {
	for _, attribute := range attributes {
		if attribute.WriteOnly {
			paths = append(paths, prefix+attribute.Name)
		}
		if attribute.NestedType != nil {
			paths = append(paths, writeOnly(prefix+attribute.Name+".", attribute.NestedType.Attributes)...)
		}
	}
	return paths
}

// valueAt is the value at a dotted path; null where an object around it is null or unknown.
func valueAt(object tftypes.Value, path string) tftypes.Value {
	for name := range strings.SplitSeq(path, ".") {
		value, ok := children(object)[name]
		if !ok {
			return tftypes.NewValue(tftypes.String, nil)
		}
		object = value
	}
	return object
}

// withUnknown makes the value at a dotted path unknown, as one is that another resource gives.
func withUnknown(config tftypes.Value, path string) (tftypes.Value, error) {
	whole := dottedPath(path)
	return tftypes.Transform(config, func(at *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		if at.Equal(whole) {
			return tftypes.NewValue(value.Type(), tftypes.UnknownValue), nil
		}
		return value, nil
	})
}

// withUnknownElement makes one element of a set or a map unknown. It reports false if there is none.
func withUnknownElement(config tftypes.Value, path string) (changed tftypes.Value, done bool, err error) {
	whole := dottedPath(path)
	changed, err = tftypes.Transform(config, func(at *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		if done || at.Equal(whole) || dotted(at) != path {
			return value, nil
		}
		done = true
		return tftypes.NewValue(value.Type(), tftypes.UnknownValue), nil
	})
	return changed, done, err
}

func dottedPath(path string) *tftypes.AttributePath {
	at := tftypes.NewAttributePath()
	for name := range strings.SplitSeq(path, ".") {
		at = at.WithAttributeName(name)
	}
	return at
}

// dotted is a path without the steps into sets and maps.
func dotted(at *tftypes.AttributePath) string {
	var names []string
	for _, step := range at.Steps() {
		if name, ok := step.(tftypes.AttributeName); ok {
			names = append(names, string(name))
		}
	}
	return strings.Join(names, ".")
}
