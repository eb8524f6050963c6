package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// longList answers with pages of so many users, each of some 720 bytes, which is what the portal gives of one with a
// telephone.
type longList int

func (l longList) RoundTrip(r *http.Request) (*http.Response, error) {
	query, page := r.URL.Query(), portal.Page[portal.User]{}
	user := func(id string) {
		page.Items = append(page.Items, portal.User{ID: id, Description: new(strings.Repeat("x", 680))})
	}
	for _, id := range query["id"] {
		user(id)
	}
	begin, _ := strconv.Atoi(query.Get("after"))
	if !query.Has("id") {
		for i := begin; i < min(begin+pageSize, int(l)); i++ {
			user(numbered(i))
		}
		if begin+pageSize < int(l) {
			page.Next = strconv.Itoa(begin + pageSize)
		}
	}
	for i := pageSize; query.Has("page_ends") && i < int(l); i += pageSize {
		page.Ends = append(page.Ends, portal.PageEnd{ID: numbered(i - 1), Next: strconv.Itoa(i)})
	}
	text, err := json.Marshal(page)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(text))}, err
}

func numbered(i int) string { return fmt.Sprintf("usr_%06d", i) }

func newLongList(t testing.TB, users int) *Client {
	t.Helper()
	c, err := New(Config{Endpoint: "https://portal.example.com", Token: "token", Transport: longList(users)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Beyond the limit, pages that were read first are let go, and read again by whoever asks for them: nothing is lost but
// requests.
func TestView_memoryIsBounded(t *testing.T) {
	t.Parallel()
	const users, page = 20 * pageSize, pageSize * 720
	c := newLongList(t, users)
	view := c.views.users
	view.most = 10 * page
	for range 2 {
		listed, err := c.ListUsers(t.Context(), UserQuery{})
		if err != nil || len(listed) != users || !slices.IsSortedFunc(listed, func(a, b portal.User) int { return strings.Compare(a.ID, b.ID) }) {
			t.Fatalf("%d users, %v", len(listed), err)
		}
	}
	for i := range users {
		id := numbered(i)
		if user, err := c.GetUser(t.Context(), id); err != nil || user.ID != id {
			t.Fatalf("%+v, %v", user, err)
		}
		if most := 11 * pageSize; len(view.known.objects) > most {
			t.Fatalf("%d users are kept, want %d at most", len(view.known.objects), most)
		}
	}
}

// BenchmarkView reads a list of 100,000 users and says what is kept of each.
func BenchmarkView(b *testing.B) {
	const users = 100_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		c := newLongList(b, users)
		if _, err := c.views.users.all(b.Context()); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/users, "bytes/user")
		runtime.KeepAlive(c)
	}
}
