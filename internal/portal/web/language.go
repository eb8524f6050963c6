package web

import (
	"embed"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/language"
)

//go:embed texts/*.yaml templates/*.html style.css
var files embed.FS

// spoken are the languages of the pages, the one for everybody else first.
var spoken = []string{"en", "fr", "de", "es", "nl"}

// catalogue is what the pages say, by language and key.
var catalogue = sync.OnceValues(func() (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	for _, name := range spoken {
		content, err := files.ReadFile("texts/" + name + ".yaml")
		if err != nil {
			return nil, err
		}
		texts := map[string]string{}
		if err := yaml.Unmarshal(content, &texts); err != nil {
			return nil, fmt.Errorf("texts/%s.yaml: %w", name, err)
		}
		all[name] = texts
	}
	return all, nil
})

// negotiate chooses the language: that of the person if it is known, else what the browser asks for (RFC 9110, section
// 12.5.4).
func negotiate(r *http.Request, person string) string {
	if person != "" {
		return person
	}
	tags := make([]language.Tag, 0, len(spoken))
	for _, name := range spoken {
		tags = append(tags, language.Make(name))
	}
	asked, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return spoken[0]
	}
	_, index, _ := language.NewMatcher(tags).Match(asked...)
	return spoken[index]
}

// say is a text of the catalogue. A key that is not there shows itself, which a test finds.
func say(in, key string, values ...any) string {
	all, err := catalogue()
	if err != nil {
		return key
	}
	text, ok := all[in][key]
	if !ok {
		return key
	}
	if strings.Contains(text, "%s") {
		return fmt.Sprintf(text, values...)
	}
	return text
}
