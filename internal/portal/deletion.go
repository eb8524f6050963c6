package portal

// Deletion is what the writer says about a deletion.
type Deletion struct {
	DiscardPlannedWork bool // planned publications go with the user (EN-16)
}
