package portal_test

import (
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestRefuseInvisible_joinersWhereLettersNeedThem(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "Jagoda Wiśniewska", "Zoë\u00a0van der Berg", "O\u0301", "Anne-Marie O’Neil",
		"نامه\u200cای",           // Persian: letters that would join stay apart
		"क्\u200dष", "क्\u200cष", // Hindi: after a virama
		"نامه\u200cای نامه\u200cای",
	} {
		if err := portal.RefuseInvisible(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for name, want := range map[string]string{
		"Ann\u200ba": "the invisible character U+200B at position 4", // counted in characters, not in bytes:
		"Łó\u00ad":   "the invisible character U+00AD at position 3",
		"An\u200dna": "U+200D at position 3", "\u200cAnna": "U+200C at position 1", "Anna\u200c": "U+200C at position 5",
		"نامه\u200c\u200cای": "U+200C at position 5", "क्\u200d\u200dष": "U+200D at position 4", // twice looks like once
		"نامه\u200c": "U+200C at position 5", "نامه\u200c ای": "U+200C at position 5",
		"\ufeffAnna": "U+FEFF at position 1", "An\u2060na": "U+2060", "\u202eannA": "U+202E", "Anna\u3164": "U+3164", "Anna\ufe0f": "U+FE0F", "An\u034fna": "U+034F",
		"Anna\u2800": "U+2800", "An\u2028na": "U+2028", "Anna\U000e0041": "U+E0041", "An\tna": "the control character U+0009 at position 3",
	} {
		if err := portal.RefuseInvisible(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+q: %v; want %s", name, err, want)
		}
	}
}

func TestNameKey_namesThatLookTheSame(t *testing.T) {
	t.Parallel()
	if portal.NameKey(" Łódź\u0301 ") != portal.NameKey("łÓDŹ\u0301") || portal.NameKey("O\u0301scar") != portal.NameKey("óscar") {
		t.Error("case or encoding makes another name")
	}
	if portal.LoginNameKey("jo\u0301") != portal.LoginNameKey("jó") || portal.LoginNameKey("Jo") == portal.LoginNameKey("jo") {
		t.Error("a login name has one encoding and compares with case")
	}
}
