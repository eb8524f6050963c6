package rules

import (
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// unseen says which invisible character a name holds. A value that is stored already stays as it is: it was allowed
// when it was written.
func (e *evaluation) unseen(f *Field, path, value string) error {
	if !f.isName() || !e.creating() && slices.Contains(e.before.strings(path), value) {
		return nil
	}
	return portal.RefuseInvisible(value)
}

// isName reports whether people know something by the text of a field. Notes and signatures are not names: an emoji in
// them may be a sequence that invisible characters hold together.
func (f *Field) isName() bool {
	return !f.Multiline && f.Keys == nil && f.Source == "" && (f.Format == "" || f.Format == FormatPersonName)
}
