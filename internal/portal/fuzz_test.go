package portal_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func FuzzParsePhoneNumber(f *testing.F) {
	for _, seed := range []string{
		"", "+", "+31 85 123 45 67", "+31 (0)85 123 45 67", "+44 (0)20 7946 0958", "+39 06 698 12345", "+1-800-356-9377", "+49 111111111111111",
		"+7 800 555 35 35", "+800 1234 5678", "+55 0xx11", "+31612345678\x00", "＋３１", "+52 1 55 1234 5678", "+54 9 11 2345 6789", "+31+612345678",
	} {
		f.Add(seed)
	}
	e164 := regexp.MustCompile(`^\+[1-9][0-9]{2,14}$`)
	f.Fuzz(func(t *testing.T, text string) {
		if !portal.SamePhoneNumber(text, text) {
			t.Errorf("%q is not the same as itself", text)
		}
		number, err := portal.ParsePhoneNumber(text)
		if err != nil {
			return
		}
		if !e164.MatchString(string(number)) {
			t.Errorf("%q was read as %q, which is no E.164 number", text, number)
		}
		if again, err := portal.ParsePhoneNumber(string(number)); err != nil || again != number {
			t.Errorf("%q was read as %q, and that as %q, %v", text, number, again, err)
		}
		if !portal.SamePhoneNumber(text, string(number)) {
			t.Errorf("%q is not the same as %q, as which it was read", text, number)
		}
	})
}

func FuzzParseEmail(f *testing.F) {
	for _, seed := range []string{
		"", "@", "alice@example.com", " Alice@Example.COM ", "ä@bücher.example", "a@b", "a@b..com", "a@1.2.3.4", "a@[1.2.3.4]", "Alice <a@b.com>",
		"a@b.com (x)", "\"a b\"@c.com", "a\u200b@c.com", "a@b.com,c@d.com", "a@-b.com", "a@xn--zzzzzz99.com", "İ@example.com", "a@xn--bcher-kva.de", "a@ｅ\u3002com", "a\u0301@b.com", "a@نامه\u200cای.com", "a@xn--a-ecp.ru", "ẞ@ẞ.de",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !portal.SameEmail(text, text) {
			t.Errorf("%q is not the same as itself", text)
		}
		address, err := portal.ParseEmail(text)
		if err != nil {
			return
		}
		if again, err := portal.ParseEmail(address); err != nil || again != address {
			t.Errorf("%q was read as %q, and that as %q, %v", text, address, again, err)
		}
		if !portal.SameEmail(text, address) {
			t.Errorf("%q is not the same as %q, as which it was read", text, address)
		}
		key := portal.EmailKey(address)
		if portal.EmailKey(key) != key {
			t.Errorf("the key of %q changes when it is taken again, to %q", key, portal.EmailKey(key))
		}
		if strings.ContainsFunc(key, unicode.IsControl) {
			t.Errorf("the key of %q is %q, with a control character", address, key)
		}
	})
}

// FuzzUsersCSVCell: no cell of the download starts a formula, and each text comes back as it was.
func FuzzUsersCSVCell(f *testing.F) {
	for _, seed := range []string{"", "=1", "+1", "-1", "@x", "\t=1", "\r=1", "Anna", "'=1", "\n+1", "''=", "'t Hart"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cell := portal.UsersCSVCell(text)
		if strings.IndexAny(cell, "=+-@\t\r\n") == 0 || portal.UsersCSVText(cell) != text {
			t.Errorf("%q became %q, and that %q", text, cell, portal.UsersCSVText(cell))
		}
	})
}
