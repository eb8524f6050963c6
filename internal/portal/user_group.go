package portal

// UserGroup sorts the users of an organisation by one thing, such as their position (TC-10): each user is in at most one of its subgroups.
type UserGroup struct {
	ID        string     `json:"id,omitzero"`
	ETag      string     `json:"etag,omitzero"`
	Name      *string    `json:"name,omitzero"` // unique in the organisation, ignoring case
	Subgroups []Subgroup `json:"subgroups,omitzero"`
}

// Subgroup is one of the choices that a user group offers. A replacement of the group keeps the id of a subgroup whose name stays, ignoring case.
type Subgroup struct {
	ID          string `json:"id,omitzero"`  // read-only
	Name        string `json:"name"`         // unique in its group, ignoring case
	MemberCount int    `json:"member_count"` // read-only: how many users are in it; no part of the ETag
}
