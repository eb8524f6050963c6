package portal

// User is a person who logs in to the portal. Which of the fields exist, which are required and what they may hold is
// the platform's rule set (ALL-01).
type User struct {
	ID                 string   `json:"id,omitzero"`   // given by the portal
	ETag               string   `json:"etag,omitzero"` // changes with every write; for If-Match
	Username           *string  `json:"username,omitzero"`
	Email              *string  `json:"email,omitzero"`
	FirstName          *string  `json:"first_name,omitzero"`
	MiddleName         *string  `json:"middle_name,omitzero"`
	LastName           *string  `json:"last_name,omitzero"`
	Enabled            *bool    `json:"enabled,omitzero"`
	Description        *string  `json:"description,omitzero"`
	PermissionGroupIDs []string `json:"permission_group_ids,omitzero"`
	Password           *Secret  `json:"password,omitzero"` // requests only
	// PasswordVersion is the version that the client gave Password; nil for a password that came without one. A person
	// who chooses another keeps it.
	PasswordVersion *int64     `json:"password_version,omitzero" portal:"with-secret"`
	SendInvitation  *bool      `json:"send_invitation,omitzero"` // whether the portal mails the person how to get in (MW-03, EN-03)
	Telephony       *Telephony `json:"telephony,omitzero"`
	ClickToDial     *ClickDial `json:"click_to_dial,omitzero"`
	Directory       *Directory `json:"directory,omitzero"`
	Locale          *Locale    `json:"locale,omitzero"`
	Security        *Security  `json:"security,omitzero"`
	Voicemail       *Voicemail `json:"voicemail,omitzero"`
	Licence         *Licence   `json:"licence,omitzero"`
	Webcare         *Webcare   `json:"webcare,omitzero"`

	// Where the object comes from, which is read-only and no part of a request.
	ManagedBy string `json:"managed_by,omitzero"` // the header Managed-By of the last write that had one; empty for nobody
	CreatedAt string `json:"created_at,omitzero"` // RFC 3339 in UTC; empty where it is not known
	Untouched bool   `json:"untouched,omitzero"`  // whether nothing was changed since the create

	// Pending is what the object was given and does not have yet: another object of the same manager has it (see the
	// header Hand-Over).
	Pending []Pending `json:"pending,omitzero" portal:"read-only"`

	// Permissions are read-only: the effective rights, the union of those of all permission groups the user is in
	// (MW-04); no part of the ETag.
	Permissions         []string `json:"permissions,omitzero" portal:"read-only"`
	PlannedPublications int      `json:"planned_publications,omitzero"` // read-only: how many wait to be placed (EN-16); no part of the ETag

	// The life of the login, which is no part of the ETag and ignored in requests, with one exception: a request with
	// an If-Match that sets Enabled ends a block only if it says that the status was blocked when it was read, so that
	// it ends no block that it does not know of (EN-18).
	Status      UserStatus `json:"status,omitzero"`
	TwoFactor   bool       `json:"two_factor,omitzero"`    // whether a second factor is enrolled
	InvitedAt   string     `json:"invited_at,omitzero"`    // when the invitation was last queued, RFC 3339 in UTC; empty for never
	LastLoginAt string     `json:"last_login_at,omitzero"` // when the person last got in, RFC 3339 in UTC; empty for never
}

// UserStatus is how far a person has got with logging in. Whether access is granted at all is User.Enabled (EN-17).
type UserStatus string

// The statuses of a user.
const (
	StatusPending UserStatus = "pending" // has not chosen a password yet (MW-16)
	StatusActive  UserStatus = "active"
	StatusBlocked UserStatus = "blocked" // after failed log-ins in a row, or by an administrator (EN-18)
)

// UserStatuses lists every status.
func UserStatuses() []UserStatus { return []UserStatus{StatusPending, StatusActive, StatusBlocked} }

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
	IncomingNumbers      []string `json:"incoming_numbers,omitzero"` // owned numbers that ring at the user and nobody else, E.164 (VX-07)
}

// ClickDial is how calls are placed from a web page or another program.
type ClickDial struct {
	FollowAvailability *bool   `json:"follow_availability,omitzero"`
	SIPAccountID       *string `json:"sip_account_id,omitzero"`
	AutoAnswer         *bool   `json:"auto_answer,omitzero"`
}

// Directory is how a user appears to colleagues and to other systems.
type Directory struct {
	Hidden         *bool    `json:"hidden,omitzero"`
	BusinessNumber *string  `json:"business_number,omitzero"`
	ExchangeAlias  *string  `json:"exchange_alias,omitzero"`
	UserGroupIDs   []string `json:"user_group_ids,omitzero"` // ids of subgroups, at most one of each user group (TC-10)
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

// Voicemail is what happens to calls that nobody takes.
type Voicemail struct {
	Enabled    *bool   `json:"enabled,omitzero"`
	PIN        *Secret `json:"pin,omitzero"`                              // requests only; digits
	PINVersion *int64  `json:"pin_version,omitzero" portal:"with-secret"` // as User.PasswordVersion
	PINSet     bool    `json:"pin_set"`                                   // read-only: whether the portal has a PIN
	Email      *string `json:"email,omitzero"`
	SMSNumber  *string `json:"sms_number,omitzero"`
}

// Licence is what the organisation pays for a user to use.
type Licence struct {
	Product                 *string `json:"product,omitzero"`
	Edition                 *string `json:"edition,omitzero"`
	HelpdeskID              *string `json:"helpdesk_id,omitzero"`
	CallControlAPI          *bool   `json:"call_control_api,omitzero"`
	StatutoryRepresentative *bool   `json:"statutory_representative,omitzero"`
	Billed                  *bool   `json:"billed,omitzero"`
}

// Webcare is how a user answers customers on social media and in live chat.
type Webcare struct {
	Suffixes                  map[string]string `json:"suffixes,omitzero"`         // social platform → signature
	DefaultAccounts           map[string]string `json:"default_accounts,omitzero"` // social platform → id of the account to reply from
	MobileNumber              *string           `json:"mobile_number,omitzero"`
	NotifyOnAssignment        *bool             `json:"notify_on_assignment,omitzero"`
	NotifyOnFailedPublication *bool             `json:"notify_on_failed_publication,omitzero"`
	MailForwarding            *string           `json:"mail_forwarding,omitzero"`
	LandingPage               *string           `json:"landing_page,omitzero"`
	LoginAvailability         *string           `json:"login_availability,omitzero"`
	Avatar                    *string           `json:"avatar,omitzero"`        // requests only: a PNG or JPEG in base64 (RFC 4648, section 4); "" removes it
	AvatarSHA256              string            `json:"avatar_sha256,omitzero"` // read-only: digest of the picture in hex, "" for none
	CRMUser                   *string           `json:"crm_user,omitzero"`
}

// Limits of an avatar.
const (
	MaxAvatarSize = 1 << 20 // bytes, before base64
	MaxAvatarSide = 4096    // pixels
)

// Meta implements Object.
func (u User) Meta() Meta {
	return Meta{ID: u.ID, ETag: u.ETag, ManagedBy: u.ManagedBy, CreatedAt: u.CreatedAt, Untouched: u.Untouched, Pending: u.Pending}
}
