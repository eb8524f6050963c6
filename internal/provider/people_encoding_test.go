package provider

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// inBase64 is what filebase64 returns of a file.
func inBase64(t *testing.T, text string, in encoding.Encoding) string {
	t.Helper()
	raw, err := in.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// listOf is a list of people with these names.
func listOf(names string) string {
	var list strings.Builder
	list.WriteString("email;first_name\r\n")
	for i, name := range strings.Split(names, ",") {
		list.WriteString(string(rune('a'+i)) + "@b.example;" + name + "\r\n")
	}
	return list.String()
}

func TestPeopleEncoding_isRecognised(t *testing.T) {
	t.Parallel()
	const everybody = "Łukasz Brzęczyszczykiewicz,Ελένη,Оксана,晓明,👩‍💻"
	names := map[string]struct {
		encoding encoding.Encoding
		names    []string
	}{
		"UTF-8":            {encoding.Nop, []string{everybody, "Ann"}},
		"UTF-8 marked":     {unicode.UTF8BOM, []string{everybody, "Ann"}},
		"UTF-16 LE":        {unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), []string{everybody, "Ann"}},
		"UTF-16 LE marked": {unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), []string{everybody, "Ann"}},
		"UTF-16 BE":        {unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), []string{everybody, "Ann"}},
		"UTF-16 BE marked": {unicode.UTF16(unicode.BigEndian, unicode.UseBOM), []string{everybody, "Ann"}},
		"Polish": {charmap.Windows1250, []string{
			"Paweł Żółkiewski", "Elżbieta Śliwińska-Gąsior", "Zofia Wójcik,Adam Koński", "Łukasz", "Bronisława Łęć",
		}},
		"Czech": {charmap.Windows1250, []string{
			"Jiří Dvořák", "Zuzana Procházková,Ondřej Němec", "Čapek", "Růžička", "Šarčević", "Ťok", "Řezníček,Zdeněk",
		}},
		"Slovak, Hungarian": {charmap.Windows1250, []string{"Ľubomír", "István Kovács,Tomáš Kováč", "Ľudovít Štúr"}},
		"Swedish":           {charmap.Windows1252, []string{"Sören Lindström", "Åsa", "Håkan,Luleå"}},
		"Danish":            {charmap.Windows1252, []string{"Søren Kjærgård", "Jørgen", "Bjørn,Bø", "Østergaard"}},
		"Dutch, German":     {charmap.Windows1252, []string{"Hélène,Noëlle", "Irène", "Müller,Groß", "Thérèse"}},
		"Spanish":           {charmap.Windows1252, []string{"José Ángel Muñoz Peña", "Íñigo Núñez"}},
	}
	for language, test := range names {
		for _, people := range test.names {
			t.Run(language+"/"+people, func(t *testing.T) {
				t.Parallel()
				want, err := readPeople(listOf(people), peopleOptions{})
				if err != nil {
					t.Fatal(err)
				}
				got, err := readPeople(inBase64(t, listOf(people), test.encoding), peopleOptions{})
				if err != nil || !got.Equal(want) {
					t.Errorf("got  %v, %v\nwant %v", got, err, want)
				}
			})
		}
	}
}

// TestPeopleEncoding_isNotGuessed: letters that may be either are asked for, in both readings; the option decides.
func TestPeopleEncoding_isNotGuessed(t *testing.T) {
	t.Parallel()
	central, western := charmap.Windows1250, charmap.Windows1252
	for name, from := range map[string]*charmap.Charmap{"Aïsha": western, "Agnês": western, "Gyűrű": central} {
		list := inBase64(t, listOf("Ann,"+name), from)
		_, err := readPeople(list, peopleOptions{})
		if err == nil || !regexp.MustCompile(`^line 3, column 2: the bytes .*"`+name+`"`).MatchString(err.Error()) {
			t.Errorf("%s: %v", name, err)
		}
		people, err := readPeople(list, peopleOptions{encoding: from})
		if err != nil || !strings.Contains(plainText(people), `"`+name+`"`) {
			t.Errorf("%s: %s, %v", name, plainText(people), err)
		}
	}
	both := base64.StdEncoding.EncodeToString([]byte(listOf("Micha\xb3,H\xe5kan")))
	_, err := readPeople(both, peopleOptions{})
	if err == nil || !strings.Contains(err.Error(), `the bytes 4D 69 63 68 61 B3 are "Michał" in`) {
		t.Errorf("letters of both: %v", err)
	}
}

func TestPeopleEncoding_errorsSayWhere(t *testing.T) {
	t.Parallel()
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	for name, test := range map[string]struct {
		raw, want string
		options   peopleOptions
	}{
		"no letter": {
			listOf("Ann,Micha\xb3,L\x81a"),
			`line 4, column 2: the bytes 81 are no character in the encoding windows-1250; .*\{ encoding = `, peopleOptions{},
		},
		"behind a cell of two lines": {
			"email,note,first_name\na@b.example,\"x,\ny\",M\xff\n",
			`line 3, column 3: the bytes FF are no character in the encoding utf-8`,
			peopleOptions{encoding: unicode.UTF8, encodingName: "utf-8"},
		},
		"half a character": {
			"\xff\xfee\x00m\x00a\x00i\x00l\x00\n\x00=\xd8\x0a\x00",
			`line 2, column 1: the bytes 3D D8 are no character in the encoding utf-16le`, peopleOptions{},
		},
		"behind a character of four bytes": {
			"\xff\xfee\x00m\x00a\x00i\x00l\x00,\x00=\xd8i\xdc\x00\xdc", `line 1, column 2: the bytes 00 DC are no character`,
			peopleOptions{encoding: utf16, encodingName: "utf-16le"},
		},
		"a workbook":       {"PK\x03\x04\x14\x00", `the file is a workbook or an archive; save the sheet as CSV`, peopleOptions{}},
		"an old one":       {"\xd0\xcf\x11\xe0\xa1\xb1", `the file is a workbook`, peopleOptions{}},
		"too long":         {strings.Repeat(" ", maxPeopleList+1), `10485761 bytes; it may have at most 10485760`, peopleOptions{}},
		"a broken list":    {"email,enabled\na@b.example,ja\n", `line 2, column 2 \(enabled\)`, peopleOptions{}},
		"nobody in base64": {"email\n", `nobody in it`, peopleOptions{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readPeople(base64.StdEncoding.EncodeToString([]byte(test.raw)), test.options)
			if err == nil || !regexp.MustCompile(test.want).MatchString(err.Error()) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
	_, err := readPeople("email\na@b.example", peopleOptions{encoding: unicode.UTF8, encodingName: "utf-8"})
	if err == nil || !strings.Contains(err.Error(), `encoding is "utf-8", but the list is text already; read the file with`) {
		t.Errorf("an encoding for a text: %v", err)
	}
}

// TestPeopleEncoding_markSaysMore: a byte order mark overrides the option.
func TestPeopleEncoding_markSaysMore(t *testing.T) {
	t.Parallel()
	list := inBase64(t, listOf("Łukasz"), unicode.UTF16(unicode.BigEndian, unicode.UseBOM))
	people, err := readPeople(list, peopleOptions{encoding: charmap.Windows1252})
	if err != nil || !strings.Contains(plainText(people), "Łukasz") {
		t.Errorf("%s, %v", plainText(people), err)
	}
}

func FuzzPeopleEncoding(f *testing.F) {
	for _, seed := range []string{
		"email\n", "email;first_name\na@b.example;Micha\xb3\n", "\xff\xfee\x00", "\xfe\xff\x00e",
		"e\x00m\x00\x00\xd8", "\x81", "email\n\xf8\xf1\xec\x9d", "PK\x03\x04",
	} {
		f.Add([]byte(seed), "")
		f.Add([]byte(seed), "windows-1250")
	}
	f.Fuzz(func(t *testing.T, raw []byte, name string) {
		options := peopleOptions{encodingName: name}
		options.encoding, _ = htmlindex.Get(name) // none if there is no such encoding
		text, err := options.text(base64.StdEncoding.EncodeToString(raw))
		if err != nil {
			if !utf8.ValidString(err.Error()) {
				t.Errorf("the error is no text: %q", err)
			}
			return
		}
		if !utf8.ValidString(text) {
			t.Errorf("%q was read as %q, which is no text", raw, text)
		}
	})
}
