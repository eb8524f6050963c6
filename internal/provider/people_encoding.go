package provider

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const byteOrderMark = "\ufeff"

// text returns a list as text: what the function file has read as it is, the bytes of filebase64 out of their
// encoding.
func (o peopleOptions) text(given string) (string, error) {
	raw, isBase64 := bytesOf(given)
	if !isBase64 {
		raw = []byte(given)
	}
	if len(raw) > maxPeopleList {
		return "", fmt.Errorf("the list has %d bytes; it may have at most %d, so divide it", len(raw), maxPeopleList)
	}
	if !isBase64 && o.encoding != nil {
		return "", fmt.Errorf("the option encoding is %q, but the list is text already; read the file with filebase64",
			o.encodingName)
	}
	if !isBase64 {
		return strings.TrimPrefix(given, byteOrderMark), nil // Excel begins a UTF-8 file with one
	}
	for _, workbook := range []string{"PK\x03\x04", "\xd0\xcf\x11\xe0"} {
		if bytes.HasPrefix(raw, []byte(workbook)) {
			return "", errors.New("the file is a workbook or an archive; save the sheet as CSV")
		}
	}
	from, name := o.encoding, o.encodingName
	if from == nil {
		var err error
		if from, name, err = recognised(raw); err != nil {
			return "", err
		}
	}
	return decoded(raw, from, name)
}

// bytesOf returns the bytes of a file that filebase64 has read. No list is mistaken for them: one that has a single
// line and no separator is the heading "email", which is no base64 because of its length.
func bytesOf(text string) (raw []byte, ok bool) {
	if text == "" || strings.ContainsAny(text, "\r\n") { // which the decoder would skip
		return nil, false
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	return raw, err == nil
}

// recognised returns the encoding of a list. The list begins with a character of ASCII, as names of attributes do,
// which shows UTF-16 that has no byte order mark. Accented letters in an encoding of one byte per character are hardly
// ever valid UTF-8.
func recognised(raw []byte) (from encoding.Encoding, name string, err error) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}), len(raw) > 1 && raw[0] != 0 && raw[1] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le", nil
	case bytes.HasPrefix(raw, []byte{0xfe, 0xff}), len(raw) > 1 && raw[0] == 0 && raw[1] != 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be", nil
	case utf8.Valid(raw):
		return unicode.UTF8, "utf-8", nil
	default:
		return windowsEncoding(raw)
	}
}

// decoded is the text of the bytes. A byte order mark says more than a name does.
func decoded(raw []byte, from encoding.Encoding, name string) (string, error) {
	text, _, err := transform.Bytes(unicode.BOMOverride(from.NewDecoder()), raw)
	if err == nil && (utf8.Valid(raw) || !bytes.ContainsRune(text, utf8.RuneError)) {
		return string(text), nil
	}
	beginning, broken := untilBroken(unicode.BOMOverride(from.NewDecoder()), raw)
	line, column := place(beginning)
	return "", fmt.Errorf("line %d, column %d: the bytes % X are no character in the encoding %s; save the file anew, "+
		"or name its encoding in the options, such as { encoding = \"windows-1250\" }", line, column, broken, name)
}

// untilBroken returns the text before the first bytes that are no character, and these bytes.
func untilBroken(decoder transform.Transformer, raw []byte) (text string, broken []byte) {
	var (
		decoded   strings.Builder
		character [utf8.UTFMax]byte
	)
	for at := 0; at < len(raw); {
		// Three bytes hold U+FFFD and nothing beside it; a character of four needs four.
		length, used, _ := decoder.Transform(character[:3], raw[at:], true)
		if used == 0 {
			length, used, _ = decoder.Transform(character[:], raw[at:], true)
		}
		if used == 0 || strings.ContainsRune(string(character[:length]), utf8.RuneError) {
			return decoded.String(), raw[at : at+max(used, 1)]
		}
		decoded.Write(character[:length])
		at += used
	}
	return decoded.String(), nil
}

// place is the line, and in it the column, of the cell at which a beginning of the list ends.
func place(beginning string) (line, column int) {
	line, column = 1, 1
	separator, quoted := separatorOf(beginning), false
	for _, character := range beginning {
		switch {
		case character == '"':
			quoted = !quoted
		case character == '\n':
			line++
			if !quoted {
				column = 1
			}
		case character == separator && !quoted:
			column++
		}
	}
	return line, column
}
