package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// TestGeneratedConfiguration_ALL04_plansNoChange imports everything that a platform's example has made, and what came
// with the organisation, into an empty state, with the configuration that Terraform writes for it. That is valid as it
// comes and changes nothing.
func TestGeneratedConfiguration_ALL04_plansNoChange(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join("examples", "platforms", string(platform))
			files := map[string]string{}
			entries, err := os.ReadDir(folder)
			if err != nil {
				t.Fatal(err)
			}
			for _, entry := range entries {
				text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
				if err != nil {
					t.Fatal(err)
				}
				files[entry.Name()] = string(text)
			}
			w := newWorkspace(t, files)
			w.must("terraform", "apply", "-auto-approve", "-no-color")
			imports, count := w.importsOfAll()
			if err := os.Remove(filepath.Join(w.dir, "terraform.tfstate")); err != nil {
				t.Fatal(err)
			}
			w.write("main.tf", wayToPortal(t, files["main.tf"]))
			w.write("imports.tf", imports)
			w.must("terraform", "plan", "-no-color", "-generate-config-out=generated.tf")
			w.must("terraform", "plan", "-no-color", "-out=plan")
			w.holdsOnlyImports(w.mustOutput("terraform", "show", "-json", "plan"), count)
			w.must("terraform", "apply", "-no-color", "plan")
			if output, code := w.run("terraform", "plan", "-no-color", "-detailed-exitcode"); code != 0 {
				t.Errorf("the plan after the import is not empty:\n%s\n%s", output, w.read("generated.tf"))
			}
		})
	}
}

// wayToPortal is a configuration without all but the blocks that say where the portal is.
func wayToPortal(t *testing.T, text string) string {
	t.Helper()
	file, diagnostics := hclsyntax.ParseConfig([]byte(text), "main.tf", hcl.InitialPos)
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		t.Fatalf("the configuration is a %T", file.Body)
	}
	var kept strings.Builder
	for _, block := range body.Blocks {
		if block.Type == "terraform" || block.Type == "provider" {
			fmt.Fprintln(&kept, text[block.TypeRange.Start.Byte:block.CloseBraceRange.End.Byte])
		}
	}
	return kept.String()
}

// importsOfAll are import blocks for all that the state has, and for the permission groups that came with the platform.
func (w *workspace) importsOfAll() (blocks string, count int) {
	w.t.Helper()
	var state tfjson.State
	if err := json.Unmarshal([]byte(w.mustOutput("terraform", "show", "-json")), &state); err != nil {
		w.t.Fatal(err)
	}
	var text strings.Builder
	add := func(typeName string, id any) {
		count++
		fmt.Fprintf(&text, "import {\n  to = %s.imported_%d\n  id = %q\n}\n", typeName, count, id)
	}
	for _, r := range state.Values.RootModule.Resources {
		if r.Mode == tfjson.ManagedResourceMode {
			add(r.Type, r.AttributeValues["id"])
		}
	}
	if count == 0 {
		w.t.Fatal("the example makes nothing")
	}
	w.write("groups.tf", "data \"switchboard_permission_groups\" \"all\" {}\noutput \"built_in\" {\n"+
		"  value = [for g in data.switchboard_permission_groups.all.permission_groups : g.id if g.built_in]\n}\n")
	w.must("terraform", "apply", "-auto-approve", "-no-color")
	var builtIn []string
	if err := json.Unmarshal([]byte(w.mustOutput("terraform", "output", "-json", "built_in")), &builtIn); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(w.dir, "groups.tf")); err != nil {
		w.t.Fatal(err)
	}
	for _, id := range builtIn {
		add("switchboard_permission_group", id)
	}
	return text.String(), count
}

// holdsOnlyImports checks that a plan imports so many objects and changes none of them.
func (w *workspace) holdsOnlyImports(text string, count int) {
	w.t.Helper()
	var plan tfjson.Plan
	if err := json.Unmarshal([]byte(text), &plan); err != nil {
		w.t.Fatal(err)
	}
	if len(plan.ResourceChanges) != count {
		w.t.Errorf("the plan has %d objects, want %d", len(plan.ResourceChanges), count)
	}
	for _, change := range plan.ResourceChanges {
		if change.Change.Importing == nil || !slices.Equal(change.Change.Actions, tfjson.Actions{tfjson.ActionNoop}) {
			w.t.Errorf("%s: %v instead of an import alone: %v → %v", change.Address, change.Change.Actions, change.Change.Before, change.Change.After)
		}
	}
}
