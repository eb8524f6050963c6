package server_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// answer is an answer that has been read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// option changes a request.
type option func(*http.Request)

func header(name, value string) option {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// send sends a request with the portal's token. A body is sent as JSON; text as it is.
func send(t *testing.T, p *portaltest.Portal, method, path string, body any, options ...option) answer {
	t.Helper()
	text, ok := body.(string)
	if !ok && body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		text = string(encoded)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, p.URL+path, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+p.Token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, o := range options {
		o(request)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, read}
}

// into decodes an answer of the expected status. A field that the type does not have fails the test.
func into[T any](t *testing.T, a answer, status int) T {
	t.Helper()
	var object T
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&object); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return object
}

// refused checks the shape of a problem (RFC 9457) and returns it.
func refused(t *testing.T, a answer, code portal.Code) portal.Error {
	t.Helper()
	problem := into[portal.Error](t, a, portal.NewError(code, "").Status)
	if have := a.header.Get("Content-Type"); have != "application/problem+json" {
		t.Errorf("content type %q", have)
	}
	if problem.Code != code || problem.Status != a.status || problem.Type != "about:blank" || problem.Title == "" || problem.Detail == "" {
		t.Errorf("problem is %+v, want code %s and no empty field", problem, code)
	}
	if problem.RequestID == "" || problem.RequestID != a.header.Get("X-Request-Id") {
		t.Errorf("request id %q in the problem, %q in the header", problem.RequestID, a.header.Get("X-Request-Id"))
	}
	return problem
}

// badAt is refused as a bad request with one field named.
func badAt(t *testing.T, a answer, field string) {
	t.Helper()
	problem := refused(t, a, portal.CodeBadRequest)
	if len(problem.Errors) != 1 || problem.Errors[0].Field != field {
		t.Errorf("want one error at %q, have %+v", field, problem)
	}
}

func TestServer_wholeLifeOfEveryNoun(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		p := portaltest.Start(t, portaltest.WithPlatform(platform))
		for noun, object := range portaltest.GoodObjects(p.Stock(t)) {
			t.Run(string(platform)+" "+string(noun), func(t *testing.T) {
				t.Parallel()
				wholeLife(t, p, path(noun), object)
			})
		}
	}
}

// wholeLife makes, reads, replaces and deletes an object.
func wholeLife(t *testing.T, p *portaltest.Portal, path string, object any) {
	t.Helper()
	created := send(t, p, "POST", path, object)
	first := into[map[string]any](t, created, http.StatusCreated)
	id, _ := first["id"].(string)
	if id == "" || created.header.Get("Location") != path+"/"+id {
		t.Errorf("id %q, Location %q", id, created.header.Get("Location"))
	}
	if created.header.Get("ETag") != first["etag"] || created.header.Get("ETag") == "" {
		t.Errorf("ETag %q, field %v", created.header.Get("ETag"), first["etag"])
	}
	single := send(t, p, "GET", path+"/"+id, nil)
	if have := into[map[string]any](t, single, http.StatusOK); have["etag"] != single.header.Get("ETag") {
		t.Errorf("ETag %q, field %v", single.header.Get("ETag"), have["etag"])
	}
	if single.header.Get("Content-Type") != "application/json" || single.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", single.header)
	}
	if head := send(t, p, "HEAD", path+"/"+id, nil); head.status != http.StatusOK || len(head.body) > 0 || head.header.Get("ETag") == "" {
		t.Errorf("HEAD: %+v", head)
	}
	// What was read can be sent back as it is.
	same := send(t, p, "PUT", path+"/"+id, string(single.body), header("If-Match", single.header.Get("ETag")))
	if into[map[string]any](t, same, http.StatusOK); same.header.Get("ETag") != single.header.Get("ETag") {
		t.Errorf("ETag %q after nothing changed, was %q", same.header.Get("ETag"), single.header.Get("ETag"))
	}
	refused(t, send(t, p, "DELETE", path+"/"+id, nil, header("If-Match", `"v99"`)), portal.CodePreconditionFailed)
	gone := send(t, p, "DELETE", path+"/"+id, nil, header("If-Match", same.header.Get("ETag")))
	if gone.status != http.StatusNoContent || len(gone.body) > 0 {
		t.Errorf("DELETE: %d %s", gone.status, gone.body)
	}
	for _, method := range []string{"GET", "DELETE"} {
		refused(t, send(t, p, method, path+"/"+id, nil), portal.CodeNotFound)
	}
	refused(t, send(t, p, "PUT", path+"/"+id, object), portal.CodeNotFound)
}

func TestServer_listsArePagedAndComplete(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	p.Stock(t)
	var extensions []string
	for path := "/v1/sip-accounts?limit=2"; path != ""; {
		page := into[portal.Page[portal.SIPAccount]](t, send(t, p, "GET", path, nil), http.StatusOK)
		path = ""
		if page.Next != "" {
			path = "/v1/sip-accounts?limit=2&after=" + page.Next
		}
		for _, account := range page.Items {
			extensions = append(extensions, *account.Extension)
			single := send(t, p, "GET", "/v1/sip-accounts/"+account.ID, nil)
			item, err := json.Marshal(account)
			if err != nil {
				t.Fatal(err)
			}
			alone, err := json.Marshal(into[portal.SIPAccount](t, single, http.StatusOK))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(item, alone) || account.ETag == "" {
				t.Errorf("in the list %s, alone %s", item, alone)
			}
		}
	}
	if len(extensions) != 3 {
		t.Errorf("the pages have %v, want three accounts", extensions)
	}
}

func TestServer_listsAreFilteredByNaturalKey(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	p.Stock(t)
	for query, want := range map[string]int{
		"/v1/users?email=" + strings.ToUpper(portaltest.StockEmail): 1,
		"/v1/users?email=nobody@example.com":                        0,
		"/v1/users?username=nobody":                                 0,
		"/v1/permission-groups?name=" + portaltest.StockGroupName:   1,
		"/v1/sip-accounts?extension=" + portaltest.StockExtension:   1,
		"/v1/sip-accounts?extension=999":                            0,
		"/v1/user-groups?name=" + portaltest.StockUserGroupName:     1,
		"/v1/user-groups?name=nothing":                              0,
	} {
		page := into[portal.Page[map[string]any]](t, send(t, p, "GET", query, nil), http.StatusOK)
		if len(page.Items) != want || page.Next != "" {
			t.Errorf("%s has %d items and next %q, want %d", query, len(page.Items), page.Next, want)
		}
	}
}

func TestServer_badParametersAreNamed(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	for query, field := range map[string]string{
		"/v1/users?limit=0":                   "limit",
		"/v1/users?limit=501":                 "limit",
		"/v1/users?limit=ten":                 "limit",
		"/v1/users?limit=":                    "limit",
		"/v1/users?limit=1&limit=2":           "limit",
		"/v1/users?after=%21":                 "after",
		"/v1/users?after=":                    "after",
		"/v1/users?mail=a@example.com":        "mail",
		"/v1/permission-groups?extension=201": "extension",
		"/v1/sip-accounts?email=a":            "email",
		"/v1/permission-groups?email=a":       "email",
		"/v1/organization?limit=1":            "limit",
		"/v1/users/usr_1?limit=1":             "limit",
		"/healthz?verbose=1":                  "verbose",
		"/v1/sip-accounts?limit=1&expand=all": "expand",
	} {
		badAt(t, send(t, p, "GET", query, nil), field)
	}
}
