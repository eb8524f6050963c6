package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Severity says whether a finding stops a write.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Finding is one thing that is wrong, or worth knowing, about one field.
type Finding struct {
	Field      string
	Severity   Severity
	Code       portal.Code // with a warning: what it is about, one of the Code… of this package
	Message    string      // begins with the field, if there is one, and has no full stop at its end
	ID         string      // requirement id, if the rule has one
	ExistingID string      // with portal.CodeAlreadyExists: the object that has the value

	ExistingNoun portal.Noun // what kind of object that is
}

// FieldError is an error as the portal answers it.
func (f Finding) FieldError() portal.FieldError {
	return portal.FieldError{Field: f.Field, Code: f.Code, Message: f.Message, ExistingID: f.ExistingID, ExistingNoun: f.ExistingNoun}
}

// Complete gives every field of a new object that is left out its default.
func (s *Set) Complete(noun portal.Noun, object any) error {
	return s.CompleteKnown(noun, object, nil)
}

// CompleteKnown is Complete for an object of which some fields are not known yet (see Change): those get no default.
func (s *Set) CompleteKnown(noun portal.Noun, object any, unknown func(path string) bool) error {
	o := s.Objects[noun]
	if o == nil {
		return nil // Check says that the platform has none
	}
	defaults := map[string]any{} // given after all were looked for: one may depend on whether another field was set
	for path, field := range o.Fields {
		if field.Default == nil || given(object, path) || unknownAt(unknown, path) || field.UnlessSet != "" && unknownAt(unknown, field.UnlessSet) {
			continue
		}
		defaults[path] = field.Default
		if field.UnlessSet != "" && given(object, field.UnlessSet) {
			defaults[path] = false
		}
	}
	for path, value := range defaults {
		if err := assign(object, path, value); err != nil {
			return fmt.Errorf("rule set of %s: %w", s.Platform, err)
		}
	}
	return nil
}

// unknownAt reports whether the value at the path, or an object that holds it, is not known yet.
func unknownAt(unknown func(path string) bool, path string) bool {
	if unknown == nil {
		return false
	}
	for i, r := range path {
		if r == '.' && unknown(path[:i]) {
			return true
		}
	}
	return unknown(path)
}

// Check returns what the platform has to say about a change, in the order of the fields' names. A change may be written
// if no finding is an error.
func (s *Set) Check(inventory Inventory, change Change) []Finding {
	e := s.evaluation(inventory, change)
	if e.object == nil {
		return []Finding{{
			Severity: SeverityError, Code: portal.CodeNotOnPlatform, ID: "ALL-01",
			Message: fmt.Sprintf("%s has no %ss; leave this one out", s.Platform, change.Noun.Title()),
		}}
	}
	e.after.keep(e.before)
	e.object.normalizeDocument(&e.after)
	if change.Deletion != nil {
		for _, check := range e.object.Deletion {
			e.check(check)
		}
		e.administrators()
		return e.findings
	}
	e.presence()
	for _, path := range slices.Sorted(maps.Keys(e.object.Fields)) {
		e.field(path, e.object.Fields[path])
	}
	for _, transition := range e.object.Changes {
		e.transition(transition)
	}
	for _, check := range e.object.Checks {
		e.check(check)
	}
	e.privileges()
	e.administrators()
	slices.SortStableFunc(e.findings, func(a, b Finding) int { return cmp.Compare(a.Field, b.Field) })
	return e.findings
}

type evaluation struct {
	set           *Set
	object        *Object
	inventory     Inventory
	change        Change
	before, after document
	findings      []Finding
}

func (s *Set) evaluation(inventory Inventory, change Change) *evaluation {
	return &evaluation{
		set: s, object: s.Objects[change.Noun], inventory: inventory, change: change, before: flatten(change.Before), after: flatten(change.After),
	}
}

// add adds an error. The message says what the field is or does, as in "is 3; vaxel allows 5 to 300": the path of the
// field comes before it.
func (e *evaluation) add(path, id string, code portal.Code, format string, args ...any) {
	e.addMessage(path, id, code, path+" "+fmt.Sprintf(format, args...))
}

// addSentence adds an error with a sentence that is about more than the field.
func (e *evaluation) addSentence(path, id string, code portal.Code, format string, args ...any) {
	message := portal.FieldError{Field: path, Message: fmt.Sprintf(format, args...)}
	e.addMessage(path, id, code, message.Sentence())
}

func (e *evaluation) addMessage(path, id string, code portal.Code, message string) {
	e.findings = append(e.findings, Finding{Field: path, Severity: SeverityError, Code: code, ID: id, Message: message})
}

func (e *evaluation) unknown(path string) bool {
	return unknownAt(e.change.Unknown, path)
}

func (e *evaluation) creating() bool { return len(e.before.values) == 0 }

// presence refuses what the platform does not have (ALL-01). A nested object of which it has no field is one finding,
// at the object.
func (e *evaluation) presence() {
	var absent string
	for _, path := range e.after.given {
		if e.object.has(path) || e.unknown(path) || absent != "" && strings.HasPrefix(path, absent+".") {
			continue
		}
		absent = path
		e.add(path, "ALL-01", portal.CodeNotOnPlatform, "%sdoes not exist for a %s on %s; leave it out",
			e.inBrackets(path), e.change.Noun.Title(), e.set.Platform)
	}
}

// inBrackets is what was given for a field, for behind its name; empty for an object or a secret.
func (e *evaluation) inBrackets(path string) string {
	switch v := e.after.values[path].(type) {
	case nil, portal.Secret, map[string]string:
		return ""
	case string:
		return fmt.Sprintf("(%q) ", clip(v))
	default:
		return fmt.Sprintf("(%s) ", e.text(path))
	}
}

// has reports whether the platform has the field, or any field below it.
func (o *Object) has(path string) bool {
	if _, ok := o.Fields[path]; ok {
		return true
	}
	for name := range o.Fields {
		if strings.HasPrefix(name, path+".") {
			return true
		}
	}
	return false
}

// changed reports whether the wanted value differs from the stored one; everything given differs on creation.
func (e *evaluation) changed(path string) bool {
	after, given := e.after.values[path]
	if !given {
		return false
	}
	before, had := e.before.values[path]
	if !had {
		return true
	}
	switch v := after.(type) {
	case []string:
		return !slices.Equal(v, e.object.normalizeList(path, e.before.strings(path)))
	case map[string]string:
		stored, _ := before.(map[string]string)
		return !maps.Equal(v, stored)
	}
	if text, ok := before.(string); ok {
		before = e.object.normalizeText(path, text)
	}
	return after != before
}
