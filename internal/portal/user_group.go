package portal

// UserGroup sorts the users of an organisation by one thing, such as their position (TC-10): each user is in at most
// one of its subgroups.
type UserGroup struct {
	ID        string     `json:"id,omitzero"`
	ETag      string     `json:"etag,omitzero"`
	Name      *string    `json:"name,omitzero"` // unique in the organisation, ignoring case
	Subgroups []Subgroup `json:"subgroups,omitzero"`

	// Where the object comes from, which is read-only and no part of a request.
	ManagedBy string `json:"managed_by,omitzero"` // the header Managed-By of the last write that had one; empty for nobody
	CreatedAt string `json:"created_at,omitzero"` // RFC 3339 in UTC; empty where it is not known
	Untouched bool   `json:"untouched,omitzero"`  // whether nothing was changed since the create

	// Pending is what the object was given and does not have yet: another object of the same manager has it (see the
	// header Hand-Over).
	Pending []Pending `json:"pending,omitzero" portal:"read-only"`
}

// NounSubgroup is what a subgroup is called where it stands beside objects.
const NounSubgroup Noun = "subgroup"

// Subgroup is one of the choices that a user group offers. A replacement of the group keeps the id of a subgroup whose
// name stays, ignoring case.
type Subgroup struct {
	ID          string `json:"id,omitzero"`  // read-only
	Name        string `json:"name"`         // unique in its group, ignoring case
	MemberCount int    `json:"member_count"` // read-only: how many users are in it; no part of the ETag
}

// Meta implements Object.
func (g UserGroup) Meta() Meta {
	return Meta{ID: g.ID, ETag: g.ETag, ManagedBy: g.ManagedBy, CreatedAt: g.CreatedAt, Untouched: g.Untouched, Pending: g.Pending}
}
