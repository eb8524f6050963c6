package portal

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Code says what kind of mistake an error is. Codes are stable; texts are not.
type Code string

// Codes of a whole answer.
const (
	CodeBadRequest         Code = "bad_request"         // 400: not JSON, an unknown field, a malformed parameter
	CodeUnauthorized       Code = "unauthorized"        // 401: no token, or one that is unknown, revoked or expired
	CodeForbidden          Code = "forbidden"           // 403: the token lacks a scope
	CodeNotFound           Code = "not_found"           // 404: there is no such object
	CodeNoSuchPath         Code = "no_such_path"        // 404: the API has no such path, so nothing can be said about any object
	CodeMethodNotAllowed   Code = "method_not_allowed"  // 405
	CodeConflict           Code = "conflict"            // 409: another object is in the way; see errors
	CodePreconditionFailed Code = "precondition_failed" // 412: changed since the ETag in If-Match
	CodeTooLarge           Code = "too_large"           // 413
	CodeUnsupportedMedia   Code = "unsupported_media"   // 415: the body is not application/json
	CodeInvalid            Code = "invalid"             // 422: the platform's rules refuse it; see errors
	CodeTooManyRequests    Code = "too_many_requests"   // 429, with Retry-After
	CodeInternal           Code = "internal"            // 500: ours; the request id finds it in the log
	CodeUnavailable        Code = "unavailable"         // 503, with Retry-After
	CodeNoStorage          Code = "no_storage"          // 507: the portal cannot write what it keeps, such as on a full disk; nothing was changed (RFC 4918, section 11.5)
)

// Codes of a single field.
const (
	CodeAlreadyExists Code = "already_exists" // another object has this value; existing_id says which, within the organisation
	CodeInUse         Code = "in_use"         // the object cannot go or be taken: others depend on it
	CodeMissing       Code = "missing"        // refers to an object that does not exist
	CodeNotAllowed    Code = "not_allowed"    // outside what the platform or organisation allows
	CodeNotOnPlatform Code = "not_on_platform"
	CodeNotOwned      Code = "not_owned" // a number or sender name that the organisation does not have
	CodeMalformed     Code = "malformed" // wrong shape: length, characters, format
	CodeRequired      Code = "required"
	CodeUnchangeable  Code = "unchangeable" // cannot change once saved
	CodeWeakPassword  Code = "weak_password"
	CodeLastAdmin     Code = "last_administrator" // nobody would be left to administer the organisation
	CodeOwnAccess     Code = "own_access"         // the token would take away the right of the user whose token it is
	CodeNeedsAdmin    Code = "needs_admin"        // the token lacks the scope admin, which privileged permissions ask for
	CodeLeaving       Code = "leaving"            // refers to an object that is being deleted and takes no new users
	CodeWaited        Code = "waited_for"         // another object waits for this value already
	CodeKeyReused     Code = "key_reused"         // the Idempotency-Key was used for another request
)

// FieldError is one thing that is wrong with one field. Field is the dotted path of the field, such as
// "telephony.caller_ids". An empty Field means the object as a whole.
type FieldError struct {
	Field      string `json:"field"`
	Code       Code   `json:"code"`
	Message    string `json:"message"`
	ExistingID string `json:"existing_id,omitempty"`
	// ExistingNoun is what kind of object has ExistingID: an extension may be that of a user or of a SIP account
	// (ALL-02).
	ExistingNoun Noun `json:"existing_noun,omitempty"`
}

// Sentence is the message with the field named first, which those of a rule set do by themselves.
func (f FieldError) Sentence() string {
	if f.Field == "" || NamesFirst(f.Message, f.Field) {
		return f.Message
	}
	return f.Field + ": " + f.Message
}

// NamesFirst reports whether a text begins with the dotted path of a field, or of an entry of it as in suffixes["x"].
func NamesFirst(text, field string) bool {
	rest, first := strings.CutPrefix(text, field)
	return first && (rest == "" || strings.ContainsAny(rest[:1], " :,[\"'"))
}

// Error is the portal's answer to a request that failed: problem details (RFC 9457) with a stable code.
// It is always handled as *Error; use errors.As or errors.AsType.
type Error struct {
	Type      string       `json:"type"` // "about:blank": the code says it
	Status    int          `json:"status"`
	Title     string       `json:"title"`
	Detail    string       `json:"detail,omitempty"`
	Code      Code         `json:"code"`
	RequestID string       `json:"request_id,omitempty"`
	Errors    []FieldError `json:"errors,omitempty"`

	// With CodePreconditionFailed, as far as the audit trail knows: who changed the object last, as people name it, and
	// when.
	ChangedBy string     `json:"changed_by,omitzero"`
	ChangedAt *time.Time `json:"changed_at,omitzero"`

	RetryAfter time.Duration `json:"-"` // how long to wait before the next attempt; zero where the code alone says it. It goes into the header of that name.
}

// NewError makes the error for a code; its status and title follow from the code.
func NewError(code Code, detail string, fields ...FieldError) *Error {
	status := code.status()
	return &Error{Type: "about:blank", Status: status, Title: http.StatusText(status), Detail: detail, Code: code, Errors: fields}
}

func (c Code) status() int {
	switch c {
	case CodeBadRequest:
		return http.StatusBadRequest
	case CodeUnauthorized:
		return http.StatusUnauthorized
	case CodeForbidden:
		return http.StatusForbidden
	case CodeNotFound, CodeNoSuchPath:
		return http.StatusNotFound
	case CodeMethodNotAllowed:
		return http.StatusMethodNotAllowed
	case CodeConflict:
		return http.StatusConflict
	case CodePreconditionFailed:
		return http.StatusPreconditionFailed
	case CodeTooLarge:
		return http.StatusRequestEntityTooLarge
	case CodeUnsupportedMedia:
		return http.StatusUnsupportedMediaType
	case CodeInvalid:
		return http.StatusUnprocessableEntity
	case CodeTooManyRequests:
		return http.StatusTooManyRequests
	case CodeUnavailable:
		return http.StatusServiceUnavailable
	case CodeNoStorage:
		return http.StatusInsufficientStorage
	default:
		return http.StatusInternalServerError
	}
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", e.Status, e.Code)
	if e.Detail != "" {
		fmt.Fprintf(&b, ": %s", e.Detail)
	}
	for _, f := range e.Errors {
		b.WriteString("; " + f.Sentence())
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	return b.String()
}

// Ended is a text with a full stop at its end.
func Ended(text string) string {
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}
