package provider

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// placed stands in front of everything else that answers Terraform and puts diagnostics where Terraform finds a line
// for them. Terraform looks up the attributes of the block itself and no others: for one inside an object it shows the
// head of the block, or an attribute of the block that happens to have the same name. So a diagnostic goes to the
// attribute of the block, and its text names the whole path first.
type placed struct{ frameworkServer }

func newPlaced(server frameworkServer) *placed { return &placed{server} }

// placing is the answer of a method, which has Diagnostics, with these in their places.
func placing[T any](answer *T, err error) (*T, error) {
	if answer != nil {
		said := reflect.ValueOf(answer).Elem().FieldByName("Diagnostics").Interface()
		if diagnostics, ok := said.([]*tfprotov6.Diagnostic); ok {
			putInPlace(diagnostics)
		}
	}
	return answer, err
}

// putInPlace moves diagnostics about what is inside an attribute to the attribute.
func putInPlace(diagnostics []*tfprotov6.Diagnostic) {
	for _, d := range diagnostics {
		steps := d.Attribute.Steps()
		if len(steps) < 2 {
			continue
		}
		name := pathName(steps)
		if !portal.NamesFirst(d.Summary, name) && !portal.NamesFirst(afterQuote(d.Detail), name) {
			d.Detail = name + ": " + d.Detail
		}
		d.Attribute = tftypes.NewAttributePathWithSteps(steps[:1])
	}
}

// afterQuote is a text from behind what the framework's validators put before a path.
func afterQuote(text string) string {
	return strings.TrimPrefix(strings.TrimPrefix(text, "Attribute "), `"`)
}

// pathName is a path as people write it, such as webcare.suffixes["x"]. An element of a set has no name.
func pathName(steps []tftypes.AttributePathStep) string {
	var b strings.Builder
	for _, step := range steps {
		switch step := step.(type) {
		case tftypes.AttributeName:
			b.WriteString("." + string(step))
		case tftypes.ElementKeyString:
			fmt.Fprintf(&b, "[%q]", string(step))
		case tftypes.ElementKeyInt:
			fmt.Fprintf(&b, "[%d]", step)
		}
	}
	return strings.TrimPrefix(b.String(), ".")
}

// ValidateProviderConfig implements tfprotov6.ProviderServer.
func (s *placed) ValidateProviderConfig(
	ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest,
) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return placing(s.frameworkServer.ValidateProviderConfig(ctx, req))
}

// ConfigureProvider implements tfprotov6.ProviderServer.
func (s *placed) ConfigureProvider(
	ctx context.Context, req *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	return placing(s.frameworkServer.ConfigureProvider(ctx, req))
}

// ValidateResourceConfig implements tfprotov6.ResourceServer.
func (s *placed) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return placing(s.frameworkServer.ValidateResourceConfig(ctx, req))
}

// UpgradeResourceState implements tfprotov6.ResourceServer.
func (s *placed) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return placing(s.frameworkServer.UpgradeResourceState(ctx, req))
}

// ReadResource implements tfprotov6.ResourceServer.
func (s *placed) ReadResource(
	ctx context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	return placing(s.frameworkServer.ReadResource(ctx, req))
}

// PlanResourceChange implements tfprotov6.ResourceServer.
func (s *placed) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	return placing(s.frameworkServer.PlanResourceChange(ctx, req))
}

// ApplyResourceChange implements tfprotov6.ResourceServer.
func (s *placed) ApplyResourceChange(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return placing(s.frameworkServer.ApplyResourceChange(ctx, req))
}

// ImportResourceState implements tfprotov6.ResourceServer.
func (s *placed) ImportResourceState(
	ctx context.Context, req *tfprotov6.ImportResourceStateRequest,
) (*tfprotov6.ImportResourceStateResponse, error) {
	return placing(s.frameworkServer.ImportResourceState(ctx, req))
}

// MoveResourceState implements tfprotov6.ResourceServer.
func (s *placed) MoveResourceState(
	ctx context.Context, req *tfprotov6.MoveResourceStateRequest,
) (*tfprotov6.MoveResourceStateResponse, error) {
	return placing(s.frameworkServer.MoveResourceState(ctx, req))
}

// ValidateDataResourceConfig implements tfprotov6.DataSourceServer.
func (s *placed) ValidateDataResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return placing(s.frameworkServer.ValidateDataResourceConfig(ctx, req))
}

// ReadDataSource implements tfprotov6.DataSourceServer.
func (s *placed) ReadDataSource(
	ctx context.Context, req *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	return placing(s.frameworkServer.ReadDataSource(ctx, req))
}

// ValidateEphemeralResourceConfig implements tfprotov6.EphemeralResourceServer.
func (s *placed) ValidateEphemeralResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest,
) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return placing(s.frameworkServer.ValidateEphemeralResourceConfig(ctx, req))
}

// OpenEphemeralResource implements tfprotov6.EphemeralResourceServer.
func (s *placed) OpenEphemeralResource(
	ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest,
) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return placing(s.frameworkServer.OpenEphemeralResource(ctx, req))
}

// ValidateListResourceConfig implements tfprotov6.ListResourceServer.
func (s *placed) ValidateListResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest,
) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return placing(s.frameworkServer.ValidateListResourceConfig(ctx, req))
}

// ValidateActionConfig implements tfprotov6.ActionServer.
func (s *placed) ValidateActionConfig(
	ctx context.Context, req *tfprotov6.ValidateActionConfigRequest,
) (*tfprotov6.ValidateActionConfigResponse, error) {
	return placing(s.frameworkServer.ValidateActionConfig(ctx, req))
}

// PlanAction implements tfprotov6.ActionServer.
func (s *placed) PlanAction(
	ctx context.Context, req *tfprotov6.PlanActionRequest,
) (*tfprotov6.PlanActionResponse, error) {
	return placing(s.frameworkServer.PlanAction(ctx, req))
}
