package rules

import (
	"reflect"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Normalize brings the values of an object into the form in which they are stored and compared: phone numbers as E.164,
// lists without repetitions and in order, addresses without surrounding space. What has the wrong shape stays as it is,
// for Check to refuse.
func (s *Set) Normalize(noun portal.Noun, object any) {
	if o := s.Objects[noun]; o != nil {
		o.normalize("", reflect.ValueOf(object).Elem())
	}
}

func (o *Object) normalize(prefix string, object reflect.Value) {
	for i := range object.NumField() {
		path := prefix + fieldName(object.Type().Field(i))
		value := object.Field(i)
		switch v := value.Interface().(type) {
		case []string:
			if v != nil {
				value.Set(reflect.ValueOf(o.normalizeList(path, v)))
			}
		case *string:
			if v != nil {
				value.Set(reflect.ValueOf(new(o.normalizeText(path, *v))))
			}
		default:
			if value.Kind() == reflect.Pointer && !value.IsNil() && value.Type().Elem().Kind() == reflect.Struct {
				o.normalize(path+".", value.Elem())
			}
		}
	}
}

// normalizeDocument does the same for what is checked, so that no rule ever compares two spellings.
func (o *Object) normalizeDocument(doc *document) {
	for path, value := range doc.values {
		switch v := value.(type) {
		case string:
			doc.values[path] = o.normalizeText(path, v)
		case []string:
			doc.values[path] = o.normalizeList(path, v)
		}
	}
}

func (o *Object) normalizeList(path string, list []string) []string {
	normal := make([]string, 0, len(list))
	for _, element := range list {
		normal = append(normal, o.normalizeText(path, element))
	}
	slices.Sort(normal)
	if field := o.Fields[path]; field != nil && field.Distinct {
		return normal // a repetition is for Check to refuse
	}
	return slices.Compact(normal)
}

func (o *Object) normalizeText(path, value string) string {
	field := o.Fields[path]
	switch {
	case field == nil:
		return value
	case field.Format == FormatPhoneNumber || field.Format == FormatDestination || field.Source == SourceNumbersOrSenderName:
		if number, err := portal.ParsePhoneNumber(value); err == nil {
			return string(number)
		}
	case field.Format == FormatEmail:
		return strings.TrimSpace(value)
	}
	return value
}
