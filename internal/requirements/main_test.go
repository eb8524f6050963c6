package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const design = `# Design

| id | must hold |
|---|---|
| TC-01 | One. |
| TC-02 | Two. |
| MW-03 | Three. |
| EN-18 | Four. |
`

// code is a module in which TC-01 is carried by the name of a test, TC-02 by rows of a table in another package, and
// MW-03 by nothing: not by a message, a list of ids, a comment, a function that is no test, a table that no test runs,
// or what is tested.
var code = map[string]string{
	"go.mod":    "module example.com/phones\n\ngo 1.26\n",
	"DESIGN.md": design,
	"internal/tables/tables.go": `package tables

import "testing"

type Row struct{ Name string }

type table struct{ rows []Row }

func Walk(t *testing.T) {
	made := &table{rows: []Row{{"TC-02 a first row"}}}
	made.calls()
	for _, row := range made.rows {
		t.Run(row.Name, func(*testing.T) {})
	}
}

func (t *table) calls() { t.add("TC-02 a second row") }

func (t *table) add(name string) { t.rows = append(t.rows, Row{name}) }

func Unused() []Row { return []Row{{Name: "MW-03 nobody runs this"}} }
`,
	"internal/rules/rules.go": `package rules

var Rule = struct{ ID string }{ID: "MW-03"}
`,
	"phone_test.go": `package phones

import (
	"testing"

	"example.com/phones/internal/rules"
	bad "example.com/phones/internal/tables"
)

func TestPhone_TC01_rings(t *testing.T) { t.Error("MW-03 is not met") }

func TestRows(t *testing.T) {
	bad.Walk(t)
	t.Log(rules.Rule)
}

// MW-03 is only talked about here.
func TestList(t *testing.T) {
	for _, id := range []string{"MW-03"} {
		t.Log(id, bad.Unused())
	}
}

func checkMW03_helper() {}
`,
	provenFile: "# What had a test.\nTC-01\n",
	laterFile:  "# What needs none yet.\nEN-18 the next step\n",
}

// repositoryWith writes the module, with some files changed, and returns its folder.
func repositoryWith(t *testing.T, changes map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for _, files := range []map[string]string{code, changes} {
		for name, text := range files {
			file := filepath.Join(root, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root
}

func TestRun_print(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(repositoryWith(t, nil), false, &out); err != nil {
		t.Fatal(err)
	}
	const want = `TC-01
      TestPhone_TC01_rings
TC-02
      TestRows, 2 rows
MW-03
      NO TEST
EN-18
      later: the next step

2 of 4 requirements have a test.
Without one: MW-03.
Later: EN-18.
`
	if out.String() != want {
		t.Errorf("have:\n%s\nwant:\n%s", out.String(), want)
	}
}

func TestRun_mistakes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		changes map[string]string
		want    string
	}{
		"the last test of a requirement is gone": {
			map[string]string{"phone_test.go": "package phones\n"},
			"01 had a test and has lost its last one",
		},
		"the last row of a requirement is gone": {
			map[string]string{"internal/tables/tables.go": "package tables\n\nimport \"testing\"\n\nfunc Walk(*testing.T) {}\n", provenFile: "TC-02\n"},
			"02 had a test and has lost its last one",
		},
		"a test of what is not required": {
			map[string]string{"ring_test.go": "package phones\n\nimport \"testing\"\n\nfunc TestPhone_TC99_rings(*testing.T) {}\n"},
			"TestPhone_TC99_rings carries TC-99, which DESIGN.md does not have",
		},
		"proven, and not required any more": {map[string]string{provenFile: "TC-01\nTC-77\n"}, provenFile + " has TC-77, which DESIGN.md does not have"},
		"later, and not required any more":  {map[string]string{laterFile: "TC-77 some day\n"}, laterFile + " has TC-77, which DESIGN.md does not have"},
		"no requirements":                   {map[string]string{"DESIGN.md": "# Design\n"}, "DESIGN.md has no table"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(repositoryWith(t, test.changes), false, &strings.Builder{})
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("have %q, want one line with %q", err, test.want)
			}
		})
	}
}

// What is recorded is never taken away: that is how a lost test is found.
func TestRun_record(t *testing.T) {
	t.Parallel()
	root := repositoryWith(t, map[string]string{provenFile: "# What had a test.\nMW-03\n"})
	if err := run(root, true, &strings.Builder{}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, provenFile))
	if err != nil {
		t.Fatal(err)
	}
	if want := "# What had a test.\nTC-01\nTC-02\nMW-03\n"; string(text) != want {
		t.Errorf("have %q, want %q", text, want)
	}
}

// This repository's own tests and lists agree.
func TestRequirements_thisRepository(t *testing.T) {
	t.Parallel()
	r, err := read("../..")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.check(); err != nil {
		t.Error(err)
	}
	if !slices.ContainsFunc(r.tests["TC-06"], func(found test) bool { return found.rows > 1 }) {
		t.Errorf("rows of tables are not found: TC-06 is carried by %v", r.tests["TC-06"])
	}
}
