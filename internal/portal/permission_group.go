package portal

// PermissionGroup is a named set of rights, on some platforms called a role.
type PermissionGroup struct {
	ID          string   `json:"id,omitzero"`
	ETag        string   `json:"etag,omitzero"`
	Name        *string  `json:"name,omitzero"` // unique in the organisation, ignoring case
	Description *string  `json:"description,omitzero"`
	Permissions []string `json:"permissions,omitzero"`
	BuiltIn     bool     `json:"built_in"`     // read-only: comes with the platform, cannot be deleted (MW-05, MW-06)
	MemberCount int      `json:"member_count"` // read-only: how many users are in it; no part of the ETag

	// Where the object comes from, which is read-only and no part of a request.
	ManagedBy string `json:"managed_by,omitzero"` // the header Managed-By of the last write that had one; empty for nobody
	CreatedAt string `json:"created_at,omitzero"` // RFC 3339 in UTC; empty where it is not known
	Untouched bool   `json:"untouched,omitzero"`  // whether nothing was changed since the create

	// Pending is what the object was given and does not have yet: another object of the same manager has it (see the
	// header Hand-Over).
	Pending []Pending `json:"pending,omitzero" portal:"read-only"`
}

// PermissionGroupMember is one user in one permission group, whatever others the user is in.
type PermissionGroupMember struct {
	PermissionGroupID string `json:"permission_group_id"`
	UserID            string `json:"user_id"`
	// A membership is part of the user, so that giving or taking one makes another version of the user: the ETag that
	// the user has, and the one that it had before this request, if the request changed it.
	UserETag         string `json:"user_etag"`
	PreviousUserETag string `json:"previous_user_etag,omitzero"`

	// Waits says that a membership ends once the user is in another permission group (the answer 202).
	Waits bool `json:"waits,omitzero"`
}

// Meta implements Object.
func (g PermissionGroup) Meta() Meta {
	return Meta{ID: g.ID, ETag: g.ETag, ManagedBy: g.ManagedBy, CreatedAt: g.CreatedAt, Untouched: g.Untouched, Pending: g.Pending}
}
