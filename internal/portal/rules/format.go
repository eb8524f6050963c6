package rules

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// parse says what is wrong with the form of a value.
func (f Format) parse(value string) (err error) {
	switch f {
	case FormatPhoneNumber:
		_, err = portal.ParsePhoneNumber(value)
	case FormatDestination:
		if strings.HasPrefix(value, "+") {
			_, err = portal.ParsePhoneNumber(value)
		}
	case FormatEmail:
		_, err = portal.ParseEmail(value)
	case FormatExtension:
		_, err = portal.ParseExtension(value)
	case FormatCountry:
		err = parseCountry(value)
	case FormatTimeZone:
		err = parseTimeZone(value)
	case FormatLanguage:
		var tag language.Tag
		if tag, err = language.Parse(value); err != nil || tag == language.Und || strings.Contains(value, "_") {
			err = errors.New("write the language as a BCP 47 tag, such as sv or nl-BE")
		}
	case FormatPIN:
		if strings.Trim(value, "0123456789") != "" {
			err = errors.New("a PIN is digits and nothing else")
		}
	case FormatPicture:
		err = parsePicture(value)
	case FormatPersonName:
		err = parsePersonName(value)
	}
	return err
}

// parsePersonName says why a text cannot be the name of a person (VX-01). Accents, vowel signs and the joiners of Indic
// and Persian scripts are parts of letters.
func parsePersonName(text string) error {
	const between = " -'\u2019\u2010\u2011\u200c\u200d" // straight and curly apostrophe; hyphens; joiners
	foreign := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(between, r)
	}
	if i := strings.IndexFunc(text, foreign); i >= 0 {
		r, _ := utf8.DecodeRuneInString(text[i:])
		return fmt.Errorf("a name has letters, spaces, hyphens and apostrophes only, not %s", portal.CharacterName(r))
	}
	if !strings.ContainsFunc(text, unicode.IsLetter) {
		return errors.New("a name has at least one letter")
	}
	return nil
}
