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
		"anna@نامه\u200cای.example":              "anna@نامه\u200cای.example", // Persian words need the joiner
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
		"alice@exam\u200bple.com":                   "the invisible character U+200B at position 11", // it makes another person's address
		"a\u034flice@example.com":                   "the invisible character U+034F at position 2",
		"al\u200dice@example.com":                   "the invisible character U+200D at position 3",
		"alice\u0000@example.com":                   "the control character U+0000 at position 6",
		"alice\r\nBcc: bob@example.com":             "the control character U+000D at position 6",
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

func TestSameEmail_ALL03_anySpelling(t *testing.T) {
	t.Parallel()
	for _, spellings := range [][]string{
		{"Alice@Example.com", " alice@EXAMPLE.COM "},
		{"anna@bücher.example", "anna@xn--bcher-kva.example", "Anna@XN--BCHER-KVA.Example", "anna@bu\u0308cher.example", "anna@ｂücher.example", "anna@BÜCHER.example"},
		{"anna@example.com", "anna@ｅｘａｍｐｌｅ.com", "anna@example\u3002com"}, // full-width letters; an ideographic full stop
		{"anná@example.com", "anna\u0301@example.com", "ANNÁ@example.com", "ANNA\u0301@example.com"},
		{"σοφος@example.com", "ΣΟΦΟΣ@example.com", "σοφοσ@example.com"},
		{"nobody in particular", "NOBODY in particular"}, // somebody may search for it
	} {
		for _, spelling := range spellings {
			if !portal.SameEmail(spellings[0], spelling) || portal.EmailKey(spelling) != portal.EmailKey(spellings[0]) {
				t.Errorf("%q and %q are two addresses, with the keys %q and %q", spellings[0], spelling, portal.EmailKey(spellings[0]), portal.EmailKey(spelling))
			}
		}
	}
	for a, b := range map[string]string{
		"alice@example.com": "alice@example.org", "a@faß.example": "a@fass.example", "ａlice@example.com": "alice@example.com", "anna@example.com": "anná@example.com",
	} {
		if portal.SameEmail(a, b) {
			t.Errorf("%q and %q are one address", a, b)
		}
	}
}
