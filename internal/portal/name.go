package portal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// NameKey is the canonical form of a name, by which it is unique and looked up: composed (NFC), without case and
// surrounding space.
func NameKey(name string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(strings.TrimSpace(name))))
}

// LoginNameKey is the canonical form of a login name, which compares with case (EN-01): accents have one encoding
// (NFC).
func LoginNameKey(name string) string { return norm.NFC.String(name) }

// Joiners stand between letters of some scripts and change their form: zero-width non-joiner and joiner.
const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// RefuseInvisible says which character of a name nobody can see, and where: two names that differ only by it look the
// same. A joiner is allowed between letters that it changes, as Persian and Indic names need it (RFC 5892, appendix A.1
// and A.2, the CONTEXTJ rules).
func RefuseInvisible(text string) error {
	position := 0 // in characters
	for at, r := range text {
		position++
		joiner := r == zeroWidthNonJoiner || r == zeroWidthJoiner
		if joiner && joins(text, at) || !joiner && !invisible(r) {
			continue
		}
		kind := "invisible"
		if unicode.IsControl(r) {
			kind = "control"
		}
		return fmt.Errorf("it has the %s character %U at position %d; remove it", kind, r, position)
	}
	return nil
}

// invisible reports whether a character shows nothing and has no width: control and format characters, separators of
// lines, and what a font may ignore (Default_Ignorable_Code_Point of the Unicode Character Database); also Braille
// without a dot.
func invisible(r rune) bool {
	const blankBraille = '\u2800'
	return r == blankBraille || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// joins reports whether the joiner at this place changes the letters around it. The rules look at its word up to the
// next joiner.
func joins(text string, at int) bool {
	_, size := utf8.DecodeRuneInString(text[at:])
	before, joiner, after := text[:at], text[at:at+size], text[at+size:]
	if i := strings.LastIndexFunc(before, outsideWord); i >= 0 {
		_, size := utf8.DecodeRuneInString(before[i:])
		before = before[i+size:]
	}
	if i := strings.IndexFunc(after, outsideWord); i >= 0 {
		after = after[:i]
	}
	if before == "" {
		return false
	}
	// A letter that joins nothing goes first, since the library takes no word that begins with a mark.
	_, err := idna.New(idna.CheckJoiners(true)).ToUnicode("x" + before + joiner + after)
	return err == nil
}

// outsideWord reports whether a character ends the word that a joiner is in.
func outsideWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }
