package rules

import (
	"fmt"
	"slices"
)

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

// holds evaluates one condition.
func (e *evaluation) holds(c Condition) truth {
	if c.AtLeast != nil {
		return e.atLeast(*c.AtLeast, c.Fields)
	}
	doc := &e.after
	if c.Before {
		doc = &e.before
	} else if e.unknown(c.Field) {
		return unknowable
	}
	switch {
	case c.Equals != nil:
		return truthOf(fmt.Sprint(doc.values[c.Field]) == fmt.Sprint(c.Equals))
	case c.OneOf != nil:
		return truthOf(slices.ContainsFunc(c.OneOf, func(v any) bool { return fmt.Sprint(v) == fmt.Sprint(doc.values[c.Field]) }))
	case c.Set != nil:
		return truthOf((len(doc.strings(c.Field)) > 0) == *c.Set)
	case c.Changed != nil:
		return truthOf((!e.creating() && e.changed(c.Field)) == *c.Changed)
	case c.Count != nil:
		return truthOf(len(doc.strings(c.Field)) == *c.Count)
	default:
		return e.among(c, doc)
	}
}

// among reports whether every value of the field is among the values of the other fields. A value that is not there yet may still come
// from a field that is not known.
func (e *evaluation) among(c Condition, doc *document) truth {
	var allowed []string
	incomplete := false
	for _, path := range c.Among {
		if !c.Before && e.unknown(path) {
			incomplete = true
			continue
		}
		allowed = append(allowed, doc.strings(path)...)
	}
	for _, value := range doc.strings(c.Field) {
		if slices.Contains(allowed, value) {
			continue
		}
		if incomplete {
			return unknowable
		}
		return no
	}
	return yes
}

// atLeast reports whether the fields together hold so many different values. One that is not known yet may hold any number of them.
func (e *evaluation) atLeast(least int, fields []string) truth {
	values := map[string]bool{}
	incomplete := false
	for _, path := range fields {
		if e.unknown(path) {
			incomplete = true
			continue
		}
		for _, value := range e.after.strings(path) {
			values[value] = true
		}
	}
	switch {
	case len(values) >= least:
		return yes
	case incomplete:
		return unknowable
	default:
		return no
	}
}
