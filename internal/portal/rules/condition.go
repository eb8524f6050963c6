package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Check holds between fields: when every condition of When is true, every one of Require must be.
type Check struct {
	ID       string      `yaml:"id"`
	Field    string      `yaml:"field"` // where the finding is shown
	When     []Condition `yaml:"when"`
	Require  []Condition `yaml:"require"`
	Severity Severity    `yaml:"severity"` // error when left out
	Code     portal.Code `yaml:"code"`     // not_allowed when left out; a warning has one of the Code… of this package
	// Message says what is allowed and what to do. The path of Field comes before it, unless it begins with that.
	// {path} stands for that field's value, {before.path} for the stored one, {ordered} for the services that the
	// organisation has ordered, and {offered} for the licences that it can choose from.
	Message string `yaml:"message"`
}

// Condition is one statement: about a field, about several with AtLeast, or about the organisation or the writer.
// Exactly one is made.
type Condition struct {
	Field    string   `yaml:"field"`
	Before   bool     `yaml:"before"`    // speaks of the stored object, not of the wanted one
	Equals   any      `yaml:"equals"`    // the value is this one
	OneOf    []any    `yaml:"one_of"`    // the value is one of these
	Set      *bool    `yaml:"set"`       // there is (or is no) value, empty counting as none
	Changed  *bool    `yaml:"changed"`   // differs (or not) from the stored object; false on creation
	Count    *int     `yaml:"count"`     // so many elements, or characters of a text
	Among    []string `yaml:"among"`     // the value, or each element, is among those of all these fields together
	AtLeast  *int     `yaml:"at_least"`  // so many different values in Fields together, or more
	Fields   []string `yaml:"fields"`    // with at_least, instead of field
	FreeMail *bool    `yaml:"free_mail"` // the address is (or is not) at one of the domains of Set.FreeMail

	Ordered string       `yaml:"ordered"` // the organisation has ordered this service
	Module  string       `yaml:"module"`  // the organisation has this module
	Offered []string     `yaml:"offered"` // the values of these fields, in this order, are a licence of an edition that the organisation has ordered
	Scope   portal.Scope `yaml:"scope"`   // the token has this scope
	Discard *bool        `yaml:"discard"` // the writer says (or does not) that planned work goes with the object
	Any     []Condition  `yaml:"any"`     // at least one of these is true
}

// check evaluates a rule between fields. One that hangs on a value not known yet says nothing.
func (e *evaluation) check(check Check) {
	if check.Severity == SeverityWarning && e.change.Deletion == nil && !e.creating() && e.differs(check.Field) != yes {
		return // said when it was written
	}
	if e.breaks(check) {
		e.addSentence(check.Field, check.ID, cmp.Or(check.Code, portal.CodeNotAllowed), "%s", e.fill(check.Message))
		e.findings[len(e.findings)-1].Severity = cmp.Or(check.Severity, SeverityError)
	}
}

// breaks reports whether an object is known to break a rule between fields.
func (e *evaluation) breaks(check Check) bool {
	return !slices.ContainsFunc(check.When, func(c Condition) bool { return e.holds(c) != yes }) &&
		slices.ContainsFunc(check.Require, func(c Condition) bool { return e.holds(c) == no })
}

// truth is what can be said about a statement when some values are not known yet.
type truth int

const (
	unknowable truth = iota
	no
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// is reports whether a statement is true, or that it is false.
func (t truth) is(want bool) truth {
	if t == unknowable || want {
		return t
	}
	return truthOf(t == no)
}

// holds evaluates one condition.
func (e *evaluation) holds(c Condition) truth {
	switch {
	case c.AtLeast != nil:
		return e.together(c.Fields).within(*c.AtLeast, countless)
	case c.Any != nil:
		return e.any(c.Any)
	case c.Offered != nil:
		return e.offered(c.Offered)
	case c.Field == "":
		return e.circumstance(c)
	}
	doc, values := &e.after, e.amount(c.Field)
	if c.Before {
		n := len(e.before.strings(c.Field))
		doc, values = &e.before, amount{n, n}
	}
	switch {
	case c.Set != nil:
		return values.within(1, countless).is(*c.Set)
	case c.Count != nil:
		if text, ok := doc.values[c.Field].(string); ok && values.least == values.most {
			return truthOf(utf8.RuneCountInString(text) == *c.Count)
		}
		return values.within(*c.Count, *c.Count)
	case c.Changed != nil && e.creating():
		return truthOf(!*c.Changed)
	case c.Changed != nil:
		return e.differs(c.Field).is(*c.Changed)
	case c.Among != nil:
		return e.among(c.Field, c.Among)
	case values.least != values.most:
		return unknowable
	case c.Equals != nil:
		return truthOf(doc.is(c.Field, c.Equals))
	case c.OneOf != nil:
		return truthOf(slices.ContainsFunc(c.OneOf, func(v any) bool { return doc.is(c.Field, v) }))
	default:
		return truthOf(e.set.freeMail(strings.Join(doc.strings(c.Field), "")) == *c.FreeMail)
	}
}

// is reports whether the value at path is this one. What is absent is none.
func (d *document) is(path string, want any) bool {
	value := d.values[path]
	if secret, ok := value.(portal.Secret); ok {
		value = string(secret)
	}
	return fmt.Sprint(value) == fmt.Sprint(want)
}

// circumstance evaluates what is said about the organisation or the writer.
func (e *evaluation) circumstance(c Condition) truth {
	organization := e.inventory.Organization
	switch {
	case c.Scope != "":
		if e.change.Scopes == nil {
			return unknowable
		}
		return truthOf(slices.Contains(e.change.Scopes, c.Scope))
	case c.Discard != nil:
		return truthOf((e.change.Deletion != nil && e.change.Deletion.DiscardPlannedWork) == *c.Discard)
	case organization.ID == "":
		return unknowable
	case c.Module != "":
		return truthOf(slices.Contains(organization.Modules, c.Module))
	default:
		return truthOf(slices.Contains(organization.Ordered, c.Ordered))
	}
}

// any reports whether one of the conditions is true.
func (e *evaluation) any(conditions []Condition) truth {
	result := no
	for _, condition := range conditions {
		switch e.holds(condition) {
		case yes:
			return yes
		case unknowable:
			result = unknowable
		case no:
		}
	}
	return result
}

// freeMail reports whether an address is at a domain at which anybody gets one.
func (s *Set) freeMail(address string) bool {
	at := strings.LastIndexByte(address, '@')
	return at >= 0 && slices.Contains(s.FreeMail, portal.EmailKey(address[at+1:]))
}
