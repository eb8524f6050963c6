package portaltest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
)

// Fault is something that goes wrong between client and portal.
type Fault struct {
	serve func(w http.ResponseWriter, r *http.Request, portal http.Handler)
}

// Answer is an answer that does not come from the portal, such as one of a gateway in front of it. The portal does not
// see the request.
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

// Cut sends half of the portal's answer as if it were the whole, as a gateway does that took the end of a connection
// for the end of a body.
func Cut() *Fault {
	return &Fault{func(w http.ResponseWriter, r *http.Request, portal http.Handler) {
		answer := httptest.NewRecorder()
		portal.ServeHTTP(answer, r)
		give(w, answer, answer.Body.Len()/2)
	}}
}

// Reset does the work and resets the connection (TCP RST) in place of an answer.
func Reset() *Fault {
	return &Fault{func(w http.ResponseWriter, r *http.Request, portal http.Handler) {
		portal.ServeHTTP(httptest.NewRecorder(), r)
		reset(w, nil)
	}}
}

// ResetInBody does the work and resets the connection in the middle of the answer's body.
func ResetInBody() *Fault {
	return &Fault{func(w http.ResponseWriter, r *http.Request, portal http.Handler) {
		answer := httptest.NewRecorder()
		portal.ServeHTTP(answer, r)
		body := answer.Body.Bytes()
		head := answer.Result()
		head.Body, head.ContentLength = http.NoBody, -1
		head.Header.Set("Content-Length", strconv.Itoa(len(body)))
		var sent bytes.Buffer
		fmt.Fprintf(&sent, "HTTP/1.1 %s\r\n", head.Status)
		_ = head.Header.Write(&sent) // to memory
		sent.WriteString("\r\n")
		sent.Write(body[:len(body)/2])
		reset(w, sent.Bytes())
	}}
}

// reset sends raw bytes and ends the connection with a TCP RST: what nobody has read by then is lost.
func reset(w http.ResponseWriter, sent []byte) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2, which has no connection of its own for each request
		panic(http.ErrAbortHandler)
	}
	_, _ = connection.Write(sent)
	if plain, ok := connection.(*net.TCPConn); ok {
		_ = plain.SetLinger(0)
	}
	_ = connection.Close()
}

// Duplicate gives the portal the same request twice at the same time, as a gateway does that loses patience, and
// answers with one of the two answers.
func Duplicate(second bool) *Fault {
	return &Fault{func(w http.ResponseWriter, r *http.Request, portal http.Handler) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		var answers [2]*httptest.ResponseRecorder
		var both sync.WaitGroup
		for i := range answers {
			same := r.Clone(r.Context())
			same.Body = io.NopCloser(bytes.NewReader(body))
			both.Go(func() { answers[i] = answerOf(portal, same) })
		}
		both.Wait()
		answer := answers[0]
		if second {
			answer = answers[1]
		}
		if answer == nil {
			panic(http.ErrAbortHandler)
		}
		give(w, answer, answer.Body.Len())
	}}
}

// answerOf is the portal's answer; nil if it broke off, which would end the program on a goroutine that is no server's.
func answerOf(portal http.Handler, r *http.Request) (answer *httptest.ResponseRecorder) {
	defer func() {
		if broke := recover(); broke != nil {
			if broke != http.ErrAbortHandler {
				panic(broke)
			}
			answer = nil
		}
	}()
	answer = httptest.NewRecorder()
	portal.ServeHTTP(answer, r)
	return answer
}

// Late gives the portal the request once the client has given up waiting: it is done when nobody counts on it any more.
func Late() *Fault {
	return &Fault{func(_ http.ResponseWriter, r *http.Request, portal http.Handler) {
		body, err := io.ReadAll(r.Body) // only then does the server notice that the client leaves
		<-r.Context().Done()
		if err == nil {
			late := r.Clone(context.WithoutCancel(r.Context()))
			late.Body = io.NopCloser(bytes.NewReader(body))
			portal.ServeHTTP(httptest.NewRecorder(), late)
		}
		panic(http.ErrAbortHandler)
	}}
}

// Delay does the work and keeps the answer back until the channel is closed or the client gives up.
func Delay(until <-chan struct{}) *Fault {
	return &Fault{func(w http.ResponseWriter, r *http.Request, portal http.Handler) {
		answer := httptest.NewRecorder()
		portal.ServeHTTP(answer, r)
		select {
		case <-until:
			give(w, answer, answer.Body.Len())
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}}
}

// DoneBut does the work and gives another answer than the portal's, such as that of a gateway that lost it.
func DoneBut(other *Fault) *Fault {
	return &Fault{func(w http.ResponseWriter, r *http.Request, portal http.Handler) {
		portal.ServeHTTP(httptest.NewRecorder(), r)
		other.serve(w, r, portal)
	}}
}

// give passes an answer on, with the first bytes of its body as the whole.
func give(w http.ResponseWriter, answer *httptest.ResponseRecorder, length int) {
	maps.Copy(w.Header(), answer.Header())
	if w.Header().Get("Content-Length") != "" {
		w.Header().Set("Content-Length", strconv.Itoa(length))
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()[:length])
}

// Hold answers nothing until the client gives up. The portal does not see the request.
func Hold() *Fault {
	return &Fault{func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the client leaves
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}}
}
