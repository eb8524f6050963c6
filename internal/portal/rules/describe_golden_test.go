package rules

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the rule sets say about every field, for people to read in a review: a rule that changes shows in testdata in
// words.
func TestDescribe_golden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, noun := range slices.Sorted(maps.Keys(wireTypes())) {
		wire := wireFields("", reflect.TypeOf(wireTypes()[noun]()).Elem())
		paths := map[string]bool{"": true}
		for path := range wire {
			parent, _, nested := strings.Cut(path, ".")
			paths[path], paths[parent] = true, paths[parent] || nested
		}
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			if text := Describe(noun, path); text != "" {
				fmt.Fprintf(&b, "%s %s: %s\n", noun, path, text)
			}
		}
	}
	name := filepath.Join("testdata", "describe.golden")
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("testdata says what people have read and agreed to (-want +got):\n%s", diff)
	}
}
