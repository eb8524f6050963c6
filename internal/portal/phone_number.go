package portal

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// PhoneNumber is a complete phone number as ITU-T E.164 writes it: "+", country code, number; no spaces, at most 15
// digits. Two spellings of one number are one PhoneNumber (ALL-03).
type PhoneNumber string

// PhoneNumberStatus is an owned number and who has it.
type PhoneNumberStatus struct {
	Number string `json:"number"`            // E.164
	Main   bool   `json:"main"`              // the main number of the organisation, which nobody has alone
	UserID string `json:"user_id,omitempty"` // whom it is allocated to (VX-07); empty: nobody
}

// phoneNumberCharacters are what people write between the digits. Letters would be read as keypad digits, and ";ext="
// as an extension: both would store another number than the one that was meant.
const phoneNumberCharacters = "0123456789 \u00a0-.()/"

// Limits of a phone number.
const (
	maxPhoneNumberLength = 64 // in bytes as written: far more than any separators need
	maxPhoneNumberDigits = 15 // ITU-T E.164, section 6.1; the numbering plans of some countries are wider on paper
)

// ParsePhoneNumber reads a number in international form, with any of the usual separators. The national prefix in
// brackets that people put into it, as in +31 (0)85, is left out.
func ParsePhoneNumber(s string) (PhoneNumber, error) {
	text := strings.TrimSpace(s)
	digits, complete := strings.CutPrefix(text, "+")
	if !complete {
		return "", errors.New("write the complete number, with + and the country code, such as +31 85 123 45 67")
	}
	if i := strings.IndexFunc(digits, func(r rune) bool { return !strings.ContainsRune(phoneNumberCharacters, r) }); i >= 0 {
		r, _ := utf8.DecodeRuneInString(digits[i:])
		return "", fmt.Errorf("a phone number holds digits, spaces and - . ( ) / only, after one +, not %s", CharacterName(r))
	}
	if len(text) > maxPhoneNumberLength {
		return "", errTooManyDigits
	}
	n, err := phonenumbers.Parse(text, "")
	if err != nil {
		return "", errors.New("no country has this code; write +, the country code and the number, such as +31 85 123 45 67")
	}
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.IS_POSSIBLE:
		return e164(n, text)
	case phonenumbers.TOO_LONG:
		return "", errTooManyDigits
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY, phonenumbers.TOO_SHORT:
		return "", errors.New("too few digits for a number of this country; write it with its area code")
	default:
		return "", errImpossible
	}
}

var (
	errTooManyDigits = errors.New("too many digits for a number of this country")
	errImpossible    = errors.New("not a number that can exist in this country")
)

// e164 writes the number that was read from a text, and reads it back: where the numbering plan takes the first digits
// for a prefix a second time, what is written would be another number whenever it is read.
func e164(n *phonenumbers.PhoneNumber, from string) (PhoneNumber, error) {
	text := phonenumbers.Format(n, phonenumbers.E164)
	if len(text) > len("+")+maxPhoneNumberDigits {
		return "", errTooManyDigits
	}
	if text == from {
		return PhoneNumber(text), nil
	}
	again, err := phonenumbers.Parse(text, "")
	if err != nil || phonenumbers.Format(again, phonenumbers.E164) != text || phonenumbers.IsPossibleNumberWithReason(again) != phonenumbers.IS_POSSIBLE {
		return "", errImpossible
	}
	return PhoneNumber(text), nil
}

// SamePhoneNumber reports whether a and b are spellings of one number. Two texts that are no numbers are the same if
// they are equal.
func SamePhoneNumber(a, b string) bool { return a == b || phoneNumberKey(a) == phoneNumberKey(b) }

func phoneNumberKey(s string) string {
	if n, err := ParsePhoneNumber(s); err == nil {
		return string(n)
	}
	return s
}
