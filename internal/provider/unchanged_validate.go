package provider

import (
	"context"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// quiet reports whether the framework has nothing to say of what a configuration gives. It is nil where the framework
// is left to it.
type quiet func(ctx context.Context, value any) bool

// quietConfigs are those of the resources, by their types.
func quietConfigs(schemas map[string]schema.Schema) map[string]quiet {
	configs := make(map[string]quiet, len(schemas))
	for typeName, s := range schemas {
		if len(s.Blocks) == 0 && s.DeprecationMessage == "" {
			configs[typeName] = quietObject(s.Attributes)
		}
	}
	return configs
}

// ValidateResourceConfig implements tfprotov6.ResourceServer. What a run plans it validates before, every object once
// more. The validators are the framework's and ours; only how they are come by is shorter, and whatever one of them
// says, the framework has them say again.
func (s *shortWay) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	says := s.quiet[req.TypeName]
	if says == nil || req.Config == nil || req.ClientCapabilities == nil || !req.ClientCapabilities.WriteOnlyAttributesAllowed {
		return s.frameworkServer.ValidateResourceConfig(ctx, req)
	}
	config, ok := field.ReadKnown(req.Config.MsgPack)
	if !ok || !says(ctx, config) {
		return s.frameworkServer.ValidateResourceConfig(ctx, req)
	}
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

// quietObject is that of an object which has all of its attributes and no others.
func quietObject(attributes map[string]schema.Attribute) quiet {
	var secrets []string
	paired := map[string]bool{}
	for name, attribute := range attributes {
		if attribute.IsWriteOnly() && attributes[field.Version(name)] != nil {
			secrets = append(secrets, name)
			paired[name] = true
		}
	}
	checks := make(map[string]quiet, len(attributes))
	for name, attribute := range attributes {
		if checks[name] = quietAttribute(attribute, paired[name]); checks[name] == nil {
			return nil
		}
	}
	return func(ctx context.Context, value any) bool {
		object, ok := value.(field.Tree)
		if !ok || len(object) != len(checks) {
			return false
		}
		for name, check := range checks {
			value, given := object[name]
			if !given || !check(ctx, value) {
				return false
			}
		}
		for _, name := range secrets { // a secret requires its version
			if object[name] != nil && object[field.Version(name)] == nil {
				return false
			}
		}
		return true
	}
}

// quietAttribute is that of an attribute, which in case of a paired one requires another that its object looks after.
func quietAttribute(attribute schema.Attribute, paired bool) quiet {
	check := quietValue(attribute, paired)
	if check == nil || attribute.GetDeprecationMessage() != "" {
		return nil
	}
	required, readOnly := attribute.IsRequired(), !attribute.IsRequired() && !attribute.IsOptional()
	return func(ctx context.Context, value any) bool {
		if required && value == nil || readOnly && value != nil {
			return false
		}
		return check(ctx, value)
	}
}

func quietValue(attribute schema.Attribute, paired bool) quiet {
	switch a := attribute.(type) {
	case schema.StringAttribute:
		validators, known := withoutPair(a.Validators, paired)
		if !known || a.CustomType != nil {
			return nil
		}
		return func(ctx context.Context, value any) bool { return quietText(ctx, value, validators) }
	case schema.SetAttribute:
		if a.CustomType != nil || a.ElementType != types.StringType {
			return nil
		}
		return func(ctx context.Context, value any) bool { return quietTexts(ctx, value, a.Validators) }
	case schema.MapAttribute:
		if a.CustomType != nil || a.ElementType != types.StringType || len(a.Validators) > 0 {
			return nil
		}
		return quietTextMap
	case schema.BoolAttribute:
		if a.CustomType != nil || len(a.Validators) > 0 {
			return nil
		}
		return func(_ context.Context, value any) bool {
			_, ok := value.(bool)
			return ok || value == nil
		}
	case schema.Int64Attribute:
		if len(a.Validators) > 0 || a.CustomType != nil {
			return nil
		}
		return quietWhole
	case schema.SingleNestedAttribute:
		check := quietObject(a.Attributes)
		if check == nil || len(a.Validators) > 0 || a.CustomType != nil {
			return nil
		}
		return func(ctx context.Context, value any) bool { return value == nil || check(ctx, value) }
	default:
		return nil
	}
}

// withoutPair are the validators of an attribute without the one that wants another attribute too, as this is the only
// one that looks beyond the attribute. It reports false if there is such a one and the attribute is not paired.
func withoutPair(validators []validator.String, paired bool) (rest []validator.String, known bool) {
	alsoRequires := reflect.TypeOf(stringvalidator.AlsoRequires())
	for _, v := range validators {
		if reflect.TypeOf(v) != alsoRequires {
			rest = append(rest, v)
		} else if !paired {
			return nil, false
		}
	}
	return rest, true
}

func quietText(ctx context.Context, value any, validators []validator.String) bool {
	text, ok := value.(string)
	if !ok && value != nil {
		return false
	}
	config := types.StringNull()
	if ok {
		config = types.StringValue(text)
	}
	for _, v := range validators {
		var resp validator.StringResponse
		if v.ValidateString(ctx, validator.StringRequest{ConfigValue: config}, &resp); len(resp.Diagnostics) > 0 {
			return false
		}
	}
	return true
}

// quietTexts leaves what no set has, something twice, to the framework.
func quietTexts(ctx context.Context, value any, validators []validator.Set) bool {
	elements, ok := field.TextsOf(value)
	if !ok {
		return value == nil
	}
	seen := make(map[string]bool, len(elements))
	for _, text := range elements {
		if seen[text] {
			return false
		}
		seen[text] = true
	}
	for _, v := range validators {
		var resp validator.SetResponse
		if v.ValidateSet(ctx, validator.SetRequest{ConfigValue: textSet(elements)}, &resp); len(resp.Diagnostics) > 0 {
			return false
		}
	}
	return true
}

func quietTextMap(_ context.Context, value any) bool {
	elements, ok := value.(field.Tree)
	for _, element := range elements {
		if _, isText := element.(string); !isText {
			return false
		}
	}
	return ok || value == nil
}

func quietWhole(_ context.Context, value any) bool {
	_, ok := value.(int64)
	return ok || value == nil
}
