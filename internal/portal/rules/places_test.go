package rules_test

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// placed is what vaxel says about where a user is.
func placed(t *testing.T, country, zone string) string {
	t.Helper()
	user := alice(t, portal.Vaxel)
	user.Locale = &portal.Locale{Country: &country, TimeZone: &zone}
	var messages []string
	for _, f := range create(t, portal.Vaxel, portal.NounUser, user) {
		messages = append(messages, f.Message)
	}
	return strings.Join(messages, "\n")
}

func TestRules_VX17_countries(t *testing.T) {
	t.Parallel()
	assigned := 0
	for first := 'A'; first <= 'Z'; first++ {
		for second := 'A'; second <= 'Z'; second++ {
			if placed(t, string(first)+string(second), "") == "" {
				assigned++
			}
		}
	}
	if assigned != 249 { // officially assigned codes of ISO 3166-1
		t.Errorf("%d codes are accepted", assigned)
	}
	for code, want := range map[string]string{
		"UK": `locale.country is "UK": ISO 3166-1 does not assign this code; write GB`,
		"uk": `locale.country is "uk": ISO 3166-1 does not assign this code; write GB`,
		"SU": "write RU", "AN": "write CW, SX or BQ", "AC": "write SH", "se": "in capital letters: SE",
		"XK": "two capital letters", "EU": "two capital letters", "SWE": "two capital letters", "Å": "two capital letters",
	} {
		if got := placed(t, code, ""); !strings.Contains(got, want) {
			t.Errorf("%s: %q", code, got)
		}
	}
}

func TestRules_VX17_timeZones(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Stockholm", "Europe/Kyiv", "Etc/GMT-1", "UTC"} {
		if got := placed(t, "SE", zone); got != "" {
			t.Errorf("%s: %s", zone, got)
		}
	}
	for zone, want := range map[string]string{
		"Local": "such as", "localtime": "such as", "posixrules": "such as", "Factory": "such as", "posix/UTC": "such as", "../UTC": "such as", "CET/": "such as",
		"europe/stockholm": "does: Europe/Stockholm",
	} {
		if got := placed(t, "SE", zone); !strings.Contains(got, want) {
			t.Errorf("%s: %q", zone, got)
		}
	}
}

// TestRules_VX17_oneDatabase: the zones are those that Go embeds, on every machine and in every environment.
func TestRules_VX17_oneDatabase(t *testing.T) {
	t.Parallel()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	database, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	var names []string
	for _, file := range database.File {
		if !strings.HasSuffix(file.Name, "/") && file.Name != "Factory" {
			names = append(names, file.Name)
		}
	}
	slices.Sort(names)
	known, err := os.ReadFile("time_zones.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(names, slices.Sorted(slices.Values(strings.Fields(string(known))))); diff != "" {
		t.Errorf("time_zones.txt is another list than that of Go (-Go +list):\n%s", diff)
	}
}
