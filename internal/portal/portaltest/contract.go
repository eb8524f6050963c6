package portaltest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
)

// Checked passes requests on to a handler that serves the Portal API and fails the test where request and answer are
// not as the OpenAPI description says: path, method, status and the body of the answer always, the request when the
// portal accepted it. A field that the description does not have is a mismatch too.
func Checked(t testing.TB, api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), broken{err}))
		answer := httptest.NewRecorder()
		api.ServeHTTP(answer, r)
		if err == nil {
			for _, mismatch := range Mismatches(r, body, plain(answer.Result())) {
				t.Errorf("%s %s, answered with %d, is not as the OpenAPI description says: %s", r.Method, r.URL.Path, answer.Code, mismatch)
			}
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// plain is an answer as it was before it was compressed for the way.
func plain(answer *http.Response) *http.Response {
	if answer.Header.Get("Content-Encoding") == "gzip" {
		answer.Header.Del("Content-Encoding")
		text, err := gzip.NewReader(answer.Body)
		answer.Body = io.NopCloser(broken{err})
		if err == nil {
			answer.Body = text
		}
	}
	return answer
}

// broken is the end of a body: an error if it could not be read, otherwise its regular end.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return 0, io.EOF
}

// Mismatches lists in what a request and its answer differ from the OpenAPI description.
func Mismatches(r *http.Request, body []byte, answer *http.Response) []string {
	description, err := description()
	if err != nil {
		return []string{err.Error()}
	}
	switch unclean := path.Clean(r.URL.Path) != r.URL.Path; {
	case r.Method == http.MethodHead: // a GET without the body; the description says no more
		return nil
	case r.URL.Path == "/openapi.json" && answer.StatusCode == http.StatusOK: // any fields; it is checked as a whole elsewhere
		return nil
	case unclean && answer.StatusCode == http.StatusNotFound: // the validator forgives what the portal does not, such as a slash at the end
		return nil
	}
	request := r.Clone(r.Context())
	request.Body = io.NopCloser(bytes.NewReader(body))
	_, found := description.ValidateHttpResponse(request, answer)
	if answer.StatusCode < http.StatusBadRequest {
		request.Body = io.NopCloser(bytes.NewReader(body))
		_, inRequest := description.ValidateHttpRequestSync(request)
		found = append(found, inRequest...)
	}
	var mismatches []string
	for _, mismatch := range found {
		unknownPath := mismatch.IsPathMissingError() && answer.StatusCode == http.StatusNotFound
		unknownMethod := mismatch.IsOperationMissingError() && answer.StatusCode == http.StatusMethodNotAllowed
		if !unknownPath && !unknownMethod {
			mismatches = append(mismatches, text(mismatch))
		}
	}
	return mismatches
}

func text(e *errors.ValidationError) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Message, e.Reason)
	for _, cause := range e.SchemaValidationErrors {
		fmt.Fprintf(&b, "; %s: %s", cause.FieldPath, cause.Reason)
	}
	return b.String()
}

// description is the OpenAPI description, ready to be compared with. It is read once and safe for concurrent use.
var description = sync.OnceValues(func() (validator.Validator, error) {
	text, err := server.OpenAPI()
	if err != nil {
		return nil, err
	}
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		return nil, fmt.Errorf("the OpenAPI description cannot be read: %w", err)
	}
	// The keys of a map are no fields, which strict mode takes them for.
	keys := config.WithStrictIgnorePaths("$.body.**.suffixes.*", "$.body.**.default_accounts.*")
	description, problems := validator.NewValidator(document, config.WithStrictMode(), keys, config.WithStrictRejectWriteOnly(), config.WithoutSecurityValidation())
	if len(problems) > 0 {
		return nil, fmt.Errorf("the OpenAPI description cannot be used: %w", problems[0])
	}
	return description, nil
})
