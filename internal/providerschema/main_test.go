package main

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider"
)

func TestDescribe_everythingHasADescription(t *testing.T) {
	t.Parallel()
	d := describeProvider(t)

	checkBlock(t, "provider", d.Provider.Block)
	for kind, schemas := range map[string]map[string]schema{
		"resource": d.Resources, "data": d.DataSources, "ephemeral": d.EphemeralResources, "list": d.ListResources, "action": d.Actions,
	} {
		for name, s := range schemas {
			if s.Block.Description == "" {
				t.Errorf("%s %s has no description", kind, name)
			}
			checkBlock(t, kind+" "+name, s.Block)
		}
	}
}

func checkBlock(t *testing.T, where string, b block) {
	t.Helper()
	checkAttributes(t, where, b.Attributes)
	for name, nested := range b.Blocks {
		checkBlock(t, where+"."+name, nested.Block)
	}
}

func checkAttributes(t *testing.T, where string, attributes map[string]attribute) {
	t.Helper()
	if len(attributes) == 0 {
		t.Errorf("%s has no attributes", where)
	}
	for name, a := range attributes {
		if a.Description == "" {
			t.Errorf("%s.%s has no description", where, name)
		}
		if a.Nested != nil {
			checkAttributes(t, where+"."+name, a.Nested.Attributes)
		}
	}
}

// What Terraform itself prints for an attribute, read from `terraform providers schema -json` of Terraform 1.11.
func TestDescribe_attributeReadsAsTerraformPrintsIt(t *testing.T) {
	t.Parallel()
	d := describeProvider(t)

	secret := d.Resources["switchboard_user"].Block.Attributes["password_wo"]
	if !secret.WriteOnly || secret.Computed {
		t.Errorf("switchboard_user.password_wo = %+v, want a write-only attribute", secret)
	}
	groups := d.Resources["switchboard_user"].Block.Attributes["permission_group_ids"]
	groups.Description = ""
	got, err := json.Marshal(struct {
		Type any `json:"type"`
	}{groups.Type})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"type":["set","string"]}`; string(got) != want {
		t.Errorf("switchboard_user.permission_group_ids is %s, want %s", got, want)
	}
	telephony := d.Resources["switchboard_user"].Block.Attributes["telephony"]
	if telephony.Nested == nil || telephony.Nested.NestingMode != "single" || telephony.Type != nil {
		t.Errorf("switchboard_user.telephony = %+v, want one nested object", telephony)
	}
}

func describeProvider(t *testing.T) description {
	t.Helper()
	server, err := providerserver.NewProtocol6WithError(provider.New("test")())()
	if err != nil {
		t.Fatal(err)
	}
	d, err := describe(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
