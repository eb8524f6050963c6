package portal

import "reflect"

// Writable reports whether a request may set a field of a wire type. That is a pointer, a list or a map, whose nil says that the request
// leaves the field out, unless the struct tag portal:"read-only" says that only the portal writes it. Everything else is for the portal alone.
func Writable(field reflect.StructField) bool {
	switch field.Type.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return field.Tag.Get("portal") != "read-only"
	default:
		return false
	}
}
