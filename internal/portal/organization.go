package portal

// Organization is the customer whose portal this is: what it ordered, rents and has. It comes from the organisation
// file and is read-only over the API.
type Organization struct {
	ID           string   `json:"id"`   // short name, lower-case letters, digits and hyphens
	Name         string   `json:"name"` // as printed
	Platform     Platform `json:"platform"`
	SIPDomain    string   `json:"sip_domain"`    // digest realm and host part of every SIP account (RFC 3261); empty without telephony
	Ordered      []string `json:"ordered"`       // services, such as "pbx" or "helpdesk"
	PhoneNumbers []string `json:"phone_numbers"` // owned numbers, E.164
	SenderNames  []string `json:"sender_names"`  // registered alphanumeric SMS senders (3GPP TS 23.038), at most 11 characters
	PBXs         []PBX    `json:"pbxs"`
	Modules      []string `json:"modules"`
	Profiles     []string `json:"profiles"` // names of availability profiles, besides ProfileAvailable (VX-06)
	Editions     []string `json:"editions"` // ordered licences, product and edition, such as "callcentrum start"; all of a product that has none here (SA-01)

	Helpdesks      []Helpdesk      `json:"helpdesks"`
	SocialAccounts []SocialAccount `json:"social_accounts"`
	OutgoingNumber string          `json:"outgoing_number"`     // OutgoingNumberAccount or OutgoingNumberUser (MW-17)
	Scopes         []Scope         `json:"scopes"`              // of the token that asks
	UserID         string          `json:"user_id"`             // whose token it is; empty: nobody's
	HandOvers      bool            `json:"hand_overs,omitzero"` // whether anything waits to be handed over (GET /v1/hand-overs)
	ManagedBy      string          `json:"managed_by"`          // what a client with this token sends as Managed-By unless it is told another name

	// What several users have although only one may: they had it before all spellings of it were one. Left out if there
	// are none.
	SharedKeys []SharedKey `json:"shared_keys,omitzero"`
}

// SharedKey is an e-mail address or a login name that several users have. Each of them can be edited and deleted.
type SharedKey struct {
	Field   string   `json:"field"` // email or username
	Value   string   `json:"value"` // in the form in which spellings are compared
	UserIDs []string `json:"user_ids"`
}

// ProfileAvailable is the profile that every organisation has (VX-06).
const ProfileAvailable = "available"

// Which number outgoing calls show (MW-17).
const (
	OutgoingNumberAccount = "account" // that of the SIP account; the default
	OutgoingNumberUser    = "user"    // that of the user
)

// PBX is one telephone exchange of an organisation.
type PBX struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	ReloadPending bool   `json:"reload_pending"` // a user on it was created, changed or deleted since it was last loaded (SA-10)
}

// Helpdesk is one helpdesk service of an organisation.
type Helpdesk struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// SocialAccount is an account of the organisation on a social platform.
type SocialAccount struct {
	ID       string `json:"id"`
	Platform string `json:"platform"` // the social platform, such as "facebook"
	Name     string `json:"name"`
}
