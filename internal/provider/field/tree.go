package field

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// Tree is an object as Terraform has it, by the names of its attributes: nil for null, Unknown, bool, int64, float64
// for a number that is no int64, string, []any for lists and sets, and Tree for objects and maps.
type Tree map[string]any

// Unknown stands for a value that is not known until apply.
type Unknown struct{}

// ReadMsgPack reads a value in the encoding of Terraform's protocol.
func ReadMsgPack(encoded []byte) (any, error) {
	return decodeMsgPack(msgpack.NewDecoder(bytes.NewReader(encoded)))
}

// ReadKnown reads an object in which everything is known. It reports false for null and for everything else.
func ReadKnown(encoded []byte) (Tree, bool) {
	if MayBeUnknown(encoded) {
		value, err := ReadMsgPack(encoded)
		tree, ok := value.(Tree)
		return tree, err == nil && ok && !hasUnknown(tree)
	}
	value, err := ReadMsgPack(encoded)
	tree, ok := value.(Tree)
	return tree, err == nil && ok
}

// MayBeUnknown reports whether an encoded value holds a byte that begins an extension of MessagePack, which is how
// Terraform sends what is not known.
func MayBeUnknown(encoded []byte) bool {
	return bytes.IndexByte(encoded, msgpcode.FixExt1) >= 0 || bytes.IndexByte(encoded, msgpcode.Ext8) >= 0
}

func hasUnknown(value any) bool {
	switch v := value.(type) {
	case Unknown:
		return true
	case Tree:
		for _, inner := range v {
			if hasUnknown(inner) {
				return true
			}
		}
	case []any:
		for _, inner := range v {
			if hasUnknown(inner) {
				return true
			}
		}
	}
	return false
}

func decodeMsgPack(d *msgpack.Decoder) (any, error) {
	code, err := d.PeekCode()
	if err != nil {
		return nil, err
	}
	switch {
	case msgpcode.IsExt(code):
		return Unknown{}, d.Skip()
	case msgpcode.IsFixedMap(code) || code == msgpcode.Map16 || code == msgpcode.Map32:
		n, err := d.DecodeMapLen()
		if err != nil {
			return nil, err
		}
		tree := make(Tree, n)
		for range n {
			name, err := d.DecodeString()
			if err != nil {
				return nil, err
			}
			if tree[name], err = decodeMsgPack(d); err != nil {
				return nil, err
			}
		}
		return tree, nil
	case msgpcode.IsFixedArray(code) || code == msgpcode.Array16 || code == msgpcode.Array32:
		n, err := d.DecodeArrayLen()
		if err != nil {
			return nil, err
		}
		list := make([]any, n)
		for i := range list {
			if list[i], err = decodeMsgPack(d); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	value, err := d.DecodeInterfaceLoose()
	if number, ok := value.(uint64); ok && number <= math.MaxInt64 {
		return int64(number), err
	}
	return value, err
}

// FromTerraform is a value of the framework's raw state, plan or configuration.
func FromTerraform(value tftypes.Value) any {
	switch {
	case !value.IsKnown():
		return Unknown{}
	case value.IsNull():
		return nil
	}
	var err error
	var made any
	switch kind := value.Type(); {
	case kind.Is(tftypes.String):
		var text string
		err, made = value.As(&text), text
	case kind.Is(tftypes.Bool):
		var flag bool
		err = value.As(&flag)
		made = flag
	case kind.Is(tftypes.Number):
		var number big.Float
		err = value.As(&number)
		made = numberOf(&number)
	case kind.Is(tftypes.Object{}) || kind.Is(tftypes.Map{}):
		var values map[string]tftypes.Value
		err = value.As(&values)
		tree := make(Tree, len(values))
		for name, inner := range values {
			tree[name] = FromTerraform(inner)
		}
		made = tree
	default:
		var values []tftypes.Value
		err = value.As(&values)
		list := make([]any, len(values))
		for i, inner := range values {
			list[i] = FromTerraform(inner)
		}
		made = list
	}
	if err != nil {
		panic(fmt.Sprintf("a %s cannot be read: %v", value.Type(), err)) // its type was just looked at
	}
	return made
}

func numberOf(number *big.Float) any {
	if whole, accuracy := number.Int64(); accuracy == big.Exact {
		return whole
	}
	near, _ := number.Float64()
	return near
}

// TreeOf is the object of the framework's raw state, plan or configuration; nil if it is null.
func TreeOf(value tftypes.Value) Tree {
	tree, _ := FromTerraform(value).(Tree)
	return tree
}

// ToTerraform is a value as the framework has it. It has exactly the attributes of the type; those that the tree does
// not have are null.
func ToTerraform(kind tftypes.Type, value any) tftypes.Value {
	switch v := value.(type) {
	case nil:
		return tftypes.NewValue(kind, nil)
	case Unknown:
		return tftypes.NewValue(kind, tftypes.UnknownValue)
	case Tree:
		if object, ok := kind.(tftypes.Object); ok {
			values := make(map[string]tftypes.Value, len(object.AttributeTypes))
			for name, inner := range object.AttributeTypes {
				values[name] = ToTerraform(inner, v[name])
			}
			return tftypes.NewValue(kind, values)
		}
		element := elementType(kind)
		values := make(map[string]tftypes.Value, len(v))
		for name, inner := range v {
			values[name] = ToTerraform(element, inner)
		}
		return tftypes.NewValue(kind, values)
	case []any:
		element := elementType(kind)
		values := make([]tftypes.Value, len(v))
		for i, inner := range v {
			values[i] = ToTerraform(element, inner)
		}
		return tftypes.NewValue(kind, values)
	default:
		return tftypes.NewValue(kind, v)
	}
}

func elementType(kind tftypes.Type) tftypes.Type {
	switch kind := kind.(type) {
	case tftypes.Map:
		return kind.ElementType
	case tftypes.Set:
		return kind.ElementType
	case tftypes.List:
		return kind.ElementType
	default:
		return nil
	}
}

// Object is a nested object; nil if it is null or not known.
func (t Tree) Object(name string) Tree {
	object, _ := t[name].(Tree)
	return object
}

// Text is a text; empty if it is null or not known.
func (t Tree) Text(name string) string {
	text, _ := t[name].(string)
	return text
}

// At is the value at a dotted path. Nothing in an object that is null or not known is either.
func (t Tree) At(path string) any {
	outer, inner, nested := strings.Cut(path, ".")
	value := t[outer]
	if !nested {
		return value
	}
	if object, ok := value.(Tree); ok {
		return object.At(inner)
	}
	return value
}

// Holder is the object that has the attribute with a dotted path, nil if there is none, and the name of the attribute
// in it.
func (t Tree) Holder(path string) (object Tree, name string) {
	if outer, inner, nested := strings.Cut(path, "."); nested {
		return t.Object(outer).Holder(inner)
	}
	return t, path
}

// TextsOf are the elements of a list or set of texts. It reports false for everything else.
func TextsOf(value any) ([]string, bool) {
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

// ListOf is a list or set of texts; null for nil.
func ListOf(texts []string) any {
	if texts == nil {
		return nil
	}
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}
