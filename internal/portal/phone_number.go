package portal

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// PhoneNumber is a complete phone number as ITU-T E.164 writes it: "+", country code, number; no spaces, at most 15 digits.
// Two spellings of one number are one PhoneNumber (ALL-03).
type PhoneNumber string

// phoneNumberCharacters are what people write between the digits. Letters would be read as keypad digits, and ";ext=" as an
// extension: both would store another number than the one that was meant.
const phoneNumberCharacters = "+0123456789 \u00a0-.()/"

// ParsePhoneNumber reads a number in international form, with any of the usual separators.
func ParsePhoneNumber(s string) (PhoneNumber, error) {
	text := strings.TrimSpace(s)
	if !strings.HasPrefix(text, "+") {
		return "", errors.New("write the complete number, with + and the country code, such as +31 85 123 45 67")
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune(phoneNumberCharacters, r) }); i >= 0 {
		return "", fmt.Errorf("a phone number holds digits, spaces and - . ( ) / only, not %q", []rune(text[i:])[0])
	}
	n, err := phonenumbers.Parse(text, "")
	if err != nil {
		return "", errors.New("no country has this code; write +, the country code and the number, such as +31 85 123 45 67")
	}
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.IS_POSSIBLE:
		return PhoneNumber(phonenumbers.Format(n, phonenumbers.E164)), nil
	case phonenumbers.TOO_LONG:
		return "", errors.New("too many digits for a number of this country")
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY, phonenumbers.TOO_SHORT:
		return "", errors.New("too few digits for a number of this country; write it with its area code")
	default:
		return "", errors.New("not a number that can exist in this country")
	}
}

// SamePhoneNumber reports whether a and b are spellings of one number. Two texts that are no numbers are the same if they are equal.
func SamePhoneNumber(a, b string) bool { return phoneNumberKey(a) == phoneNumberKey(b) }

func phoneNumberKey(s string) string {
	if n, err := ParsePhoneNumber(s); err == nil {
		return string(n)
	}
	return s
}
