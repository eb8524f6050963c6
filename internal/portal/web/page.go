package web

import (
	"bytes"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// page is what a template shows. Each template uses some of the fields.
type page struct {
	Language     string
	Title        string
	Organization string // its name
	Base         string // path of the organisation's pages; empty where none is chosen yet
	Session      *service.Session
	CSRF         string
	Notice       string // key of what went well
	Error        string // what went wrong, in the language of the page
	Wide         bool

	Login      string
	LoginLabel string // key
	Rules      string // of passwords
	FirstOwn   bool   // whether the password is the first one of the own
	QR         template.URL
	Secret     string
	Codes      []string

	AsksPassword bool   // whether what the form does needs the password
	SendsMail    bool   // whether there is a mail server
	Link         string // to be handed over, shown once
	Until        string // the end of the link

	HandOvers []portal.HandOver
	Person    *person
	People    []person
	Count     string
	Search    string
	Status    string
	Statuses  []string
	FirstPage string // link; empty on the first one
	NextPage  string // link; empty on the last one
}

// Rest is how many of the objects that something waits for are not named.
func (page) Rest(h portal.HandOver) string { return strconv.Itoa(h.Count - len(h.Holders)) }

// T is a text in the language of the page.
func (p page) T(key string, values ...any) string { return say(p.Language, key, values...) }

// templates are the pages by name, each with the layout around it.
var templates = sync.OnceValues(func() (map[string]*template.Template, error) {
	entries, err := files.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	all := map[string]*template.Template{}
	for _, entry := range entries {
		name := strings.TrimSuffix(entry.Name(), ".html")
		if name == "layout" {
			continue
		}
		if all[name], err = template.ParseFS(files, "templates/layout.html", "templates/"+entry.Name()); err != nil {
			return nil, err
		}
	}
	return all, nil
})

// show writes a page. It is written when it is complete, so that a mistake in a template never shows half a page.
func (v *visit) show(status int, name string, p page) {
	p.Language = negotiate(v.Request, v.language())
	p.Title = p.T(p.Title, p.Organization)
	if v.organization != "" {
		p.Base, p.Organization = v.base(), v.door.Name
	}
	p.Session, p.CSRF, p.SendsMail = v.session, v.csrf, v.site.portal.SendsMail()
	all, err := templates()
	var body bytes.Buffer
	if err == nil {
		err = all[name].ExecuteTemplate(&body, "layout", p)
	}
	if err != nil {
		v.site.options.Log.ErrorContext(v.Context(), "a page cannot be shown", "page", name, "error", err)
		http.Error(v.w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", p.Language)
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body.Bytes()) // a browser that has left needs no page
}

func (v *visit) language() string {
	if v.session != nil {
		return v.session.Language
	}
	return v.personLanguage
}

// rules says what a password has to be like on the platform.
func (v *visit) rules() string {
	in := negotiate(v.Request, v.language())
	policy := v.door.Passwords
	parts := []string{say(in, "rules.length", strconv.Itoa(policy.MinLength))}
	for _, class := range policy.Classes {
		parts = append(parts, say(in, "rules."+string(class)))
	}
	if policy.MinScore > 0 {
		parts = append(parts, say(in, "rules.guess"))
	}
	return strings.Join(parts, ", ")
}

// loginLabel is the key of what people log in with.
func (v *visit) loginLabel() string { return "login." + v.door.LoginField }
