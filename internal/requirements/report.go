package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Beside this tool: one id a line, with a reason after it in laterFile, and comments.
const (
	provenFile = "internal/requirements/proven.txt"
	laterFile  = "internal/requirements/later.txt"
)

// report is what a repository requires and what its tests say about it.
type report struct {
	ids    []string          // as DESIGN.md lists them
	tests  map[string][]test // by id
	proven []string          // ids that had a test when it was last recorded
	later  map[string]string // ids that need none yet, and why
}

// test carries an id in its name, or in those of some of its rows.
type test struct {
	name string // with its package
	rows int    // how many subtests carry the id; 0 if the test itself does
}

func (t test) String() string {
	switch t.rows {
	case 0:
		return t.name
	case 1:
		return t.name + ", 1 row"
	default:
		return fmt.Sprintf("%s, %d rows", t.name, t.rows)
	}
}

func read(root string) (report, error) {
	design, designErr := os.ReadFile(filepath.Join(root, "DESIGN.md"))
	proven, provenErr := lines(filepath.Join(root, provenFile))
	later, laterErr := lines(filepath.Join(root, laterFile))
	code, codeErr := parseRepository(root)
	if err := errors.Join(designErr, provenErr, laterErr, codeErr); err != nil {
		return report{}, err
	}
	r := report{ids: requirements(string(design)), tests: code.carriers(), proven: proven, later: map[string]string{}}
	if len(r.ids) == 0 {
		return report{}, errors.New("DESIGN.md has no table of requirements any more")
	}
	for _, line := range later {
		id, why, _ := strings.Cut(line, " ")
		r.later[id] = strings.TrimSpace(why)
	}
	return r, nil
}

var tableRow = regexp.MustCompile(`(?m)^\| ([A-Z]{2,3}-\d\d) \|`)

// requirements are the ids in the tables of a Markdown text.
func requirements(markdown string) []string {
	var ids []string
	for _, row := range tableRow.FindAllStringSubmatch(markdown, -1) {
		ids = append(ids, row[1])
	}
	return ids
}

// lines are those of a file, without empty ones and comments.
func lines(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	return all, nil
}

func (r report) print(out io.Writer) {
	for _, id := range r.ids {
		fmt.Fprintln(out, id)
		for _, t := range r.tests[id] {
			fmt.Fprintf(out, "      %s\n", t)
		}
		if len(r.tests[id]) == 0 {
			if why, ok := r.later[id]; ok {
				fmt.Fprintf(out, "      later: %s\n", why)
			} else {
				fmt.Fprintln(out, "      NO TEST")
			}
		}
	}
	var gaps, later []string
	for _, id := range r.without() {
		if _, ok := r.later[id]; ok {
			later = append(later, id)
		} else {
			gaps = append(gaps, id)
		}
	}
	fmt.Fprintf(out, "\n%d of %d requirements have a test.\n", len(r.ids)-len(gaps)-len(later), len(r.ids))
	if len(gaps) > 0 {
		fmt.Fprintf(out, "Without one: %s.\n", strings.Join(gaps, ", "))
	}
	if len(later) > 0 {
		fmt.Fprintf(out, "Later: %s.\n", strings.Join(later, ", "))
	}
}

// without are the requirements that no test carries.
func (r report) without() []string {
	return slices.DeleteFunc(slices.Clone(r.ids), func(id string) bool { return len(r.tests[id]) > 0 })
}

// check says what is wrong, one sentence for each mistake.
func (r report) check() error {
	var wrong []error
	for _, id := range r.proven {
		switch {
		case !slices.Contains(r.ids, id):
			wrong = append(wrong, fmt.Errorf("%s has %s, which DESIGN.md does not have", provenFile, id))
		case len(r.tests[id]) == 0:
			wrong = append(wrong, fmt.Errorf("%s had a test and has lost its last one: name the test that proves it after it, or take %s out of %s", id, id, provenFile))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.later)) {
		if !slices.Contains(r.ids, id) {
			wrong = append(wrong, fmt.Errorf("%s has %s, which DESIGN.md does not have", laterFile, id))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.tests)) {
		if !slices.Contains(r.ids, id) && slices.ContainsFunc(r.ids, func(other string) bool { return prefix(other) == prefix(id) }) {
			wrong = append(wrong, fmt.Errorf("%s carries %s, which DESIGN.md does not have", r.tests[id][0].name, id))
		}
	}
	return errors.Join(wrong...)
}

func prefix(id string) string { return strings.SplitN(id, "-", 2)[0] }

// record adds what has a test now to the file of what is proven, in the order of DESIGN.md.
func (r report) record(root string) error {
	file := filepath.Join(root, provenFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var recorded strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		recorded.WriteString(line)
	}
	for _, id := range r.ids {
		if len(r.tests[id]) > 0 || slices.Contains(r.proven, id) {
			recorded.WriteString(id + "\n")
		}
	}
	return os.WriteFile(file, []byte(recorded.String()), 0o644)
}
