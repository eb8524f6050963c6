package server_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
)

// schema is what the tests look at in a schema of the description.
type schema struct {
	AdditionalProperties *bool             `json:"additionalProperties"`
	Properties           map[string]schema `json:"properties"`
	ReadOnly             bool              `json:"readOnly"`
	WriteOnly            bool              `json:"writeOnly"`
	Required             []string          `json:"required"`
}

type description struct {
	OpenAPI string `json:"openapi"`
	Servers []any  `json:"servers"`
	Paths   map[string]map[string]struct {
		OperationID string                `json:"operationId"`
		Summary     string                `json:"summary"`
		Security    []map[string][]string `json:"security"`
		Responses   map[string]struct {
			Content map[string]any `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
	Components struct {
		Schemas         map[string]schema         `json:"schemas"`
		SecuritySchemes map[string]map[string]any `json:"securitySchemes"`
	} `json:"components"`
}

func described(t *testing.T) description {
	t.Helper()
	text, err := server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var d description
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOpenAPI_isValid(t *testing.T) {
	t.Parallel()
	text, err := server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		t.Fatal(err)
	}
	checker, problems := validator.NewValidator(document)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if valid, problems := checker.ValidateDocument(); !valid {
		t.Errorf("not a valid OpenAPI 3.1 document: %v", problems)
	}
}

func TestOpenAPI_isServed(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	served := send(t, p, "GET", "/openapi.json", nil, header("Authorization", ""))
	text, err := server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if served.status != http.StatusOK || string(served.body) != string(text) || served.header.Get("Content-Type") != "application/json" {
		t.Errorf("served with status %d and headers %v", served.status, served.header)
	}
}

func TestOpenAPI_describesEveryOperationWholly(t *testing.T) {
	t.Parallel()
	d := described(t)
	if !strings.HasPrefix(d.OpenAPI, "3.1") || len(d.Servers) > 0 || d.Components.SecuritySchemes["token"]["scheme"] != "bearer" {
		t.Errorf("version %s, servers %v, security %v", d.OpenAPI, d.Servers, d.Components.SecuritySchemes)
	}
	var ids []string
	for path, methods := range d.Paths {
		for method, operation := range methods {
			name := method + " " + path
			if operation.OperationID == "" || operation.Summary == "" || slices.Contains(ids, operation.OperationID) {
				t.Errorf("%s has the id %q and the summary %q", name, operation.OperationID, operation.Summary)
			}
			ids = append(ids, operation.OperationID)
			if secured := len(operation.Security) > 0; secured != strings.HasPrefix(path, "/v1/") {
				t.Errorf("%s needs a token: %v", name, secured)
			}
			want := []string{"400", "500", "503"}
			if strings.HasPrefix(path, "/v1/") {
				want = append(want, "401", "403", "429")
			}
			if strings.HasSuffix(path, "{id}") {
				want = append(want, "404")
			}
			if method == "put" || method == "delete" {
				want = append(want, "409", "412")
			}
			if method == "post" || method == "put" {
				want = append(want, "409", "413", "415", "422")
			}
			for _, status := range want {
				if _, ok := operation.Responses[status].Content["application/problem+json"]; !ok {
					t.Errorf("%s lacks the problem %s", name, status)
				}
			}
		}
	}
}

func TestOpenAPI_ALL05_secretsAreInRequestsOnly(t *testing.T) {
	t.Parallel()
	schemas := described(t).Components.Schemas
	for name, s := range schemas {
		request := strings.HasSuffix(name, "Request")
		if closed := s.AdditionalProperties != nil && !*s.AdditionalProperties; closed != request {
			t.Errorf("%s is closed: %v", name, closed)
		}
		if password, ok := s.Properties["password"]; ok && (!request || !password.WriteOnly) {
			t.Errorf("%s has a password, write-only: %v", name, password.WriteOnly)
		}
	}
	for name, readOnly := range map[string][]string{
		"UserRequest":            {"etag", "id"},
		"PermissionGroupRequest": {"built_in", "etag", "id"},
		"SIPAccountRequest":      {"etag", "id", "sip_domain", "sip_username", "user_id"},
	} {
		var have []string
		for field, s := range schemas[name].Properties {
			if s.ReadOnly {
				have = append(have, field)
			}
		}
		slices.Sort(have)
		if !slices.Equal(have, readOnly) {
			t.Errorf("read-only in %s are %v, want %v", name, have, readOnly)
		}
		if required := schemas[strings.TrimSuffix(name, "Request")].Required; !slices.Contains(required, "id") || !slices.Contains(required, "etag") {
			t.Errorf("answers of %s need not have id and etag: %v", name, required)
		}
	}
	if _, ok := schemas["UserRequest"].Properties["password"]; !ok {
		t.Error("a request for a user has no password")
	}
}

func TestOpenAPI_listsThePlatforms(t *testing.T) {
	t.Parallel()
	text, err := server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	for _, platform := range portal.Platforms() {
		if !strings.Contains(string(text), `"`+string(platform)+`"`) {
			t.Errorf("%s is not in the description", platform)
		}
	}
}
