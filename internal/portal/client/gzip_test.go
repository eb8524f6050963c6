package client_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// packed answers with a body that is compressed.
func packed(body io.Reader) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		text := gzip.NewWriter(w)
		_, _ = io.Copy(text, body)
		_ = text.Close()
	}
}

func TestClient_takesCompressedAnswers(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, packed(strings.NewReader(`{"items":[`+storedUser+`]}`)))
	users, err := server.client(t).ListUsers(t.Context(), client.UserQuery{})
	if err != nil || len(users) != 1 || users[0].ID != "usr_1" {
		t.Errorf("listed %+v, %v", users, err)
	}
	if got := server.got()[0].Header.Get("Accept-Encoding"); got != "gzip" {
		t.Errorf("Accept-Encoding is %q", got)
	}
}

// What is small on the way and endless when unpacked is cut off like any other answer that is too large.
func TestClient_boundsWhatACompressedAnswerUnpacksTo(t *testing.T) {
	t.Parallel()
	server := newScript(t, plain, packed(io.LimitReader(blanks{}, 64<<20)))
	if _, err := server.client(t).ListUsers(t.Context(), client.UserQuery{}); err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Errorf("error %v", err)
	}
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
