package web_test

import (
	"encoding/csv"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/web"
)

// client is a browser as far as HTTP goes: it keeps cookies and follows no redirect.
type client struct {
	*http.Client
	t    *testing.T
	base string
}

func newClient(t *testing.T, p *portaltest.Portal) client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client{&http.Client{Jar: jar, CheckRedirect: stay}, t, p.URL + "/o/delfin"}
}

func (c client) send(r *http.Request) (*http.Response, string) {
	c.t.Helper()
	response, err := c.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response, string(body)
}

func (c client) get(path string) (*http.Response, string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.send(r)
}

var csrf = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// post fills in the form of a page and sends it.
func (c client) post(path string, fields map[string]string, change ...func(*http.Request)) (*http.Response, string) {
	c.t.Helper()
	_, form := c.get(path)
	values := url.Values{}
	if match := csrf.FindStringSubmatch(form); match != nil {
		values.Set("csrf", match[1])
	}
	for name, value := range fields {
		values.Set(name, value)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, f := range change {
		f(r)
	}
	return c.send(r)
}

func TestPages_headersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	c := newClient(t, p)
	for _, path := range []string{"/login", "/forgot", "/admin/login", "/nowhere", "/admin/users", "/activate?token=x"} {
		response, _ := c.get(path)
		policy := response.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy %q lacks %s", path, policy, part)
			}
		}
		if strings.Contains(policy, "script-src") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy %q lets scripts in", path, policy)
		}
		for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
			if got := response.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		for _, cookie := range response.Cookies() {
			if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" {
				t.Errorf("%s: the cookie %s", path, cookie)
			}
		}
	}
	// Over HTTPS, cookies are for this host alone, and browsers stay with HTTPS.
	pages := web.New(p.Service, web.Options{BaseURL: "https://portal.example.com", Log: slog.New(slog.DiscardHandler)})
	recorder := httptest.NewRecorder()
	pages.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/o/delfin/login", nil))
	if recorder.Header().Get("Strict-Transport-Security") == "" || !strings.HasPrefix(recorder.Header().Get("Set-Cookie"), "__Host-") ||
		!strings.Contains(recorder.Header().Get("Set-Cookie"), "Secure") {
		t.Errorf("over HTTPS: %v", recorder.Header())
	}
}

func TestPages_formsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	user := jagodaOnTelecube(t, p)
	right := map[string]string{"login": *user.Email, "password": string(given)}
	for name, change := range map[string]func(*http.Request){
		"from another site":    func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"from another address": func(r *http.Request) { r.Header.Set("Origin", "https://evil.example.com") },
	} {
		if response, _ := newClient(t, p).post("/login", right, change); response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s", name, response.Status)
		}
	}
	for name, value := range map[string]string{"no token": "", "another token": "XXXXXXXXXXXXXXXXXXXXXXXXXX"} {
		fields := map[string]string{"login": right["login"], "password": right["password"], "csrf": value}
		if response, body := newClient(t, p).post("/login", fields); response.StatusCode != http.StatusForbidden || !strings.Contains(body, "too old") {
			t.Errorf("%s: %s", name, response.Status)
		}
	}
	c := newClient(t, p)
	if response, _ := c.post("/login", right); response.StatusCode != http.StatusSeeOther {
		t.Fatalf("a right form: %s", response.Status)
	}
	if response, _ := c.post("/logout", map[string]string{"csrf": "x"}); response.StatusCode != http.StatusForbidden {
		t.Errorf("logged out by a form without the session's token: %s", response.Status)
	}
	if response, _ := c.get("/admin/users"); response.StatusCode == http.StatusOK {
		t.Errorf("somebody who is no administrator sees the list: %s", response.Status)
	}
}

func jagodaOnTelecube(t *testing.T, p *portaltest.Portal) portal.User {
	t.Helper()
	user := portaltest.GoodUser(p.Stock(t))
	user.Password = new(given)
	made, err := p.Service.CreateUser(t.Context(), p.Caller, user, "")
	if err != nil {
		t.Fatal(err)
	}
	return made.Object
}

func TestPages_tellNobodyWhoExists(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	user := jagodaOnTelecube(t, p)
	answer := func(path string, fields map[string]string) string {
		response, body := newClient(t, p).post(path, fields)
		body = csrf.ReplaceAllString(strings.ReplaceAll(body, fields["login"], "LOGIN"), "")
		return response.Status + body
	}
	for path, fields := range map[string]map[string]string{"/login": {"password": wrong}, "/forgot": {}} {
		fields["login"] = *user.Email
		known := answer(path, fields)
		fields["login"] = "nobody@delfin.example.com"
		if unknown := answer(path, fields); unknown != known {
			t.Errorf("%s tells who exists:\n%s\n%s", path, known, unknown)
		}
	}
}

func TestPages_tooManyFailuresHaveToWait(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	c := newClient(t, p)
	for range 7 {
		response, body := c.post("/login", map[string]string{"login": "nobody@delfin.example.com", "password": wrong})
		if response.StatusCode == http.StatusTooManyRequests {
			if response.Header.Get("Retry-After") == "" || !strings.Contains(body, "Try again in") {
				t.Errorf("Retry-After %q, %s", response.Header.Get("Retry-After"), body)
			}
			return
		}
	}
	t.Error("nobody has to wait")
}

func TestPages_speakTheLanguageOfTheBrowser(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	for asked, want := range map[string]string{"": "Log in to", "nl-BE, fr;q=0.8": "Inloggen bij", "pl, de;q=0.5": "Anmelden bei", "fr": "Connexion à", "es-MX": "Iniciar sesión en", "sv": "Log in to"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/o/delfin/login", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Language", asked)
		if response, body := newClient(t, p).send(r); !strings.Contains(body, want) || !strings.Contains(body, `lang="`+response.Header.Get("Content-Language")+`"`) {
			t.Errorf("%q gets %s", asked, body)
		}
	}
}

func TestPages_EN19_peoplePageByPageAndAsCSV(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	stock := p.Stock(t)
	const people = 60
	for i := range people {
		user := portaltest.GoodUser(stock)
		user.Email, user.Telephony = new(fmt.Sprintf("person%d@delfin.example.com", i)), &portal.Telephony{SIPAssignment: new("dynamic")}
		if _, err := p.Service.CreateUser(t.Context(), p.Caller, user, ""); err != nil {
			t.Fatal(err)
		}
	}
	c := newClient(t, p)
	if response, _ := c.post("/admin/login", map[string]string{"token": p.NewToken(t, portal.ScopeRead, portal.ScopeAdmin)}); response.StatusCode != http.StatusSeeOther {
		t.Fatalf("signed in: %s", response.Status)
	}
	next := regexp.MustCompile(`href="/o/delfin(/admin/users\?[^"]+)" rel="next"`)
	var seen int
	for path := "/admin/users?status=pending&search=person"; path != ""; {
		_, body := c.get(path)
		seen += strings.Count(body, `<th scope="row">`)
		path = ""
		if match := next.FindStringSubmatch(body); match != nil {
			path = html.UnescapeString(match[1])
		}
	}
	if seen != people {
		t.Errorf("the pages show %d people, want %d", seen, people)
	}
	response, body := c.get("/admin/users.csv")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != people+2 || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/csv; charset=utf-8") {
		t.Errorf("the download has %d rows: %v, %v", len(rows), response.Header, err)
	}
	if response, _ := newClient(t, p).get("/admin/users.csv"); response.StatusCode != http.StatusSeeOther {
		t.Errorf("the download for nobody: %s", response.Status)
	}
}

func TestPages_ALL08_administratorsSeeWhatWaits(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	c := newClient(t, p)
	if response, _ := c.get("/admin/hand-overs"); response.StatusCode != http.StatusSeeOther {
		t.Errorf("the page for nobody: %s", response.Status)
	}
	if response, _ := c.post("/admin/login", map[string]string{"token": p.NewToken(t, portal.ScopeRead, portal.ScopeAdmin)}); response.StatusCode != http.StatusSeeOther {
		t.Fatalf("signed in: %s", response.Status)
	}
	if _, body := c.get("/admin/hand-overs"); !strings.Contains(body, "Nothing waits.") {
		t.Errorf("without hand-overs the page says %s", body)
	}
	office := p.Caller
	office.ManagedBy, office.TakesOver = new("office"), "office"
	const waiting = 60
	for i := range waiting {
		extension := fmt.Sprint(2000 + i)
		for range 2 {
			if _, err := p.Service.CreateSIPAccount(t.Context(), office, portal.SIPAccount{Extension: &extension}, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	group, err := p.Service.CreatePermissionGroup(t.Context(), office, portal.PermissionGroup{Name: new("<Sales>")}, "")
	if err != nil {
		t.Fatal(err)
	}
	user := portal.User{
		Email: new("zofia@delfin.example.com"), FirstName: new("Zofia"), LastName: new("Nowak"), PermissionGroupIDs: []string{group.Object.ID},
		Telephony: &portal.Telephony{SIPAssignment: new("dynamic")},
	}
	if _, err := p.Service.CreateUser(t.Context(), office, user, ""); err != nil {
		t.Fatal(err)
	}
	if err := p.Service.DeletePermissionGroup(t.Context(), office, group.Object.ID, ""); err != nil {
		t.Fatal(err)
	}
	next := regexp.MustCompile(`href="/o/delfin(/admin/hand-overs\?[^"]+)" rel="next"`)
	var all string
	for path := "/admin/hand-overs"; path != ""; {
		_, body := c.get(path)
		all, path = all+body, ""
		if match := next.FindStringSubmatch(body); match != nil {
			path = html.UnescapeString(match[1])
		}
	}
	if seen := strings.Count(all, `<th scope="row">`); seen != waiting+1 {
		t.Errorf("the pages show %d, want %d", seen, waiting+1)
	}
	for _, want := range []string{"Deletion", "&lt;Sales&gt;", "zofia@delfin.example.com", "Extension", "<td>2059</td>", "office"} {
		if !strings.Contains(all, want) {
			t.Errorf("the pages do not say %q", want)
		}
	}
}
