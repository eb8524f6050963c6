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
	Code       portal.Code
	Message    string
	ID         string // requirement id, if the rule has one
	ExistingID string // with portal.CodeAlreadyExists: the object that has the value
}

// Change is one write to be checked.
type Change struct {
	Noun   portal.Noun
	Before any // pointer to the stored object; nil on creation
	After  any // pointer to the wanted object, on creation with its defaults (see Complete); on a replacement what it leaves out stays as stored
	// Unknown reports whether the wanted value at a dotted path is not known yet, a nested object with all its fields included. What
	// depends on it is not checked. Nil: all is known.
	Unknown func(path string) bool
	// Scopes are what the token of the writer may do. Nil: not known, not checked.
	Scopes []portal.Scope
	// Deletion is not nil if Before is to be deleted. After is nil then.
	Deletion *portal.Deletion
}

// Inventory is what the organisation has, as far as a check needs it.
type Inventory struct {
	Organization     portal.Organization               // zero (no ID): not known, not checked
	PermissionGroups map[string]portal.PermissionGroup // by id; a group that is not here does not exist. Nil: not known, not checked.
	SIPAccounts      map[string]SIPAccount             // by id, likewise
	Subgroups        map[string]Subgroup               // by id, likewise
	Numbers          map[string]Number                 // owned numbers by their E.164 form. Nil: not known, not checked.
	Holders          map[string]map[string]Holder      // field path → UniqueKey of a value → who has it. Nil: not known, not checked.
}

// Subgroup is a subgroup and the user group that it is of.
type Subgroup struct {
	portal.Subgroup
	GroupID, GroupName string
}

// Number says who has an owned number; nobody, if it is the zero value.
type Number struct {
	UserID string // whom it is allocated to
	Main   bool   // the main number of the organisation
}

// SIPAccount is an account and who has it; nobody, if Holder is the zero value.
type SIPAccount struct {
	portal.SIPAccount
	Holder Holder
}

// Holder is an object that has something, and its name in messages. The zero value is an object of another organisation, of which nothing may
// be said (MW-02).
type Holder struct {
	ID   string
	Name string // e-mail, username, group name or extension
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
	doc := flatten(object)
	for path, field := range o.Fields {
		if _, given := doc.values[path]; given || field.Default == nil || unknownAt(unknown, path) {
			continue
		}
		if err := assign(object, path, field.Default); err != nil {
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

// Check returns what the platform has to say about a change, in the order of the fields' names. A change may be written if no finding
// is an error.
func (s *Set) Check(inventory Inventory, change Change) []Finding {
	e := evaluation{set: s, object: s.Objects[change.Noun], inventory: inventory, change: change, before: flatten(change.Before), after: flatten(change.After)}
	if e.object == nil {
		return []Finding{{
			Severity: SeverityError, Code: portal.CodeNotOnPlatform, ID: "ALL-01",
			Message: fmt.Sprintf("%s has no %ss; leave this one out", s.Platform, change.Noun.Title()),
		}}
	}
	e.after.keep(e.before)
	e.object.normalizeDocument(&e.after)
	e.presence()
	for _, path := range slices.Sorted(maps.Keys(e.object.Fields)) {
		e.field(path, e.object.Fields[path])
	}
	for _, check := range e.object.Checks {
		e.check(check)
	}
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

func (e *evaluation) add(path, id string, code portal.Code, format string, args ...any) {
	e.findings = append(e.findings, Finding{Field: path, Severity: SeverityError, Code: code, ID: id, Message: fmt.Sprintf(format, args...)})
}

func (e *evaluation) unknown(path string) bool {
	return unknownAt(e.change.Unknown, path)
}

func (e *evaluation) creating() bool { return len(e.before.values) == 0 }

// presence refuses what the platform does not have (ALL-01). A nested object of which it has no field is one finding, at the object.
func (e *evaluation) presence() {
	var absent string
	for _, path := range e.after.given {
		if e.object.has(path) || e.unknown(path) || absent != "" && strings.HasPrefix(path, absent+".") {
			continue
		}
		absent = path
		e.add(path, "ALL-01", portal.CodeNotOnPlatform, "%s has no %s for a %s; leave it out", e.set.Platform, path, e.change.Noun.Title())
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
	if list, ok := after.([]string); ok {
		return !slices.Equal(list, e.object.normalizeList(path, e.before.strings(path)))
	}
	if text, ok := before.(string); ok {
		before = e.object.normalizeText(path, text)
	}
	return after != before
}

// check evaluates a rule between fields. One that hangs on a value not known yet says nothing.
func (e *evaluation) check(check Check) {
	for _, condition := range check.When {
		if e.holds(condition) != yes {
			return
		}
	}
	for _, condition := range check.Require {
		if e.holds(condition) != no {
			continue
		}
		finding := Finding{
			Field: check.Field, ID: check.ID, Severity: cmp.Or(check.Severity, SeverityError),
			Code: cmp.Or(check.Code, portal.CodeNotAllowed), Message: e.fill(check.Message),
		}
		e.findings = append(e.findings, finding)
		return
	}
}

// fill puts values into a message: {path} becomes the wanted value of that field.
func (e *evaluation) fill(message string) string {
	var b strings.Builder
	for {
		start, rest, found := strings.Cut(message, "{")
		b.WriteString(start)
		if !found {
			return b.String()
		}
		path, end, _ := strings.Cut(rest, "}")
		if e.unknown(path) {
			b.WriteString("a value that is not known yet")
		} else {
			b.WriteString(e.after.text(path))
		}
		message = end
	}
}
