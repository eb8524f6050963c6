package mail

import (
	"bytes"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"slices"
	"strings"
	"sync"
	"text/template"

	"github.com/goccy/go-yaml"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

//go:embed texts/*.yaml letter.html
var files embed.FS

// texts are what the portal writes in one language.
type texts struct {
	Portal   map[portal.Platform]string `yaml:"portal"`   // what people call the portal of a platform
	Greeting string                     `yaml:"greeting"` // to a person with a name
	Login    string                     `yaml:"login"`    // in an invitation that is the only mail
	Footer   string                     `yaml:"footer"`

	Mails map[service.MailKind]text `yaml:"mails"`
}

// text is one kind of mail. Its parts are templates over a letter.
type text struct {
	Subject string   `yaml:"subject"`
	Before  []string `yaml:"before"` // paragraphs before the link
	Link    string   `yaml:"link"`   // what the link says
	After   []string `yaml:"after"`  // paragraphs after it
}

// languages reads the texts of all languages, once.
var languages = sync.OnceValues(func() (map[string]texts, error) {
	entries, err := files.ReadDir("texts")
	if err != nil {
		return nil, err
	}
	all := map[string]texts{}
	for _, entry := range entries {
		content, err := files.ReadFile("texts/" + entry.Name())
		if err != nil {
			return nil, err
		}
		var t texts
		if err := yaml.NewDecoder(bytes.NewReader(content), yaml.Strict()).Decode(&t); err != nil {
			return nil, fmt.Errorf("texts/%s: %w", entry.Name(), err)
		}
		all[strings.TrimSuffix(entry.Name(), ".yaml")] = t
	}
	return all, nil
})

// letter is a mail as people read it. Its fields are those of the templates.
type letter struct {
	Language     string
	Organization string
	Portal       string
	Name         string // empty for somebody whose name nobody knows
	Login        string
	Until        string // to the minute, in UTC
	URL          string

	Subject  string
	Greeting string
	Before   []string
	Link     string
	After    []string
	Footer   string
}

// write makes the letter of a mail. The base is the portal's address without a slash at the end.
func write(mail service.Mail, base string) (letter, error) {
	all, err := languages()
	if err != nil {
		return letter{}, err
	}
	t, ok := all[mail.Language]
	if !ok {
		return letter{}, fmt.Errorf("the portal does not speak %q", mail.Language)
	}
	l := letter{
		Language: mail.Language, Organization: oneLine(mail.OrganizationName), Portal: t.Portal[mail.Platform], Login: mail.Login, URL: base + mail.Path,
		Name: oneLine(mail.FirstName), Until: mail.ExpiresAt.UTC().Format("2006-01-02 15:04 UTC"),
	}
	kind, ok := t.Mails[mail.Kind]
	if !ok {
		return letter{}, fmt.Errorf("there is no kind of mail %q", mail.Kind)
	}
	if mail.Kind == service.MailActivation && !mail.LoginApart {
		kind.Before = slices.Concat(kind.Before, []string{t.Login})
	}
	fill := func(source string) string {
		var filled string
		filled, err = l.fill(source, err)
		return filled
	}
	l.Subject, l.Link, l.Footer = fill(kind.Subject), kind.Link, fill(t.Footer)
	if l.Name != "" {
		l.Greeting = fill(t.Greeting)
	}
	for _, paragraph := range kind.Before {
		l.Before = append(l.Before, fill(paragraph))
	}
	for _, paragraph := range kind.After {
		l.After = append(l.After, fill(paragraph))
	}
	return l, err
}

// fill fills in a template, unless something went wrong before.
func (l letter) fill(source string, failed error) (string, error) {
	if failed != nil {
		return "", failed
	}
	parsed, err := template.New("text").Option("missingkey=error").Parse(source)
	if err != nil {
		return "", err
	}
	var filled strings.Builder
	err = parsed.Execute(&filled, l)
	return filled.String(), err
}

// plain is the letter as plain text.
func (l letter) plain() string {
	var paragraphs []string
	if l.Greeting != "" {
		paragraphs = append(paragraphs, l.Greeting)
	}
	paragraphs = append(paragraphs, l.Before...)
	paragraphs = append(paragraphs, l.Link+":\n"+l.URL)
	paragraphs = append(paragraphs, l.After...)
	return strings.Join(append(paragraphs, "-- \n"+l.Footer), "\n\n") + "\n"
}

var page = sync.OnceValues(func() (*htmltemplate.Template, error) { return htmltemplate.ParseFS(files, "letter.html") })

// html is the letter as HTML, which escapes whatever people are called.
func (l letter) html() (string, error) {
	layout, err := page()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = layout.Execute(&b, l)
	return b.String(), err
}

// oneLine keeps a name from becoming another header or paragraph.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
