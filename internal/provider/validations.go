package provider

import (
	"bytes"
	"reflect"
	"sync"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// validations are configurations that Terraform has had validated and not planned yet. It validates each one right before it plans it, in every walk, and besides
// each block once before a run, in a process of its own: with one exception. The test command of Terraform 1.13 and newer validates, plans and applies all runs of
// a file with one process. There, the validations before a run are left over, and tell that another plan of the same configuration is no copy of a block.
type validations struct {
	mu   sync.Mutex
	open map[string][]*validation // by resource type
}

// validation is one configuration of a resource, of which something may not be known.
type validation struct {
	encoded []byte
	times   int // validated, but not planned
	owner   *validations
}

// validated notes a validation.
func (v *validations) validated(typeName string, config []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, open := range v.open[typeName] {
		if bytes.Equal(open.encoded, config) {
			open.times++
			return
		}
	}
	if v.open == nil {
		v.open = map[string][]*validation{}
	}
	v.open[typeName] = append(v.open[typeName], &validation{encoded: bytes.Clone(config), times: 1, owner: v})
}

// planned notes the plan of a configuration, which ends one validation of it, and returns another one that is open and describes the configuration, nil if there
// is none.
func (v *validations) planned(typeName string, config []byte) *validation {
	v.mu.Lock()
	defer v.mu.Unlock()
	open := v.open[typeName]
	for i, one := range open {
		if !bytes.Equal(one.encoded, config) {
			continue
		}
		if one.times--; one.times > 0 {
			return one
		}
		open[i] = open[len(open)-1]
		open = open[:len(open)-1]
		v.open[typeName] = open
		break
	}
	for _, one := range open {
		if describes(one.encoded, config) {
			return one
		}
	}
	return nil
}

// pending reports whether a validation is still left over.
func (v *validation) pending() bool {
	if v == nil {
		return false
	}
	v.owner.mu.Lock()
	defer v.owner.mu.Unlock()
	return v.times > 0
}

// notKnown stands for a value that is not known.
type notKnown struct{}

// describes reports whether a configuration is what a validated one says, wherever that one is known.
func describes(validated, planned []byte) bool {
	if !mayBeUnknown(validated) {
		return false // equal ones were found by their bytes
	}
	pattern, ok := decodeWithUnknown(validated)
	if !ok {
		return false
	}
	value, ok := decodeWithUnknown(planned)
	return ok && matches(pattern, value)
}

func matches(pattern, value any) bool {
	switch p := pattern.(type) {
	case notKnown:
		return true
	case map[string]any:
		v, ok := value.(map[string]any)
		if !ok || len(v) != len(p) {
			return false
		}
		for name, inner := range p {
			if !matches(inner, v[name]) {
				return false
			}
		}
		return true
	case []any:
		v, ok := value.([]any)
		if !ok || len(v) != len(p) {
			return false
		}
		for i := range p {
			if !matches(p[i], v[i]) {
				return false
			}
		}
		return true
	default:
		return reflect.DeepEqual(pattern, value)
	}
}

// mayBeUnknown reports whether an encoded value holds a byte that begins an extension of MessagePack, which is how Terraform sends what is not known.
func mayBeUnknown(encoded []byte) bool {
	return bytes.IndexByte(encoded, msgpcode.FixExt1) >= 0 || bytes.IndexByte(encoded, msgpcode.Ext8) >= 0
}

// decodeWithUnknown reads a value as wireTree does, with notKnown for what is not known.
func decodeWithUnknown(encoded []byte) (any, bool) {
	d := msgpack.NewDecoder(bytes.NewReader(encoded))
	value, err := decodeValue(d)
	return value, err == nil
}

func decodeValue(d *msgpack.Decoder) (any, error) {
	code, err := d.PeekCode()
	if err != nil {
		return nil, err
	}
	switch {
	case msgpcode.IsExt(code):
		return notKnown{}, d.Skip()
	case msgpcode.IsFixedMap(code) || code == msgpcode.Map16 || code == msgpcode.Map32:
		n, err := d.DecodeMapLen()
		if err != nil {
			return nil, err
		}
		object := make(map[string]any, n)
		for range n {
			name, err := d.DecodeString()
			if err != nil {
				return nil, err
			}
			if object[name], err = decodeValue(d); err != nil {
				return nil, err
			}
		}
		return object, nil
	case msgpcode.IsFixedArray(code) || code == msgpcode.Array16 || code == msgpcode.Array32:
		n, err := d.DecodeArrayLen()
		if err != nil {
			return nil, err
		}
		list := make([]any, n)
		for i := range list {
			if list[i], err = decodeValue(d); err != nil {
				return nil, err
			}
		}
		return list, nil
	default:
		return d.DecodeInterfaceLoose()
	}
}
