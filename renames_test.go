package main

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// renamed are the four kinds of objects of a configuration, in the ways in which their addresses change without the
// objects doing so.
var renamed = map[string]string{
	"switchboard_user": `email = "alice@example.com"
  first_name = "Alice"
  last_name = "Nowak"
  permission_group_ids = [PREFIXswitchboard_permission_group.base.id]
  telephony = { sip_assignment = "dynamic" }`,
	"switchboard_permission_group": `name = "Sales"`,
	"switchboard_sip_account":      `extension = "2001"`,
	"switchboard_user_group": `name = "floor"
  subgroups = ["First"]`,
}

const renamedAround = `terraform {
  required_providers {
    switchboard = { source = "switchboard-hq/switchboard" }
  }
}
`

const renamedProvider = `provider "switchboard" {
  embedded_portal = {
    database             = "${path.root}/portal.db"
    organization_file    = "${path.root}/organization.yaml"
    pwned_passwords_file = "${path.root}/pwned.txt"
  }
}
resource "switchboard_permission_group" "base" {
  name = "Base"
}
variable "round" {
  default = 1
}
resource "terraform_data" "round" {
  input = var.round
}
`

// blocks writes one block for each kind of object. META is what stands in front, such as for_each.
func blocks(label, meta, lifecycle string) string {
	var text strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(renamed)) {
		fmt.Fprintf(&text, "resource %q %q {\n  %s\n  %s\n  lifecycle {\n    %s\n  }\n}\n", kind, label, meta, strings.ReplaceAll(renamed[kind], "PREFIX", ""), lifecycle)
	}
	return text.String()
}

// objects are the ids of everything that the database of an embedded portal has, by kind.
func (w *workspace) objects() map[string][]string {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(w.dir, "portal.db"))+"?mode=ro")
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	ids := map[string][]string{}
	for _, table := range []string{"users", "sip_accounts", "user_groups", "permission_groups"} {
		rows, err := db.QueryContext(w.t.Context(), "SELECT id FROM "+table+" ORDER BY id")
		if err != nil {
			w.t.Fatal(err)
		}
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				w.t.Fatal(err)
			}
			ids[table] = append(ids[table], id)
		}
		if err := rows.Err(); err != nil {
			w.t.Fatal(err)
		}
	}
	return ids
}

// mkdir makes a folder below that of the workspace.
func (w *workspace) mkdir(name string) {
	w.t.Helper()
	if err := os.Mkdir(filepath.Join(w.dir, name), 0o700); err != nil {
		w.t.Fatal(err)
	}
}

// terraformCLI is the CLI under test.
func terraformCLI() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}

func sameObjects(a, b map[string][]string) bool { return maps.EqualFunc(a, b, slices.Equal) }

// An address that changes without a moved block is refused, for every kind of object, and nobody is lost. With the
// moved block, nothing changes.
func TestRename_ALL09_nobodyIsLost(t *testing.T) {
	t.Parallel()
	inModule := renamedAround + "variable \"group\" {}\n" + strings.ReplaceAll(blocks("new", "", ""), "[switchboard_permission_group.base.id]", "[var.group]")
	for name, change := range map[string]struct{ before, after, from, to string }{
		"label": {blocks("old", "", "LIFE"), blocks("new", "", "LIFE"), "KIND.old", "KIND.new"},
		"key of for_each": {
			blocks("it", `for_each = toset(["old"])`, "LIFE"), blocks("it", `for_each = toset(["new"])`, "LIFE"), `KIND.it["old"]`, `KIND.it["new"]`,
		},
		"count to for_each": {blocks("it", "count = 1", "LIFE"), blocks("it", `for_each = toset(["new"])`, "LIFE"), "KIND.it[0]", `KIND.it["new"]`},
		"into a module": {
			blocks("old", "", "LIFE"), "module \"people\" {\n  source = \"./people\"\n  group = switchboard_permission_group.base.id\n}\n", "KIND.old", "module.people.KIND.new",
		},
	} {
		for _, before := range []string{"false", "true"} {
			t.Run(name+", create_before_destroy = "+before, func(t *testing.T) {
				t.Parallel()
				life := "create_before_destroy = " + before
				w := newWorkspace(t, nil)
				config := func(text string) {
					w.write("main.tf", renamedAround+renamedProvider+strings.ReplaceAll(text, "LIFE", life))
					w.must(terraformCLI(), "get")
				}
				w.mkdir("people")
				w.write("people/main.tf", strings.ReplaceAll(inModule, "lifecycle {\n    \n", "lifecycle {\n    "+life+"\n"))
				config(change.before)
				w.must(terraformCLI(), "apply", "-auto-approve")
				made := w.objects()

				config(change.after)
				output, code := w.run(terraformCLI(), "apply", "-auto-approve", "-no-color")
				if code == 0 || !sameObjects(w.objects(), made) {
					t.Fatalf("the renamed blocks: exit code %d, the portal had %v and has %v\n%s", code, made, w.objects(), output)
				}
				for _, who := range []string{"alice@example.com", "sales", "2001", "floor"} {
					if !strings.Contains(strings.ToLower(output), who) {
						t.Errorf("the refusal does not name %s:\n%s", who, output)
					}
				}
				if strings.Count(output, "moved {") < len(renamed) {
					t.Errorf("the refusal does not show a moved block for each kind:\n%s", output)
				}

				var moved strings.Builder
				for kind := range renamed {
					fmt.Fprintf(&moved, "moved {\n  from = %s\n  to = %s\n}\n", strings.ReplaceAll(change.from, "KIND", kind), strings.ReplaceAll(change.to, "KIND", kind))
				}
				config(change.after + moved.String())
				w.must(terraformCLI(), "apply", "-auto-approve")
				if output, code := w.run(terraformCLI(), "plan", "-detailed-exitcode"); code != 0 || !sameObjects(w.objects(), made) {
					t.Errorf("after the move the plan ends with %d, the portal had %v and has %v\n%s", code, made, w.objects(), output)
				}
			})
		}
	}
}

// A replacement that was asked for works and is warned of; with create_before_destroy the portal refuses it, and
// everything stays. Either way, what the state has is what the portal has.
func TestReplacement_ALL09_isWarnedOfAndLosesNobody(t *testing.T) {
	t.Parallel()
	addresses := make([]string, 0, len(renamed))
	for kind := range renamed {
		addresses = append(addresses, kind+".it")
	}
	for name, ask := range map[string]func(w *workspace) []string{
		"-replace": func(*workspace) []string {
			var flags []string
			for _, address := range addresses {
				flags = append(flags, "-replace="+address)
			}
			return flags
		},
		"taint": func(w *workspace) []string {
			for _, address := range addresses {
				w.must(terraformCLI(), "taint", address)
			}
			return nil
		},
		"replace_triggered_by": func(*workspace) []string { return []string{"-var=round=2"} },
	} {
		for _, before := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, create_before_destroy = %t", name, before), func(t *testing.T) {
				t.Parallel()
				life := fmt.Sprintf("create_before_destroy = %t", before)
				if name == "replace_triggered_by" {
					life += "\n    replace_triggered_by = [terraform_data.round]"
				}
				w := newWorkspace(t, map[string]string{"main.tf": renamedAround + renamedProvider + blocks("it", "", life)})
				w.must(terraformCLI(), "apply", "-auto-approve")
				made := w.objects()
				flags := ask(w)
				output, code := w.run(terraformCLI(), append([]string{"apply", "-auto-approve", "-no-color"}, flags...)...)
				// Of a replacement that it was asked for itself, Terraform shows no warnings of a provider.
				if name == "taint" && strings.Count(output, "Replaced by a new") != len(renamed) {
					t.Errorf("the plan does not warn of each replacement:\n%s", output)
				}
				now := w.objects()
				switch {
				case before && (code == 0 || !sameObjects(now, made)):
					t.Fatalf("create_before_destroy: exit code %d, the portal had %v and has %v\n%s", code, made, now, output)
				case !before && (code != 0 || now["users"][0] == made["users"][0] || now["sip_accounts"][0] == made["sip_accounts"][0]):
					t.Fatalf("exit code %d, the portal had %v and has %v\n%s", code, made, now, output)
				}
				for table := range made {
					if len(now[table]) != len(made[table]) {
						t.Errorf("the portal had %v and has %v", made, now)
					}
				}
				if before {
					return
				}
				if output, code := w.run(terraformCLI(), append([]string{"plan", "-detailed-exitcode"}, slices.DeleteFunc(flags, func(flag string) bool {
					return strings.HasPrefix(flag, "-replace")
				})...)...); code != 0 {
					t.Errorf("the plan afterwards ends with %d\n%s", code, output)
				}
			})
		}
	}
}
