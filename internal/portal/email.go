package portal

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Limits of an address, in octets (RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3: a path holds 256, of which two are brackets).
const (
	maxEmailLength     = 254
	maxEmailUserLength = 64
)

// ParseEmail checks that s is one bare address (RFC 5322 addr-spec) with a complete domain name, and returns it as written,
// without surrounding space. Letters of any script are allowed on both sides (RFC 6531). Compare addresses with SameEmail:
// the case people type is theirs to keep (ALL-03).
func ParseEmail(s string) (string, error) {
	text := strings.TrimSpace(s)
	if len(text) > maxEmailLength {
		return "", errors.New("an e-mail address has at most 254 characters")
	}
	invisible := strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
	address, err := mail.ParseAddress(text)
	if err != nil || invisible || address.Name != "" || address.Address != text || strings.ContainsAny(text, "\"\\ <>") {
		return "", errors.New("write one address and nothing else, such as alice@example.com")
	}
	at := strings.LastIndexByte(text, '@')
	if at > maxEmailUserLength {
		return "", errors.New("the part before @ has at most 64 characters")
	}
	if !completeDomain(text[at+1:]) {
		return "", errors.New("the part after @ must be a complete domain, such as example.com")
	}
	return text, nil
}

// completeDomain reports whether the name can be one of a host on the internet: at least two labels, of letters, digits and hyphens
// (RFC 5891, RFC 1123), the last of which is not a number, so that an IP address is no domain.
func completeDomain(name string) bool {
	profile := idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))
	ascii, err := profile.ToASCII(name)
	dot := strings.LastIndexByte(ascii, '.')
	return err == nil && dot > 0 && strings.Trim(ascii[dot+1:], "0123456789") != ""
}

// SameEmail reports whether a and b are one address: letters compare without case (ALL-03, MW-02).
func SameEmail(a, b string) bool { return EmailKey(a) == EmailKey(b) }

// EmailKey is the form of an address by which it is unique.
func EmailKey(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
