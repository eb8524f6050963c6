// Package server speaks HTTP for the portal: routes, tokens, JSON in and out, and the OpenAPI description of all that.
// What a request means is the business of package service.
package server

import (
	"cmp"
	"log/slog"
	"net/http"
	"path"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// Server is the Portal API over HTTP. It keeps nothing between requests, so several may run on one database.
type Server struct {
	portal  *service.Service
	log     *slog.Logger
	handler http.Handler
}

// New makes the server for a service. Every request is logged to log: never its body, its query or its token.
func New(svc *service.Service, log *slog.Logger) *Server {
	s := &Server{portal: svc, log: log}
	s.handler = compressed(s.routed(s.bearer))
	return s
}

// ServeHTTP answers a request by the caller that its bearer token names.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// ActingAs serves the same routes for one caller who needs no token: a portal inside another program, to which nothing
// is sent that compression could shorten. The caller's scopes still count.
func (s *Server) ActingAs(caller service.Caller) http.Handler {
	return s.routed(func(*call) (service.Caller, error) { return caller, nil })
}

// routed makes the handler of the route table for one way of telling who calls. A known path with another method and an
// unknown path are endpoints too, so that they answer like all others.
func (s *Server) routed(identify identify) http.Handler {
	mux := http.NewServeMux()
	methods := map[string][]string{}
	for _, route := range routes() {
		mux.Handle(route.method+" "+route.path, s.endpoint(route.status, func(c *call) (any, error) {
			if err := authorize(c, route, identify); err != nil {
				return nil, err
			}
			if err := c.checkQuery(route); err != nil {
				return nil, err
			}
			c.maxBody = cmp.Or(route.maxBody, defaultMaxBody)
			return route.run(c)
		}))
		methods[route.path] = append(methods[route.path], route.method)
		if route.method == http.MethodGet {
			methods[route.path] = append(methods[route.path], http.MethodHead)
		}
	}
	for path, allowed := range methods {
		mux.Handle(path, s.endpoint(0, methodNotAllowed(strings.Join(allowed, ", "))))
	}
	unknown := s.endpoint(0, notFound)
	mux.Handle("/", unknown)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Clean(r.URL.Path) != r.URL.Path { // which the mux would redirect, with a page of HTML
			unknown.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func methodNotAllowed(allowed string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		c.header.Set("Allow", allowed)
		return nil, portal.NewError(portal.CodeMethodNotAllowed, c.Method+" is not possible here; use one of "+allowed)
	}
}

func notFound(c *call) (any, error) {
	return nil, portal.NewError(portal.CodeNoSuchPath, "there is nothing at "+c.URL.Path+"; /openapi.json lists what there is")
}
