package provider

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// exampleResource is a resource block of an example.
type exampleResource struct {
	typeName, name string
	attributes     map[string]hcl.Expression // by dotted path, the objects around them too
}

func (r exampleResource) address() string { return r.typeName + "." + r.name }

// exampleBlocks are the blocks of one type in HCL.
func exampleBlocks(t *testing.T, text, kind string) []*hclsyntax.Block {
	t.Helper()
	file, diagnostics := hclsyntax.ParseConfig([]byte(text), "main.tf", hcl.InitialPos)
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		t.Fatalf("the example is a %T", file.Body)
	}
	return slices.DeleteFunc(slices.Clone(body.Blocks), func(block *hclsyntax.Block) bool { return block.Type != kind })
}

// exampleResources are the resource blocks in HCL.
func exampleResources(t *testing.T, text string) []exampleResource {
	t.Helper()
	var resources []exampleResource
	for _, block := range exampleBlocks(t, text, "resource") {
		r := exampleResource{block.Labels[0], block.Labels[1], map[string]hcl.Expression{}}
		for name, attribute := range block.Body.Attributes {
			r.attributes[name] = attribute.Expr
			object, ok := attribute.Expr.(*hclsyntax.ObjectConsExpr)
			if !ok {
				continue
			}
			for _, item := range object.Items {
				r.attributes[name+"."+hcl.ExprAsKeyword(item.KeyExpr)] = item.ValueExpr
			}
		}
		resources = append(resources, r)
	}
	return resources
}

// importKeys are the attributes by which an object can be imported, the first one that it has (ALL-04).
var importKeys = []string{"username", "email", "extension", "name"}

// importAll imports resources by their natural keys. What is no object of the portal, such as a reload, cannot be
// imported.
func importAll(t *testing.T, resources []exampleResource) string {
	t.Helper()
	var blocks strings.Builder
	for _, r := range resources {
		i := slices.IndexFunc(importKeys, func(key string) bool { return r.attributes[key] != nil })
		if i < 0 {
			continue
		}
		key, diagnostics := r.attributes[importKeys[i]].Value(nil)
		if diagnostics.HasErrors() {
			t.Fatalf("%s: write %s as a text: %v", r.address(), importKeys[i], diagnostics)
		}
		fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", r.address(), key.AsString())
	}
	return blocks.String()
}

// onlyImports checks that a plan imports objects and changes none.
type onlyImports struct{ count int }

func (c onlyImports) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	imported := 0
	for _, change := range req.Plan.ResourceChanges {
		switch {
		case change.Mode != tfjson.ManagedResourceMode:
		case change.Change.Importing == nil && change.Type != "switchboard_pbx_reload":
			resp.Error = fmt.Errorf("%s is not imported", change.Address)
		case change.Change.Importing == nil:
		case !cmp.Equal(withoutFileName(change.Change.Before), withoutFileName(change.Change.After)):
			resp.Error = fmt.Errorf("the import of %s changes it (-before +after):\n%s", change.Address, cmp.Diff(change.Change.Before, change.Change.After))
		default:
			imported++
		}
	}
	if resp.Error == nil && imported != c.count {
		resp.Error = fmt.Errorf("%d objects are imported, want %d", imported, c.count)
	}
}

// withoutFileName is an object of a plan without the name of the file that a picture came from, which nobody knows
// after an import. The picture itself is compared by its digest.
func withoutFileName(object any) any {
	attributes, _ := object.(map[string]any)
	webcare, ok := attributes["webcare"].(map[string]any)
	if !ok {
		return object
	}
	attributes, webcare = maps.Clone(attributes), maps.Clone(webcare)
	delete(webcare, "avatar_file")
	attributes["webcare"] = webcare
	return attributes
}

// TestAccPlatforms_ALL04_importOfEverything applies each platform's example: a second plan is empty, and so is one that
// imports everything into an empty state.
func TestAccPlatforms_ALL04_importOfEverything(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			folder := "platforms/" + string(platform)
			text := readExample(t, folder+"/main.tf")
			resources := exampleResources(t, text)
			all := inTest(text, "${path.module}", absolute(t, folder), `"portal.db"`, fmt.Sprintf("%q", filepath.Join(t.TempDir(), "portal.db")),
				`"organization.yaml"`, fmt.Sprintf("%q", absolute(t, folder+"/organization.yaml")),
				`"known_passwords.txt"`, fmt.Sprintf("%q", absolute(t, folder+"/known_passwords.txt")))
			var forget strings.Builder // all that is left: the way to the portal
			for _, block := range slices.Concat(exampleBlocks(t, all, "terraform"), exampleBlocks(t, all, "provider")) {
				fmt.Fprintln(&forget, all[block.TypeRange.Start.Byte:block.CloseBraceRange.End.Byte])
			}
			for _, r := range resources {
				fmt.Fprintf(&forget, "removed {\n  from = %s\n  lifecycle { destroy = false }\n}\n", r.address())
			}
			imports := importAll(t, resources)
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{
					{Config: all},
					{Config: forget.String()},
					{
						Config: all + imports,
						ConfigPlanChecks: resource.ConfigPlanChecks{
							PreApply: []plancheck.PlanCheck{onlyImports{strings.Count(imports, "import {")}},
						},
					},
					{Config: forget.String()}, // as the last administrator of an organisation is never deleted
				},
			})
		})
	}
}

// TestPlatforms_examplesUseEveryField: each platform's example shows every field that the platform has.
func TestPlatforms_examplesUseEveryField(t *testing.T) {
	t.Parallel()
	drive := newProtocol(t, portaltest.Start(t))
	for _, platform := range portal.Platforms() {
		set, err := rules.For(platform)
		if err != nil {
			t.Fatal(err)
		}
		used := map[string]bool{}
		for _, r := range exampleResources(t, readExample(t, "platforms/"+string(platform)+"/main.tf")) {
			for path := range r.attributes {
				used[r.typeName+" "+path] = true
			}
		}
		for noun, object := range set.Objects {
			typeName := "switchboard_" + string(noun)
			for _, path := range slices.Sorted(maps.Keys(object.Fields)) {
				if attribute := inputAttribute(drive.schemas.ResourceSchemas[typeName], path); !used[typeName+" "+attribute] {
					t.Errorf("examples/platforms/%s shows no %s of a %s; add it", platform, attribute, typeName)
				}
			}
		}
	}
}
