// Package web is the portal in a browser: where people choose a password, log in and show a second factor, and where
// administrators look people up. The pages are made on the server and work without script. What may be done is the
// business of package service.
package web

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// Options say how the pages are reached.
type Options struct {
	BaseURL string // address of the portal: with https, cookies are for it alone and browsers are told to stay with it
	Log     *slog.Logger
}

// site is all pages of a portal. It keeps nothing between requests.
type site struct {
	portal  *service.Service
	options Options
	secure  bool
}

// maxForm is the most that a form may carry, in bytes.
const maxForm = 16 << 10

// New makes the pages of a portal.
func New(svc *service.Service, options Options) http.Handler {
	s := &site{portal: svc, options: options, secure: strings.HasPrefix(options.BaseURL, "https://")}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /style.css", s.style)
	mux.HandleFunc("GET /{$}", s.page(nobody, (*visit).chooseOrganization))
	for pattern, p := range pages() {
		mux.HandleFunc(pattern, s.page(p.who, p.run))
	}
	mux.HandleFunc("/", s.page(nobody, func(v *visit) error { return errNotFound }))
	return s.headers(http.NewCrossOriginProtection().Handler(mux))
}

// who says for whom a page is.
type who int

const (
	nobody        who = iota // an organisation need not be chosen
	anybody                  // nobody need be logged in
	somebody                 // logged in, at whatever stage
	member                   // logged in as a person, with nothing left to be done
	administrator            // logged in with the right to administer
)

// entry is one page: for whom it is, and what makes it.
type entry struct {
	who who
	run func(*visit) error
}

// pages are all pages of an organisation by pattern.
func pages() map[string]entry {
	const base = " /o/{organization}"
	return map[string]entry{
		"GET" + base:                               {anybody, func(v *visit) error { return v.redirect("/login") }},
		"GET" + base + "/login":                    {anybody, (*visit).loginForm},
		"POST" + base + "/login":                   {anybody, (*visit).logIn},
		"POST" + base + "/logout":                  {somebody, (*visit).logOut},
		"GET" + base + "/next":                     {somebody, (*visit).next},
		"GET" + base + "/code":                     {somebody, (*visit).codeForm},
		"POST" + base + "/code":                    {somebody, (*visit).verifyCode},
		"GET" + base + "/enrol":                    {somebody, (*visit).enrolForm},
		"POST" + base + "/enrol":                   {somebody, (*visit).enrol},
		"GET" + base + "/password":                 {somebody, (*visit).passwordForm},
		"POST" + base + "/password":                {somebody, (*visit).changePassword},
		"GET" + base + "/forgot":                   {anybody, (*visit).forgotForm},
		"POST" + base + "/forgot":                  {anybody, (*visit).forgot},
		"GET" + base + "/activate":                 {anybody, (*visit).activateForm},
		"POST" + base + "/activate":                {anybody, (*visit).activate},
		"GET" + base + "/me":                       {member, (*visit).me},
		"POST" + base + "/me/factor":               {member, (*visit).removeFactor},
		"GET" + base + "/admin/login":              {anybody, (*visit).adminLoginForm},
		"POST" + base + "/admin/login":             {anybody, (*visit).adminLogIn},
		"GET" + base + "/admin/users":              {administrator, (*visit).people},
		"GET" + base + "/admin/users.csv":          {administrator, (*visit).peopleCSV},
		"GET" + base + "/admin/hand-overs":         {administrator, (*visit).handOvers},
		"GET" + base + "/admin/users/{id}":         {administrator, (*visit).person},
		"POST" + base + "/admin/users/{id}/{what}": {administrator, (*visit).act},
	}
}

// headers are those of every answer. There is no script, so none is allowed; a page in a frame could be clicked unseen;
// and an address may hold the token of a link, which must go nowhere.
func (s *site) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		request := service.Request{ID: rand.Text(), Address: address(r)}
		h.Set("X-Request-Id", request.ID)
		next.ServeHTTP(w, r.WithContext(service.WithRequest(r.Context(), request)))
	})
}

func (s *site) style(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=3600")
	http.ServeFileFS(w, r, files, "style.css")
}

// visit is one request on its way through a page.
type visit struct {
	*http.Request
	site           *site
	w              http.ResponseWriter
	organization   string // id
	door           service.Door
	session        *service.Session // nil if nobody is logged in
	secret         string           // of the session
	csrf           string
	personLanguage string // of somebody who is known without a session
}

var (
	errNotFound  = portal.NewError(portal.CodeNotFound, "there is no such page")
	errForbidden = portal.NewError(portal.CodeForbidden, "this page is not for everybody")
	errForm      = errors.New("the form is not one of this visit")
)

// page makes the handler of one page.
func (s *site) page(reader who, run func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Request: r, site: s, w: w}
		if err := v.prepare(reader, run); err != nil {
			v.fail(err)
		}
	}
}

func (v *visit) prepare(reader who, run func(*visit) error) error {
	if reader == nobody {
		return run(v)
	}
	v.organization = v.PathValue("organization")
	var err error
	if v.door, err = v.site.portal.Door(v.Context(), v.organization); err != nil {
		v.organization = ""
		return err
	}
	if err := v.readSession(); err != nil {
		return err
	}
	if reader != anybody && v.session == nil {
		return v.redirect("/login")
	}
	if v.Method == http.MethodPost {
		if err := v.ParseForm(); err != nil {
			return errForm
		}
		if subtle.ConstantTimeCompare([]byte(v.PostForm.Get("csrf")), []byte(v.csrf)) != 1 {
			return errForm
		}
	}
	switch {
	case reader == member && (v.session.UserID == "" || v.session.Stage != service.StageFull):
		return v.next()
	case reader == administrator && v.session.Stage != service.StageFull:
		return v.next()
	case reader == administrator && !v.session.Administrator:
		return errForbidden
	}
	return run(v)
}

// base is the path of the organisation's pages.
func (v *visit) base() string { return "/o/" + url.PathEscape(v.organization) }

func (v *visit) redirect(path string) error {
	http.Redirect(v.w, v.Request, v.base()+path, http.StatusSeeOther)
	return nil
}

// address is where a request comes from. What trusted proxies say of it is in the request already.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// fail shows the page for an error. One without a code is ours: it goes to the log, and the page has the number by
// which it is found there.
func (v *visit) fail(err error) {
	problem, coded := errors.AsType[*portal.Error](err)
	in := negotiate(v.Request, v.language())
	message := func(status int, key string, values ...any) {
		v.show(status, "message", page{Title: "error.title", Error: say(in, key, values...)})
	}
	switch {
	case errors.Is(err, errForm):
		message(http.StatusForbidden, "error.form")
	case coded && problem.Code == portal.CodeNotFound:
		message(http.StatusNotFound, "error.not_found")
	case coded && problem.Code == portal.CodeForbidden:
		message(http.StatusForbidden, "error.forbidden")
	case coded && problem.Code == portal.CodeUnauthorized:
		v.forget()
		_ = v.redirect("/login")
	case coded && problem.Code == portal.CodeTooManyRequests:
		message(http.StatusTooManyRequests, "error.throttled", v.retryAfter(problem))
	case coded && problem.Status < http.StatusInternalServerError:
		message(problem.Status, "error.refused")
	default:
		id := v.w.Header().Get("X-Request-Id")
		v.site.options.Log.ErrorContext(v.Context(), "page failed", "request_id", id, "path", v.URL.Path, "error", err)
		v.show(http.StatusInternalServerError, "message", page{Title: "error.title", Error: say(in, "error.failed") + ": " + id})
	}
}

// retryAfter sets the header and returns the seconds.
func (v *visit) retryAfter(problem *portal.Error) string {
	seconds := strconv.Itoa(max(1, int(problem.RetryAfter.Seconds()+0.999)))
	v.w.Header().Set("Retry-After", seconds)
	return seconds
}
