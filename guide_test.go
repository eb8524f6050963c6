package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const guides = "examples/guides"

// TestGuides_ALL08_consoleIsReal applies what a guide shows. Each folder of a case has the configuration before and
// after a change, and the console between the two: the commands, and what they print, shortened. Afterwards nothing is
// left to do, unless the console ends with an error.
func TestGuides_ALL08_consoleIsReal(t *testing.T) {
	t.Parallel()
	consoles, err := filepath.Glob(filepath.Join(guides, "*", "*", "*", "console.txt"))
	if err != nil || len(consoles) == 0 {
		t.Fatalf("no guide has a case: %v", err)
	}
	for _, console := range consoles {
		folder := filepath.Dir(console)
		platform := filepath.Base(filepath.Dir(folder))
		t.Run(platform+"/"+filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			guideCase{newWorkspace(t, nil), t, folder}.play(platform)
		})
	}
}

// managedBy is the provider block of a case, with the name of the configuration for NAME.
const managedBy = `terraform {
  required_providers {
    switchboard = { source = "switchboard-hq/switchboard" }
  }
}
provider "switchboard" {
  managed_by = "NAME"
  embedded_portal = {
    database          = "portal.db"
    organization_file = "organization.yaml"
  }
}
`

// guideCase is one change that a guide shows.
type guideCase struct {
	*workspace
	t      *testing.T
	folder string
}

func (c guideCase) file(name string) string {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.folder, name))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

func (c guideCase) has(name string) bool {
	_, err := os.Stat(filepath.Join(c.folder, name))
	return err == nil
}

func (c guideCase) play(platform string) {
	organization, err := os.ReadFile(filepath.Join("examples", "platforms", platform, "organization.yaml"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.write("organization.yaml", string(organization))
	apply := []string{"apply", "-no-color", "-auto-approve"}
	if c.has("other.tf") { // what another configuration manages
		c.write("provider.tf", strings.Replace(managedBy, "NAME", "another", 1))
		c.write("main.tf", c.file("other.tf"))
		c.must("terraform", append(apply, "-state=other.tfstate")...)
	}
	c.write("provider.tf", strings.Replace(managedBy, "NAME", "this", 1))
	for _, name := range []string{"start.tf", "before.tf"} {
		if c.has(name) {
			c.write("main.tf", c.file(name))
			c.must("terraform", apply...)
		}
	}
	if c.has("after.tf") {
		c.write("main.tf", c.file("after.tf"))
	}
	refused := false
	for _, step := range strings.Split(c.file("console.txt"), "$ terraform ")[1:] {
		command, printed, _ := strings.Cut(step, "\n")
		refused = c.prints(strings.Fields(command), printed)
	}
	if refused {
		return
	}
	if c.has("after.tf") {
		c.must("terraform", apply...)
	}
	if !strings.Contains(c.file("console.txt"), "-destroy") {
		if output, code := c.run("terraform", "plan", "-no-color", "-detailed-exitcode"); code != 0 {
			c.t.Errorf("the plan after the change is not empty, exit code %d:\n%s", code, output)
		}
	}
}

// prints runs a command and reports whether it is refused, as the console says. Lines break where they like.
func (c guideCase) prints(arguments []string, printed string) (refused bool) {
	refused = strings.Contains(printed, "Error:")
	if arguments[0] == "apply" {
		arguments = append(arguments, "-auto-approve")
	}
	output, code := c.run("terraform", append(arguments, "-no-color")...)
	if refused != (code != 0) {
		c.t.Errorf("terraform %s ends with %d:\n%s", arguments, code, output)
	}
	if !shortened(printed).MatchString(folded(output)) {
		c.t.Errorf("%s says that terraform %s prints\n%s\nand it prints\n%s", c.folder, arguments, printed, output)
	}
	return refused
}

var moment = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// folded is what a command prints, whatever the time and the width of the terminal.
func folded(text string) string {
	return strings.Join(strings.Fields(moment.ReplaceAllString(text, "TIME")), " ")
}

// shortened matches what stands for a longer text: … is the rest of a word, or by itself any text.
func shortened(text string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(folded(text))
	pattern = regexp.MustCompile(`(^| )…( |$)`).ReplaceAllString(pattern, ".*?")
	return regexp.MustCompile(strings.ReplaceAll(pattern, "…", `\S*`))
}

var fencedHCL = regexp.MustCompile("(?s)```(?:terraform|hcl|tf)\n(.*?)\n```")

// TestGuides_everyBlockIsTested: a guide shows no HCL but that of a case, and the end and the console of each case.
func TestGuides_everyBlockIsTested(t *testing.T) {
	t.Parallel()
	written, err := filepath.Glob(filepath.Join("docs", "guides", "*.md"))
	if err != nil || len(written) == 0 {
		t.Fatalf("there are no guides: %v", err)
	}
	for _, name := range written {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := filepath.Glob(filepath.Join(guides, strings.TrimSuffix(filepath.Base(name), ".md"), "*", "*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		var tested []string
		for _, path := range cases {
			block, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tested = append(tested, strings.TrimSpace(string(block)))
			shown := strings.Contains(string(text), strings.TrimSpace(string(block)))
			if name := filepath.Base(path); !shown && (name == "after.tf" || name == "console.txt") {
				t.Errorf("%s does not show %s", name, path)
			}
		}
		for _, block := range fencedHCL.FindAllSubmatch(text, -1) {
			if !slices.Contains(tested, strings.TrimSpace(string(block[1]))) {
				t.Errorf("%s shows HCL that no case of %s has:\n%s", name, guides, block[1])
			}
		}
	}
}
