package portal

// User is a person who logs in to the portal. Which of the fields exist, which are required and what they may hold is
// the platform's rule set (ALL-01).
type User struct {
	ID                 string     `json:"id,omitzero"`   // given by the portal
	ETag               string     `json:"etag,omitzero"` // changes with every write; for If-Match
	Username           *string    `json:"username,omitzero"`
	Email              *string    `json:"email,omitzero"`
	FirstName          *string    `json:"first_name,omitzero"`
	MiddleName         *string    `json:"middle_name,omitzero"`
	LastName           *string    `json:"last_name,omitzero"`
	Enabled            *bool      `json:"enabled,omitzero"`
	Description        *string    `json:"description,omitzero"`
	PermissionGroupIDs []string   `json:"permission_group_ids,omitzero"`
	Password           *Secret    `json:"password,omitzero"` // requests only
	Telephony          *Telephony `json:"telephony,omitzero"`
	ClickToDial        *ClickDial `json:"click_to_dial,omitzero"`
	Directory          *Directory `json:"directory,omitzero"`
	Locale             *Locale    `json:"locale,omitzero"`
	Security           *Security  `json:"security,omitzero"`
}

// Telephony is how a user is called and calls.
type Telephony struct {
	Extension            *string  `json:"extension,omitzero"`
	PBXID                *string  `json:"pbx_id,omitzero"`
	SIPAccountIDs        []string `json:"sip_account_ids,omitzero"`
	SIPAssignment        *string  `json:"sip_assignment,omitzero"`
	AppSIPAccountID      *string  `json:"app_sip_account_id,omitzero"`
	MobileFallbackNumber *string  `json:"mobile_fallback_number,omitzero"`
	ForwardNumbers       []string `json:"forward_numbers,omitzero"`
	Available            *bool    `json:"available,omitzero"`
	ActiveDestination    *string  `json:"active_destination,omitzero"`
	CallerID             *string  `json:"caller_id,omitzero"`
	CallerIDs            []string `json:"caller_ids,omitzero"`
	SMSSenders           []string `json:"sms_senders,omitzero"`
	HideCallerID         *bool    `json:"hide_caller_id,omitzero"`
	RingSeconds          *int64   `json:"ring_seconds,omitzero"`
	CallWaiting          *bool    `json:"call_waiting,omitzero"`
	BusyOnAllDevices     *bool    `json:"busy_on_all_devices,omitzero"`
	DefaultProfile       *string  `json:"default_profile,omitzero"`
	Recording            *string  `json:"recording,omitzero"`
	BillingNumber        *string  `json:"billing_number,omitzero"`
}

// ClickDial is how calls are placed from a web page or another program.
type ClickDial struct {
	FollowAvailability *bool   `json:"follow_availability,omitzero"`
	SIPAccountID       *string `json:"sip_account_id,omitzero"`
	AutoAnswer         *bool   `json:"auto_answer,omitzero"`
}

// Directory is how a user appears to colleagues and to other systems.
type Directory struct {
	Hidden         *bool   `json:"hidden,omitzero"`
	BusinessNumber *string `json:"business_number,omitzero"`
	ExchangeAlias  *string `json:"exchange_alias,omitzero"`
}

// Locale is where a user is and what a user reads.
type Locale struct {
	Country  *string `json:"country,omitzero"`   // ISO 3166-1 alpha-2
	TimeZone *string `json:"time_zone,omitzero"` // IANA time zone database
	Language *string `json:"language,omitzero"`  // BCP 47
}

// Security is how a user proves who it is.
type Security struct {
	TwoFactorRequired *bool `json:"two_factor_required,omitzero"`
	SkipSSO           *bool `json:"skip_sso,omitzero"`
}
