package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// dataSources are those of the kind: one object, and the list of all.
func (k kind[T]) dataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource { return &singleDataSource[T]{kind: k} },
		func() datasource.DataSource { return &pluralDataSource[T]{kind: k} },
	}
}

var (
	_ datasource.DataSourceWithConfigure        = (*singleDataSource[portal.User])(nil)
	_ datasource.DataSourceWithConfigValidators = (*singleDataSource[portal.User])(nil)
	_ datasource.DataSourceWithConfigure        = (*pluralDataSource[portal.User])(nil)
)

// singleDataSource is one object, found by its id or by a natural key.
type singleDataSource[T portal.Object] struct {
	dataSourceBase
	kind[T]
}

// Metadata implements datasource.DataSource.
func (d *singleDataSource[T]) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_" + string(d.noun())
}

// Schema implements datasource.DataSource.
func (d *singleDataSource[T]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	keys := d.lookUpAttributes()
	quoted := strings.Split("`"+strings.Join(keys, "` `")+"`", " ")
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("One %s, found by %s.", d.noun().Title(), either(quoted)),
		Attributes:          d.table.DataSourceAttributes(keys...),
	}
}

// ConfigValidators implements datasource.DataSourceWithConfigValidators.
func (d *singleDataSource[T]) ConfigValidators(context.Context) []datasource.ConfigValidator {
	var keys []path.Expression
	for _, key := range d.lookUpAttributes() {
		keys = append(keys, path.MatchRoot(key))
	}
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(keys...)}
}

// Read implements datasource.DataSource.
func (d *singleDataSource[T]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	config, keys := field.TreeOf(req.Config.Raw), d.lookUpAttributes()
	given := max(0, slices.IndexFunc(keys, func(key string) bool { return config[key] != nil }))
	value := config.Text(keys[given])
	doing := fmt.Sprintf("looking up the %s %q", d.noun().Title(), value)
	if !d.known(doing, &resp.Diagnostics) {
		return
	}
	object, err := d.one(ctx, d.view, keys[given], value)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, d.noun(), err)
		return
	}
	resp.State.Raw = field.ToTerraform(req.Config.Raw.Type(), d.shown(d.table.Readable(), *object, config))
}

// pluralDataSource is the list of all objects.
type pluralDataSource[T portal.Object] struct {
	dataSourceBase
	kind[T]
}

// selection is an attribute that selects objects for a list by a value that they have. Its doc goes on from "All … of
// the organisation".
type selection struct {
	name      string
	attribute schema.StringAttribute
	doc       string
}

func (d *pluralDataSource[T]) selected() selection {
	if d.selection == nil {
		return selection{}
	}
	return d.selection()
}

// list is the name of the attribute with the objects.
func (d *pluralDataSource[T]) list() string { return string(d.noun()) + "s" }

// Metadata implements datasource.DataSource.
func (d *pluralDataSource[T]) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_" + d.list()
}

// Schema implements datasource.DataSource.
func (d *pluralDataSource[T]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	title, selection := d.noun().Title()+"s", d.selected()
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("All %s of the organisation%s.", title, selection.doc),
		Attributes: map[string]schema.Attribute{d.list(): schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: fmt.Sprintf("The %s, in the order of their %s.", title, severalOf(inWords(d.title))),
			NestedObject:        schema.NestedAttributeObject{Attributes: d.table.DataSourceAttributes()},
		}},
	}
	if selection.name != "" {
		resp.Schema.Attributes[selection.name] = selection.attribute
	}
}

// Read implements datasource.DataSource.
func (d *pluralDataSource[T]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	doing := fmt.Sprintf("listing the %ss", d.noun().Title())
	if !d.known(doing, &resp.Diagnostics) {
		return
	}
	state, index := field.TreeOf(req.Config.Raw), d.index(d.view)
	var what thing
	if name := d.selected().name; name != "" {
		what = thing{string(d.noun()) + "." + name, state.Text(name)}
	}
	objects, err := index.list(ctx, what)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, d.noun(), err)
		return
	}
	slices.SortFunc(objects, func(a, b T) int { return cmp.Compare(d.place(a), d.place(b)) })
	readable, list := d.table.Readable(), make([]any, len(objects))
	for i, object := range objects {
		list[i] = d.shown(readable, object, nil)
	}
	state[d.list()] = list
	resp.State.Raw = field.ToTerraform(req.Config.Raw.Type(), state)
}

// place is the text by which an object has its place in a list.
func (d *pluralDataSource[T]) place(object T) string {
	name := d.index(d.view).holder(object).Name
	if d.title == "email" {
		return portal.EmailKey(name)
	}
	return name
}

func severalOf(word string) string {
	if strings.HasSuffix(word, "s") {
		return word + "es"
	}
	return word + "s"
}
