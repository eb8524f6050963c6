package portal_test

import (
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// TestUsersCSVCell_EN19: no cell starts a formula, and every text comes back as it was.
func TestUsersCSVCell_EN19(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "Ann": "Ann", "=1+1": "'=1+1", "+31": "'+31", "-Ann": "'-Ann", "@ann": "'@ann", "\tAnn": "'\tAnn",
		"'t Hart": "'t Hart", "''s": "''s", "'": "'", "'=1": "''=1", "''+31": "'''+31",
	} {
		cell := portal.UsersCSVCell(text)
		if cell != want {
			t.Errorf("%q becomes the cell %q, want %q", text, cell, want)
		}
		if got := portal.UsersCSVText(cell); got != text {
			t.Errorf("the cell %q is read as %q, want %q", cell, got, text)
		}
	}
}
