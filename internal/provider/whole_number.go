package provider

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// wholeNumbers refuses a number with a fraction where the schema wants a whole one. Terraform knows one type of number
// only, and the framework takes a fraction in an Int64Attribute for a bug in the provider, before any validator sees
// it.
type wholeNumbers struct {
	frameworkServer

	types func() configTypes
}

// configTypes are the types of all that a configuration gives.
type configTypes struct {
	provider             attr.Type
	resources, ephemeral map[string]attr.Type // by type name
}

func newWholeNumbers(p *switchboardProvider, framework frameworkServer) *wholeNumbers {
	return &wholeNumbers{framework, sync.OnceValue(p.configTypes)}
}

func (p *switchboardProvider) configTypes() configTypes {
	ctx := context.Background()
	var described provider.SchemaResponse
	p.Schema(ctx, provider.SchemaRequest{}, &described)
	made := configTypes{provider: described.Schema.Type(), resources: map[string]attr.Type{}, ephemeral: map[string]attr.Type{}}
	for typeName, s := range p.resourceSchemas() {
		made.resources[typeName] = s.Type()
	}
	for _, construct := range p.EphemeralResources(ctx) {
		e := construct()
		var named ephemeral.MetadataResponse
		e.Metadata(ctx, ephemeral.MetadataRequest{ProviderTypeName: providerTypeName}, &named)
		var described ephemeral.SchemaResponse
		e.Schema(ctx, ephemeral.SchemaRequest{}, &described)
		made.ephemeral[named.TypeName] = described.Schema.Type()
	}
	return made
}

// ValidateProviderConfig implements tfprotov6.ProviderServer.
func (w *wholeNumbers) ValidateProviderConfig(
	ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest,
) (*tfprotov6.ValidateProviderConfigResponse, error) {
	if diagnostics := refuseFractions(ctx, w.types().provider, req.Config); len(diagnostics) > 0 {
		return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: req.Config, Diagnostics: diagnostics}, nil
	}
	return w.frameworkServer.ValidateProviderConfig(ctx, req)
}

// ValidateResourceConfig implements tfprotov6.ResourceServer.
func (w *wholeNumbers) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	if diagnostics := refuseFractions(ctx, w.types().resources[req.TypeName], req.Config); len(diagnostics) > 0 {
		return &tfprotov6.ValidateResourceConfigResponse{Diagnostics: diagnostics}, nil
	}
	return w.frameworkServer.ValidateResourceConfig(ctx, req)
}

// ValidateEphemeralResourceConfig implements tfprotov6.EphemeralResourceServer.
func (w *wholeNumbers) ValidateEphemeralResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest,
) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	if diagnostics := refuseFractions(ctx, w.types().ephemeral[req.TypeName], req.Config); len(diagnostics) > 0 {
		return &tfprotov6.ValidateEphemeralResourceConfigResponse{Diagnostics: diagnostics}, nil
	}
	return w.frameworkServer.ValidateEphemeralResourceConfig(ctx, req)
}

// refuseFractions refuses the fractions of a configuration. What it cannot read is for the framework to refuse.
func refuseFractions(ctx context.Context, kind attr.Type, config *tfprotov6.DynamicValue) []*tfprotov6.Diagnostic {
	if kind == nil || config == nil {
		return nil
	}
	value, err := config.Unmarshal(kind.TerraformType(ctx))
	if err != nil {
		return nil
	}
	return fractionsIn("", kind, value)
}

func fractionsIn(path string, kind attr.Type, value tftypes.Value) (diagnostics []*tfprotov6.Diagnostic) {
	if value.IsNull() || !value.IsKnown() {
		return nil
	}
	if object, ok := kind.(attr.TypeWithAttributeTypes); ok {
		var values map[string]tftypes.Value
		if value.As(&values) != nil {
			return nil
		}
		attributes := object.AttributeTypes()
		for _, name := range slices.Sorted(maps.Keys(attributes)) {
			diagnostics = append(diagnostics, fractionsIn(strings.TrimPrefix(path+"."+name, "."), attributes[name], values[name])...)
		}
		return diagnostics
	}
	var number big.Float
	if !kind.Equal(types.Int64Type) || value.As(&number) != nil {
		return nil
	}
	if _, accuracy := number.Int64(); accuracy == big.Exact {
		return nil
	}
	advice := "give a whole number"
	if number.IsInt() {
		advice = "give a whole number that is nearer to 0"
	}
	root, _, _ := strings.Cut(path, ".") // Terraform finds no place for what is inside an object
	return []*tfprotov6.Diagnostic{{
		Severity: tfprotov6.DiagnosticSeverityError, Summary: "Not a whole number",
		Detail:    fmt.Sprintf("%s is %s; %s.", path, number.Text('g', -1), advice),
		Attribute: tftypes.NewAttributePath().WithAttributeName(root),
	}}
}
