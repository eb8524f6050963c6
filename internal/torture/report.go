package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// maxDetails is how many findings of a kind are printed.
const maxDetails = 10

// printTable prints one line for each result and their sum, then what was injected, what Terraform complained of, and
// what is not as it should be.
func printTable(w io.Writer, results []result) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "stage\toperations\tapplies\trequests\tfaults injected\tduplicates\tlost\twrong\tleaked\t")
	all := result{what: "all", injected: map[string]int{}, errors: map[string]int{}}
	line := func(r result) {
		faults := 0
		for _, n := range r.injected {
			faults += n
		}
		v := r.verdict
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n",
			r.what, r.operations, r.applies, r.requests, faults, len(v.duplicates), len(v.lost), len(v.wrong), len(v.leaked))
	}
	for _, r := range results {
		line(r)
		all.operations += r.operations
		all.applies += r.applies
		all.requests += r.requests
		all.verdict.add(r.verdict)
		count(all.injected, r.injected)
		count(all.errors, r.errors)
	}
	line(all)
	_ = table.Flush() // to a terminal, which cannot be told about it either
	fmt.Fprintf(w, "\ninjected: %s\n", counts(all.injected))
	fmt.Fprintf(w, "what Terraform said on the way: %s\n", counts(all.errors))
	details(w, "duplicate", all.verdict.duplicates)
	details(w, "lost", all.verdict.lost)
	details(w, "wrong", all.verdict.wrong)
	details(w, "leaked", all.verdict.leaked)
}

func count(sum, more map[string]int) {
	for name, n := range more {
		sum[name] += n
	}
}

// counts prints numbers by name.
func counts(numbers map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, numbers[name]))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

func details(w io.Writer, kind string, findings []string) {
	for _, finding := range findings[:min(len(findings), maxDetails)] {
		fmt.Fprintf(w, "%s: %s\n", kind, finding)
	}
	if more := len(findings) - maxDetails; more > 0 {
		fmt.Fprintf(w, "%s: and %d more\n", kind, more)
	}
}
