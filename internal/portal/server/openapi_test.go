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
	AdditionalProperties any               `json:"additionalProperties"` // false where it is closed
	Properties           map[string]schema `json:"properties"`
	ReadOnly             bool              `json:"readOnly"`
	Type                 any               `json:"type"`
	WriteOnly            bool              `json:"writeOnly"`
	Required             []string          `json:"required"`
}

type description struct {
	OpenAPI string `json:"openapi"`
	Servers []struct {
		URL string `json:"url"`
	} `json:"servers"`
	Paths map[string]map[string]struct {
		OperationID string                `json:"operationId"`
		Summary     string                `json:"summary"`
		Description string                `json:"description"`
		Security    []map[string][]string `json:"security"`
		Parameters  []struct {
			Name string `json:"name"`
		} `json:"parameters"`
		RequestBody *struct{} `json:"requestBody"`
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
	if !strings.HasPrefix(d.OpenAPI, "3.1") || len(d.Servers) != 1 || d.Servers[0].URL != "/" || d.Components.SecuritySchemes["token"]["scheme"] != "bearer" {
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
			open := !strings.HasPrefix(path, "/v1/") || name == "post /v1/sessions"
			if secured := len(operation.Security) > 0; secured == open || operation.Security == nil {
				t.Errorf("%s has the security %v, want one of the token or, where it needs none, an empty list", name, operation.Security)
			}
			want := []string{"400", "500", "503"}
			switch {
			case !open:
				want = append(want, "401", "403", "429")
			case strings.HasPrefix(path, "/v1/"):
				want = append(want, "401", "429")
			}
			parameter := map[string]bool{}
			for _, p := range operation.Parameters {
				parameter[p.Name] = true
			}
			if strings.Contains(path, "{") {
				want = append(want, "404")
			}
			if parameter["If-Match"] {
				want = append(want, "409", "412")
			}
			if parameter["Idempotency-Key"] {
				want = append(want, "409")
			}
			if operation.RequestBody != nil {
				want = append(want, "413", "415", "422")
			}
			if (method == "put" || method == "delete" && strings.HasSuffix(path, "{id}")) && !strings.HasPrefix(path, "/v1/sessions") && !parameter["If-Match"] {
				t.Errorf("%s has no If-Match", name)
			}
			for part := range strings.SplitSeq(path, "/") {
				if in, ok := strings.CutPrefix(part, "{"); ok && !parameter[strings.TrimSuffix(in, "}")] {
					t.Errorf("%s does not describe %s", name, part)
				}
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
		if closed := s.AdditionalProperties == false; closed != request && s.Type != "string" {
			t.Errorf("%s is closed: %v", name, closed)
		}
		for _, field := range []string{"password", "pin", "avatar"} {
			if secret, ok := s.Properties[field]; ok && (!request || !secret.WriteOnly) {
				t.Errorf("%s has the field %s, write-only: %v", name, field, secret.WriteOnly)
			}
		}
	}
	for name, readOnly := range map[string][]string{
		"UserRequest":            {"created_at", "etag", "id", "invited_at", "last_login_at", "managed_by", "pending", "permissions", "planned_publications", "status", "two_factor", "untouched"},
		"PermissionGroupRequest": {"built_in", "created_at", "etag", "id", "managed_by", "member_count", "pending", "untouched"},
		"UserGroupRequest":       {"created_at", "etag", "id", "managed_by", "pending", "untouched"},
		"SIPAccountRequest":      {"created_at", "etag", "id", "managed_by", "pending", "sip_domain", "sip_username", "untouched", "user_id"},
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
	for name, field := range map[string]string{"UserRequest": "password", "SIPAccountRequest": "password", "VoicemailRequest": "pin", "WebcareRequest": "avatar"} {
		if _, ok := schemas[name].Properties[field]; !ok {
			t.Errorf("%s has no field %s", name, field)
		}
	}
	for name, readOnly := range map[string]string{
		"VoicemailRequest": "pin_set", "WebcareRequest": "avatar_sha256", "SubgroupRequest": "member_count", "PlannedPublicationRequest": "id",
	} {
		if !schemas[name].Properties[readOnly].ReadOnly {
			t.Errorf("%s may give %s, which only the portal writes", name, readOnly)
		}
	}
	for name, required := range map[string][]string{"SubgroupRequest": {"name"}, "PlannedPublicationRequest": {"text", "publish_at"}} {
		if !slices.Equal(schemas[name].Required, required) {
			t.Errorf("%s requires %v, want %v", name, schemas[name].Required, required)
		}
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

// Nothing in the description is, or looks like, a secret that somebody could have pasted there: what is secret has
// neither an example nor a default.
func TestOpenAPI_ALL05_secretsHaveNoExamples(t *testing.T) {
	t.Parallel()
	text, err := server.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var whole any
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	secrets := 0
	var walk func(path string, node any)
	walk = func(path string, node any) {
		switch n := node.(type) {
		case map[string]any:
			if n["format"] == "password" || n["writeOnly"] == true {
				secrets++
				for _, key := range []string{"example", "examples", "default", "enum", "const"} {
					if value, has := n[key]; has {
						t.Errorf("%s has the %s %v", path, key, value)
					}
				}
			}
			for key, child := range n {
				walk(path+"/"+key, child)
			}
		case []any:
			for _, child := range n {
				walk(path, child)
			}
		}
	}
	walk("", whole)
	if secrets < 4 || strings.Contains(string(text), "switchboard_") {
		t.Errorf("%d secrets were found; or there is a token in the description", secrets)
	}
}
