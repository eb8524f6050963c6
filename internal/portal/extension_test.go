package portal_test

import (
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestParseExtension(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"20", "201", "0042", "12345678"} {
		if got, err := portal.ParseExtension(text); err != nil || got != text {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "2", "123456789", " 201", "201\n", "2 1", "2a1", "+201", "-20", "2.1", "٢٠١", "２０１", "20\x00", strings.Repeat("1", 1<<20)} {
		if got, err := portal.ParseExtension(text); err == nil || got != "" || !strings.Contains(err.Error(), "2 to 8 digits") {
			t.Errorf("%.20q: got %q, %v; want an error that says what is allowed", text, got, err)
		}
	}
}
