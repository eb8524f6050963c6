package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
)

// FuzzBody: whatever is sent to a route that takes a body, the answer is an object or a problem of the sender, never a
// failure of the portal.
func FuzzBody(f *testing.F) {
	p := portaltest.Start(f)
	api := server.New(p.Service, discard())
	routes := []string{"POST /v1/users", "POST /v1/permission-groups", "POST /v1/sip-accounts", "POST /v1/user-groups", "POST /v1/sessions"}
	for i := range routes {
		for _, seed := range []string{
			"", "{", "{}", "[]", "null", `{"email": "a@example.com"}`, `{"name": "x", "permissions": ["users.manage"]}`, `{"extension": "201"}`,
			`{"name": "x", "subgroups": [{"name": "a"}, {"name": "A"}]}`, `{"telephony": {"ring_seconds": 99999999999999999999}}`, `{"locale": {"time_zone": "../../etc/passwd"}}`,
			strings.Repeat(`{"telephony":`, 200), `{"webcare": {"avatar": "AAAA"}}`, `{"email": "\ud800"}`, `{"organization_id": "delfin", "login": "a", "password": "b"}`, `{"first_name": "\u0000"}`,
		} {
			f.Add(i, seed, `"v1"`, "key")
		}
	}
	f.Fuzz(func(t *testing.T, route int, body, ifMatch, key string) {
		method, path, _ := strings.Cut(routes[max(0, route%len(routes))], " ")
		request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		request.Header.Set("Authorization", "Bearer "+p.Token)
		request.Header.Set("Content-Type", "application/json")
		request.Header["If-Match"], request.Header["Idempotency-Key"] = []string{ifMatch}, []string{key}
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, request)
		if recorder.Code >= http.StatusInternalServerError {
			t.Fatalf("%s %s with %q: %d %s", method, path, body, recorder.Code, recorder.Body)
		}
		if recorder.Code < 400 {
			return
		}
		var problem portal.Error
		if err := json.Unmarshal(recorder.Body.Bytes(), &problem); err != nil || problem.Code == "" || problem.Status != recorder.Code {
			t.Errorf("%d is no problem: %s", recorder.Code, recorder.Body)
		}
	})
}
