package rules

import (
	"reflect"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Every name of every platform refuses a character that nobody sees, and says which; a joiner that letters need stays,
// and so does what is stored.
func TestGuard_ALL03_namesShowAllTheirCharacters(t *testing.T) {
	eachObject(t, func(t *testing.T, set *Set, noun portal.Noun, object *Object, wire map[string]reflect.StructField) {
		alone := *set
		alone.Objects = map[portal.Noun]*Object{noun: {Fields: object.Fields}}
		check := func(path, value string, stored bool) string {
			made := wireTypes()[noun]()
			var given any = value
			if wire[path].Type.Kind() == reflect.Slice {
				given = []any{value}
			}
			if err := assign(made, path, given); err != nil {
				t.Fatal(err)
			}
			change := Change{Noun: noun, After: made}
			if stored {
				change.Before = made
			}
			for _, f := range alone.Check(Inventory{}, change) {
				if f.Field == path && f.Code == portal.CodeMalformed {
					return f.Message
				}
			}
			return ""
		}
		for path, field := range object.Fields {
			if !field.isName() || wire[path].Type.Kind() != reflect.Pointer || wire[path].Type.Elem().Kind() != reflect.String || len(field.OneOf) > 0 {
				continue
			}
			if message := check(path, "Ann\u200ba", false); !strings.Contains(message, "the invisible character U+200B at position 4; remove it") {
				t.Errorf("%s: %q", path, message)
			}
			if message := check(path, "نامه\u200cای", false); message != "" {
				t.Errorf("%s refuses a joiner that letters need: %s", path, message)
			}
			if message := check(path, "Ann\u200ba", true); message != "" && field.Format == "" {
				t.Errorf("%s refuses what is stored: %s", path, message)
			}
		}
		for _, path := range []string{"first_name", "last_name", "middle_name", "username", "name"} {
			if field := object.Fields[path]; field != nil && !field.isName() {
				t.Errorf("%s is no name", path)
			}
		}
	})
}
