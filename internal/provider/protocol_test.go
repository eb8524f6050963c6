package provider

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// protocol drives the provider as Terraform does, over protocol 6, but without a Terraform. It is for tables that a CLI run per row
// would make slow, and for checking at which attribute a diagnostic is.
type protocol struct {
	t       *testing.T
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

func newProtocol(t *testing.T, p *portaltest.Portal) *protocol {
	t.Helper()
	server, err := factories()["switchboard"]()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	drive := &protocol{t: t, server: server, schemas: schemas}
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.11.0", ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{},
		Config: drive.value(schemas.Provider, map[string]any{"endpoint": p.URL, "token": p.Token}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(configured.Diagnostics) > 0 {
		t.Fatalf("configure: %+v", configured.Diagnostics[0])
	}
	return drive
}

// plan validates and plans the creation of a resource, and returns what both have to say.
func (d *protocol) plan(typeName string, attributes map[string]any) []*tfprotov6.Diagnostic {
	d.t.Helper()
	schema := d.schemas.ResourceSchemas[typeName]
	config := d.value(schema, attributes)
	validated, err := d.server.ValidateResourceConfig(d.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: typeName, Config: config, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	if len(validated.Diagnostics) > 0 {
		return validated.Diagnostics // Terraform goes no further either
	}
	null := tftypes.NewValue(schema.ValueType(), nil)
	prior, err := tfprotov6.NewDynamicValue(schema.ValueType(), null)
	if err != nil {
		d.t.Fatal(err)
	}
	planned, err := d.server.PlanResourceChange(d.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, Config: config, ProposedNewState: d.value(schema, withoutWriteOnly(schema, attributes)), PriorState: &prior,
		ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return planned.Diagnostics
}

func withoutWriteOnly(schema *tfprotov6.Schema, attributes map[string]any) map[string]any {
	proposed := map[string]any{}
	for _, attribute := range schema.Block.Attributes {
		if value, ok := attributes[attribute.Name]; ok && !attribute.WriteOnly {
			proposed[attribute.Name] = value
		}
	}
	return proposed
}

// value encodes attributes; what is left out is null.
func (d *protocol) value(schema *tfprotov6.Schema, attributes map[string]any) *tfprotov6.DynamicValue {
	d.t.Helper()
	kind := schema.ValueType()
	value, err := encode(kind, attributes)
	if err != nil {
		d.t.Fatal(err)
	}
	dynamic, err := tfprotov6.NewDynamicValue(kind, value)
	if err != nil {
		d.t.Fatal(err)
	}
	return &dynamic
}

func encode(kind tftypes.Type, value any) (tftypes.Value, error) {
	object, isObject := kind.(tftypes.Object)
	given, isMap := value.(map[string]any)
	switch {
	case value == nil:
		return tftypes.NewValue(kind, nil), nil
	case isObject && isMap:
		values := make(map[string]tftypes.Value, len(object.AttributeTypes))
		for name := range given {
			if _, ok := object.AttributeTypes[name]; !ok {
				return tftypes.Value{}, fmt.Errorf("no attribute %q", name)
			}
		}
		for name, child := range object.AttributeTypes {
			encoded, err := encode(child, given[name])
			if err != nil {
				return tftypes.Value{}, fmt.Errorf("%s: %w", name, err)
			}
			values[name] = encoded
		}
		return tftypes.NewValue(kind, values), nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return tftypes.Value{}, err
	}
	return tftypes.ValueFromJSON(text, kind) //nolint:staticcheck // deprecated for providers; there is nothing else for tests
}

// attributesOf are the attributes of the resource that a configuration for this wire object has: the same names, and a secret through its
// write-only twin.
func attributesOf(t *testing.T, object any) map[string]any {
	t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var attributes map[string]any
	if err := json.Unmarshal(text, &attributes); err != nil {
		t.Fatal(err)
	}
	delete(attributes, "built_in") // the portal's
	return writeOnly(attributes)
}

func writeOnly(attributes map[string]any) map[string]any {
	for name, value := range attributes {
		switch nested, ok := value.(map[string]any); {
		case ok:
			writeOnly(nested)
		case name == "password" || name == "pin":
			delete(attributes, name)
			attributes[name+"_wo"], attributes[name+"_wo_version"] = value, 1
		}
	}
	return attributes
}

// at is the attribute that a diagnostic is at, as a dotted path.
func at(diagnostic *tfprotov6.Diagnostic) string {
	var names []string
	for _, step := range diagnostic.Attribute.Steps() {
		if name, ok := step.(tftypes.AttributeName); ok {
			names = append(names, string(name))
		}
	}
	return strings.Join(names, ".")
}
