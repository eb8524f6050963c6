package rules

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// document is an object as the evaluator sees it: values by dotted path. What is absent (a nil pointer or slice) is not in it.
// Values are string, bool, int64, []string or portal.Secret.
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
		return "nothing"
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
	to := target.Type()
	if target.Kind() == reflect.Pointer {
		to = to.Elem()
	}
	given, ok := convert(value, to)
	if !ok {
		return fmt.Errorf("field %q of %T cannot hold %v", path, object, value)
	}
	if target.Kind() == reflect.Pointer {
		target.Set(reflect.New(to))
		target = target.Elem()
	}
	target.Set(given)
	return nil
}

// convert brings a value as the YAML decoder makes it into the type of a field, and refuses every conversion that would change it.
func convert(value any, to reflect.Type) (reflect.Value, bool) {
	given := reflect.ValueOf(value)
	switch v := value.(type) {
	case []any:
		elements := make([]string, 0, len(v))
		for _, element := range v {
			text, ok := element.(string)
			if !ok {
				return given, false
			}
			elements = append(elements, text)
		}
		given = reflect.ValueOf(elements)
	case uint64: // every whole number that is not negative
		if v > math.MaxInt64 {
			return given, false
		}
		given = reflect.ValueOf(int64(v))
	}
	if given.Kind() != to.Kind() {
		return given, false
	}
	return given.Convert(to), true
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

// FillFrom gives every field that object leaves out the value it has in stored, and every field that only the portal writes too, whatever
// object says there. Both are pointers to the same wire type; they share nothing afterwards that Normalize or Complete would change in both.
func FillFrom(object, stored any) {
	fill(reflect.ValueOf(object).Elem(), reflect.ValueOf(stored).Elem())
}

func fill(object, stored reflect.Value) {
	for i := range object.NumField() {
		to, from := object.Field(i), stored.Field(i)
		switch {
		case to.Kind() != reflect.Pointer && to.Kind() != reflect.Slice:
			to.Set(from)
		case from.IsNil():
		case to.Kind() == reflect.Pointer && to.Type().Elem().Kind() == reflect.Struct:
			if to.IsNil() {
				to.Set(reflect.New(to.Type().Elem()))
			}
			fill(to.Elem(), from.Elem())
		case to.IsNil():
			to.Set(from)
		}
	}
}
