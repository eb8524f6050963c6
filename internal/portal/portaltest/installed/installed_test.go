package installed

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// missing makes this test binary run a test for which something is not installed.
const missing = "SWITCHBOARD_TEST_MISSING"

func TestMissing_skipsAndFailsInCI(t *testing.T) {
	t.Parallel()
	if os.Getenv(missing) != "" {
		Missing(t, errors.New("there is no such program"))
	}
	for ci, want := range map[string]string{"CI=": "--- SKIP: ", "CI=false": "--- SKIP: ", "CI=true": "--- FAIL: "} {
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
		command.Env = append(os.Environ(), missing+"=1", ci)
		output, err := command.CombinedOutput()
		if failed := err != nil; failed != (ci == "CI=true") || !strings.Contains(string(output), want+t.Name()) ||
			!strings.Contains(string(output), "there is no such program") {
			t.Errorf("with %s the test ends with %v:\n%s", ci, err, output)
		}
	}
}
