package field

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Paths says by the dotted path of a field what a configuration gives.
type Paths struct {
	table  Table
	config Tree
}

// Paths are those of a configuration.
func (t Table) Paths(config Tree) Paths { return Paths{t, config} }

// Unknown reports whether the configuration of a field is not known yet; of a set or map, whether nothing of it is (see
// Partial). Nothing in an object is known before the object itself.
func (p Paths) Unknown(path string) bool {
	value := any(p.config)
	for name := range strings.SplitSeq(path, ".") {
		object, ok := value.(Tree)
		if !ok {
			break
		}
		inner, there := object[name]
		if !there {
			inner = object[name+writeOnlySuffix] // as a secret is given
		}
		value = inner
	}
	return value == Unknown{}
}

// Given reports whether the configuration gives an attribute, known or not.
func (p Paths) Given(path string) bool { return p.config.At(path) != nil }

// Partial is how many elements of a set or map are not known yet while the others are.
func (p Paths) Partial(path string) int {
	unknown := 0
	for _, element := range p.elements(path) {
		if element == (Unknown{}) {
			unknown++
		}
	}
	return unknown
}

// elements are those of a set or map by their keys, none of anything else.
func (p Paths) elements(path string) map[string]any {
	f, ok := p.table.field(path)
	if !ok || f.Type != Texts && f.Type != TextMap {
		return nil
	}
	switch value := p.config.At(path).(type) {
	case Tree:
		return value
	case []any:
		named := make(map[string]any, len(value))
		for i, element := range value {
			named[fmt.Sprint(i)] = element
		}
		return named
	default:
		return nil
	}
}

// NullElements calls a function for each null in a set or map, with the path of the attribute and the words that name
// the element.
func (p Paths) NullElements(call func(path, element string)) {
	p.table.each(func(path string, f Field) {
		elements := p.elements(path)
		for _, key := range slices.Sorted(maps.Keys(elements)) {
			if elements[key] != nil {
				continue
			}
			if f.Type == TextMap {
				call(path, fmt.Sprintf("%s[%q]", path, key))
			} else {
				call(path, path+" has an element that")
			}
		}
	})
}

// field is the one with a dotted path.
func (t Table) field(path string) (Field, bool) {
	fields := t.Fields
	for {
		outer, inner, nested := strings.Cut(path, ".")
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == outer })
		switch {
		case i < 0:
			return Field{}, false
		case !nested:
			return fields[i], true
		}
		path, fields = inner, fields[i].Fields
	}
}
