package provider

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// onboarding is a copy of the example whose list of people a test edits.
type onboarding struct {
	t         *testing.T
	directory string // of the configuration
	list      string // the file
	provider  string // the provider block by itself, without its limit on deletions
}

func newOnboarding(t *testing.T) onboarding {
	t.Helper()
	person, team, lists := t.TempDir(), t.TempDir(), t.TempDir()
	main := inTest(readExample(t, "onboarding/main.tf"),
		"${path.module}", filepath.ToSlash(lists), "./person", filepath.ToSlash(person),
		"portal.db", filepath.Join(t.TempDir(), "portal.db"), "organization.yaml", absolute(t, "onboarding/organization.yaml"))
	provider, _, found := strings.Cut(main, "variable ")
	if !found {
		t.Fatal("main.tf does not begin with the provider block any more")
	}
	for path, text := range map[string]string{
		filepath.Join(person, "main.tf"):                  inTest(readExample(t, "onboarding/person/main.tf")),
		filepath.Join(team, "main.tf"):                    main,
		filepath.Join(team, "outputs.tf"):                 readExample(t, "onboarding/outputs.tf"),
		filepath.Join(lists, "people.csv"):                readExample(t, "onboarding/people.csv"),
		filepath.Join(lists, "people_with_a_mistake.csv"): readExample(t, "onboarding/people_with_a_mistake.csv"),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	limit := regexp.MustCompile(`max_user_deletions += \d+`)
	if !limit.MatchString(provider) {
		t.Error("the example does not limit deletions")
	}
	return onboarding{t, team, filepath.Join(lists, "people.csv"), limit.ReplaceAllString(provider, "")}
}

// edit changes the lines of the list, of which the first one is the heading.
func (o onboarding) edit(change func(lines []string) []string) func() {
	return func() {
		text, err := os.ReadFile(o.list)
		if err != nil {
			o.t.Fatal(err)
		}
		lines := change(strings.Split(strings.TrimSpace(string(text)), "\n"))
		if err := os.WriteFile(o.list, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			o.t.Fatal(err)
		}
	}
}

// replace changes a text that is once in the list.
func (o onboarding) replace(from, to string) func() {
	return o.edit(func(lines []string) []string {
		text := strings.Join(lines, "\n")
		if strings.Count(text, from) != 1 {
			o.t.Fatalf("%q is not once in the list", from)
		}
		return strings.Split(strings.Replace(text, from, to, 1), "\n")
	})
}

// step applies the example, or has it refused.
func (o onboarding) step(step resource.TestStep) resource.TestStep {
	step.ProtoV6ProviderFactories = factories() // given to each step: only then does the test library install modules
	step.ConfigDirectory = config.StaticDirectory(o.directory)
	return step
}

// onlyChanges checks that a plan does this to these resources and nothing to any other.
type onlyChanges map[string]plancheck.ResourceActionType

func (want onlyChanges) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, change := range req.Plan.ResourceChanges {
		if wanted, ok := want[change.Address]; change.Change.Actions.NoOp() == ok {
			resp.Error = fmt.Errorf("the plan has %v for %s, want %q", change.Change.Actions, change.Address, wanted)
		}
	}
}

// as checks the actions themselves, and that there are no others.
func (want onlyChanges) as() resource.ConfigPlanChecks {
	checks := []plancheck.PlanCheck{want}
	for address, action := range want {
		checks = append(checks, plancheck.ExpectResourceAction(address, action))
	}
	return resource.ConfigPlanChecks{PreApply: checks}
}

// inModule checks an attribute of a resource of a module, which the test library does not look into, and notes the id.
type inModule struct {
	address, attribute, want string
	ids                      map[string]bool
}

func (m inModule) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	for _, module := range req.State.Values.RootModule.ChildModules {
		for _, r := range module.Resources {
			if r.Address != m.address {
				continue
			}
			m.ids[fmt.Sprint(r.AttributeValues["id"])] = true
			if got := r.AttributeValues[m.attribute]; got != m.want {
				resp.Error = fmt.Errorf("%s of %s is %v, want %s", m.attribute, m.address, got, m.want)
			}
			return
		}
	}
	resp.Error = fmt.Errorf("%s is not in the state", m.address)
}

// oneError is the pattern of a run that ends with exactly one error, which says this.
func oneError(words string) *regexp.Regexp {
	const noOther = `(?:[^E]|E[^r])*`
	spaced := strings.ReplaceAll(regexp.QuoteMeta(words), " ", `\s+`)
	return regexp.MustCompile(`\AError running` + noOther + `Error: ` + noOther + spaced + noOther + `\z`)
}

func TestAccExamples_onboarding(t *testing.T) {
	t.Parallel()
	o := newOnboarding(t)
	people := strings.Count(readExample(t, "onboarding/people.csv"), "@")
	phones := strings.Count(readExample(t, "onboarding/people.csv"), ",yes,")
	const zofia = `module.person["1027"].switchboard_user.person`
	ids := map[string]bool{}
	resource.UnitTest(t, resource.TestCase{
		Steps: []resource.TestStep{
			o.step(resource.TestStep{ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("team",
					knownvalue.StringRegexp(regexp.MustCompile(`401 .* tanaka\.haruko@lipa\.example\.com +春子 田中`))),
				statecheck.ExpectKnownOutputValue("summary",
					knownvalue.StringExact(fmt.Sprintf("%d people, %d phones, 5 permission groups", people, phones))),
				inModule{zofia, "email", "zofia.wojcik@lipa.example.com", ids},
			}}),
			o.step(resource.TestStep{
				ConfigVariables: config.Variables{"people_file": config.StringVariable("people_with_a_mistake.csv")},
				PlanOnly:        true,
				ExpectError:     regexp.MustCompile(`"\+48222504941", which`),
			}),
			o.step(resource.TestStep{ // another address: the same person
				PreConfig:        o.replace("zofia.wojcik@", "zofia.kowalska@"),
				ConfigPlanChecks: onlyChanges{zofia: plancheck.ResourceActionUpdate}.as(),
				ConfigStateChecks: []statecheck.StateCheck{
					inModule{zofia, "email", "zofia.kowalska@lipa.example.com", ids},
				},
			}),
			o.step(resource.TestStep{ // the order of the lines says nothing
				PreConfig: o.edit(func(lines []string) []string { slices.Reverse(lines[1:]); return lines }),
				PlanOnly:  true,
			}),
			o.step(resource.TestStep{ // somebody leaves
				PreConfig: o.edit(func(lines []string) []string {
					return slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "1030,") })
				}),
				ConfigPlanChecks: onlyChanges{`module.person["1030"].switchboard_user.person`: plancheck.ResourceActionDestroy}.as(),
			}),
			o.step(resource.TestStep{ // a department that does not exist
				PreConfig: o.replace("Zofia,Wójcik,accounts,", "Zofia,Wójcik,acounts,"),
				PlanOnly:  true,
				ExpectError: oneError(`Zofia Wójcik (zofia.kowalska@lipa.example.com) is in the department "acounts", which ` +
					`does not exist. The departments are: accounts, customer service, management, sales, support.`),
			}),
			o.step(resource.TestStep{
				PreConfig:   o.replace("Zofia,Wójcik,acounts,", "Zofia,Wójcik,,"),
				PlanOnly:    true,
				ExpectError: oneError("Resource precondition failed"),
			}),
			o.step(resource.TestStep{ // a list that was cut short
				PreConfig: func() {
					o.replace("Zofia,Wójcik,,", "Zofia,Wójcik,accounts,")()
					o.edit(func(lines []string) []string { return lines[:10] })()
				},
				PlanOnly:    true,
				ExpectError: oneError("Too many deletions"),
			}),
			o.step(resource.TestStep{
				PreConfig:   o.edit(func(lines []string) []string { return lines[:1] }),
				PlanOnly:    true,
				ExpectError: regexp.MustCompile(`nobody\s+in\s+it`),
			}),
			{ProtoV6ProviderFactories: factories(), Config: o.provider}, // everybody leaves; the test library cannot end with objects made by for_each
		},
	})
	if len(ids) != 1 {
		t.Errorf("the person had the ids %v", ids)
	}
}
