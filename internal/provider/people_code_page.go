package provider

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// Spreadsheets save CSV in the encoding that Windows has for the language: windows-1250 in Central Europe,
// windows-1252 in Western Europe. No file says which one it is, so its letters have to.

// windowsEncoding tells windows-1250 from windows-1252 if the letters of the list leave no doubt. A name is never
// guessed.
func windowsEncoding(raw []byte) (from encoding.Encoding, name string, err error) {
	central, western, doubtful := 0, 0, -1
	for i := range raw {
		in1250, in1252 := lettersAt(raw, i)
		if in1250 == in1252 {
			continue
		}
		if doubtful < 0 {
			doubtful = i
		}
		switch evidenceAt(raw, i) {
		case charmap.Windows1250:
			central++
		case charmap.Windows1252:
			western++
		}
	}
	switch {
	case central > 0 && western == 0:
		return charmap.Windows1250, "windows-1250", nil
	case doubtful < 0 || western > 0 && central == 0:
		return charmap.Windows1252, "windows-1252", nil
	}
	beginning, _ := charmap.Windows1250.NewDecoder().Bytes(raw[:doubtful])
	line, column := place(string(beginning))
	word := wordAt(raw, doubtful)
	readings := [2]string{}
	for i, from := range []*charmap.Charmap{charmap.Windows1250, charmap.Windows1252} {
		reading, _ := from.NewDecoder().Bytes(word)
		readings[i] = string(reading)
	}
	return nil, "", fmt.Errorf("line %d, column %d: the bytes % X are %q in the encoding windows-1250 and %q in windows-1252, "+
		"and the list does not show which one it has; name it in the options, such as { encoding = \"windows-1250\" }",
		line, column, word, readings[0], readings[1])
}

// lettersAt is what a byte of the list is in either encoding; 0 outside of the list.
func lettersAt(raw []byte, i int) (in1250, in1252 rune) {
	if i < 0 || i >= len(raw) {
		return 0, 0
	}
	return charmap.Windows1250.DecodeByte(raw[i]), charmap.Windows1252.DecodeByte(raw[i])
}

// evidenceAt returns the encoding in which a byte makes sense where it stands, nil if it may be either.
func evidenceAt(raw []byte, i int) *charmap.Charmap {
	in1250, in1252 := lettersAt(raw, i)
	before, after := soundAt(raw, i-1), soundAt(raw, i+1)
	if inWord := before.letter || after.letter; isLetter(in1250) != isLetter(in1252) {
		switch {
		case isLetter(in1250) && (inWord || in1252 == utf8.RuneError):
			return charmap.Windows1250
		case isLetter(in1252) && (inWord || in1250 == utf8.RuneError):
			return charmap.Windows1252
		}
		return nil
	}
	vowel := before.vowel || after.vowel
	consonants := (before.consonant || !before.letter) && (after.consonant || !after.letter) &&
		(before.letter || after.letter)
	switch unicode.ToLower(in1252) {
	case 'å': // ĺ is the rarest letter of Slovak
		return charmap.Windows1252
	case 'ø', 'è', 'æ', 'ò', 'à': // they stand between consonants; ř, č, ć, ň, ŕ beside a vowel
		switch {
		case vowel:
			return charmap.Windows1250
		case consonants:
			return charmap.Windows1252
		}
	case 'ñ': // ñ stands before a vowel; Polish writes ni there, and ń elsewhere
		switch {
		case after.vowel:
			return charmap.Windows1252
		case after.consonant || !after.letter:
			return charmap.Windows1250
		}
	case 'ì', 'ù': // they end a word; ě and ů stand anywhere
		if after.letter {
			return charmap.Windows1250
		}
	}
	return nil
}

// sound is what a letter is known to be. Neither vowel nor consonant: y, and letters that differ between the
// encodings.
type sound struct{ letter, vowel, consonant bool }

func soundAt(raw []byte, i int) sound {
	in1250, in1252 := lettersAt(raw, i)
	if in1250 != in1252 {
		return sound{letter: isLetter(in1250) || isLetter(in1252)}
	}
	letter := unicode.ToLower(in1250)
	return sound{
		letter:    isLetter(letter),
		vowel:     strings.ContainsRune("aeiouáéíóúäëöüâîô", letter),
		consonant: strings.ContainsRune("bcdfghjklmnpqrstvwxzßçšž", letter),
	}
}

// isLetter counts neither the ordinals ª and º, which follow numbers, nor accents that stand alone.
func isLetter(character rune) bool { return unicode.IsUpper(character) || unicode.IsLower(character) }

// wordAt is the word around a byte.
func wordAt(raw []byte, i int) []byte {
	start, end := i, i+1
	for soundAt(raw, start-1).letter {
		start--
	}
	for soundAt(raw, end).letter {
		end++
	}
	return raw[start:end]
}
