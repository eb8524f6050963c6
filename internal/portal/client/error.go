package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"unicode"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// IsNotFound reports whether the portal itself says that the object does not exist, or no object can have its id. The
// 404 of a load balancer or of a wrong endpoint is an error with code not_found as well, but says
// nothing about the object: whoever took it for a deletion would lose people from the Terraform state who still
// exist.
func IsNotFound(err error) bool {
	if _, ok := errors.AsType[strayError](err); ok {
		return false
	}
	problem, ok := errors.AsType[*portal.Error](err)
	return ok && problem.Code == portal.CodeNotFound && problem.Status == http.StatusNotFound // a problem that contradicts its status says nothing
}

// strayError is the error for an answer that something other than the portal gave.
type strayError struct{ problem *portal.Error }

func (e strayError) Error() string { return e.problem.Error() }

func (e strayError) Unwrap() error { return e.problem }

// refused turns an answer that is not 2xx into an error.
func (c *call) refused(response *http.Response, body []byte) error {
	if location, err := response.Location(); err == nil && response.StatusCode < 400 {
		return fmt.Errorf("%s: redirected to %q (%s), which is not followed, because the token must not go to another address; "+
			"set the endpoint to the portal's own address", c, location.Host, statusLine(response.StatusCode))
	}
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")) // empty if there is none or it is malformed
	if mediaType == "application/problem+json" {
		var problem portal.Error
		if err := json.Unmarshal(body, &problem); err == nil && problem.Code != "" {
			problem.Status = response.StatusCode
			hide := c.hidden()
			problem.Detail, problem.ChangedBy = hide.conceal(problem.Detail), hide.conceal(problem.ChangedBy)
			for i := range problem.Errors {
				problem.Errors[i].Message = hide.conceal(problem.Errors[i].Message)
			}
			return &problem
		}
	}
	attempts := ""
	if c.attempts > 1 {
		attempts = fmt.Sprintf(" after %d attempts", c.attempts)
	}
	problem := portal.NewError(codeOf(response.StatusCode), fmt.Sprintf("%s:%s this answer did not come from the portal but from something "+
		"in between, such as a proxy or load balancer, or the endpoint is not a portal; %s", c, attempts, c.excerpt(mediaType, body)))
	problem.Status = response.StatusCode
	problem.Title = http.StatusText(response.StatusCode)
	return strayError{problem}
}

// codeOf is the code that the portal would have used for a status.
func codeOf(status int) portal.Code {
	for _, code := range []portal.Code{
		portal.CodeBadRequest, portal.CodeUnauthorized, portal.CodeForbidden, portal.CodeNotFound, portal.CodeMethodNotAllowed,
		portal.CodeConflict, portal.CodePreconditionFailed, portal.CodeTooLarge, portal.CodeUnsupportedMedia, portal.CodeInvalid,
		portal.CodeTooManyRequests, portal.CodeUnavailable, portal.CodeNoStorage,
	} {
		if portal.NewError(code, "").Status == status {
			return code
		}
	}
	switch {
	case status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
		return portal.CodeUnavailable
	case status >= 500:
		return portal.CodeInternal
	default:
		return portal.CodeBadRequest
	}
}

// markup is what an HTML page has besides its text.
var markup = regexp.MustCompile(`(?is)<script\b.*?</script>|<style\b.*?</style>|<[^>]*>`)

// Limits of what an error quotes of a body.
const (
	excerptSource = 16 << 10 // bytes that are looked at
	excerptLength = 200      // characters
)

// excerpt says how the body begins, as text on one line.
func (c *call) excerpt(mediaType string, body []byte) string {
	source := strings.ToValidUTF8(string(body[:min(len(body), excerptSource)]), "")
	clean := source
	if mediaType == "text/html" || strings.HasPrefix(strings.TrimSpace(source), "<") {
		clean = html.UnescapeString(markup.ReplaceAllString(source, " "))
	}
	clean = oneLine(clean)
	switch runes := []rune(clean); {
	case clean == "":
		return "it has no text"
	case c.hidden().in(source) || c.hidden().in(clean):
		return "its text repeats a secret of the request and is left out"
	case len(runes) > excerptLength:
		return fmt.Sprintf("it begins %q", string(runes[:excerptLength])+"…")
	default:
		return fmt.Sprintf("it says %q", clean)
	}
}

// oneLine drops what does not print and leaves one space between words.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
}

// failed turns the error of the last attempt into one that says what to check.
func (c *call) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil && c.last == "" {
		return fmt.Errorf("%s: %w", c, ctx.Err())
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w (%d attempts; what went wrong: %s)", c, ctx.Err(), c.attempts, c.last)
	}
	attempts := "1 attempt"
	if c.attempts > 1 {
		attempts = fmt.Sprintf("%d attempts", c.attempts)
	}
	why := c.client.explain(err)
	if why.isTimeout {
		// The context's own error is kept out of the chain: it belongs to the attempt, and the caller's context has not
		// ended.
		return fmt.Errorf("%s: %s (%s); %s", c, why.what, attempts, why.advice)
	}
	return fmt.Errorf("%s: %s (%s): %w; %s", c, why.what, attempts, withoutURL(err), why.advice)
}

// failure explains why there was no answer. what is made of fixed words and can be logged.
type failure struct {
	what, advice string
	isTimeout    bool
}

func (c *Client) explain(err error) failure {
	if isUntrusted(err) {
		return failure{what: "the portal's certificate is not trusted", advice: "check that the endpoint has the host name the certificate " +
			"was issued for, and give the CA certificate if a private authority issued it"}
	}
	if errors.Is(err, http.ErrSchemeMismatch) {
		return failure{what: "the server does not speak TLS", advice: "check the port in the endpoint"}
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return failure{what: "the host name was not found", advice: "check the host name in the endpoint and this machine's name servers"}
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return failure{what: "the connection was refused", advice: "check the host and port in the endpoint, and that the portal is running"}
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return failure{what: fmt.Sprintf("no answer in time (the limit is %s)", c.timeout), isTimeout: true, advice: "check that the portal is " +
			"running and that no firewall drops the connection, or allow more time with the request timeout"}
	}
	if errors.Is(err, errCut) {
		return failure{what: "the answer broke off", advice: "check what is between this machine and the portal, such as a proxy or load balancer"}
	}
	return failure{what: "the connection failed", advice: "check the network between this machine and the portal"}
}

// withoutURL drops the URL that net/http puts into its errors: its query may hold an e-mail address.
func withoutURL(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		return outer.Err
	}
	return err
}
