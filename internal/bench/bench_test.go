package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if meter := meterOf(os.Args[0]); meter != nil { // Terraform has started this program for the provider
		os.Exit(meter(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// TestBench measures a few people, so that what is measured with thousands goes on working. The figures are not looked
// at, the requests are.
func TestBench(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	args := []string{"-parts", "plan,single,apply,portal", "-users", "3", "-latencies", "0s", "-runs", "1", "-one", "3", "-stored", "300", "-measured", "20", "-clients", "2"}
	if err := run(t.Context(), args, &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, want := range []string{
		`\| 3 \| 0s \| 3, 3, 3, 1 \| [\d.]+ s \| [\d.]+ s \|`,
		`\| 3 \| 0s, 10 requests/s \| 3, 3, 3, 1 \|`,
		`\| create \| \d+ GET, 9 POST \|`,
		`\| update of all SIP accounts \| \d+ GET, 3 PUT \|`,
		`\| destroy \| 9 DELETE, \d+ GET \|`,
		`\| SQLite \| 300 \| 500 users read, any page \|`,
		`\| PostgreSQL \| 300 \| a user made \|`,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("nothing matches %s in\n%s", want, &out)
		}
	}
}
