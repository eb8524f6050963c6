package provider

import (
	"fmt"
	"slices"
	"strings"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// configurationOnly are attributes that say what the provider is to do, and of which the portal knows nothing.
var configurationOnly = []string{"adopt_existing", "avatar_file", "deletion_protection", "discard_planned_work", "on_destroy", "timeouts"}

// isConfigurationOnly reports whether the attribute with a dotted path, or an object around it, is of that sort.
func isConfigurationOnly(path string) bool {
	outer, _, _ := strings.Cut(path, ".")
	return slices.Contains(configurationOnly, path) || slices.Contains(configurationOnly, outer)
}

// computed returns the attributes of a resource as a data source shows them: all read-only, and without what can only be written.
// One description serves both. The keys are those by any one of which the data source finds its object.
func computed(attributes map[string]schema.Attribute, keys ...string) map[string]datasource.Attribute {
	shown := map[string]datasource.Attribute{}
	for name, attribute := range attributes {
		text := attribute.GetMarkdownDescription()
		switch attribute := attribute.(type) {
		case schema.StringAttribute:
			if !attribute.WriteOnly && !isConfigurationOnly(name) {
				shown[name] = datasource.StringAttribute{Computed: true, MarkdownDescription: text}
			}
		case schema.BoolAttribute:
			if !isConfigurationOnly(name) {
				shown[name] = datasource.BoolAttribute{Computed: true, MarkdownDescription: text}
			}
		case schema.Int64Attribute:
			if !strings.HasSuffix(name, "_wo_version") { // a matter of the configuration, not of the portal
				shown[name] = datasource.Int64Attribute{Computed: true, MarkdownDescription: text}
			}
		case schema.SetAttribute:
			shown[name] = datasource.SetAttribute{Computed: true, ElementType: attribute.ElementType, MarkdownDescription: text}
		case schema.MapAttribute:
			shown[name] = datasource.MapAttribute{Computed: true, ElementType: attribute.ElementType, MarkdownDescription: text}
		case schema.SingleNestedAttribute:
			if isConfigurationOnly(name) {
				continue
			}
			shown[name] = datasource.SingleNestedAttribute{Computed: true, Attributes: computed(attribute.Attributes), MarkdownDescription: text}
		default:
			panic(fmt.Sprintf("no data source attribute for %T", attribute)) // a programming error that every test of a schema finds
		}
	}
	for _, key := range keys {
		shown[key] = datasource.StringAttribute{Optional: true, Computed: true, MarkdownDescription: attributes[key].GetMarkdownDescription()}
	}
	return shown
}
