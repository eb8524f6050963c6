package main

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The types below are the JSON that Terraform documents as "Providers Schema Representation"
// (https://developer.hashicorp.com/terraform/cli/commands/providers/schema), as far as a provider of protocol 6 fills
// it.

type document struct {
	FormatVersion string                 `json:"format_version"`
	Providers     map[string]description `json:"provider_schemas"`
}

type description struct {
	Provider           schema              `json:"provider"`
	Resources          map[string]schema   `json:"resource_schemas,omitempty"`
	DataSources        map[string]schema   `json:"data_source_schemas,omitempty"`
	EphemeralResources map[string]schema   `json:"ephemeral_resource_schemas,omitempty"`
	ListResources      map[string]schema   `json:"list_resource_schemas,omitempty"`
	Actions            map[string]schema   `json:"action_schemas,omitempty"`
	Identities         map[string]identity `json:"resource_identity_schemas,omitempty"`
	Functions          map[string]function `json:"functions,omitempty"`
}

type schema struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

type block struct {
	Attributes      map[string]attribute   `json:"attributes,omitempty"`
	Blocks          map[string]nestedBlock `json:"block_types,omitempty"`
	Description     string                 `json:"description,omitempty"`
	DescriptionKind string                 `json:"description_kind,omitempty"`
	Deprecated      bool                   `json:"deprecated,omitempty"`
}

type nestedBlock struct {
	NestingMode string `json:"nesting_mode"`
	Block       block  `json:"block"`
	MinItems    int64  `json:"min_items,omitempty"`
	MaxItems    int64  `json:"max_items,omitempty"`
}

type attribute struct {
	Type            tftypes.Type `json:"type,omitempty"` // encodes itself
	Nested          *nestedType  `json:"nested_type,omitempty"`
	Description     string       `json:"description,omitempty"`
	DescriptionKind string       `json:"description_kind,omitempty"`
	Required        bool         `json:"required,omitempty"`
	Optional        bool         `json:"optional,omitempty"`
	Computed        bool         `json:"computed,omitempty"`
	Sensitive       bool         `json:"sensitive,omitempty"`
	WriteOnly       bool         `json:"write_only,omitempty"`
	Deprecated      bool         `json:"deprecated,omitempty"`
}

type nestedType struct {
	Attributes  map[string]attribute `json:"attributes,omitempty"`
	NestingMode string               `json:"nesting_mode"`
}

type identity struct {
	Version    int64                        `json:"version"`
	Attributes map[string]identityAttribute `json:"attributes,omitempty"`
}

type identityAttribute struct {
	Type              tftypes.Type `json:"type"`
	Description       string       `json:"description,omitempty"`
	RequiredForImport bool         `json:"required_for_import,omitempty"`
	OptionalForImport bool         `json:"optional_for_import,omitempty"`
}

type function struct {
	Description        string       `json:"description,omitempty"`
	Summary            string       `json:"summary,omitempty"`
	DeprecationMessage string       `json:"deprecation_message,omitempty"`
	ReturnType         tftypes.Type `json:"return_type"`
	Parameters         []parameter  `json:"parameters,omitempty"`
	VariadicParameter  *parameter   `json:"variadic_parameter,omitempty"`
}

type parameter struct {
	Name        string       `json:"name"`
	Description string       `json:"description,omitempty"`
	Nullable    bool         `json:"is_nullable,omitempty"`
	Type        tftypes.Type `json:"type"`
}

func newDescription(in *tfprotov6.GetProviderSchemaResponse, identities *tfprotov6.GetResourceIdentitySchemasResponse) description {
	return description{
		Provider:           newSchema(in.Provider),
		Resources:          each(in.ResourceSchemas, newSchema),
		DataSources:        each(in.DataSourceSchemas, newSchema),
		EphemeralResources: each(in.EphemeralResourceSchemas, newSchema),
		ListResources:      each(in.ListResourceSchemas, newSchema),
		Actions:            each(in.ActionSchemas, func(a *tfprotov6.ActionSchema) schema { return newSchema(a.Schema) }),
		Identities:         each(identities.IdentitySchemas, newIdentity),
		Functions:          each(in.Functions, newFunction),
	}
}

func each[In, Out any](in map[string]In, convert func(In) Out) map[string]Out {
	out := make(map[string]Out, len(in))
	for name, value := range in {
		out[name] = convert(value)
	}
	return out
}

func newSchema(in *tfprotov6.Schema) schema {
	if in == nil {
		return schema{}
	}
	return schema{Version: in.Version, Block: newBlock(in.Block)}
}

func newBlock(in *tfprotov6.SchemaBlock) block {
	out := block{
		Attributes:      newAttributes(in.Attributes),
		Blocks:          map[string]nestedBlock{},
		Description:     in.Description,
		DescriptionKind: kind(in.DescriptionKind),
		Deprecated:      in.Deprecated,
	}
	for _, b := range in.BlockTypes {
		out.Blocks[b.TypeName] = nestedBlock{NestingMode: blockMode(b.Nesting), Block: newBlock(b.Block), MinItems: b.MinItems, MaxItems: b.MaxItems}
	}
	return out
}

func newAttributes(in []*tfprotov6.SchemaAttribute) map[string]attribute {
	out := make(map[string]attribute, len(in))
	for _, a := range in {
		described := attribute{
			Type:            a.Type,
			Description:     a.Description,
			DescriptionKind: kind(a.DescriptionKind),
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
			Deprecated:      a.Deprecated,
		}
		if a.NestedType != nil {
			described.Nested = &nestedType{Attributes: newAttributes(a.NestedType.Attributes), NestingMode: objectMode(a.NestedType.Nesting)}
		}
		out[a.Name] = described
	}
	return out
}

func newIdentity(in *tfprotov6.ResourceIdentitySchema) identity {
	out := identity{Version: in.Version, Attributes: make(map[string]identityAttribute, len(in.IdentityAttributes))}
	for _, a := range in.IdentityAttributes {
		out.Attributes[a.Name] = identityAttribute{
			Type:              a.Type,
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return out
}

func newFunction(in *tfprotov6.Function) function {
	out := function{
		Description:        in.Description,
		Summary:            in.Summary,
		DeprecationMessage: in.DeprecationMessage,
		ReturnType:         in.Return.Type,
	}
	for _, p := range in.Parameters {
		out.Parameters = append(out.Parameters, newParameter(p))
	}
	if in.VariadicParameter != nil {
		out.VariadicParameter = new(newParameter(in.VariadicParameter))
	}
	return out
}

func newParameter(in *tfprotov6.FunctionParameter) parameter {
	return parameter{Name: in.Name, Description: in.Description, Nullable: in.AllowNullValue, Type: in.Type}
}

func kind(in tfprotov6.StringKind) string {
	if in == tfprotov6.StringKindMarkdown {
		return "markdown"
	}
	return "plain"
}

func blockMode(in tfprotov6.SchemaNestedBlockNestingMode) string {
	switch in {
	case tfprotov6.SchemaNestedBlockNestingModeList:
		return "list"
	case tfprotov6.SchemaNestedBlockNestingModeSet:
		return "set"
	case tfprotov6.SchemaNestedBlockNestingModeMap:
		return "map"
	case tfprotov6.SchemaNestedBlockNestingModeGroup:
		return "group"
	default:
		return "single"
	}
}

func objectMode(in tfprotov6.SchemaObjectNestingMode) string {
	switch in {
	case tfprotov6.SchemaObjectNestingModeList:
		return "list"
	case tfprotov6.SchemaObjectNestingModeSet:
		return "set"
	case tfprotov6.SchemaObjectNestingModeMap:
		return "map"
	default:
		return "single"
	}
}
