package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/vmihailenco/msgpack/v5"
)

// readStoredObject reads an object from the JSON in which Terraform keeps it: nil, bool, json.Number, string, []any and
// map[string]any. It reports false for what is no object, and for what the framework might read in another way than
// anybody else: what is no JSON, goes on after its end, or gives a name twice.
func readStoredObject(text []byte) (map[string]any, bool) {
	if !json.Valid(text) { // also of more than one value
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	value, err := readStored(d)
	object, ok := value.(map[string]any)
	return object, err == nil && ok
}

// errTwice is the error of a name that an object has twice, of which the framework takes the last, but wants each to be
// of the right type.
var errTwice = errors.New("an object has a name twice")

func readStored(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			name, _ := key.(string)
			if _, twice := object[name]; twice {
				return nil, errTwice
			}
			if object[name], err = readStored(d); err != nil {
				return nil, err
			}
		}
		_, err = d.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			element, err := readStored(d)
			if err != nil {
				return nil, err
			}
			list = append(list, element)
		}
		_, err = d.Token()
		return list, err
	default:
		return token, nil
	}
}

// wireWriter writes a value that was read from JSON as Terraform is sent it, exactly as terraform-plugin-go would. It
// reports false for what is of another type, even where that could be converted, and then may have written some of it.
type wireWriter func(e *msgpack.Encoder, value any) bool

// wireWriterOf returns the wireWriter of a type, nil if it has anything in it of which no resource has one.
func wireWriterOf(kind tftypes.Type) wireWriter {
	switch kind := kind.(type) {
	case tftypes.Object:
		return objectWriter(kind)
	case tftypes.Map:
		return mapWriter(wireWriterOf(kind.ElementType))
	case tftypes.Set:
		return listWriter(wireWriterOf(kind.ElementType))
	case tftypes.List:
		return listWriter(wireWriterOf(kind.ElementType))
	}
	switch {
	case kind.Is(tftypes.String):
		return func(e *msgpack.Encoder, value any) bool {
			text, ok := value.(string)
			return ok && e.EncodeString(text) == nil
		}
	case kind.Is(tftypes.Bool):
		return func(e *msgpack.Encoder, value any) bool {
			said, ok := value.(bool)
			return ok && e.EncodeBool(said) == nil
		}
	case kind.Is(tftypes.Number):
		return writeWhole
	default:
		return nil
	}
}

// orNull writes null, or else a value.
func (w wireWriter) orNull(e *msgpack.Encoder, value any) bool {
	if value == nil {
		return e.EncodeNil() == nil
	}
	return w(e, value)
}

// writeWhole writes a number that is whole, as all are that a resource has.
func writeWhole(e *msgpack.Encoder, value any) bool {
	number, ok := value.(json.Number)
	if !ok {
		return false
	}
	whole, err := strconv.ParseInt(string(number), 10, 64)
	return err == nil && e.EncodeInt(whole) == nil
}

// objectWriter writes what the type knows of an object, null where the object does not have it, and nothing else.
func objectWriter(kind tftypes.Object) wireWriter {
	names := slices.Sorted(maps.Keys(kind.AttributeTypes))
	writers := make([]wireWriter, len(names))
	for i, name := range names {
		if writers[i] = wireWriterOf(kind.AttributeTypes[name]); writers[i] == nil {
			return nil
		}
	}
	return func(e *msgpack.Encoder, value any) bool {
		object, ok := value.(map[string]any)
		if !ok || e.EncodeMapLen(len(names)) != nil {
			return false
		}
		for i, name := range names {
			if e.EncodeString(name) != nil || !writers[i].orNull(e, object[name]) {
				return false
			}
		}
		return true
	}
}

// mapWriter writes the elements in the order of their keys, of which terraform-plugin-go makes any order.
func mapWriter(element wireWriter) wireWriter {
	if element == nil {
		return nil
	}
	return func(e *msgpack.Encoder, value any) bool {
		elements, ok := value.(map[string]any)
		if !ok || e.EncodeMapLen(len(elements)) != nil {
			return false
		}
		for _, key := range slices.Sorted(maps.Keys(elements)) {
			if e.EncodeString(key) != nil || !element.orNull(e, elements[key]) {
				return false
			}
		}
		return true
	}
}

func listWriter(element wireWriter) wireWriter {
	if element == nil {
		return nil
	}
	return func(e *msgpack.Encoder, value any) bool {
		list, ok := value.([]any)
		if !ok || e.EncodeArrayLen(len(list)) != nil {
			return false
		}
		for _, each := range list {
			if !element.orNull(e, each) {
				return false
			}
		}
		return true
	}
}
