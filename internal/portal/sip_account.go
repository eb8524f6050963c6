package portal

// SIPAccount is what a phone or an app registers with (RFC 3261).
type SIPAccount struct {
	ID              string  `json:"id,omitzero"`
	ETag            string  `json:"etag,omitzero"`
	Extension       *string `json:"extension,omitzero"`
	Name            *string `json:"name,omitzero"`
	Type            *string `json:"type,omitzero"` // voip or app
	CallerID        *string `json:"caller_id,omitzero"`
	HideCallerID    *bool   `json:"hide_caller_id,omitzero"`
	Enabled         *bool   `json:"enabled,omitzero"`
	Password        *Secret `json:"password,omitzero"`                              // requests only; kept as digest HA1, never in clear (RFC 8760)
	PasswordVersion *int64  `json:"password_version,omitzero" portal:"with-secret"` // as User.PasswordVersion
	SIPUsername     string  `json:"sip_username,omitzero"`                          // read-only: digest username, given once, never an extension
	SIPDomain       string  `json:"sip_domain,omitzero"`                            // read-only: digest realm
	UserID          string  `json:"user_id,omitzero"`                               // read-only: the user that has this account; no part of the ETag

	// Where the object comes from, which is read-only and no part of a request.
	ManagedBy string `json:"managed_by,omitzero"` // the header Managed-By of the last write that had one; empty for nobody
	CreatedAt string `json:"created_at,omitzero"` // RFC 3339 in UTC; empty where it is not known
	Untouched bool   `json:"untouched,omitzero"`  // whether nothing was changed since the create

	// Pending is what the object was given and does not have yet: another object of the same manager has it (see the
	// header Hand-Over).
	Pending []Pending `json:"pending,omitzero" portal:"read-only"`
}

// Meta implements Object.
func (a SIPAccount) Meta() Meta {
	return Meta{ID: a.ID, ETag: a.ETag, ManagedBy: a.ManagedBy, CreatedAt: a.CreatedAt, Untouched: a.Untouched, Pending: a.Pending}
}
