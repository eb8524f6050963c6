package portal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestNewError_status(t *testing.T) {
	t.Parallel()
	for code, status := range map[portal.Code]int{
		portal.CodeBadRequest:         400,
		portal.CodeUnauthorized:       401,
		portal.CodeForbidden:          403,
		portal.CodeNotFound:           404,
		portal.CodeMethodNotAllowed:   405,
		portal.CodeConflict:           409,
		portal.CodePreconditionFailed: 412,
		portal.CodeTooLarge:           413,
		portal.CodeUnsupportedMedia:   415,
		portal.CodeInvalid:            422,
		portal.CodeTooManyRequests:    429,
		portal.CodeInternal:           500,
		portal.CodeUnavailable:        503,
		portal.CodeRequired:           500, // the code of a field is not the code of an answer: ours to mend
	} {
		e := portal.NewError(code, "why")
		if e.Status != status || e.Title != http.StatusText(status) || e.Code != code || e.Detail != "why" || e.Type != "about:blank" {
			t.Errorf("%s: got %#v", code, e)
		}
	}
}

func TestError_text(t *testing.T) {
	t.Parallel()
	e := portal.NewError(portal.CodeInvalid, "the platform refuses it",
		portal.FieldError{Field: "email", Code: portal.CodeMalformed, Message: "no address"},
		portal.FieldError{Code: portal.CodeInUse, Message: "has members"})
	e.RequestID = "req_1"
	const want = "422 invalid: the platform refuses it; email: no address; has members (request req_1)"
	if got := e.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := portal.NewError(portal.CodeNotFound, "").Error(); got != "404 not_found" {
		t.Errorf("got %s", got)
	}
	if found, ok := errors.AsType[*portal.Error](fmt.Errorf("read user: %w", e)); !ok || found != e {
		t.Error("a wrapped error is not found as *Error")
	}
}

func TestError_json(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(portal.NewError(portal.CodeConflict, "", portal.FieldError{Field: "email", Code: portal.CodeAlreadyExists, Message: "taken", ExistingID: "usr_1"}))
	const want = `{"type":"about:blank","status":409,"title":"Conflict","code":"conflict",` +
		`"errors":[{"field":"email","code":"already_exists","message":"taken","existing_id":"usr_1"}]}`
	if err != nil || string(text) != want {
		t.Errorf("got  %s, %v\nwant %s", text, err, want)
	}
}
