package provider

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

const examples = "../../examples"

// Every example is applied, as the documentation shows it, to an organisation that only has an administrator, and a
// second plan has nothing to do. An object that an example makes can be imported as its import examples say (ALL-04).
func TestAccExamples_ALL04(t *testing.T) {
	t.Parallel()
	var folders []string
	for _, kind := range []string{"resources", "data-sources", "ephemeral-resources", "functions"} {
		found, err := filepath.Glob(filepath.Join(examples, kind, "*"))
		if err != nil || len(found) == 0 {
			t.Fatalf("no examples of %s: %v", kind, err)
		}
		folders = append(folders, found...)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(filepath.Dir(folder))+"/"+filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			p := exampleOrganization(t, filepath.Base(folder))
			steps := []resource.TestStep{{Config: configure(p, exampleHCL(t, folder))}}
			if strings.Contains(folder, "/resources/") {
				steps = append(steps, importSteps(t, folder)...)
			}
			if strings.Contains(folder, "/functions/") {
				steps = append(steps, resource.TestStep{Config: configure(p)}) // the test library cannot end with objects made by for_each
			}
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(), Steps: steps})
		})
	}
}

// exampleOrganization is where an example is applied. Single memberships need a platform that has them, and somebody to
// give them to.
func exampleOrganization(t *testing.T, example string) *portaltest.Portal {
	t.Helper()
	if example == "switchboard_permission_group_member" {
		return newWorkshop(t).Portal
	}
	p := portaltest.Start(t, portaltest.WithOrganization(readExample(t, "provider/organization.yaml")))
	outsider(t, p) // so that all of the example may go in the end
	return p
}

// exampleHCL is what an example folder shows, without its import blocks.
func exampleHCL(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	var hcl strings.Builder
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "import") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		hcl.Write(text)
	}
	if hcl.Len() == 0 {
		t.Fatalf("%s shows nothing", folder)
	}
	return hcl.String()
}

var (
	importBlock   = regexp.MustCompile(`to = (\S+)\n\s*id = "([^"]+)"`)
	importCommand = regexp.MustCompile(`terraform import (\S+) '([^']+)'`)
)

// importSteps import what the import block and the first import command of an example name.
func importSteps(t *testing.T, folder string) []resource.TestStep {
	t.Helper()
	var steps []resource.TestStep
	for file, pattern := range map[string]*regexp.Regexp{"import-by-string-id.tf": importBlock, "import.sh": importCommand} {
		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		found := pattern.FindStringSubmatch(string(text))
		if found == nil {
			t.Fatalf("%s imports nothing", file)
		}
		steps = append(steps, resource.TestStep{
			ResourceName:      found[1],
			ImportState:       true,
			ImportStateId:     found[2],
			ImportStateVerify: true,
			// A secret cannot be read, so neither can its version; numbers come spelled as the portal spells them.
			ImportStateVerifyIgnore: []string{"password_wo_version", "caller_id", "telephony.", "directory.", "triggers"},
		})
	}
	return steps
}

func TestAccExamples_servedPortal(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	hcl := inTest(readExample(t, "provider/provider.tf"), "https://portal.example.com", p.URL)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config:          hcl + readExample(t, "data-sources/switchboard_permission_groups/data-source.tf"),
			ConfigVariables: config.Variables{"portal_token": config.StringVariable(p.Token)},
		}},
	})
}

func TestAccExamples_embeddedPortal(t *testing.T) {
	t.Parallel()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config: inTest(readExample(t, "provider/provider_embedded.tf"),
				"portal.db", filepath.Join(t.TempDir(), "portal.db"), "organization.yaml", absolute(t, "provider/organization.yaml")),
		}},
	})
}

// inTest replaces in the text of an example what is different in a test: the pairs, and the place of the provider,
// which is served from this process.
func inTest(hcl string, pairs ...string) string {
	return strings.NewReplacer(append(pairs, "switchboard-hq/switchboard", "hashicorp/switchboard")...).Replace(hcl)
}

func readExample(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(examples, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func absolute(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(examples, name))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.ToSlash(path)
}
