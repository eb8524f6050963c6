package rules

import (
	"fmt"
	"reflect"
	"strings"
)

// document is an object as the evaluator sees it: values by dotted path. What is absent (a nil pointer or slice) is not in it.
// Values are string, bool, int64 or []string; secrets are strings.
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
	for i := range object.NumField() {
		path := prefix + fieldName(object.Type().Field(i))
		field := object.Field(i)
		if field.Kind() == reflect.Pointer || field.Kind() == reflect.Slice { // the contract's sign for "may be left out"
			if field.IsNil() {
				continue
			}
			d.given = append(d.given, path)
			field = reflect.Indirect(field)
		}
		switch field.Kind() {
		case reflect.Struct:
			d.add(path+".", field)
		case reflect.Slice:
			d.values[path] = field.Interface()
		case reflect.String:
			d.values[path] = field.String()
		case reflect.Bool:
			d.values[path] = field.Bool()
		default:
			d.values[path] = field.Int()
		}
	}
}

// strings returns the elements of a list, or the one value of anything else; nothing for what is absent or empty.
func (d *document) strings(path string) []string {
	switch v := d.values[path].(type) {
	case nil:
		return nil
	case []string:
		return v
	case string:
		if v == "" {
			return nil
		}
		return []string{v}
	default:
		return []string{fmt.Sprint(v)}
	}
}

// text is the value at path as a person reads it.
func (d *document) text(path string) string {
	if _, ok := d.values[path]; !ok {
		return "nothing"
	}
	if list := d.strings(path); len(list) > 0 {
		return strings.Join(list, ", ")
	}
	return "nothing"
}

// assign gives the field at path a value in a pointer to a wire type, making the nested objects on the way.
func assign(object any, path string, value any) error {
	target := reflect.ValueOf(object).Elem()
	for name := range strings.SplitSeq(path, ".") {
		if target.Kind() == reflect.Pointer {
			if target.IsNil() {
				target.Set(reflect.New(target.Type().Elem()))
			}
			target = target.Elem()
		}
		field, ok := fieldByName(target, name)
		if !ok {
			return fmt.Errorf("%T has no field %q", object, path)
		}
		target = field
	}
	if list, ok := value.([]any); ok {
		elements := make([]string, 0, len(list))
		for _, element := range list {
			elements = append(elements, fmt.Sprint(element))
		}
		value = elements
	}
	given := reflect.ValueOf(value)
	switch {
	case target.Kind() == reflect.Pointer && given.CanConvert(target.Type().Elem()):
		target.Set(reflect.New(target.Type().Elem()))
		target.Elem().Set(given.Convert(target.Type().Elem()))
	case given.CanConvert(target.Type()):
		target.Set(given.Convert(target.Type()))
	default:
		return fmt.Errorf("field %q of %T cannot hold %v", path, object, value)
	}
	return nil
}

func fieldByName(object reflect.Value, name string) (reflect.Value, bool) {
	for i := range object.NumField() {
		if fieldName(object.Type().Field(i)) == name {
			return object.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// FillFrom gives every field that object leaves out the value it has in stored. Both are pointers to the same wire type.
func FillFrom(object, stored any) {
	fill(reflect.ValueOf(object).Elem(), reflect.ValueOf(stored).Elem())
}

func fill(object, stored reflect.Value) {
	for i := range object.NumField() {
		to, from := object.Field(i), stored.Field(i)
		switch {
		case from.IsZero():
		case to.IsZero():
			to.Set(from)
		case to.Kind() == reflect.Pointer && to.Type().Elem().Kind() == reflect.Struct:
			fill(to.Elem(), from.Elem())
		}
	}
}
