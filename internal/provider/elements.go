package provider

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// elements are the attributes of an object, the values of a map by their keys, or the elements of a set or list by their positions.
func elements(value tftypes.Value) map[string]tftypes.Value {
	named := map[string]tftypes.Value{}
	if value.As(&named) == nil {
		return named
	}
	var list []tftypes.Value
	if value.As(&list) != nil {
		return nil
	}
	for i, element := range list {
		named[strconv.Itoa(i)] = element
	}
	return named
}

// partialPaths returns how many elements of a set or map are not known yet while the others are.
func partialPaths(config tftypes.Value) func(path string) int {
	partial := map[string]int{}
	walkCollections("", config, func(path string, collection tftypes.Value) {
		for _, element := range elements(collection) {
			if !element.IsKnown() {
				partial[path]++
			}
		}
	})
	return func(path string) int { return partial[path] }
}

// refuseNullElements refuses null in a set or map: the portal stores texts, and Terraform takes an answer without the null for a bug.
func refuseNullElements(config tftypes.Value, diags *diag.Diagnostics) {
	walkCollections("", config, func(path string, collection tftypes.Value) {
		values := elements(collection)
		for _, key := range slices.Sorted(maps.Keys(values)) {
			if !values[key].IsNull() {
				continue
			}
			where := path + " has an element that"
			if collection.Type().Is(tftypes.Map{}) {
				where = fmt.Sprintf("%s[%q]", path, key)
			}
			diags.AddAttributeError(attributePath(path), summary(portal.CodeMalformed), where+" is null; give it a value, or leave it out.")
		}
	})
}

// walkCollections visits the sets and maps of a configuration that are given and known, with their paths.
func walkCollections(path string, value tftypes.Value, visit func(path string, collection tftypes.Value)) {
	switch {
	case value.IsNull() || !value.IsKnown():
	case value.Type().Is(tftypes.Object{}):
		for name, attribute := range elements(value) {
			walkCollections(strings.TrimPrefix(path+"."+name, "."), attribute, visit)
		}
	case value.Type().Is(tftypes.Set{}), value.Type().Is(tftypes.Map{}), value.Type().Is(tftypes.List{}):
		visit(path, value)
	}
}
