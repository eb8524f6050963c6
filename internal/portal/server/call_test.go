package server

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// The database gives up waiting for another process with a timeout of this kind, which would take a test half a minute
// to see.
func TestProblem_aTimeoutIsUnavailable(t *testing.T) {
	t.Parallel()
	s := New(nil, slog.New(slog.DiscardHandler))
	c := &call{Request: httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/users", nil), id: "id-7", header: http.Header{}}
	problem := s.problem(c, fmt.Errorf("begin: %w", os.ErrDeadlineExceeded))
	if problem.Code != portal.CodeUnavailable || c.header.Get("Retry-After") != "1" || problem.RequestID != "id-7" {
		t.Errorf("problem %+v, headers %v", problem, c.header)
	}
}
