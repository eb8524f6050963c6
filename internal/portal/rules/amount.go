package rules

// amount is how many values a field can have. All of them are known if both bounds are the same.
type amount struct{ least, most int }

// countless is more than any list has.
const countless = 1 << 30

// open is how many values of a field are not known yet, besides those in the wanted object.
func (c *Change) open(path string) int {
	switch {
	case unknownAt(c.Unknown, path):
		return countless
	case c.Partial == nil:
		return 0
	default:
		return c.Partial(path)
	}
}

// settled reports whether every value of the field is known.
func (e *evaluation) settled(path string) bool { return e.change.open(path) == 0 }

// known are the values of the wanted object that are known. What stands in it for a field that is not known says
// nothing.
func (e *evaluation) known(path string) []string {
	if e.unknown(path) {
		return nil
	}
	return e.after.strings(path)
}

// amount counts the values of the wanted object. Elements that are not known yet may be equal to known ones, or to one
// another. A list with such elements has one at least; a map may have an empty text, which says none.
func (e *evaluation) amount(path string) amount {
	known, open := len(e.known(path)), e.change.open(path)
	least := known
	if _, list := e.after.values[path].([]string); list && open > 0 && open < countless {
		least = max(known, 1)
	}
	return amount{least, min(known+open, countless)}
}

// together counts the different values of several fields.
func (e *evaluation) together(paths []string) amount {
	known, open, least := map[string]bool{}, 0, 0
	for _, path := range paths {
		for _, value := range e.known(path) {
			known[value] = true
		}
		open += e.change.open(path)
		least = max(least, e.amount(path).least)
	}
	return amount{max(least, len(known)), min(len(known)+open, countless)}
}

// within reports whether there are so many values.
func (a amount) within(least, most int) truth {
	switch {
	case least <= a.least && a.most <= most:
		return yes
	case a.most < least || most < a.least:
		return no
	default:
		return unknowable
	}
}

// differs reports whether the wanted value differs from the stored one. A list with elements that are not known yet
// differs for certain if it has another known one, or does not have enough elements for those that are stored.
func (e *evaluation) differs(path string) truth {
	open := e.change.open(path)
	known, list := e.after.values[path].([]string)
	switch {
	case open == 0:
		return truthOf(e.changed(path))
	case !list || e.unknown(path):
		return unknowable
	}
	stored := e.object.normalizeList(path, e.before.strings(path))
	if len(without(known, stored)) > 0 || len(without(stored, known)) > open {
		return yes
	}
	return unknowable
}

// among reports whether every value of the field is among the values of the other fields. A value that is not there may
// still be one of those that are not known yet, as far as there are enough of them.
func (e *evaluation) among(field string, fields []string) truth {
	var allowed []string
	open := 0
	for _, path := range fields {
		allowed = append(allowed, e.known(path)...)
		open += e.change.open(path)
	}
	switch missing := without(e.known(field), allowed); {
	case len(missing) > open:
		return no
	case len(missing) > 0 || !e.settled(field):
		return unknowable
	default:
		return yes
	}
}
