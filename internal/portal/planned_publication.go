package portal

import "time"

// PlannedPublication is something that a user has written and that is to be placed at a later time (EN-16). It goes
// with its user.
type PlannedPublication struct {
	ID        string    `json:"id,omitzero"`
	Text      string    `json:"text"`
	PublishAt time.Time `json:"publish_at"`
}
