package portal_test

import (
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestParseEmail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"alice@example.com":                      "alice@example.com",
		"\tAlice@Example.COM\n":                  "Alice@Example.COM",
		"o'brien+hr@example.com":                 "o'brien+hr@example.com",
		"łukasz@bücher.example":                  "łukasz@bücher.example",
		"a@xn--bcher-kva.de":                     "a@xn--bcher-kva.de",
		"a@4you.example":                         "a@4you.example",
		strings.Repeat("a", 64) + "@example.com": strings.Repeat("a", 64) + "@example.com",
	} {
		if got, err := portal.ParseEmail(text); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestParseEmail_refuses(t *testing.T) {
	t.Parallel()
	const one, domain = "one address and nothing else", "a complete domain"
	for text, want := range map[string]string{
		"":                                          one,
		"alice":                                     one,
		"alice@":                                    one,
		"@example.com":                              one,
		"alice@@example.com":                        one,
		"alice@example..com":                        one,
		"alice.@example.com":                        one,
		"alice@example.com.":                        one,
		"Alice <alice@example.com>":                 one,
		"<alice@example.com>":                       one,
		"alice@example.com (Alice)":                 one,
		"alice@example.com, bob@example.com":        one,
		"\"alice jansen\"@example.com":              one,
		"alice jansen@example.com":                  one,
		"alice@exam\u200bple.com":                   one, // an invisible space makes another person's address
		"alice\u0000@example.com":                   one,
		"alice\r\nBcc: bob@example.com":             one,
		"alice@localhost":                           domain,
		"alice@192.0.2.1":                           domain,
		"alice@[192.0.2.1]":                         domain,
		"alice@-example.com":                        domain,
		"alice@exam_ple.com":                        domain,
		"alice@xn--zzzzzz99.com":                    domain,
		"alice@" + strings.Repeat("a", 64) + ".com": domain,
		strings.Repeat("a", 65) + "@example.com":    "the part before @ has at most 64",
		"alice@" + strings.Repeat("a.", 1<<20):      "at most 254 characters",
	} {
		if got, err := portal.ParseEmail(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: got %q, %v; want an error with %q", text, got, err, want)
		}
	}
}

func TestSameEmail_ALL03_ignoresCase(t *testing.T) {
	t.Parallel()
	if !portal.SameEmail("Alice@Example.com", " alice@EXAMPLE.COM ") {
		t.Error("the case of an address makes another one of it")
	}
	if portal.SameEmail("alice@example.com", "alice@example.org") {
		t.Error("two addresses are the same")
	}
}
