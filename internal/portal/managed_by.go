package portal

import "strings"

// MaxManagedByLength is how many characters the name of whoever manages an object may have.
const MaxManagedByLength = 100

// IsManagedBy reports whether a text can say who manages an object: 1 to MaxManagedByLength characters of printable
// ASCII, without a space at either end, as it travels in the header Managed-By (RFC 9110, section 5.5).
func IsManagedBy(text string) bool {
	unprintable := func(r rune) bool { return r < ' ' || r > '~' }
	return text != "" && len(text) <= MaxManagedByLength && text == strings.TrimSpace(text) && !strings.ContainsFunc(text, unprintable)
}
