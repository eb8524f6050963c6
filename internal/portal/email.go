package portal

import (
	"errors"
	"net/mail"
	"strings"
)

// maxEmailLength is the longest address that fits an SMTP path (RFC 5321, section 4.5.3.1.3).
const maxEmailLength = 254

// ParseEmail checks that s is one bare address (RFC 5322 addr-spec) with a domain that has a dot, and returns it as written,
// without surrounding space. Compare addresses with SameEmail: the case people type is theirs to keep (ALL-03).
func ParseEmail(s string) (string, error) {
	text := strings.TrimSpace(s)
	if len(text) > maxEmailLength {
		return "", errors.New("an e-mail address has at most 254 characters")
	}
	address, err := mail.ParseAddress(text)
	if err != nil || address.Name != "" || address.Address != text || strings.ContainsAny(text, "\"\\ <>") {
		return "", errors.New("write one address and nothing else, such as alice@example.com")
	}
	domain := text[strings.LastIndexByte(text, '@')+1:]
	if !strings.Contains(domain, ".") || strings.HasPrefix(domain, "[") || strings.HasSuffix(domain, ".") {
		return "", errors.New("the part after @ must be a complete domain, such as example.com")
	}
	return text, nil
}

// SameEmail reports whether a and b are one address: letters compare without case (ALL-03, MW-02).
func SameEmail(a, b string) bool { return EmailKey(a) == EmailKey(b) }

// EmailKey is the form of an address by which it is unique.
func EmailKey(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
