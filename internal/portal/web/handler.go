package web

import (
	"log/slog"
	"net/http"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// WithAPI serves the pages beside an API. They are at / and below /o/; anything else is the API's, which answers a
// program that is lost with a problem.
func WithAPI(api http.Handler, svc *service.Service, baseURL string, log *slog.Logger) http.Handler {
	pages := New(svc, Options{BaseURL: baseURL, Log: log})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case path == "/", path == "/style.css", strings.HasPrefix(path, "/o/"):
			pages.ServeHTTP(w, r)
		default:
			api.ServeHTTP(w, r)
		}
	})
}
