package portal

import (
	"crypto/sha1" //nolint:gosec // what the corpus of known passwords is sorted by; it protects nothing
	"encoding/hex"
	"strings"
)

// PwnedRange is what is known of the passwords whose SHA-1 starts with the same five hexadecimal digits (TC-06): those
// five are all that is ever told.
type PwnedRange struct {
	Available bool     `json:"available"` // whether the portal could look; if not, nothing is known
	Suffixes  []string `json:"suffixes"`  // the other 35 digits of each known one, in upper case
}

// PwnedPrefixLength is how many digits of a hash are told.
const PwnedPrefixLength = 5

// PwnedParts is the SHA-1 of a password in hexadecimal, in upper case: the part that may be told, and the part that may
// not.
func PwnedParts(password Secret) (prefix, suffix string) {
	sum := sha1.Sum([]byte(password)) //nolint:gosec // see the import
	text := strings.ToUpper(hex.EncodeToString(sum[:]))
	return text[:PwnedPrefixLength], text[PwnedPrefixLength:]
}

// PwnedMessage says what is wrong with a known password.
const PwnedMessage = "the password is known from a breach, so it is among the first that are tried; choose another, or let switchboard_password generate one"
