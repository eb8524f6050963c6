package portaltest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// ForeignIDs makes a portal look like another implementation of the Portal API, whose ids have another form: it
// renames the ids in all requests and answers. Lists must fit on one page.
type ForeignIDs struct {
	form func(number int) string

	mu     sync.Mutex
	theirs map[string]string // the portal's ids → those that clients see
	ours   map[string]string // the other way round
}

// FormsOfIDs are forms that ids may have, by what they are.
func FormsOfIDs() map[string]func(number int) string {
	return map[string]func(int) string{
		"numbers":        func(number int) string { return strconv.Itoa(7000 + number) },
		"UUIDs":          func(number int) string { return fmt.Sprintf("F47AC10B-58cc-4372-A567-%012X", number) },
		"addresses":      func(number int) string { return fmt.Sprintf("Object.%d@ids.example.com", number) },
		"odd characters": func(number int) string { return fmt.Sprintf("..%%2F é?a=%d&b#;:'\"\\+%%.", number) },
	}
}

// NewForeignIDs names the ids of a portal anew, by a number that each gets when it first passes.
func NewForeignIDs(form func(number int) string) *ForeignIDs {
	return &ForeignIDs{form: form, theirs: map[string]string{}, ours: map[string]string{}}
}

// id is the form of the portal's own ids of objects and subgroups.
var id = regexp.MustCompile(`\b(?:usr|grp|sip|ugr|sub)_[a-z2-7]{32}\b`)

// Of is the id that clients see of an object.
func (f *ForeignIDs) Of(own string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.theirs[own]; !known {
		f.theirs[own] = f.form(len(f.theirs) + 1)
		f.ours[f.theirs[own]] = own
	}
	return f.theirs[own]
}

// In is a JSON text with the ids that clients see.
func (f *ForeignIDs) In(text []byte) []byte {
	return id.ReplaceAllFunc(text, func(own []byte) []byte {
		quoted, _ := json.Marshal(f.Of(string(own))) // a text always has a JSON form
		return quoted[1 : len(quoted)-1]
	})
}

// own is what the portal calls an object. An id that no client was given is no object's.
func (f *ForeignIDs) own(text string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return cmp.Or(f.ours[text], text)
}

// Over renames the ids in requests to a portal and in its answers.
func (f *ForeignIDs) Over(portal http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f.rewrite(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer := httptest.NewRecorder()
		portal.ServeHTTP(answer, r)
		maps.Copy(w.Header(), answer.Header())
		w.Header().Del("Content-Length")
		w.Header().Del("Location") // which no client of ours reads
		w.WriteHeader(answer.Code)
		_, _ = w.Write(inOrder(f.In(answer.Body.Bytes())))
	})
}

func (f *ForeignIDs) rewrite(r *http.Request) error {
	segments := strings.Split(r.URL.EscapedPath(), "/")
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil {
			return err
		}
		segments[i] = url.PathEscape(f.own(text))
	}
	path, err := url.Parse(strings.Join(segments, "/"))
	if err != nil {
		return err
	}
	r.URL.Path, r.URL.RawPath = path.Path, path.RawPath
	query := r.URL.Query()
	for i, id := range query["id"] {
		query["id"][i] = f.own(id)
	}
	r.URL.RawQuery = query.Encode()
	r.Header.Del("Accept-Encoding")
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) == 0 {
		return err
	}
	var content any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&content); err != nil {
		return err
	}
	if body, err = json.Marshal(f.owned(content)); err != nil {
		return err
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return nil
}

// owned is a value of JSON with the portal's own ids. An e-mail address or a name stays, even if it is spelled like
// an id.
func (f *ForeignIDs) owned(value any) any {
	switch value := value.(type) {
	case string:
		return f.own(value)
	case []any:
		for i := range value {
			value[i] = f.owned(value[i])
		}
	case map[string]any:
		for key := range value {
			if !slices.Contains([]string{"email", "username", "name", "extension"}, key) {
				value[key] = f.owned(value[key])
			}
		}
	}
	return value
}

// inOrder puts the items of a page in the order of their ids, which are other ones now. What is no page stays as it is.
func inOrder(body []byte) []byte {
	var page map[string]any
	if json.Unmarshal(body, &page) != nil || page["items"] == nil {
		return body
	}
	items, _ := page["items"].([]any)
	slices.SortStableFunc(items, func(a, b any) int { return cmp.Compare(idIn(a), idIn(b)) })
	sorted, _ := json.Marshal(page) // of what was JSON
	return sorted
}

// idIn is the id of an item; that of a phone number is empty.
func idIn(item any) string {
	object, _ := item.(map[string]any)
	id, _ := object["id"].(string)
	return id
}
