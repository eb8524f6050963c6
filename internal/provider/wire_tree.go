package provider

import (
	"bytes"
	"reflect"
	"strings"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// wireTree is a whole object as Terraform sends it: nil, bool, int64, uint64, float64, string, []any and map[string]any.
type wireTree map[string]any

// readWireTree reads an object. It reports false for what is no object, is null, or has anything in it that is not known.
func readWireTree(encoded []byte) (wireTree, bool) {
	d := msgpack.NewDecoder(bytes.NewReader(encoded))
	d.UseLooseInterfaceDecoding(true)
	value, err := d.DecodeInterface() // knows no extension, and so nothing unknown
	object, ok := value.(map[string]any)
	return object, err == nil && ok
}

// readWire reads what Terraform sends into a value of the portal: what both of them know has one name.
func readWire(encoded []byte, value any) bool {
	d := msgpack.NewDecoder(bytes.NewReader(encoded))
	d.SetCustomStructTag("json")
	return d.Decode(value) == nil
}

// object is a nested object, nil if it is null.
func (t wireTree) object(name string) wireTree {
	object, _ := t[name].(map[string]any)
	return object
}

// textsOf are the elements of a list or set of texts. It reports false for what is none, and for null.
func textsOf(value any) ([]string, bool) {
	list, ok := value.([]any)
	if !ok {
		return nil, false
	}
	texts := make([]string, len(list))
	for i, element := range list {
		if texts[i], ok = element.(string); !ok {
			return nil, false
		}
	}
	return texts, true
}

// at is the object that holds the attribute with a dotted path, nil if there is none, and the name of the attribute in it.
func (t wireTree) at(path string) (object wireTree, name string) {
	if outer, inner, nested := strings.Cut(path, "."); nested {
		return t.object(outer), inner
	}
	return t, path
}

// noneAsNulls are the texts that a state has as null when the portal has none; see noneAsNull. Every other text that only the portal writes is never null.
var noneAsNulls = map[string]bool{"status": true, "invited_at": true, "last_login_at": true}

// sameAsState reports whether the state of an object is what a Read would make of the portal's answer: whether each attribute that both of them know is the same, in
// whatever spelling and, of a set, in whatever order. The object is a pointer to a wire type.
func (k unchangedKind) sameAsState(state wireTree, object any) bool {
	return k.sameObject("", state, reflect.ValueOf(object).Elem())
}

func (k unchangedKind) sameObject(prefix string, state wireTree, object reflect.Value) bool {
	for i := range object.NumField() {
		field := object.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if portal.WithSecret(field) {
			if object.Field(i).IsNil() { // then a read keeps what the state has
				continue
			}
			name = attributeName(name)
		}
		value, known := state[name]
		if known && !k.same(prefix+name, value, object.Field(i)) {
			return false
		}
	}
	return true
}

func (k unchangedKind) same(path string, value any, answer reflect.Value) bool {
	switch answer.Kind() {
	case reflect.Pointer:
		if path == "voicemail" && value == nil { // not managed, whatever the portal has
			return true
		}
		if value == nil || answer.IsNil() {
			return value == nil && answer.IsNil()
		}
		if object, nested := value.(map[string]any); nested {
			return k.sameObject(path+".", object, answer.Elem())
		}
		return k.same(path, value, answer.Elem())
	case reflect.String:
		text, ok := value.(string)
		if !ok || text == "" && noneAsNulls[path] {
			return value == nil && noneAsNulls[path] && answer.Len() == 0
		}
		return text == answer.String() || k.shapes[path] != nil && k.shapes[path](text, answer.String())
	case reflect.Bool:
		return value == answer.Bool()
	case reflect.Int64:
		return sameNumber(value, answer.Int())
	case reflect.Slice, reflect.Map:
		if value == nil || answer.IsNil() {
			return value == nil && answer.IsNil()
		}
	default:
		return false
	}
	switch answer := answer.Interface().(type) {
	case []string:
		list, ok := value.([]any)
		return ok && k.sameSet(path, list, answer)
	case map[string]string:
		values, ok := value.(map[string]any)
		return ok && sameMap(values, answer)
	default:
		return false
	}
}

func sameNumber(value any, answer int64) bool {
	switch number := value.(type) {
	case int64:
		return number == answer
	case uint64:
		return answer >= 0 && number == uint64(answer)
	default:
		return false
	}
}

// sameSet reports whether every element of one is an element of the other.
func (k unchangedKind) sameSet(path string, state []any, answer []string) bool {
	if len(state) != len(answer) {
		return false
	}
	found := make([]bool, len(state))
	for _, element := range answer {
		at := -1
		for i, other := range state {
			text, ok := other.(string)
			if ok && (text == element || k.shapes[path] != nil && k.shapes[path](text, element)) {
				at = i
				break
			}
		}
		if at < 0 || found[at] {
			return false
		}
		found[at] = true
	}
	return true
}

func sameMap(state map[string]any, answer map[string]string) bool {
	if len(state) != len(answer) {
		return false
	}
	for key, value := range answer {
		if state[key] != value {
			return false
		}
	}
	return true
}
