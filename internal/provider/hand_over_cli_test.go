package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// expression is a value in HCL.
func expression(value any) string {
	switch value := value.(type) {
	case map[string]any:
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(value)) {
			fmt.Fprintf(&b, "%s = %s\n", name, expression(value[name]))
		}
		return "{\n" + b.String() + "}"
	case []any:
		elements := make([]string, 0, len(value))
		for _, element := range value {
			elements = append(elements, expression(element))
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case string:
		if found := reference.FindStringSubmatch(value); found != nil {
			return found[1]
		}
		return fmt.Sprintf("%q", value)
	case nil:
		return "null"
	default:
		return fmt.Sprint(value)
	}
}

// written is a configuration for an office.
func written(t *testing.T, o portaltest.Office) string {
	t.Helper()
	all := blocksOf(t, o)
	var b strings.Builder
	for _, address := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "resource %q %q %s\n", all[address].typeName, all[address].name, expression(all[address].attributes))
	}
	return b.String()
}

// TestAccHandOver_ALL08_anyLegalStateWithTerraform: what Terraform itself makes of random states, in the order that it
// takes.
func TestAccHandOver_ALL08_anyLegalStateWithTerraform(t *testing.T) {
	t.Parallel()
	for run := range 12 {
		platform := portal.Platforms()[run%len(portal.Platforms())]
		t.Run(fmt.Sprintf("%s %d", platform, run), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(platform))
			years := portaltest.NewYears(uint64(3000+run), 8)
			years.Members, years.Fresh = true, true
			first := years.Next(portaltest.Office{Platform: platform})
			then := years.Next(first)
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(), Steps: handOverSteps(t, p, written(t, first), written(t, then)),
			})
		})
	}
}
