package rules

import (
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Transition says how the values of some fields, taken together, may change once they are saved. Such a state is
// written as the values in the order of the fields, without those that are empty and with a space between.
type Transition struct {
	ID     string              `yaml:"id"`
	Field  string              `yaml:"field"` // what the fields are part of
	Fields []string            `yaml:"fields"`
	Arrows map[string][]string `yaml:"arrows"` // every state, and those it may change to
}

// transition refuses a change that goes along no arrow. What is no state at all is for the rules of the fields to
// refuse.
func (e *evaluation) transition(t Transition) {
	if e.creating() || slices.ContainsFunc(t.Fields, e.unknown) {
		return
	}
	from, to := t.state(&e.before), t.state(&e.after)
	allowed, known := t.Arrows[from]
	if _, ok := t.Arrows[to]; !ok || !known || from == to || slices.Contains(allowed, to) {
		return
	}
	next := "it cannot change at all, so keep it"
	if len(allowed) > 0 {
		next = "it can change to " + enumerate(allowed, "or")
	}
	path := t.Fields[slices.IndexFunc(t.Fields, e.changed)]
	e.addSentence(path, t.ID, portal.CodeUnchangeable, "the %s cannot change from %q to %q; %s", t.Field, from, to, next)
}

func (t Transition) state(doc *document) string {
	var values []string
	for _, path := range t.Fields {
		values = append(values, doc.strings(path)...)
	}
	return strings.Join(values, " ")
}
