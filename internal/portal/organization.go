package portal

// Organization is the customer whose portal this is: what it ordered, rents and has. It comes from the organisation file
// and is read-only over the API.
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
}

// PBX is one telephone exchange of an organisation.
type PBX struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}
