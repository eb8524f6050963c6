package portal

import (
	"errors"
	"strings"
)

// Limits of an extension, in digits.
const (
	MinExtensionLength = 2
	MaxExtensionLength = 8
)

// ParseExtension checks an extension (internal number): digits only. Leading zeros count, so an extension is text, not
// a number.
func ParseExtension(s string) (string, error) {
	if strings.Trim(s, "0123456789") != "" || len(s) < MinExtensionLength || len(s) > MaxExtensionLength {
		return "", errors.New("an extension is 2 to 8 digits and nothing else, such as 201")
	}
	return s, nil
}
