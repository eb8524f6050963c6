package rules

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// field checks what holds for one field by itself.
func (e *evaluation) field(path string, f *Field) {
	if e.unknown(path) {
		return
	}
	if password, given := e.after.values[path].(portal.Secret); given && password == "" && f.Format == FormatPassword {
		e.addSentence(path, f.ID, portal.CodeRequired,
			"an empty password protects nothing; give one, or leave it out, which keeps the one that there is")
		return
	}
	values := e.after.strings(path)
	filled := slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) != "" })
	if f.Required && !filled && e.settled(path) && !e.stored(path, f) {
		e.add(path, f.ID, portal.CodeRequired, "is required for a %s on %s; give a value", e.change.Noun.Title(), e.set.Platform)
		return
	}
	if f.Immutable != "" && !e.creating() && e.differs(path) == yes {
		e.add(path, f.ID, portal.CodeUnchangeable, "cannot change from %q to %q once saved; %s", e.before.text(path), e.after.text(path), f.Immutable)
	}
	if entries, ok := e.after.values[path].(map[string]string); ok {
		e.entries(path, f, entries)
		return
	}
	e.size(path, f)
	if f.Distinct {
		e.distinct(path, f, values)
	}
	var sound []string
	for _, value := range values {
		if f.Format == FormatPassword {
			if message := e.set.Passwords[e.change.Noun].Refuse(value, e.personalWords()); message != "" {
				e.addSentence(path, f.ID, portal.CodeWeakPassword, "%s", message)
			}
			continue
		}
		if message := e.shape(f, path, path, value); message != "" {
			e.addMessage(path, f.ID, portal.CodeMalformed, message)
			continue
		}
		sound = append(sound, value)
		e.uniqueness(path, f, value)
	}
	e.stock(path, f, sound)
}

// stored reports whether the portal holds a value of its own for a field that is left out: a password never comes back.
func (e *evaluation) stored(path string, f *Field) bool {
	_, given := e.after.values[path]
	return f.Format == FormatPassword && !given && !e.creating()
}

// size checks how many elements there are and how large a number is.
func (e *evaluation) size(path string, f *Field) {
	switch v := e.after.values[path].(type) {
	case []string:
		if f.MaxItems > 0 && e.amount(path).within(0, f.MaxItems) == no {
			e.add(path, f.ID, portal.CodeNotAllowed, "has %s (%s); %s allows at most %d, remove the others",
				quantity(len(v), "value"), e.text(path), e.set.Platform, f.MaxItems)
		}
	case int64:
		if f.Min != nil && (v < *f.Min || v > *f.Max) {
			e.add(path, f.ID, portal.CodeNotAllowed, "is %d; %s allows %s", v, e.set.Platform, f.span())
		}
	}
}

// distinct refuses an element that is there already.
func (e *evaluation) distinct(path string, f *Field, values []string) {
	seen := map[string]bool{}
	for _, value := range values {
		key := UniqueKey(f, value)
		if seen[key] {
			e.add(path, f.ID, portal.CodeNotAllowed, "has %q twice; give each once, whatever the case", clip(value))
		}
		seen[key] = true
	}
}

// span is the range of a number in words.
func (f *Field) span() string {
	if f.Min == nil {
		return ""
	}
	return fmt.Sprintf("%d to %d", *f.Min, *f.Max)
}

// shape says what is wrong with the form of one value, or nothing. The message begins with the subject, which is the
// path or an entry of it.
func (e *evaluation) shape(f *Field, path, subject, value string) string {
	shown, which := subject+" "+e.shows(path, clip(value)), ", which has "
	if _, secret := e.after.values[path].(portal.Secret); secret || f.Format == FormatPicture { // it is not repeated
		shown, which = subject, " has "
	}
	if n := utf8.RuneCountInString(value); f.MaxLength > 0 && n > f.MaxLength || n < f.MinLength {
		return fmt.Sprintf("%s%s%s; %s allows %s", shown, which, quantity(n, "character"), e.set.Platform, f.lengths())
	}
	if i := strings.IndexFunc(value, f.forbidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString(value[i:])
		return fmt.Sprintf("%s%sthe control character %U; remove it", shown, which, r)
	}
	if err := e.unseen(f, path, value); err != nil {
		return fmt.Sprintf("%s: %v", shown, err)
	}
	if len(f.OneOf) > 0 && !slices.Contains(f.OneOf, value) {
		return fmt.Sprintf("%s, which %s does not have; %s", shown, e.set.Platform, choices(f.OneOf))
	}
	if err := f.Format.parse(value); err != nil {
		return fmt.Sprintf("%s: %v", shown, err)
	}
	return ""
}

// shows says what a field is, or what a list has among others.
func (e *evaluation) shows(path, value string) string {
	if _, list := e.after.values[path].([]string); list {
		return fmt.Sprintf("has %q", value)
	}
	return fmt.Sprintf("is %q", value)
}

// forbidden reports whether a character can stand in no text of this field: control characters break mails, SIP headers
// and terminals.
func (f *Field) forbidden(r rune) bool {
	return unicode.IsControl(r) && (!f.Multiline || !strings.ContainsRune("\t\r\n", r))
}

// lengths is the allowed number of characters in words.
func (f *Field) lengths() string {
	if f.MinLength > 0 {
		return fmt.Sprintf("%d to %d", f.MinLength, f.MaxLength)
	}
	return fmt.Sprintf("at most %d", f.MaxLength)
}

func (e *evaluation) uniqueness(path string, f *Field, value string) {
	if !f.Unique {
		return
	}
	id, _ := e.before.values["id"].(string)
	for _, shared := range e.set.sharing(path, f) {
		holder, taken := e.inventory.Holders[shared][UniqueKey(f, value)]
		if !taken || id != "" && (holder.ID == id || e.kept(path, f, value)) {
			continue
		}
		e.add(path, f.ID, portal.CodeAlreadyExists, "%s, which %s has already; choose another", e.shows(path, value), holder.title(value))
		finding := &e.findings[len(e.findings)-1]
		finding.ExistingID, finding.ExistingNoun = holder.ID, holder.Noun
		return
	}
}

// sharing lists the paths of the fields among which a value is unique: extensions over users and SIP accounts (ALL-02),
// everything else among its own kind.
func (s *Set) sharing(path string, f *Field) []string {
	paths := []string{path}
	if f.Format != FormatExtension {
		return paths
	}
	for _, object := range s.Objects {
		for other, field := range object.Fields {
			if field.Unique && field.Format == FormatExtension {
				paths = append(paths, other)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// kept reports whether the stored object has this value already, in whatever spelling. It may keep it, although another
// one has it too since before both spellings were one.
func (e *evaluation) kept(path string, f *Field, value string) bool {
	return slices.ContainsFunc(e.before.strings(path), func(stored string) bool { return UniqueKey(f, stored) == UniqueKey(f, value) })
}

// UniqueKey is the form by which values of a unique field are compared: addresses and names without case (ALL-03), a
// login name with case (EN-01). Names that look the same are the same, however their accents are encoded.
func UniqueKey(f *Field, value string) string {
	switch {
	case f.Format == FormatExtension:
		return value
	case f.CaseSensitive:
		return portal.LoginNameKey(value)
	case f.Format == FormatEmail:
		return portal.EmailKey(value)
	default:
		return portal.NameKey(value)
	}
}

// RefusePassword says why an object of the organisation cannot have a password, or returns "". It is what Check says of
// the field password.
func (s *Set) RefusePassword(organization portal.Organization, noun portal.Noun, object any, password string) string {
	e := s.evaluation(Inventory{Organization: organization}, Change{Noun: noun, After: object})
	return s.Passwords[noun].Refuse(password, e.personalWords())
}

// personalWords are what a password of this object must not be made of. Words of one or two letters are in every
// password by chance.
func (e *evaluation) personalWords() []string {
	var words []string
	add := func(text string) {
		text = strings.ToLower(text)
		parts := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for _, word := range append(parts, text) {
			if utf8.RuneCountInString(word) > 2 {
				words = append(words, word)
			}
		}
	}
	add(e.inventory.Organization.Name)
	for _, path := range []string{"email", "username", "first_name", "middle_name", "last_name", "name", "extension", "telephony.extension"} {
		if value, ok := e.after.values[path].(string); ok && !e.unknown(path) {
			add(value)
		}
	}
	return words
}
