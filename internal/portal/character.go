package portal

import (
	"fmt"
	"unicode"
)

// CharacterName is a character as a message names it: in quotes, or by its code point where nobody would see it there.
func CharacterName(r rune) string {
	if unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) {
		return fmt.Sprintf("%q", string(r))
	}
	return fmt.Sprintf("%U", r)
}
