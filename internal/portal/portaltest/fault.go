package portaltest

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
)

// Fault is something that goes wrong between client and portal.
type Fault struct {
	serve func(w http.ResponseWriter, r *http.Request, portal http.Handler)
}

// Answer is an answer that does not come from the portal, such as one of a gateway in front of it. The portal does not see the request.
func Answer(status int, header http.Header, body string) *Fault {
	return &Fault{func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		maps.Copy(w.Header(), header)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}}
}

// DropAnswer closes the connection after the portal has done the work: the client cannot know whether it was done.
func DropAnswer() *Fault {
	return &Fault{func(_ http.ResponseWriter, r *http.Request, portal http.Handler) {
		portal.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}}
}

// CloseBefore closes the connection before the portal sees the request.
func CloseBefore() *Fault {
	return &Fault{func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }}
}

// Truncate sends the portal's answer with only half of its body, and closes the connection.
func Truncate() *Fault {
	return &Fault{func(w http.ResponseWriter, r *http.Request, portal http.Handler) {
		answer := httptest.NewRecorder()
		portal.ServeHTTP(answer, r)
		maps.Copy(w.Header(), answer.Header()) // with the length of the whole
		w.WriteHeader(answer.Code)
		body := answer.Body.Bytes()
		_, _ = io.Copy(w, bytes.NewReader(body[:len(body)/2]))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}}
}

// Hold answers nothing until the client gives up. The portal does not see the request.
func Hold() *Fault {
	return &Fault{func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the client leaves
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}}
}
