// Package installed finds the programs that tests need besides Go and Terraform. Where one is missing, it decides what
// becomes of the test. .ci/prepare looks in the same places, to install what is missing and to say what was left out.
package installed

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Variables with which a person names the programs to use. .ci/prepare sets them, so that Go does not take the outcome
// of a test from its cache that was left out while the program was missing.
const (
	browserVariable    = "SWITCHBOARD_TEST_BROWSER"    // a program
	postgreSQLVariable = "SWITCHBOARD_TEST_POSTGRESQL" // the folder of the programs
)

// Missing ends a test for which something is not installed. It is skipped, or it fails where nothing may be left out,
// which CI=true says.
func Missing(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// Browser returns the path of Chromium, under one of the names that systems give it.
func Browser() (string, error) { return findBrowser() }

var findBrowser = sync.OnceValues(func() (string, error) {
	if path := os.Getenv(browserVariable); path != "" {
		return path, nil
	}
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("this test uses a real browser, and there is none: install Chromium (make test says how)")
})

var browsers = []string{
	"chromium", "chromium-browser", "google-chrome",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
}

// PostgreSQL returns the folder with the programs of the newest PostgreSQL, of those that Debian or Homebrew keep off
// the PATH and the one on it.
func PostgreSQL() (string, error) { return findPostgreSQL() }

var findPostgreSQL = sync.OnceValues(func() (string, error) {
	if folder := os.Getenv(postgreSQLVariable); folder != "" {
		return folder, nil
	}
	const oldest = 15
	newest, folder := oldest-1, ""
	for _, pattern := range postgreSQLs {
		programs, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(pattern) {
			programs = []string{pattern}
		}
		for _, program := range programs {
			path, err := exec.LookPath(program)
			if err != nil {
				continue
			}
			if version := versionOf(path); version > newest {
				newest, folder = version, filepath.Dir(path)
			}
		}
	}
	if folder == "" {
		return "", errors.New("this test starts a PostgreSQL of its own, and there is none of version 15 or newer: install it (make test says how)")
	}
	return folder, nil
})

var postgreSQLs = []string{
	"/usr/lib/postgresql/*/bin/postgres", "/opt/homebrew/opt/postgresql@*/bin/postgres", "/usr/local/opt/postgresql@*/bin/postgres", "postgres",
}

// versionOf asks a postgres for its major version, which follows "postgres (PostgreSQL) "; 0 if it does not tell.
func versionOf(postgres string) int {
	output, err := exec.Command(postgres, "--version").Output()
	if err != nil {
		return 0
	}
	digits := strings.TrimLeftFunc(string(output), func(r rune) bool { return r < '0' || r > '9' })
	end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	version, err := strconv.Atoi(digits[:max(0, end)])
	if err != nil {
		return 0
	}
	return version
}
