package pwned

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestAPI_TC06_onlyFiveDigitsLeave(t *testing.T) {
	t.Parallel()
	var mutex sync.Mutex
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		asked = append(asked, fmt.Sprint(r.Method, " ", r.URL, " ", r.Header.Get("Add-Padding"), " ", r.ContentLength))
		fmt.Fprintf(w, "%s:12\r\n%s:0\r\n", strings.Repeat("a", suffixLength), strings.Repeat("B", suffixLength))
	}))
	defer server.Close()
	api, err := NewAPI(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	api.now = func() time.Time { return now }
	prefix, _ := portal.PwnedParts("P@ssw0rd")
	for range 2 {
		suffixes, err := api.Range(t.Context(), prefix)
		if err != nil || !slices.Equal(suffixes, []string{strings.Repeat("A", suffixLength)}) {
			t.Fatalf("%v, %v", suffixes, err)
		}
	}
	now = now.Add(cacheAge)
	if _, err := api.Range(t.Context(), prefix); err != nil {
		t.Fatal(err)
	}
	want := "GET /range/21BD1 true 0"
	if !slices.Equal(asked, []string{want, want}) {
		t.Errorf("asked were %q, want %q now and a day later", asked, want)
	}
	for i := range 2 * maxCached {
		if _, err := api.Range(t.Context(), fmt.Sprintf("%05X", i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(api.cached) > maxCached || len(api.order) > maxCached {
		t.Errorf("%d answers are kept", len(api.cached))
	}
}

func TestAPI_whatIsNoAnswerIsAnError(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"away":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"a page":    func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Log in to the Wi-Fi</html>") },
		"cut short": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("A", suffixLength-1)+":1") },
	} {
		server := httptest.NewServer(answer)
		api, err := NewAPI(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		if suffixes, err := api.Range(t.Context(), "21BD1"); err == nil {
			t.Errorf("%s: %v", name, suffixes)
		}
		server.Close()
		if _, err := api.Range(t.Context(), "21BD2"); err == nil {
			t.Errorf("%s: a server that is gone answers", name)
		}
	}
	for _, base := range []string{"", "api.example.com", "http://api.example.com", "ftp://127.0.0.1", "http://127.evil.example", "https://user:pw@api.example.com", "https://api.example.com?x"} {
		if _, err := NewAPI(base); err == nil {
			t.Errorf("%q is taken for an address", base)
		}
	}
}

func TestFile_TC06_findsWhatIsThere(t *testing.T) {
	t.Parallel()
	var hashes []string
	for i := range 3000 {
		prefix, suffix := portal.PwnedParts(portal.Secret(fmt.Sprint("password", i)))
		hashes = append(hashes, prefix+suffix)
	}
	slices.Sort(hashes)
	for _, end := range []string{"\n", "\r\n"} {
		var text strings.Builder
		for i, hash := range hashes {
			fmt.Fprintf(&text, "%s:%d%s", hash, i*i*i+1, end)
		}
		path := filepath.Join(t.TempDir(), "pwned.txt")
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, hash := range hashes {
			suffixes, err := file.Range(t.Context(), hash[:5])
			if err != nil || !slices.Contains(suffixes, hash[5:]) {
				t.Fatalf("hash %d, %s: %v, %v", i, hash, suffixes, err)
			}
			for _, suffix := range suffixes {
				if !slices.Contains(hashes, hash[:5]+suffix) {
					t.Fatalf("%s is in no line", suffix)
				}
			}
		}
		for _, absent := range []string{"00000", "FFFFF", "abcde"} {
			if suffixes, err := file.Range(t.Context(), absent); err != nil || slices.ContainsFunc(hashes, func(h string) bool { return strings.HasPrefix(h, strings.ToUpper(absent)) }) != (len(suffixes) > 0) {
				t.Errorf("%s: %v, %v", absent, suffixes, err)
			}
		}
	}
}

func TestFile_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := strings.Repeat("1", hashLength) + ":5\n"
	for content, want := range map[string]string{
		"password\n":                             "the line at byte 0 is not SHA1:COUNT",
		strings.Repeat("0", hashLength) + ":x\n": "the line at byte 0 is not SHA1:COUNT",
		strings.Repeat("0", 40) + ":1\n" + good + strings.Repeat("00000", 8) + ":2\n": "",
	} {
		path := filepath.Join(t.TempDir(), "pwned.txt")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenFile(path); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
	}
	if _, err := OpenFile(filepath.Join(t.TempDir(), "none.txt")); err == nil {
		t.Error("a file that is not there is opened")
	}
}
