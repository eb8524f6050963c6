package provider

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// protocol drives the provider as Terraform does, over protocol 6, but without a Terraform. It is for tables that a CLI
// run per row would make slow, and for checking at which attribute a diagnostic is.
type protocol struct {
	t       testing.TB
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

func newProtocol(t testing.TB, p *portaltest.Portal) *protocol {
	t.Helper()
	return newProtocolWith(t, p.URL, p.Token)
}

func newProtocolWith(t testing.TB, endpoint, token string) *protocol {
	t.Helper()
	drive := newRun(t, nil)
	schemas, err := drive.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	drive.schemas = schemas
	drive.configure(endpoint, token)
	return drive
}

// anew is the provider of another run with the same schemas, as each `terraform plan` and each `terraform apply` has
// one.
func (d *protocol) anew(t testing.TB, p *portaltest.Portal) *protocol {
	t.Helper()
	other := newRun(t, d.schemas)
	other.configure(p.URL, p.Token)
	return other
}

func newRun(t testing.TB, schemas *tfprotov6.GetProviderSchemaResponse) *protocol {
	t.Helper()
	server, err := factories()["switchboard"]()
	if err != nil {
		t.Fatal(err)
	}
	return &protocol{t: t, server: server, schemas: schemas}
}

func (d *protocol) configure(endpoint, token string) {
	d.t.Helper()
	d.configureBlock(map[string]any{"endpoint": endpoint, "token": token})
}

func (d *protocol) configureBlock(attributes map[string]any) {
	d.t.Helper()
	configured, err := d.server.ConfigureProvider(d.t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.11.0", ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{},
		Config: d.value(d.schemas.Provider, attributes),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	if len(configured.Diagnostics) > 0 {
		d.t.Fatalf("configure: %+v", configured.Diagnostics[0])
	}
}

// imported is the object with this id, as an import reads it.
func (d *protocol) imported(typeName, id string) instance {
	d.t.Helper()
	found, err := d.server.ImportResourceState(d.t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: typeName, ID: id, ClientCapabilities: &tfprotov6.ImportResourceStateClientCapabilities{},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.noError("import", found.Diagnostics)
	resource := found.ImportedResources[0]
	return d.refresh(instance{typeName, d.decode(typeName, resource.State), resource.Private})
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

// isUnknown reports whether a test gives a value that is not known yet.
func isUnknown(value any) bool { return reflect.DeepEqual(value, tftypes.UnknownValue) }

func encode(kind tftypes.Type, value any) (tftypes.Value, error) {
	object, isObject := kind.(tftypes.Object)
	given, isMap := value.(map[string]any)
	switch {
	case value == nil:
		return tftypes.NewValue(kind, nil), nil
	case isUnknown(value):
		return tftypes.NewValue(kind, tftypes.UnknownValue), nil
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

// attributesOf are the attributes of the resource that a configuration for this wire object has: the same names, but a
// secret through its write-only twin and a picture as a file.
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
	if subgroups, ok := attributes["subgroups"].([]any); ok {
		names := []any{}
		for _, subgroup := range subgroups {
			if fields, ok := subgroup.(map[string]any); ok {
				names = append(names, fields["name"])
			}
		}
		attributes["subgroups"] = names
	}
	return asConfigured(t, attributes)
}

func asConfigured(t *testing.T, attributes map[string]any) map[string]any {
	t.Helper()
	for name, value := range attributes {
		switch nested, ok := value.(map[string]any); {
		case ok && name != "suffixes" && name != "default_accounts":
			asConfigured(t, nested)
		case name == "password" || name == "pin":
			delete(attributes, name)
			attributes[name+"_wo"], attributes[name+"_wo_version"] = value, 2 // another one than after an import
		case name == "avatar":
			delete(attributes, name)
			attributes["avatar_file"] = pictureFile(t, fmt.Sprint(value))
		case slices.Contains([]string{"id", "etag", "built_in", "member_count", "pin_set", "avatar_sha256", "planned_publications"}, name):
			delete(attributes, name) // the portal's
		}
	}
	return attributes
}

// pictureFile writes what a request sends as base64 to a file; something that is no base64 as it is.
func pictureFile(t *testing.T, encoded string) string {
	t.Helper()
	content, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		content = []byte(encoded)
	}
	file := filepath.Join(t.TempDir(), "picture")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// concerns reports whether a diagnostic is about an attribute: it is at the attribute of the block, where Terraform
// finds a line, and about one inside of it the text says so first.
func concerns(d *tfprotov6.Diagnostic, attribute string) bool {
	root, _, nested := strings.Cut(attribute, ".")
	return at(d) == root && (!nested || portal.NamesFirst(afterQuote(d.Detail), attribute))
}

// at is the attribute that a diagnostic is at, as a dotted path.
func at(diagnostic *tfprotov6.Diagnostic) string {
	return dotted(diagnostic.Attribute)
}
