package portal_test

import (
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestParsePhoneNumber_ALL03_spellings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]portal.PhoneNumber{
		"+31851234567":                      "+31851234567",
		"+31 85 123 45 67":                  "+31851234567",
		" +31\u00a085-123.45/67 ":           "+31851234567",
		"+31 (0)85 123 45 67":               "+31851234567",
		"+31 085 123 45 67":                 "+31851234567",
		"+44 (0)20 7946 0958":               "+442079460958",
		"+39 06 698 12345":                  "+390669812345", // in Italy the 0 is part of the number
		"+1 (800) 356-9377":                 "+18003569377",
		"+800 1234 5678":                    "+80012345678", // international freephone belongs to no country
		"+54 9 11 2345 6789":                "+5491123456789",
		"+49 89 " + strings.Repeat("1", 11): "+4989" + portal.PhoneNumber(strings.Repeat("1", 11)), // 15 digits, the most there can be
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := portal.ParsePhoneNumber(text)
			if err != nil || got != want {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
			if !portal.SamePhoneNumber(text, string(want)) {
				t.Errorf("%q and %q are one number", text, want)
			}
		})
	}
}

func TestParsePhoneNumber_refuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                 "with + and the country code",
		"085 123 45 67":                    "with + and the country code",
		"0031851234567":                    "with + and the country code",
		"(+31) 85 123 45 67":               "with + and the country code",
		"＋31851234567":                     "with + and the country code",
		"+1 800 FLOWERS":                   `not "F"`,
		"+31851234567 ext 5":               `not "e"`,
		"+31851234567;ext=5":               `not ";"`,
		"+31 85 123 45 67\x00":             `not U+0000`,
		"+31 85\t1234567":                  `not U+0009`,
		"+３１851234567":                     `not "３"`, // digits of other scripts look like digits and are not dialled
		"+31 85\xff1234567":                `not "`,
		"++31851234567":                    `not "+"`,
		"+31+851234567":                    `not "+"`,
		"+":                                "no country has this code",
		"+999 123456789":                   "no country has this code",
		"+31 85":                           "too few digits",
		"+31 85 123 45 67 89 0":            "too many digits",
		"+49 " + strings.Repeat("1", 14):   "too many digits", // the German plan would allow it, E.164 does not
		"+31" + strings.Repeat("1", 1<<20): "too many digits",
		"+43 00 67 065 687 90":             "not a number that can exist", // read again, the second 0 would fall too
	} {
		t.Run(text[:min(len(text), 30)], func(t *testing.T) {
			t.Parallel()
			got, err := portal.ParsePhoneNumber(text)
			if err == nil || got != "" {
				t.Fatalf("got %q, %v; want an error", got, err)
			}
			if !strings.Contains(err.Error(), want) || len(err.Error()) > 200 {
				t.Errorf("got %q; want it short and with %q", err, want)
			}
		})
	}
}

func TestSamePhoneNumber_ALL03_differs(t *testing.T) {
	t.Parallel()
	if portal.SamePhoneNumber("+31851234567", "+31851234568") {
		t.Error("two numbers are the same")
	}
	if portal.SamePhoneNumber("Acme", "ACME") || !portal.SamePhoneNumber("Acme", "Acme") {
		t.Error("sender names compare exactly")
	}
}
