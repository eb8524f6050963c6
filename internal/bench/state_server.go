package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
)

// stateServer keeps one Terraform state in memory, as Terraform's http backend wants it.
type stateServer struct {
	*httptest.Server
	mu    sync.Mutex
	state []byte
}

func newStateServer() *stateServer {
	s := new(stateServer)
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

func (s *stateServer) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.Method {
	case http.MethodGet:
		if s.state == nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write(s.state) // Terraform fails if it does not get it
	case http.MethodPost:
		state, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.state = state
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// replace exchanges the state by what become makes of it.
func (s *stateServer) replace(become func(state []byte) ([]byte, error)) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state, err = become(s.state)
	return err
}
