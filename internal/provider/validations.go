package provider

import (
	"bytes"
	"reflect"
	"sync"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// validations are configurations that Terraform has had validated and not planned yet. It validates each one right
// before it plans it, in every walk, and besides each block once before a run, in a process of its own: with one
// exception. The test command of Terraform 1.13 and newer validates, plans and applies all runs of a file with one
// process. There, the validations before a run are left over, and tell that another plan of the same configuration is
// no copy of a block.
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

// planned notes the plan of a configuration, which ends one validation of it, and returns another one that is open and
// describes the configuration, nil if there is none.
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

// describes reports whether a configuration is what a validated one says, wherever that one is known.
func describes(validated, planned []byte) bool {
	if !field.MayBeUnknown(validated) {
		return false // equal ones were found by their bytes
	}
	pattern, err := field.ReadMsgPack(validated)
	if err != nil {
		return false
	}
	value, err := field.ReadMsgPack(planned)
	return err == nil && matches(pattern, value)
}

func matches(pattern, value any) bool {
	switch p := pattern.(type) {
	case field.Unknown:
		return true
	case field.Tree:
		v, ok := value.(field.Tree)
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
