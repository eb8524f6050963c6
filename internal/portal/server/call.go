package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// retryAfter is how long, in seconds, a client is told to wait when the portal could not serve it now.
const retryAfter = 1

// call is one request on its way through the server.
type call struct {
	*http.Request
	id       string           // request id
	header   http.Header      // of the answer
	portal   *service.Service // who does the work
	caller   service.Caller   // who asks; zero on routes that need no token
	session  service.Session  // who is logged in; zero on routes that need no session
	accepted bool             // whether what was asked for waits, so that the answer is 202
	maxBody  int64            // of the request, in bytes

	description func() ([]byte, error) // of the API
}

// endpoint makes a handler of an action, which returns the body of the answer (nil: none) or an error. The answer is
// written when it is complete, so that a failure at any point can still become a problem.
func (s *Server) endpoint(status int, action func(*call) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		id := requestID(r)
		r = r.WithContext(service.WithRequest(r.Context(), service.Request{ID: id, Address: address(r)}))
		c := &call{Request: r, id: id, header: w.Header(), portal: s.portal, description: OpenAPI}
		c.header.Set("X-Request-Id", c.id)
		c.header.Set("Cache-Control", "no-store")

		status, contentType := status, "application/json"
		text, streamed, err := s.run(c, action)
		if c.accepted {
			status = http.StatusAccepted
		}
		if err != nil {
			problem := s.problem(c, err)
			status, contentType = problem.Status, "application/problem+json"
			text, _ = json.Marshal(problem) // strings and numbers, which cannot fail
		}
		switch {
		case err == nil && streamed.write != nil:
			c.header.Set("Content-Type", streamed.mediaType)
		case text != nil:
			c.header.Set("Content-Type", contentType)
			c.header.Set("Content-Length", strconv.Itoa(len(text)))
		}
		w.WriteHeader(status)
		_, _ = w.Write(text) // a client that has left needs no answer
		if err == nil && streamed.write != nil {
			s.pour(c, w, streamed)
		}

		s.log.LogAttrs(r.Context(), slog.LevelInfo, "request",
			slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", status),
			slog.Duration("duration", time.Since(started)), slog.String("request_id", c.id), slog.String("token_id", c.caller.TokenID))
	})
}

// run performs the action and returns its answer as JSON, or what is to be streamed. A panic is an error like any
// other.
func (s *Server) run(c *call, action func(*call) (any, error)) (text []byte, streamed stream, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			text, streamed, err = nil, stream{}, fmt.Errorf("panic: %s\n%s", told(reason), debug.Stack())
		}
	}()
	body, err := action(c)
	if err != nil || body == nil {
		return nil, stream{}, err
	}
	if streamed, ok := body.(stream); ok {
		return nil, streamed, nil
	}
	if text, err = json.Marshal(body); err != nil {
		return nil, stream{}, fmt.Errorf("encode the answer: %w", err)
	}
	return text, stream{}, nil
}

// told is what may be logged of the reason of a panic: where it was is in the stack, and what was being worked on may
// be a password.
func told(reason any) string {
	if err, ok := reason.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", reason)
}

// stream is the body of an answer that is too large to be held in memory.
type stream struct {
	mediaType string
	write     func(io.Writer) error
}

// pour writes a stream. One that breaks off breaks the connection: a part must not pass for the whole.
func (s *Server) pour(c *call, w io.Writer, streamed stream) {
	if err := streamed.write(w); err != nil {
		s.log.ErrorContext(c.Context(), "answer broke off", "request_id", c.id, "method", c.Method, "path", c.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
}

// problem is the answer to a request that failed. An error without a code is ours: it goes to the log, and the client
// gets the id by which it is found there.
func (s *Server) problem(c *call, err error) *portal.Error {
	var problem portal.Error
	coded, ok := errors.AsType[*portal.Error](err)
	storage, unstored := errors.AsType[storageFailure](err)
	switch {
	case ok:
		problem = *coded
	case unstored:
		s.log.ErrorContext(c.Context(), "the database cannot be used", "request_id", c.id, "method", c.Method, "path", c.URL.Path, "error", err)
		problem = *portal.NewError(portal.CodeNoStorage, fmt.Sprintf("the portal cannot store what it is asked to: %s; nothing was changed. "+
			"Whoever runs the portal finds what to do in its log under this request id", storage.StorageFailure()))
	case c.Context().Err() != nil || errors.Is(err, context.Canceled) || timedOut(err):
		if c.Context().Err() == nil { // the client is still there, so the database is what is not
			s.log.WarnContext(c.Context(), "the database did not answer in time", "request_id", c.id, "method", c.Method, "path", c.URL.Path, "error", err)
		}
		problem = *portal.NewError(portal.CodeUnavailable, "the portal did not get to this request in time; send it again")
	default:
		s.log.ErrorContext(c.Context(), "request failed", "request_id", c.id, "method", c.Method, "path", c.URL.Path, "error", err)
		problem = *portal.NewError(portal.CodeInternal, "the portal failed; its log has the reason under this request id")
	}
	problem.RequestID = c.id
	switch problem.Code {
	case portal.CodeUnauthorized:
		c.header.Set("WWW-Authenticate", `Bearer realm="portal"`)
	case portal.CodeUnavailable, portal.CodeTooManyRequests:
		seconds := int(math.Ceil(problem.RetryAfter.Seconds()))
		c.header.Set("Retry-After", strconv.Itoa(max(seconds, retryAfter)))
	}
	return &problem
}

// storageFailure is the error of a database that cannot be written, or read, because of what it lies on.
type storageFailure interface {
	error
	StorageFailure() string
}

// timedOut reports whether an error is that of a limit in time: the request's own, or how long the database waits for
// another process.
func timedOut(err error) bool {
	limit, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && limit.Timeout()
}

// wellFormedID is a request id that may be repeated in a log and in an answer.
var wellFormedID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// requestID is the id that the client chose for its request, or a new one.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); wellFormedID.MatchString(id) {
		return id
	}
	return rand.Text()
}
