package portal

import "reflect"

// Writable reports whether a request may set a field of a wire type by itself. That is a pointer, a list or a map,
// whose nil says that the request leaves the field out, unless the struct tag portal:"read-only" says that only the
// portal writes it, or it is WithSecret. Everything else is for the portal alone.
func Writable(field reflect.StructField) bool {
	switch field.Type.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return field.Tag.Get("portal") == ""
	default:
		return false
	}
}

// WithSecret reports whether a field says something of a secret: the struct tag portal:"with-secret". A request sets it
// together with the secret, and an answer shows it without. No platform has a rule for it.
func WithSecret(field reflect.StructField) bool { return field.Tag.Get("portal") == "with-secret" }
