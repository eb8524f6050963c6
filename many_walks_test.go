package main

import (
	"strings"
	"testing"
)

// The test command runs every run of a file with one provider, which from Terraform 1.13 on is also configured once:
// plans and applies follow each other in one process. None of them is taken for a copy of the one before, deletions of
// one run do not count for the next, and what a run has read is read anew.
func TestCommandTest_manyRunsInOneFile(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, map[string]string{
		"main.tf": renamedAround + `
variable "people" { default = ["alice", "bob", "carol"] }
resource "switchboard_permission_group" "sales" { name = "Sales" }
resource "switchboard_user" "person" {
  for_each             = toset(var.people)
  email                = "${each.key}@example.com"
  first_name           = "Person"
  last_name            = each.key
  permission_group_ids = [switchboard_permission_group.sales.id]
  telephony            = { sip_assignment = "dynamic" }
}
resource "switchboard_sip_account" "desk" { extension = "2001" }
output "ids" { value = { for name, person in switchboard_user.person : name => person.id } }
`,
		"people.tftest.hcl": `
provider "switchboard" {
  max_user_deletions = 3
  embedded_portal = {
    database             = "portal.db"
    organization_file    = "organization.yaml"
    pwned_passwords_file = "pwned.txt"
  }
}
run "planned" { command = plan }
run "planned_again" { command = plan }
run "made" {
  assert {
    condition     = length(output.ids) == 3
    error_message = "three people"
  }
}
run "unchanged" {
  command = plan
  assert {
    condition     = length(output.ids) == 3
    error_message = "three people"
  }
}
run "two_leave" {
  variables { people = ["alice"] }
}
run "two_come_back" {}
run "two_leave_again" {
  variables { people = ["alice"] }
}
run "the_same" {
  variables { people = ["alice"] }
}
`,
	})
	output, code := w.run(terraformCLI(), "test", "-no-color")
	if code != 0 || !strings.Contains(output, "8 passed, 0 failed") {
		t.Errorf("the test ends with %d\n%s", code, output)
	}
}
