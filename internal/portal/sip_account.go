package portal

// SIPAccount is what a phone or an app registers with (RFC 3261).
type SIPAccount struct {
	ID           string  `json:"id,omitzero"`
	ETag         string  `json:"etag,omitzero"`
	Extension    *string `json:"extension,omitzero"`
	Name         *string `json:"name,omitzero"`
	Type         *string `json:"type,omitzero"` // voip or app
	CallerID     *string `json:"caller_id,omitzero"`
	HideCallerID *bool   `json:"hide_caller_id,omitzero"`
	Enabled      *bool   `json:"enabled,omitzero"`
	Password     *Secret `json:"password,omitzero"`     // requests only; kept as digest HA1, never in clear (RFC 8760)
	SIPUsername  string  `json:"sip_username,omitzero"` // read-only: digest username, given once, never an extension
	SIPDomain    string  `json:"sip_domain,omitzero"`   // read-only: digest realm
	UserID       string  `json:"user_id,omitzero"`      // read-only: the user that has this account; no part of the ETag
}
