package server

import (
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go"
	"github.com/swaggest/openapi-go/openapi31"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// OpenAPI returns the description of the API (OpenAPI 3.1) as JSON. It is made of the route table and the types of the
// contract.
var OpenAPI = sync.OnceValues(func() ([]byte, error) {
	reflector := openapi31.NewReflector()
	reflector.DefaultOptions = append(reflector.DefaultOptions, componentNames, jsonschema.InterceptProp(describeField), jsonschema.InterceptSchema(describeType))
	reflector.Spec.Info.Title = "Portal API"
	reflector.Spec.Info.Version = "1"
	reflector.Spec.Info.WithDescription("The people, rights and phones of an organisation on a hosted-telephony or customer-contact platform. " +
		"A field that is left out of a request is left as it is, or gets the platform's default on creation; an empty value says none; null is refused. " +
		"Clients ignore fields of answers that they do not know.")
	reflector.Spec.Info.WithLicense(openapi31.License{Name: "Mozilla Public License 2.0", Identifier: new("MPL-2.0")})
	reflector.Spec.WithServers(openapi31.Server{URL: "/", Description: new("The portal that serves this description.")})
	reflector.Spec.SetHTTPBearerTokenSecurity(security, "", "A token of the portal. Each operation says which scope the token needs.")
	reflector.Spec.SetHTTPBearerTokenSecurity(sessionSecurity, "", "The token of a session, which logging in returns and every stage of it replaces.")
	for _, route := range routes() {
		if err := describe(reflector, route); err != nil {
			return nil, fmt.Errorf("describe %s %s: %w", route.method, route.path, err)
		}
	}
	return reflector.Spec.MarshalJSON()
})

// The names of the security schemes.
const (
	security        = "token"
	sessionSecurity = "session"
)

// commonCodes are the errors that every route with a token can answer with. This portal limits no rates; another one
// may, or a gateway in front of it.
var commonCodes = []portal.Code{
	portal.CodeBadRequest, portal.CodeUnauthorized, portal.CodeForbidden, portal.CodeTooManyRequests, portal.CodeInternal, portal.CodeUnavailable,
	portal.CodeNoStorage,
}

// describe adds one route to the description.
func describe(reflector *openapi31.Reflector, r route) error {
	context, err := reflector.NewOperationContext(r.method, r.path)
	if err != nil {
		return err
	}
	context.SetID(r.id)
	context.SetSummary(r.summary)
	codes := []portal.Code{portal.CodeBadRequest, portal.CodeInternal, portal.CodeUnavailable}
	if r.scope != "" {
		context.SetDescription(fmt.Sprintf("Needs a token with the scope %s.", r.scope))
		context.AddSecurity(security)
		codes = commonCodes
	}
	if r.session {
		context.SetDescription("Needs the token of a session.")
		context.AddSecurity(sessionSecurity)
		codes = commonCodes
	}
	if exposer, ok := context.(openapi31.OperationExposer); ok {
		if r.scope == "" && !r.session {
			// An empty list says that no token is needed. The library leaves an empty list out of its own field.
			exposer.Operation().WithMapOfAnythingItem("security", []any{})
		}
		for _, p := range append(slices.Clone(r.parameters), requestIDParameter) {
			exposer.Operation().Parameters = append(exposer.Operation().Parameters, p.describe())
		}
	}
	if r.request != nil {
		context.AddReqStructure(r.request, openapi.WithCustomize(func(body openapi.ContentOrReference) {
			if body, ok := body.(*openapi31.RequestBodyOrReference); ok {
				body.RequestBody.WithRequired(true)
			}
		}))
	}
	answer := []openapi.ContentOption{openapi.WithHTTPStatus(r.status), withHeaders(r.headers...)}
	if r.mediaType != "" {
		answer = append(answer, openapi.WithContentType(r.mediaType))
	}
	context.AddRespStructure(r.response, answer...)
	if r.waiting != nil {
		context.AddRespStructure(r.waiting, openapi.WithHTTPStatus(http.StatusAccepted), withHeaders(r.headers...))
	}
	for _, code := range slices.SortedFunc(slices.Values(slices.Concat(codes, r.codes)), byStatus) {
		context.AddRespStructure(portal.Error{}, openapi.WithHTTPStatus(portal.NewError(code, "").Status),
			openapi.WithContentType("application/problem+json"), withHeaders(errorHeaders[code]...))
	}
	return reflector.AddOperation(context)
}

func byStatus(a, b portal.Code) int {
	return cmp.Compare(portal.NewError(a, "").Status, portal.NewError(b, "").Status)
}

// errorHeaders are the headers that come with an error.
var errorHeaders = map[portal.Code][]header{
	portal.CodeUnauthorized:    {challengeHeader},
	portal.CodeForbidden:       {challengeHeader},
	portal.CodeTooManyRequests: {retryHeader},
	portal.CodeUnavailable:     {retryHeader},
}

func (p parameter) describe() openapi31.ParameterOrReference {
	described := openapi31.Parameter{Name: p.name, In: openapi31.ParameterIn(p.in), Description: new(p.description), Schema: p.schema}
	if p.in == "path" {
		described.WithRequired(true)
	}
	return described.ToParameterOrRef()
}

// withHeaders describes the headers of an answer.
func withHeaders(headers ...header) openapi.ContentOption {
	return openapi.WithCustomize(func(content openapi.ContentOrReference) {
		answer, ok := content.(*openapi31.ResponseOrReference)
		if !ok {
			return
		}
		answer.Response.Headers = map[string]openapi31.HeaderOrReference{}
		for _, h := range append(slices.Clone(headers), requestIDHeader) {
			answer.Response.WithHeadersItem(h.name, openapi31.HeaderOrReference{
				Header: &openapi31.Header{Description: new(h.description), Schema: map[string]any{"type": "string"}},
			})
		}
	})
}

// inRequest reports whether a type is being described as part of a request.
func inRequest(context *jsonschema.ReflectContext) bool {
	operation, ok := openapi.OperationCtx(context)
	return ok && !operation.IsProcessingResponse()
}

// componentNames names the schemas. What a request may hold is another schema than what an answer holds: it is closed,
// so that a misspelt field is refused, where an answer may gain fields.
func componentNames(context *jsonschema.ReflectContext) {
	context.DefName = func(t reflect.Type, _ string) string {
		name := t.Name()
		if stem, of, generic := strings.Cut(name, "["); generic {
			name = strings.TrimSuffix(of[strings.LastIndexByte(of, '.')+1:], "]") + stem
		}
		switch {
		case t == reflect.TypeFor[portal.Error]():
			return "Problem"
		case t == reflect.TypeFor[health]():
			return "Health"
		case inRequest(context):
			return strings.TrimSuffix(name, "Request") + "Request"
		default:
			return name
		}
	}
}

// describeField describes one field of a type. A secret is in requests only, and so is a picture. A field that only the
// portal writes is ignored in a request, so that an object can be sent back as it came.
func describeField(field jsonschema.InterceptPropParams) error {
	t := field.Field.Type
	request := inRequest(field.Context)
	secret, picture := t == reflect.TypeFor[*portal.Secret](), field.Name == "avatar"
	if (secret || picture) && !request {
		return jsonschema.ErrSkipProperty
	}
	if !field.Processed {
		return nil
	}
	schema := field.PropertySchema
	schema.RemoveType(jsonschema.Null) // absent is said by leaving the field out
	if request && isMandatory(field) {
		field.ParentSchema.Required = append(field.ParentSchema.Required, field.Name)
	}
	switch {
	case secret:
		schema.WithFormat("password")
		schema.WithExtraPropertiesItem("writeOnly", true)
	case picture:
		schema.WithContentEncoding("base64")
		schema.WithExtraPropertiesItem("writeOnly", true)
	case request && !isMandatory(field) && !portal.Writable(field.Field) && !portal.WithSecret(field.Field):
		schema.WithExtraPropertiesItem("readOnly", true)
	case !request && (!strings.Contains(field.Field.Tag.Get("json"), ",omit") || field.Name == "id" || field.Name == "etag"):
		field.ParentSchema.Required = append(field.ParentSchema.Required, field.Name)
	}
	return nil
}

// isMandatory reports whether a field is of a type of which a request always gives the whole.
func isMandatory(field jsonschema.InterceptPropParams) bool {
	switch field.ParentSchema.ReflectType {
	case reflect.TypeFor[portal.Subgroup]():
		return field.Name == "name"
	case reflect.TypeFor[portal.PlannedPublication]():
		return field.Name != "id"
	case reflect.TypeFor[loginRequest](), reflect.TypeFor[codeRequest](), reflect.TypeFor[passwordRequest]():
		return true
	default:
		return false
	}
}

// describeType closes what is sent in a request, and lists the values of what has a fixed set of them.
func describeType(t jsonschema.InterceptSchemaParams) (bool, error) {
	if !t.Processed {
		return false, nil
	}
	described := t.Value.Type()
	if described.Kind() == reflect.Pointer {
		described = described.Elem()
	}
	switch {
	case described == reflect.TypeFor[portal.Platform]():
		for _, platform := range portal.Platforms() {
			t.Schema.Enum = append(t.Schema.Enum, string(platform))
		}
	case described == reflect.TypeFor[portal.UserStatus]():
		for _, status := range portal.UserStatuses() {
			t.Schema.Enum = append(t.Schema.Enum, string(status))
		}
	case described.Kind() == reflect.Struct && inRequest(t.Context):
		t.Schema.WithAdditionalProperties(*(&jsonschema.SchemaOrBool{}).WithTypeBoolean(false))
	}
	return false, nil
}
