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
}
