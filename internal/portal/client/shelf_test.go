package client_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// latency is how long a shelf takes for an answer, in the fake time of synctest: whatever happens at one moment happens
// before the answers of that moment.
const latency = 25 * time.Millisecond

// shelf stands in for a portal with more users than a test can make in the real one. It answers in process, all lists
// alike, and keeps what it was asked.
type shelf struct {
	mutex    sync.Mutex
	ids      []string
	made     int // by requests
	versions map[string]int
	requests []string
	fault    func(*http.Request) *http.Response // nil, or one that answers nil, is none
}

// newShelf has so many users, whose ids are in the order of their numbers.
func newShelf(users int) *shelf {
	s := &shelf{versions: map[string]int{}}
	for i := range users {
		s.ids = append(s.ids, id(i))
	}
	return s
}

func id(number int) string { return fmt.Sprintf("usr_%06d", number) }

// spread returns so many ids, far apart, and the last of them first.
func (s *shelf) spread(count int) (ids []string) {
	for i := range count {
		ids = append(ids, s.ids[len(s.ids)-1-i*(len(s.ids)/count)])
	}
	return ids
}

func (s *shelf) client(t *testing.T, changes ...func(*client.Config)) *client.Client {
	t.Helper()
	return overTransport(t, s.answer, changes...)
}

// asked counts the requests so far, by their kind: GET one, GET page, GET first (page), GET batch, PUT one and so on.
func (s *shelf) asked() map[string]int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	kinds := map[string]int{}
	for _, request := range s.requests {
		kinds[request]++
	}
	return kinds
}

func (s *shelf) answer(r *http.Request) (*http.Response, error) {
	query := r.URL.Query()
	_, one, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	kind := "page"
	switch {
	case one != "":
		kind = "one"
	case query.Has("id"):
		kind = "batch"
	case query.Has("page_ends"):
		kind = "first"
	}
	s.mutex.Lock()
	s.requests = append(s.requests, r.Method+" "+kind)
	fault := s.fault
	response := s.respond(r, one)
	s.mutex.Unlock()
	select { // what the portal read, it read before this moment
	case <-time.After(latency):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if fault != nil {
		if spoilt := fault(r); spoilt != nil {
			return spoilt, nil
		}
	}
	return response, nil
}

func (s *shelf) respond(r *http.Request, one string) *http.Response {
	query := r.URL.Query()
	switch {
	case r.Method == http.MethodPost:
		s.made++
		one = id(500_000 + s.made)
		s.ids = append(s.ids, one)
		return jsonAnswer(http.StatusCreated, s.object(one))
	case one == "":
		return jsonAnswer(http.StatusOK, s.page(query["id"], query.Get("after"), query.Get("limit"), query.Has("page_ends")))
	case !slices.Contains(s.ids, one):
		return missing()
	case r.Method == http.MethodDelete:
		s.ids = slices.DeleteFunc(s.ids, func(other string) bool { return other == one })
		return jsonAnswer(http.StatusNoContent, nil)
	case r.Method == http.MethodPut:
		s.versions[one]++
	}
	return jsonAnswer(http.StatusOK, s.object(one))
}

func (s *shelf) page(ids []string, after, limit string, ends bool) portal.Page[portal.User] {
	size, _ := strconv.Atoi(limit)
	page := portal.Page[portal.User]{Items: []portal.User{}}
	begin, behind := slices.BinarySearch(s.ids, after)
	if behind {
		begin++
	}
	for _, one := range s.ids[begin:] {
		if len(page.Items) == size {
			page.Next = page.Items[size-1].ID
			break
		}
		if ids == nil || slices.Contains(ids, one) {
			page.Items = append(page.Items, s.object(one))
		}
	}
	for end := size; ends && end < len(s.ids); end += size {
		page.Ends = append(page.Ends, portal.PageEnd{ID: s.ids[end-1], Next: s.ids[end-1]})
	}
	return page
}

func (s *shelf) object(one string) portal.User {
	return portal.User{ID: one, ETag: fmt.Sprintf(`"%d"`, s.versions[one]), Email: new(one + "@example.com")}
}

func jsonAnswer(status int, body any) *http.Response {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(text)))}
}

func missing() *http.Response { return refusal(http.StatusNotFound, portal.CodeNotFound) }

func refusal(status int, code portal.Code) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/problem+json"}}, Body: io.NopCloser(strings.NewReader(
		fmt.Sprintf(`{"status":%d,"code":%q,"detail":"no"}`, status, code)))}
}

// readers read users at the same time, so many at once as Terraform does by default, or all.
func readers(t *testing.T, c *client.Client, atOnce int, ids []string) {
	t.Helper()
	next := make(chan string)
	var working sync.WaitGroup
	for range atOnce {
		working.Go(func() {
			for one := range next {
				if user, err := c.GetUser(t.Context(), one); err != nil || user.ID != one || user.ETag == "" {
					t.Errorf("read %s: %+v, %v", one, user, err)
				}
			}
		})
	}
	for _, one := range ids {
		next <- one
	}
	close(next)
	working.Wait()
}
