package server

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// defaultMaxBody is the most that a request may carry, in bytes, unless its route says otherwise.
const defaultMaxBody = 1 << 20

// errNull refuses a null: "left as it is" is said by leaving a field out, and "none" by an empty value.
var errNull = errors.New("null")

// refuseNull stands in front of the decoder of every value.
var refuseNull = json.UnmarshalFromFunc(func(decoder *jsontext.Decoder, _ any) error {
	if decoder.PeekKind() == 'n' {
		return errNull
	}
	return errors.ErrUnsupported // the decoder goes on as usual
})

// decode reads the body of a request: one JSON value of type T and nothing else. What is refused is named by its dotted
// path, and never repeated: it may be a password.
func decode[T any](c *call) (T, error) {
	var object T
	mediaType, _, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" || c.Header.Get("Content-Encoding") != "" {
		return object, portal.NewError(portal.CodeUnsupportedMedia, "send the object as JSON, not encoded otherwise, with the header Content-Type: application/json")
	}
	body := http.MaxBytesReader(nil, c.Body, c.maxBody)
	err = json.UnmarshalRead(body, &object, json.RejectUnknownMembers(true), json.WithUnmarshalers(refuseNull))
	return object, refusal(err)
}

// refusal is the problem that an error of the decoder becomes.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return portal.NewError(portal.CodeTooLarge, fmt.Sprintf("the body has more than %d bytes, which is the most that fits here", large.Limit))
	}
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		return misfit(semantic)
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return badField(dotted(syntactic.JSONPointer), "is there twice; give it once")
		}
		return portal.NewError(portal.CodeBadRequest, fmt.Sprintf("the body is not one JSON object: it breaks off or goes wrong at byte %d", syntactic.ByteOffset))
	}
	return err // the connection, or the context
}

// misfit says which field does not fit its type.
func misfit(err *json.SemanticError) error {
	field := dotted(err.JSONPointer)
	switch {
	case errors.Is(err, json.ErrUnknownName):
		return badField(field, "is not a field of this object; leave it out, or correct its name")
	case errors.Is(err, errNull):
		return badField(field, "is null; leave the field out to keep what it is, or send an empty value for none")
	case field == "":
		return portal.NewError(portal.CodeBadRequest, "the body must be one JSON object")
	default:
		return badField(field, "is of the wrong type; "+wanted(err))
	}
}

func wanted(err *json.SemanticError) string {
	if err.GoType == nil {
		return "see /openapi.json"
	}
	t := err.GoType
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == reflect.TypeFor[time.Time]() {
		return "send a time (RFC 3339), such as 2026-12-24T08:00:00Z"
	}
	switch t.Kind() {
	case reflect.String:
		return "send a text"
	case reflect.Bool:
		return "send true or false"
	case reflect.Int64:
		return "send a whole number"
	case reflect.Slice:
		return "send a list"
	default:
		return "send an object"
	}
}

// dotted turns a JSON pointer (RFC 6901) into the path that the contract names fields by. The place in a list is left
// out, since lists are sets.
func dotted(pointer jsontext.Pointer) string {
	var names []string
	for token := range pointer.Tokens() {
		if strings.Trim(token, "0123456789") != "" {
			names = append(names, token)
		}
	}
	return strings.Join(names, ".")
}

func badField(field, message string) error {
	return portal.NewError(portal.CodeBadRequest, field+" "+message, portal.FieldError{Field: field, Code: portal.CodeMalformed, Message: message})
}
