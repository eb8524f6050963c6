package portal

import (
	"errors"
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
)

// Limits of an address, in octets (RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3: a path holds 256, of which two are
// brackets).
const (
	maxEmailLength     = 254
	maxEmailUserLength = 64
)

// ParseEmail checks that s is one bare address (RFC 5322 addr-spec) with a complete domain name, and returns it as
// written, without surrounding space. Letters of any script are allowed on both sides (RFC 6531). Compare addresses
// with SameEmail: the spelling that people type is theirs to keep (ALL-03).
func ParseEmail(s string) (string, error) {
	text := strings.TrimSpace(s)
	if len(text) > maxEmailLength {
		return "", errors.New("an e-mail address has at most 254 characters")
	}
	if err := RefuseInvisible(text); err != nil {
		return "", err
	}
	address, err := mail.ParseAddress(text)
	if err != nil || address.Name != "" || address.Address != text || strings.ContainsAny(text, "\"\\ <>") {
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

// domainProfile maps the spellings of a domain name to one (UTS 46, non-transitional).
func domainProfile() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))
}

// completeDomain reports whether the name can be one of a host on the internet: at least two labels, of letters, digits
// and hyphens (RFC 5891, RFC 1123), the last of which is not a number, so that an IP address is no domain.
func completeDomain(name string) bool {
	ascii, err := domainProfile().ToASCII(name)
	dot := strings.LastIndexByte(ascii, '.')
	return err == nil && dot > 0 && strings.Trim(ascii[dot+1:], "0123456789") != ""
}

// SameEmail reports whether a and b are spellings of one address (ALL-03, MW-02).
func SameEmail(a, b string) bool { return a == b || EmailKey(a) == EmailKey(b) }

// EmailKey is the canonical form of an address, by which it is unique, looked up and counted: composed (NFC), without
// case, and with the domain in Unicode whatever its spelling (UTS 46), so that anna@XN--BCHER-KVA.example and
// anna@bücher.example have one key.
func EmailKey(s string) string {
	text := strings.TrimSpace(s)
	at := strings.LastIndexByte(text, '@')
	if plainASCII(text) && !containsFoldedACE(text[at+1:]) {
		return strings.ToLower(text)
	}
	return NameKey(text[:at+1]) + domainKey(text[at+1:])
}

// domainKey is the canonical form of a domain name. A text that is none, for which somebody may still search, compares
// as a name does.
func domainKey(name string) string {
	profile := domainProfile()
	ascii, err := profile.ToASCII(name)
	if err != nil {
		return NameKey(name)
	}
	if readable, err := profile.ToUnicode(ascii); err == nil {
		return readable
	}
	return ascii
}

func plainASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// containsFoldedACE reports whether a domain may have a label in its encoded form (RFC 5890, section 2.3.2.1).
func containsFoldedACE(domain string) bool { return strings.Contains(strings.ToLower(domain), "xn--") }
