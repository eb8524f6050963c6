package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// attributes makes the schema attributes of one noun. What an attribute's documentation says about platforms, limits and defaults is read from
// the rule sets, so it cannot go stale.
//
// An optional attribute is computed too: left out, the portal's default holds on creation, and later whatever the person or the portal
// sets it to. Its prior value is therefore kept in the plan (ALL-07). A prior null says that there was none, which may change with what is
// around it: what it becomes is for settle to say.
type attributes struct{ noun portal.Noun }

func (a attributes) describe(path, text string) string {
	return strings.TrimSpace(text + " " + rules.Describe(a.noun, path))
}

func (a attributes) id() schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "Id of the " + a.noun.Title() + ", given by the portal.",
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
}

// required is a text that every platform requires.
func (a attributes) required(path, text string, shapes ...shape) schema.StringAttribute {
	attribute := schema.StringAttribute{
		Required:            true,
		MarkdownDescription: a.describe(path, text),
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	for _, s := range shapes {
		attribute.Validators = append(attribute.Validators, s)
		attribute.PlanModifiers = append(attribute.PlanModifiers, s)
	}
	return attribute
}

func (a attributes) text(path, text string, shapes ...shape) schema.StringAttribute {
	attribute := schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: a.describe(path, text),
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
	}
	for _, s := range shapes {
		attribute.Validators = append(attribute.Validators, s)
		attribute.PlanModifiers = append(attribute.PlanModifiers, s)
	}
	return attribute
}

func (a attributes) flag(path, text string) schema.BoolAttribute {
	return schema.BoolAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: a.describe(path, text),
		PlanModifiers:       []planmodifier.Bool{boolplanmodifier.UseNonNullStateForUnknown()},
	}
}

func (a attributes) number(path, text string) schema.Int64Attribute {
	return schema.Int64Attribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: a.describe(path, text),
		PlanModifiers:       []planmodifier.Int64{int64planmodifier.UseNonNullStateForUnknown()},
	}
}

func (a attributes) set(path, text string, shapes ...shape) schema.SetAttribute {
	attribute := schema.SetAttribute{
		ElementType:         types.StringType,
		Optional:            true,
		Computed:            true,
		MarkdownDescription: a.describe(path, text),
		PlanModifiers:       []planmodifier.Set{setplanmodifier.UseNonNullStateForUnknown()},
	}
	for _, s := range shapes {
		attribute.Validators = append(attribute.Validators, s)
		attribute.PlanModifiers = append(attribute.PlanModifiers, s)
	}
	return attribute
}

func (a attributes) textMap(path, text string) schema.MapAttribute {
	return schema.MapAttribute{
		ElementType:         types.StringType,
		Optional:            true,
		Computed:            true,
		MarkdownDescription: a.describe(path, text),
		PlanModifiers:       []planmodifier.Map{mapplanmodifier.UseNonNullStateForUnknown()},
	}
}

func (a attributes) object(path, text string, children map[string]schema.Attribute) schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: a.describe(path, text),
		PlanModifiers:       []planmodifier.Object{objectplanmodifier.UseNonNullStateForUnknown()},
		Attributes:          children,
	}
}

// importedVersion is the version that a secret has after an import of which the portal knows none: whatever it has counts as the first one.
const importedVersion = 1

// versionSuffix makes the name of a secret's version out of that of the secret.
const versionSuffix = "_version"

// secret returns the two attributes of a secret that is sent and never stored: name_wo, and the version that says when to send it again.
func (a attributes) secret(path, text string) (value schema.StringAttribute, version schema.Int64Attribute) {
	name := path[strings.LastIndexByte(path, '.')+1:] + "_wo"
	value = schema.StringAttribute{
		Optional:            true,
		Sensitive:           true,
		WriteOnly:           true,
		MarkdownDescription: a.describe(path, text) + " Write-only: it is in neither state nor plan. Use it with `" + name + "_version`.",
		Validators:          []validator.String{stringvalidator.AlsoRequires(atSibling(name + versionSuffix))},
	}
	version = schema.Int64Attribute{
		Optional: true,
		Computed: true,
		MarkdownDescription: "Version of `" + name + "`: the secret is sent on creation and whenever this number changes, in either direction. " +
			"The portal keeps it beside the secret, so that a restored backup with an older secret is a difference. After an import it is the version that the " +
			"portal has, or else `1`, so that importing somebody changes no secret. As long as the number stays, `" + name + "` can be left out.",
		PlanModifiers: []planmodifier.Int64{int64planmodifier.UseNonNullStateForUnknown()},
	}
	return value, version
}
