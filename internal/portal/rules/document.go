package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// document is an object as the evaluator sees it: values by dotted path. What is absent (a nil pointer, slice or map)
// is not in it. Values are string, bool, int64, []string, map[string]string or portal.Secret. Of a list of objects it
// has their names.
type document struct {
	values map[string]any
	given  []string // paths of what the writer of the object gave: leaves and nested objects, without what only the portal writes
}

// flatten returns the document of a pointer to a wire type, and an empty one for nil.
func flatten(object any) document {
	doc := document{values: map[string]any{}}
	if v := reflect.ValueOf(object); v.IsValid() && !v.IsNil() {
		doc.add("", v.Elem())
	}
	return doc
}

func (d *document) add(prefix string, object reflect.Value) {
	for i, of := range fieldsOf(object.Type(), prefix) {
		path, field := of.path, object.Field(i)
		switch field.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			if field.IsNil() {
				continue
			}
		}
		if of.writable {
			d.given = append(d.given, path)
		}
		switch field = reflect.Indirect(field); field.Kind() {
		case reflect.Struct:
			d.add(path+".", field)
		case reflect.Slice, reflect.Map:
			d.values[path] = field.Interface()
			if subgroups, ok := field.Interface().([]portal.Subgroup); ok {
				d.values[path] = names(subgroups)
			}
		case reflect.String:
			d.values[path] = field.String()
			if secret, ok := field.Interface().(portal.Secret); ok {
				d.values[path] = secret
			}
		case reflect.Bool:
			d.values[path] = field.Bool()
		default:
			d.values[path] = field.Int()
		}
	}
}

// wireField is what there is to know of a field of a wire type, with its path in the object that is flattened.
type wireField struct {
	name, path string
	writable   bool
}

// place is where a wire type stands in an object: below the prefix, which ends in a dot or is empty.
type place struct {
	of     reflect.Type
	prefix string
}

// known has the fields of every place that was met, of which there are few. To read them from the tags for each object
// again is most of what a list of users would cost.
var known sync.Map // place → []wireField

func fieldsOf(t reflect.Type, prefix string) []wireField {
	if fields, ok := known.Load(place{t, prefix}); ok {
		return fields.([]wireField) //nolint:forcetypeassert // nothing else is put there
	}
	fields := make([]wireField, t.NumField())
	for i := range fields {
		name := fieldName(t.Field(i))
		fields[i] = wireField{name: name, path: prefix + name, writable: portal.Writable(t.Field(i))}
	}
	known.Store(place{t, prefix}, fields)
	return fields
}

func names(subgroups []portal.Subgroup) []string {
	list := make([]string, 0, len(subgroups))
	for _, subgroup := range subgroups {
		list = append(list, subgroup.Name)
	}
	return list
}

// strings returns the elements of a list, the values of a map in the order of its keys, or the one value of anything
// else; nothing for what is absent or empty.
func (d *document) strings(path string) []string {
	switch v := d.values[path].(type) {
	case nil:
		return nil
	case []string:
		return v
	case map[string]string:
		list := make([]string, 0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if v[key] != "" {
				list = append(list, v[key])
			}
		}
		return list
	case string:
		if v == "" {
			return nil
		}
		return []string{v}
	case portal.Secret:
		if v == "" {
			return nil
		}
		return []string{string(v)}
	default:
		return []string{fmt.Sprint(v)}
	}
}

// text is the value at path as a person reads it, without secrets.
func (d *document) text(path string) string {
	list := d.strings(path)
	if len(list) == 0 {
		return "none"
	}
	if _, secret := d.values[path].(portal.Secret); secret {
		return "(secret)"
	}
	return clip(strings.Join(list, ", "))
}

// clip shortens a value for a message.
func clip(text string) string {
	const most = 100
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}

// keep fills in what the document leaves out from the stored object.
func (d *document) keep(stored document) {
	for path, value := range stored.values {
		if _, given := d.values[path]; !given {
			d.values[path] = value
		}
	}
}

// given reports whether a wire type, of which object is a pointer, has a value at path: a list of users asks this of
// every field that has a default.
func given(object any, path string) bool {
	field := fieldAt(object, path, false)
	return field.IsValid() && !field.IsNil()
}

// assign gives the field at path a value in a pointer to a wire type, as the YAML decoder makes it. What the field
// cannot hold as it is, is refused.
func assign(object any, path string, value any) error {
	field := fieldAt(object, path, true)
	if !field.IsValid() {
		return fmt.Errorf("%T has no field %q", object, path)
	}
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, field.Addr().Interface())
	}
	if err != nil {
		return fmt.Errorf("field %q of %T cannot hold %v: %w", path, object, value, err)
	}
	return nil
}

// fieldAt is the field at path of a pointer to a wire type. The nested objects on the way are made, if they are to be.
func fieldAt(object any, path string, made bool) (field reflect.Value) {
	field = reflect.ValueOf(object)
	for name := range strings.SplitSeq(path, ".") {
		if field.IsNil() && made {
			field.Set(reflect.New(field.Type().Elem()))
		}
		if field = field.Elem(); !field.IsValid() {
			return field
		}
		at := slices.IndexFunc(fieldsOf(field.Type(), ""), func(of wireField) bool { return of.name == name })
		if at < 0 {
			return reflect.Value{}
		}
		field = field.Field(at)
	}
	return field
}

func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// FillFrom gives every field that object leaves out the value it has in stored, and every field that only the portal
// writes too, whatever object says there. Both are pointers to the same wire type; they share nothing afterwards that
// Normalize or Complete would change in both.
func FillFrom(object, stored any) {
	fill(reflect.ValueOf(object).Elem(), reflect.ValueOf(stored).Elem())
}

func fill(object, stored reflect.Value) {
	for i, of := range fieldsOf(object.Type(), "") {
		to, from := object.Field(i), stored.Field(i)
		switch {
		case !of.writable:
			to.Set(from)
		case to.Kind() == reflect.Pointer && to.Type().Elem().Kind() == reflect.Struct:
			fillNested(to, from)
		case to.IsNil():
			to.Set(from)
		}
	}
}

// fillNested fills a nested object. Of one that is not stored, nothing is that only the portal writes.
func fillNested(object, stored reflect.Value) {
	if object.IsNil() && stored.IsNil() {
		return
	}
	if object.IsNil() {
		object.Set(reflect.New(object.Type().Elem()))
	}
	from := reflect.Zero(object.Type().Elem())
	if !stored.IsNil() {
		from = stored.Elem()
	}
	fill(object.Elem(), from)
}
