package field

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// Attributes are those of a resource.
func (t Table) Attributes() map[string]schema.Attribute {
	return attributes(t.Noun, "", t.Managed().Fields)
}

func attributes(noun portal.Noun, prefix string, fields []Field) map[string]schema.Attribute {
	made := map[string]schema.Attribute{}
	for _, f := range fields {
		if f.Use == Secret {
			made[f.secretName()], made[Version(f.secretName())] = f.secret(noun, prefix)
			continue
		}
		made[f.Name] = f.attribute(noun, prefix)
	}
	return made
}

// doc is the documentation of an attribute. What it says about platforms, limits and defaults is read from the rule
// sets, so it cannot go stale.
func (f Field) doc(noun portal.Noun, prefix string) string {
	of := prefix + f.Name
	if f.DocOf != "" {
		of = f.DocOf
	} else if f.Use == Setting || f.Use >= Assigned {
		return f.Doc
	}
	return strings.TrimSpace(f.Doc + " " + rules.Describe(noun, of))
}

// attribute is that of a resource, for everything but secrets.
func (f Field) attribute(noun portal.Noun, prefix string) schema.Attribute {
	doc, required := f.doc(noun, prefix), f.Use == Required
	optional := f.Use == Optional || f.Use == Given || f.Use == Setting
	computed := !required && f.Use != Given && (f.Use != Setting || f.Default != nil || f.Kept)
	// What the configuration writes keeps its value in the plan, but for a null; what the portal alone writes keeps
	// that too.
	kept, keptAll := f.Use == Optional || f.Kept, f.Use == Assigned || f.Use == ReadOnly
	switch f.Type {
	case Text:
		made := schema.StringAttribute{Required: required, Optional: optional, Computed: computed, MarkdownDescription: doc, Validators: f.Validators}
		if required {
			made.Validators = append(made.Validators, stringvalidator.LengthAtLeast(1))
		}
		if text, ok := f.Default.(string); ok {
			made.Default = stringdefault.StaticString(text)
		}
		if kept {
			made.PlanModifiers = []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()}
		} else if keptAll {
			made.PlanModifiers = []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
		}
		if f.Format != nil {
			made.Validators, made.PlanModifiers = append(made.Validators, f.Format), append(made.PlanModifiers, f.Format)
		}
		return made
	case Flag:
		made := schema.BoolAttribute{Optional: optional, Computed: computed, MarkdownDescription: doc}
		if flag, ok := f.Default.(bool); ok {
			made.Default = booldefault.StaticBool(flag)
		}
		if kept {
			made.PlanModifiers = []planmodifier.Bool{boolplanmodifier.UseNonNullStateForUnknown()}
		} else if keptAll {
			made.PlanModifiers = []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()}
		}
		return made
	case Number:
		return schema.Int64Attribute{
			Optional: true, Computed: true, MarkdownDescription: doc, PlanModifiers: []planmodifier.Int64{int64planmodifier.UseNonNullStateForUnknown()},
		}
	case Texts:
		made := schema.SetAttribute{ElementType: types.StringType, Required: required, Optional: optional, Computed: computed, MarkdownDescription: doc}
		if kept {
			made.PlanModifiers = []planmodifier.Set{setplanmodifier.UseNonNullStateForUnknown()}
		}
		if f.Format != nil {
			made.Validators, made.PlanModifiers = append(made.Validators, f.Format), append(made.PlanModifiers, f.Format)
		}
		return made
	case TextMap:
		made := schema.MapAttribute{ElementType: types.StringType, Optional: optional, Computed: computed, MarkdownDescription: doc}
		if kept {
			made.PlanModifiers = []planmodifier.Map{mapplanmodifier.UseNonNullStateForUnknown()}
		}
		return made
	default:
		made := schema.SingleNestedAttribute{
			Optional: optional, Computed: computed, MarkdownDescription: doc, Attributes: attributes(noun, prefix+f.Name+".", f.Fields),
		}
		if kept {
			made.PlanModifiers = []planmodifier.Object{objectplanmodifier.UseNonNullStateForUnknown()}
		}
		return made
	}
}

// ImportedVersion is the version that a secret has after an import of which the portal knows none: whatever it has
// counts as the first one.
const ImportedVersion = 1

// secret are the two attributes of a secret that is sent and never stored: the secret, and the version that says when
// to send it again.
func (f Field) secret(noun portal.Noun, prefix string) (value schema.StringAttribute, version schema.Int64Attribute) {
	name := f.secretName()
	value = schema.StringAttribute{
		Optional:            true,
		Sensitive:           true,
		WriteOnly:           true,
		MarkdownDescription: f.doc(noun, prefix) + " Write-only: it is in neither state nor plan. Use it with `" + Version(name) + "`.",
		Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRelative().AtParent().AtName(Version(name)))},
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

// DataSourceAttributes are those of a data source, all read-only but the keys, by any one of which it finds its object.
func (t Table) DataSourceAttributes(keys ...string) map[string]datasource.Attribute {
	shown := dataSourceAttributes(t.Noun, "", t.Fields)
	for _, key := range keys {
		shown[key] = datasource.StringAttribute{Optional: true, Computed: true, MarkdownDescription: shown[key].GetMarkdownDescription()}
	}
	return shown
}

func dataSourceAttributes(noun portal.Noun, prefix string, fields []Field) map[string]datasource.Attribute {
	shown := map[string]datasource.Attribute{}
	for _, f := range fields {
		if f.Use == Setting || f.Use == Secret {
			continue
		}
		doc := f.doc(noun, prefix)
		switch f.Type {
		case Text:
			shown[f.Name] = datasource.StringAttribute{Computed: true, MarkdownDescription: doc}
		case Flag:
			shown[f.Name] = datasource.BoolAttribute{Computed: true, MarkdownDescription: doc}
		case Number:
			shown[f.Name] = datasource.Int64Attribute{Computed: true, MarkdownDescription: doc}
		case Texts:
			shown[f.Name] = datasource.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: doc}
		case TextMap:
			shown[f.Name] = datasource.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: doc}
		case Object:
			shown[f.Name] = datasource.SingleNestedAttribute{
				Computed: true, MarkdownDescription: doc, Attributes: dataSourceAttributes(noun, prefix+f.Name+".", f.Fields),
			}
		default:
			panic(fmt.Sprintf("no data source attribute for the type %d of %s", f.Type, f.Name)) // found by every test of a schema
		}
	}
	return shown
}
