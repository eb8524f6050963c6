package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// Code asks the rule set what a platform allows, and never for the platform: its name stands in the list of platforms,
// and otherwise in comments and tests.
func TestPlatforms_noCodeAsksForTheName(t *testing.T) {
	t.Parallel()
	const root = "../../.."
	read := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		relative, _ := filepath.Rel(root, path)
		switch slash := filepath.ToSlash(relative); {
		case err != nil:
			return err
		case slash == "internal/portal/portaltest", slash == "internal/bench", slash == "internal/torture": // tests, too
			return filepath.SkipDir
		case entry.IsDir() && relative != "." && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case !strings.HasSuffix(slash, ".go"), strings.HasSuffix(slash, "_test.go"), slash == "internal/portal/portal.go":
			return nil
		}
		read++
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			var text string
			switch node := node.(type) {
			case *ast.Ident:
				text = node.Name
			case *ast.BasicLit:
				text = node.Value
			}
			for _, platform := range portal.Platforms() {
				if strings.Contains(strings.ToLower(text), string(platform)) {
					t.Errorf("%s has the name of a platform: %s", relative, text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || read < 200 {
		t.Errorf("%d files were read: %v", read, err)
	}
}

// Every platform says in which language the portal writes, and one in which it can.
func TestPlatforms_language(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		if language := ruleSet(t, platform).Language; !slices.Contains([]string{"en", "fr", "de", "es", "nl"}, language) {
			t.Errorf("%s writes in %q", platform, language)
		}
	}
	if got := rules.Where(func(s *rules.Set) bool { return s.LoginApart }); got != "engage" {
		t.Errorf("the login has a mail of its own on %s", got)
	}
}
