package pwned

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzSearch: whatever the file holds, the search ends, and what it finds is in the file.
func FuzzSearch(f *testing.F) {
	hash := strings.Repeat("1", hashLength)
	for _, seed := range []string{"", "\n", hash + ":1", hash + ":1\n", hash + ":1\r\n" + strings.Repeat("2", hashLength) + ":3\n", strings.Repeat(hash+":1\n", 20), strings.Repeat("x", 500)} {
		f.Add([]byte(seed), "11111")
	}
	f.Fuzz(func(t *testing.T, content []byte, prefix string) {
		if len(prefix) != 5 || !isHex(prefix) {
			return
		}
		prefix = strings.ToUpper(prefix)
		suffixes, err := search(bytes.NewReader(content), int64(len(content)), prefix)
		if err != nil {
			return
		}
		for _, suffix := range suffixes {
			if len(suffix) != suffixLength || !strings.Contains(strings.ToUpper(string(content)), prefix+suffix) {
				t.Errorf("%s%s is not in the file", prefix, suffix)
			}
		}
	})
}

// FuzzParse: an answer of the range API is a list of suffixes, or none.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", strings.Repeat("a", suffixLength) + ":1", strings.Repeat("a", suffixLength) + ":0\r\n", "<html>", ":", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		suffixes, err := parse(strings.NewReader(text))
		for _, suffix := range suffixes {
			if err == nil && (len(suffix) != suffixLength || !isHex(suffix) || strings.ToUpper(suffix) != suffix) {
				t.Errorf("%q is no suffix", suffix)
			}
		}
	})
}
