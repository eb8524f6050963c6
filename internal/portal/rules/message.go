package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// fill puts values into a message: {path} becomes the wanted value of that field, {before.path} the stored one,
// {ordered} what the organisation has ordered, and {offered} the licences that it can choose from.
func (e *evaluation) fill(message string) string {
	var b strings.Builder
	for {
		start, rest, found := strings.Cut(message, "{")
		b.WriteString(start)
		if !found {
			return b.String()
		}
		name, end, _ := strings.Cut(rest, "}")
		b.WriteString(e.placeholder(name))
		message = end
	}
}

func (e *evaluation) placeholder(name string) string {
	stored, before := strings.CutPrefix(name, "before.")
	switch {
	case before:
		return e.before.text(stored)
	case name == "ordered":
		return e.set.orderedBy(e.inventory.Organization)
	case name == "offered":
		return choices(e.set.offered(e.inventory.Organization))
	case e.unknown(name):
		return "a value that is not known yet"
	default:
		return e.text(name)
	}
}

// text is the wanted value of a field as a person reads it, with how many elements are not known yet.
func (e *evaluation) text(path string) string {
	open := e.change.open(path)
	switch {
	case open == 0:
		return e.after.text(path)
	case len(e.after.strings(path)) == 0:
		return quantity(open, "value") + " not known yet"
	default:
		return fmt.Sprintf("%s and %s not known yet", e.after.text(path), quantity(open, "value"))
	}
}

// quantity is a number of things, of which one is the noun and many are the noun with an s.
func quantity(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// orderedBy lists the services of the platform that an organisation has ordered.
func (s *Set) orderedBy(organization portal.Organization) string {
	services := slices.DeleteFunc(slices.Sorted(maps.Keys(s.Services)), func(service string) bool {
		return !slices.Contains(organization.Ordered, service)
	})
	return cmp.Or(strings.Join(services, ", "), "nothing")
}
