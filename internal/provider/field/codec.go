package field

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Decode fills an object of the portal, to which it gets a pointer, with what a tree knows of it: fields and attributes
// of one name belong together. What is null or not known is left out, and each element of a set that is not known; in a
// map that is an empty text.
func Decode(tree Tree, object any) { decode(tree, reflect.ValueOf(object).Elem()) }

func decode(tree Tree, object reflect.Value) {
	for _, f := range fieldsOf(object.Type()) {
		if value := tree[f.name]; value != nil {
			decodeValue(value, object.Field(f.index))
		}
	}
}

func decodeValue(value any, field reflect.Value) {
	switch field.Kind() {
	case reflect.Pointer:
		tree, isTree := value.(Tree)
		if isObject := field.Type().Elem().Kind() == reflect.Struct; value == (Unknown{}) || isTree != isObject {
			return
		}
		made := reflect.New(field.Type().Elem())
		if isTree {
			decode(tree, made.Elem())
		} else {
			decodeValue(value, made.Elem())
		}
		field.Set(made)
	case reflect.String:
		if text, ok := value.(string); ok {
			field.SetString(text)
		}
	case reflect.Bool:
		if flag, ok := value.(bool); ok {
			field.SetBool(flag)
		}
	case reflect.Int64:
		if number, ok := value.(int64); ok {
			field.SetInt(number)
		}
	case reflect.Slice:
		if list, ok := value.([]any); ok && field.Type().Elem().Kind() == reflect.String {
			texts := make([]string, 0, len(list))
			for _, element := range list {
				if text, ok := element.(string); ok {
					texts = append(texts, text)
				}
			}
			field.Set(reflect.ValueOf(texts))
		}
	case reflect.Map:
		if tree, ok := value.(Tree); ok {
			texts := make(map[string]string, len(tree))
			for key, element := range tree {
				if element != nil {
					texts[key], _ = element.(string)
				}
			}
			field.Set(reflect.ValueOf(texts))
		}
	}
}

// wireField is a field of a type of the portal.
type wireField struct {
	name  string // in JSON
	index int
}

// wireFields has the fields of each type that was met, of which there are few.
var wireFields sync.Map // reflect.Type → []wireField

func fieldsOf(t reflect.Type) []wireField {
	if fields, ok := wireFields.Load(t); ok {
		return fields.([]wireField) //nolint:forcetypeassert // nothing else is put there
	}
	var fields []wireField
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields = append(fields, wireField{name, i})
	}
	wireFields.Store(t, fields)
	return fields
}

// wireValue is the field of an object with a name in JSON; not valid if it has none.
func wireValue(object reflect.Value, name string) reflect.Value {
	for _, f := range fieldsOf(object.Type()) {
		if f.name == name {
			return object.Field(f.index)
		}
	}
	return reflect.Value{}
}

// Answered is what Terraform is to have after a write that the portal answered with an object, given as a pointer. The
// prior tree is what was planned, in whose spelling the answer is given where that says the same (ALL-03), and whose
// settings stay.
func (t Table) Answered(object any, prior Tree) Tree {
	return encode(t.Fields, reflect.ValueOf(object).Elem(), prior, false)
}

// Read is what Terraform is to have after a read. Other than a write, it takes over which versions of secrets the
// portal has, so that the restore of a backup is a difference. Of a secret that came without a version the portal says
// nothing, and the state keeps its own.
func (t Table) Read(object any, prior Tree) Tree {
	return encode(t.Fields, reflect.ValueOf(object).Elem(), prior, true)
}

func encode(fields []Field, object reflect.Value, prior Tree, read bool) Tree {
	tree := make(Tree, len(fields))
	for i := range fields {
		f := &fields[i]
		answer := wireValue(object, f.Name)
		switch f.Use {
		case Secret:
			name := Version(f.secretName())
			tree[f.secretName()] = nil
			tree[name] = versionAfter(prior[name], wireValue(object, f.Name+versionSuffix), read)
		case Setting:
			tree[f.Name] = settled(prior[f.Name])
		case Given:
			tree[f.Name] = nil
			if given := prior.Object(f.Name); given != nil {
				tree[f.Name] = f.encode(answer, given, read)
			}
		default:
			if !answer.IsValid() {
				tree[f.Name] = settled(prior[f.Name]) // for the kind of object to say
				continue
			}
			tree[f.Name] = f.encode(answer, prior[f.Name], read)
			if f.Use == Assigned && tree[f.Name] == "" { // of what is only planned
				tree[f.Name] = prior[f.Name]
			}
		}
	}
	return tree
}

func (f *Field) encode(answer reflect.Value, prior any, read bool) any {
	switch answer.Kind() {
	case reflect.Pointer:
		if answer.IsNil() {
			return nil
		}
		if f.Type == Object {
			before, _ := prior.(Tree)
			return encode(f.Fields, answer.Elem(), before, read)
		}
		return f.encode(answer.Elem(), prior, read)
	case reflect.String:
		if f.EmptyIsNull && answer.Len() == 0 {
			return nil
		}
		return f.Format.spelled(prior, answer.String())
	case reflect.Bool:
		return answer.Bool()
	case reflect.Int64:
		return answer.Int()
	case reflect.Slice, reflect.Map:
		if answer.IsNil() {
			return nil
		}
	}
	switch answer := answer.Interface().(type) {
	case []string:
		if f.Format != nil {
			return ListOf(f.Format.spelledSet(prior, answer))
		}
		return ListOf(answer)
	case map[string]string:
		tree := make(Tree, len(answer))
		for key, text := range answer {
			tree[key] = text
		}
		return tree
	default:
		return prior
	}
}

// versionAfter is the version of a secret after a write, which is that of the portal if the configuration gives none,
// or after a read.
func versionAfter(prior any, answer reflect.Value, read bool) any {
	if prior != (Unknown{}) && (!read || answer.IsNil()) {
		return prior
	}
	if answer.IsNil() {
		return nil
	}
	return answer.Elem().Int()
}

// settled is a value that only the configuration gives.
func settled(value any) any {
	if value == (Unknown{}) {
		return nil
	}
	return value
}

// SetPlanned has a tree say what was planned for the field with a dotted path, if that was known.
func (t Table) SetPlanned(tree, plan Tree, path string) {
	holder, name := tree.Holder(path)
	planned, _ := plan.Holder(path)
	if value := planned[name]; holder != nil && value != nil && value != (Unknown{}) {
		holder[name] = value
	}
}

// Same reports whether two trees say the same. The elements of sets have no order.
func (t Table) Same(a, b Tree) bool { return sameTrees(t.Fields, a, b) }

func sameTrees(fields []Field, a, b Tree) bool {
	for i := range fields {
		f := &fields[i]
		name := f.Name
		if f.Use == Secret {
			name = Version(f.secretName())
		}
		if !f.same(a[name], b[name]) {
			return false
		}
	}
	return true
}

func (f *Field) same(a, b any) bool {
	switch a := a.(type) {
	case Tree:
		other, ok := b.(Tree)
		if f.Type == Object && f.Fields != nil {
			return ok && sameTrees(f.Fields, a, other)
		}
		return ok && reflect.DeepEqual(a, other)
	case []any:
		return SameElements(a, b)
	default:
		_, tree := b.(Tree)
		_, list := b.([]any)
		return !tree && !list && a == b
	}
}

// SameElements reports whether two values are sets with the same elements, and neither has one twice.
func SameElements(a, b any) bool {
	one, isSet := a.([]any)
	other, both := b.([]any)
	if !isSet || !both || len(one) != len(other) {
		return false
	}
	for i, element := range one {
		if !slices.Contains(other, element) || slices.Contains(one[:i], element) {
			return false
		}
	}
	return true
}

// SendSecrets adds to a request, a pointer to an object of the portal, the secrets that the configuration gives and the
// portal is to hear of: all of them on creation, later those that are planned to have another version than in state.
func (t Table) SendSecrets(request any, config, plan, state Tree) {
	object := reflect.ValueOf(request).Elem()
	t.each(func(path string, f Field) {
		if f.Use != Secret {
			return
		}
		version := Version(path + writeOnlySuffix)
		holder := holderOf(object, path)
		secret, given := config.At(path + writeOnlySuffix).(string)
		if !holder.IsValid() || !given || plan.valueAt(version) == state.valueAt(version) {
			return
		}
		wireValue(holder, f.Name).Set(reflect.ValueOf(new(portal.Secret(secret))))
		if number, known := plan.At(version).(int64); known {
			wireValue(holder, f.Name+versionSuffix).Set(reflect.ValueOf(&number))
		}
	})
}

// valueAt is the value at a dotted path, null also where the object around it is null or not known.
func (t Tree) valueAt(path string) any {
	holder, name := t.Holder(path)
	return holder[name]
}

// holderOf is the object that has the field with a dotted path; not valid if there is none.
func holderOf(object reflect.Value, path string) reflect.Value {
	outer, inner, nested := strings.Cut(path, ".")
	if !nested {
		return object
	}
	field := wireValue(object, outer)
	if field.IsNil() {
		return reflect.Value{}
	}
	return holderOf(field.Elem(), inner)
}
