package rules_test

import (
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// TestRefuseMemberships_MW04: only where a user can be in several groups can one be given by itself.
func TestRefuseMemberships_MW04(t *testing.T) {
	t.Parallel()
	for platform, want := range map[portal.Platform]string{
		portal.Maatwerk: "", portal.Engage: "exactly one", portal.Samoobsluha: "exactly one", portal.Telecube: "exactly one", portal.Vaxel: "vaxel has no permission groups",
	} {
		set, err := rules.For(platform)
		if err != nil {
			t.Fatal(err)
		}
		if got := set.RefuseMemberships(); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", platform, got, want)
		}
	}
}

func TestRefuseEnd_MW04(t *testing.T) {
	t.Parallel()
	set, err := rules.For(portal.Maatwerk)
	if err != nil {
		t.Fatal(err)
	}
	if got := set.RefuseEnd("alice@example.com", []string{"grp_2"}); got != "" {
		t.Errorf("with another group left: %q", got)
	}
	if got := set.RefuseEnd("alice@example.com", nil); !strings.Contains(got, "alice@example.com") {
		t.Errorf("with none left: %q", got)
	}
}

func TestCheckMemberships_MW04(t *testing.T) {
	t.Parallel()
	set, err := rules.For(portal.Maatwerk)
	if err != nil {
		t.Fatal(err)
	}
	inventory := rules.Inventory{PermissionGroups: map[string]portal.PermissionGroup{"grp_1": {ID: "grp_1"}}}
	before := portal.User{ID: "usr_1", Email: new("no address at all"), PermissionGroupIDs: []string{"grp_1"}}
	after := before
	after.PermissionGroupIDs = []string{"grp_1", "grp_2"}
	findings := set.CheckMemberships(inventory, rules.Change{Noun: portal.NounUser, Before: &before, After: &after})
	if len(findings) != 1 || findings[0].Code != portal.CodeMissing || !strings.Contains(findings[0].Message, "grp_2") {
		t.Errorf("findings %+v, want that grp_2 is missing and nothing about the rest of the user", findings)
	}
}
