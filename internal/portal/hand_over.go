package portal

import "time"

// HandOverKind says what waits to change hands.
type HandOverKind string

// The kinds. Of each thing, one object at a time has it.
const (
	HandOverExtension           HandOverKind = "extension"             // of a user or a SIP account (ALL-02)
	HandOverNumber              HandOverKind = "incoming_number"       // rings at one user (VX-07)
	HandOverSIPAccount          HandOverKind = "sip_account"           // where it belongs to one user (TC-02)
	HandOverPermissionGroupName HandOverKind = "permission_group_name" // as compared, ignoring case
	HandOverUserGroupName       HandOverKind = "user_group_name"       // likewise
	HandOverDeletion            HandOverKind = "deletion"              // of an object that others still use
	HandOverMembershipEnd       HandOverKind = "membership_end"        // of a user who would be in no group then
)

// HandOverLife is how long something waits for another object to let go.
const HandOverLife = 24 * time.Hour

// Reference is an object as others name it.
type Reference struct {
	Noun Noun   `json:"noun"`
	ID   string `json:"id"`
	Name string `json:"name"` // e-mail address, username, extension or name
}

// Pending is a value that an object was given and does not have yet, because another object of the same manager has
// it.
type Pending struct {
	Field  string    `json:"field"` // dotted path
	Value  string    `json:"value"` // of a list, one element
	Holder Reference `json:"holder"`
	Since  string    `json:"since"` // RFC 3339 in UTC
	Until  string    `json:"until"` // when it ends by itself, likewise
}

// HandOver is something that waits for another object to let go: a value for its successor, or an object for its
// deletion.
type HandOver struct {
	ID        string       `json:"id"`
	Kind      HandOverKind `json:"kind"`
	Waiting   Reference    `json:"waiting"`             // the object that waits for the value, or that is deleted
	Field     string       `json:"field"`               // of the object that waits; empty for a deletion
	Value     string       `json:"value"`               // what it waits for, or the id of the group to leave
	ValueName string       `json:"value_name,omitzero"` // what people call an object of which Value is the id
	Holders   []Reference  `json:"holders"`             // who has the value or uses the object, at most MaxHolders
	Count     int          `json:"count"`               // how many there are
	ManagedBy string       `json:"managed_by"`
	Since     string       `json:"since"` // RFC 3339 in UTC
	Until     string       `json:"until"` // when it ends by itself, likewise
}

// MaxHolders is how many objects a HandOver names.
const MaxHolders = 10
