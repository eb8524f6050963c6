package portaltest_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func TestOrganization_hasAllThatThePlatformKnows(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		set, err := rules.For(platform)
		if err != nil {
			t.Fatal(err)
		}
		full, _ := portaltest.ImaginaryStock(t, portaltest.Organization(platform))
		bare, _ := portaltest.ImaginaryStock(t, portaltest.BareOrganization(platform))
		for kind, c := range map[string]struct {
			known      map[string]string
			have, none []string
		}{
			"service": {set.Services, full.Organization.Ordered, bare.Organization.Ordered},
			"module":  {set.Modules, full.Organization.Modules, bare.Organization.Modules},
		} {
			for name := range c.known {
				if !slices.Contains(c.have, name) {
					t.Errorf("the organisation on %s lacks the %s %s", platform, kind, name)
				}
			}
			if len(c.none) > 0 {
				t.Errorf("the bare organisation on %s has the %ss %v", platform, kind, c.none)
			}
		}
		o := full.Organization
		if len(o.PBXs) != 2 || len(o.Helpdesks) != 2 || len(o.SocialAccounts) != 2 || len(o.SenderNames) != 2 || len(o.PhoneNumbers) != 12 ||
			!slices.Contains(o.PhoneNumbers, portaltest.MainNumber) {
			t.Errorf("the organisation on %s is %+v", platform, o)
		}
	}
}

// The stock without a portal has what the real one has, so that rules and API judge the same.
func TestStock_theImaginaryOneIsLikeTheReal(t *testing.T) {
	t.Parallel()
	for _, file := range files() {
		actual := portaltest.Start(t, portaltest.WithOrganization(file)).Stock(t)
		imaginary, _ := portaltest.ImaginaryStock(t, file)
		name := string(actual.Organization.Platform)
		have, want := portaltest.BadInputs(imaginary), portaltest.BadInputs(actual)
		if len(have) != len(want) {
			t.Fatalf("%s: %d bad inputs, and %d with a portal", name, len(have), len(want))
		}
		for i := range have {
			if have[i].Name != want[i].Name || have[i].Bare != want[i].Bare || !slices.Equal(slices.Sorted(maps.Keys(have[i].HCL)), slices.Sorted(maps.Keys(want[i].HCL))) {
				t.Errorf("%s: %q with %v, and %q with %v with a portal", name, have[i].Name, have[i].HCL, want[i].Name, want[i].HCL)
			}
		}
		for what, ids := range map[string][2]string{
			"group": {imaginary.OtherGroupID, actual.OtherGroupID}, "account": {imaginary.TakenAccountID, actual.TakenAccountID},
			"subgroup": {imaginary.OtherSubgroupID, actual.OtherSubgroupID}, "user": {imaginary.HolderID, actual.HolderID},
		} {
			if (ids[0] == "") != (ids[1] == "") {
				t.Errorf("%s: the %s is %q, and %q with a portal", name, what, ids[0], ids[1])
			}
		}
	}
}
