// Package field describes the attributes of each kind of objects as data, and carries objects between Terraform and the
// portal by that description: the schemas of resources and data sources, their documentation, the conversion in both
// directions and the comparison all follow from one table.
package field

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Type is what an attribute holds.
type Type int

// The types of attributes.
const (
	Text    Type = iota
	Flag         // true or false
	Number       // whole
	Texts        // a set of texts
	TextMap      // texts by name
	Object       // an object with Fields
)

// Use says who writes an attribute.
type Use int

// The uses of attributes.
const (
	// Optional: the configuration; left out, the portal's default holds on creation, and later whatever the person or
	// the portal sets it to. So it is computed too, and its prior value is kept in the plan (ALL-07). A prior null says
	// that there was none, which may change with what is around it.
	Optional Use = iota
	Required
	// Given: the configuration alone; an object that it leaves out is not in the state, whatever the portal has.
	Given
	// Setting: the configuration alone, and the portal knows nothing of it.
	Setting
	// Secret: the configuration, and it is in neither state nor plan. It stands for two attributes, NAME_wo and
	// NAME_wo_version.
	Secret
	// Assigned: the portal alone, once, when the object is made.
	Assigned
	// ReadOnly: the portal alone. The value is kept in the plan.
	ReadOnly
	// Derived: the portal alone, and any change may change it.
	Derived
)

// Field describes one attribute. Its name is that of the JSON field of the portal, so that an error of the portal lands
// on it.
type Field struct {
	Name   string
	Type   Type
	Use    Use
	Doc    string // sentences; what the rule sets say of platforms, limits and defaults is added where the configuration writes it
	Format *Format
	Fields []Field // of an Object

	// Default is what a Setting is when the configuration leaves it out: bool or string. Nil is none.
	Default any
	// Kept says that a Setting keeps its value where the configuration leaves it out.
	Kept bool
	// EmptyIsNull says that the portal's "" is null in Terraform.
	EmptyIsNull bool
	// DocOf is the path by which the rule sets are asked, if they have no rule for the attribute itself.
	DocOf string
	// Listed says that data sources alone have the attribute.
	Listed bool
	// Validators refuse what cannot be a value of a Text.
	Validators []validator.String
}

// Table describes the attributes of one kind of objects.
type Table struct {
	Noun   portal.Noun
	Fields []Field
}

const (
	writeOnlySuffix = "_wo"
	versionSuffix   = "_version"
)

// Version is the name of the attribute that has the version of the secret in another attribute.
func Version(secret string) string { return secret + versionSuffix }

// secretName is the attribute through which a secret is given.
func (f Field) secretName() string { return f.Name + writeOnlySuffix }

// Readable is the table as a data source shows it: everything that the portal answers.
func (t Table) Readable() Table {
	return Table{t.Noun, readable(t.Fields)}
}

func readable(fields []Field) []Field {
	var shown []Field
	for _, f := range fields {
		if f.Use == Setting || f.Use == Secret {
			continue
		}
		if f.Fields != nil {
			f.Fields = readable(f.Fields)
		}
		f.Use = ReadOnly
		shown = append(shown, f)
	}
	return shown
}

// Managed is the table as a resource has it.
func (t Table) Managed() Table {
	return Table{t.Noun, slices.DeleteFunc(slices.Clone(t.Fields), func(f Field) bool { return f.Listed })}
}

// Secrets are the dotted paths of the secrets as attributes, in the order of the table.
func (t Table) Secrets() []string {
	var paths []string
	t.each(func(path string, f Field) {
		if f.Use == Secret {
			paths = append(paths, path+writeOnlySuffix)
		}
	})
	return paths
}

// each calls a function with every field and its dotted path.
func (t Table) each(call func(path string, f Field)) { eachOf("", t.Fields, call) }

func eachOf(prefix string, fields []Field, call func(path string, f Field)) {
	for _, f := range fields {
		call(prefix+f.Name, f)
		eachOf(prefix+f.Name+".", f.Fields, call)
	}
}

// Defaults are the defaults of the settings, by name.
func (t Table) Defaults() map[string]any {
	defaults := map[string]any{}
	for _, f := range t.Fields {
		if f.Default != nil {
			defaults[f.Name] = f.Default
		}
	}
	return defaults
}

// IsSetting reports whether the portal knows nothing of the attribute with a dotted path.
func (t Table) IsSetting(path string) bool {
	setting := false
	t.each(func(p string, f Field) { setting = setting || p == path && f.Use == Setting })
	return setting
}

// RootSecrets are the secrets outside of objects, as attributes.
func (t Table) RootSecrets() []string {
	return slices.DeleteFunc(t.Secrets(), func(path string) bool { return strings.Contains(path, ".") })
}

// Correctable are the names of the attributes of which another spelling in the configuration is a change.
func (t Table) Correctable() []string {
	var names []string
	for _, f := range t.Fields {
		if f.Format != nil && f.Format.correctable {
			names = append(names, f.Name)
		}
	}
	return names
}
