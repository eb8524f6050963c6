package server_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
)

// people makes so many users, and returns a function that reads the first page of them from the API alone.
func people(t testing.TB, count int) func(encoding string) *httptest.ResponseRecorder {
	t.Helper()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	for i := range count {
		user := portal.User{
			Email: new(fmt.Sprintf("person.number%d@example.com", i)), FirstName: new(string(rune('A'+i%26)) + "strid"), LastName: new("Wiśniewska"),
			Telephony: &portal.Telephony{Extension: new(fmt.Sprint(2000 + i))},
		}
		if _, err := p.Service.CreateUser(t.Context(), p.Caller, user, ""); err != nil {
			t.Fatal(err)
		}
	}
	api := server.New(p.Service, slog.New(slog.DiscardHandler))
	return func(encoding string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/users?limit=500", nil)
		r.Header.Set("Authorization", "Bearer "+p.Token)
		r.Header.Set("Accept-Encoding", encoding)
		answer := httptest.NewRecorder()
		api.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK {
			t.Fatalf("status %d: %s", answer.Code, answer.Body)
		}
		return answer
	}
}

func TestServer_pagesAreCompressedForWhomTakesThem(t *testing.T) {
	t.Parallel()
	read := people(t, 30)
	plain, packed := read("identity"), read("gzip")
	if plain.Header().Get("Content-Encoding") != "" || packed.Header().Get("Content-Encoding") != "gzip" || packed.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("encodings are %v and %v", plain.Header(), packed.Header())
	}
	if packed.Body.Len()*4 > plain.Body.Len() {
		t.Errorf("%d bytes are compressed to %d", plain.Body.Len(), packed.Body.Len())
	}
	text, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if whole, err := io.ReadAll(text); err != nil || string(whole) != plain.Body.String() {
		t.Errorf("unpacked it is %s, %v", whole, err)
	}
	if few := people(t, 1)("gzip"); few.Header().Get("Content-Encoding") != "" {
		t.Errorf("%d bytes are compressed", few.Body.Len())
	}
}

// BenchmarkPage reads a page of 500 users, plain and compressed.
func BenchmarkPage(b *testing.B) {
	read := people(b, 500)
	for _, encoding := range []string{"identity", "gzip"} {
		b.Run(encoding, func(b *testing.B) {
			var size int
			for b.Loop() {
				size = read(encoding).Body.Len()
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
