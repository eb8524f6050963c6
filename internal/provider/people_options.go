package provider

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

// peopleOptions is the second parameter of people_from_csv. Its zero value is what holds without one.
type peopleOptions struct {
	allowEmpty   bool
	key          string // column of the keys; "" for the e-mail address in the form in which it is unique
	encoding     encoding.Encoding
	encodingName string
	ownColumns   []string // columns that are no attributes, although they look like one
}

// newPeopleOptions reads an object of options. An option that is null is left out.
func newPeopleOptions(value attr.Value) (o peopleOptions, err error) {
	given, err := optionValues(value)
	if err != nil {
		return o, err
	}
	take := map[string]func(attr.Value) error{
		"allow_empty": func(value attr.Value) error {
			allow, ok := value.(types.Bool)
			o.allowEmpty = allow.ValueBool()
			return unless(ok, "write true or false")
		},
		"encoding": func(value attr.Value) (err error) {
			name, ok := value.(types.String)
			o.encodingName = name.ValueString()
			o.encoding, err = htmlindex.Get(o.encodingName)
			return unless(ok && err == nil, `write the name of an encoding, such as "windows-1250", "windows-1252" or "utf-16le"`)
		},
		"key": func(value attr.Value) error {
			name, ok := value.(types.String)
			o.key = name.ValueString()
			return unless(ok && columnName.MatchString(o.key), `write the name of a column, such as "personnel_number"`)
		},
		"own_columns": func(value attr.Value) error {
			names, ok := textsIn(value)
			o.ownColumns = names
			if slices.Contains(names, emailColumn) {
				return fmt.Errorf("%q is always the e-mail address of the person; leave it out", emailColumn)
			}
			return unless(ok, `write a list of names, such as ["license"]`)
		},
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		read, known := take[name]
		if !known {
			return o, fmt.Errorf("%q is not an option; the options are %s", name, strings.Join(slices.Sorted(maps.Keys(take)), ", "))
		}
		if given[name].IsNull() {
			continue
		}
		if err := read(given[name]); err != nil {
			return o, fmt.Errorf("the option %s is %s: %w", name, given[name], err)
		}
	}
	return o, nil
}

// optionValues are the options by name. Terraform writes { a = true } as an object, and tomap({ … }) as a map.
func optionValues(value attr.Value) (map[string]attr.Value, error) {
	switch value := value.(type) {
	case types.Dynamic:
		return optionValues(value.UnderlyingValue())
	case types.Object:
		return value.Attributes(), nil
	case types.Map:
		return value.Elements(), nil
	default:
		return nil, errors.New("the options are an object, such as { allow_empty = true }")
	}
}

// textsIn returns the texts of a list, a set or a tuple.
func textsIn(value attr.Value) (texts []string, ok bool) {
	collection, ok := value.(interface{ Elements() []attr.Value })
	if !ok {
		return nil, false
	}
	for _, element := range collection.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsNull() {
			return nil, false
		}
		texts = append(texts, text.ValueString())
	}
	return texts, true
}

func unless(ok bool, message string) error {
	if ok {
		return nil
	}
	return errors.New(message)
}

// own reports whether a column is declared to be the list's own.
func (o peopleOptions) own(column string) bool { return slices.Contains(o.ownColumns, column) }
