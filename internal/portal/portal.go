// Package portal is the contract between the portal and everyone who talks to it: the JSON objects of the Portal API,
// its error type and codes, and the value types both sides compare by. It does no I/O.
//
// Field names in JSON equal the attribute names of the Terraform provider, so that an error the portal reports for a
// field lands on that attribute untranslated. Three states of an optional field are kept apart everywhere:
//
//   - absent (nil): in an answer, the platform does not have the field; in a request, the field is left as it is,
//     or gets the platform's default on creation.
//   - empty ("" or []): the field is there and says "none".
//   - a value.
package portal

import (
	"fmt"
	"log/slog"
)

// Platform names a hosted-telephony or customer-contact platform. What a platform allows is in its rule set (package
// rules).
type Platform string

// The platforms, in the order in which documentation lists them.
const (
	Maatwerk    Platform = "maatwerk"    // Dutch hosted telephony
	Engage      Platform = "engage"      // Dutch customer contact and webcare; no telephony
	Samoobsluha Platform = "samoobsluha" // Czech contact centre and helpdesk
	Telecube    Platform = "telecube"    // Polish CRM on a virtual PBX
	Vaxel       Platform = "vaxel"       // Swedish hosted PBX
)

// Platforms lists every platform.
func Platforms() []Platform {
	return []Platform{Maatwerk, Engage, Samoobsluha, Telecube, Vaxel}
}

// Noun names a kind of object. It is also the stem of the Terraform type (switchboard_<noun>).
type Noun string

// The kinds of objects.
const (
	NounUser            Noun = "user"
	NounPermissionGroup Noun = "permission_group"
	NounSIPAccount      Noun = "sip_account"
	NounUserGroup       Noun = "user_group"
)

// Title is the noun as it appears in sentences.
func (n Noun) Title() string {
	switch n {
	case NounUser:
		return "user"
	case NounPermissionGroup:
		return "permission group"
	case NounSIPAccount:
		return "SIP account"
	case NounUserGroup:
		return "user group"
	default:
		return string(n)
	}
}

// Scope is what a token may do.
type Scope string

// The scopes. Each is granted on its own: a token that should read and write has both.
const (
	ScopeRead   Scope = "read"   // every GET
	ScopeWrite  Scope = "write"  // create, replace and delete
	ScopeAdmin  Scope = "admin"  // what only an administrator may, such as unblocking (EN-14, EN-18) and giving privileged permissions
	ScopeSystem Scope = "system" // what only the operator may, such as exempting from billing (SA-09)
)

// Scopes lists every scope.
func Scopes() []Scope {
	return []Scope{ScopeRead, ScopeWrite, ScopeAdmin, ScopeSystem}
}

// Limits of lists.
const (
	DefaultPageSize = 100
	MaxPageSize     = 500
	MaxIDs          = 100 // ids in one request; with any of ours, its URL stays below 8000 bytes, which every proxy takes (RFC 9110, section 4.1)
)

// Page is one page of a list, ordered by id, byte by byte. Next is the cursor of the following page, empty on the last
// one.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
	// Ends are those of all pages of this size but the last one, from the beginning of the list. They are there when
	// asked for.
	Ends []PageEnd `json:"page_ends,omitempty"`
}

// PageEnd is where one page of a list ends and the next one begins, so that pages can be read side by side and in any
// order.
type PageEnd struct {
	ID   string `json:"id"`   // of the last object on the page
	Next string `json:"next"` // the cursor of the page after it
}

// Secret is a value that is sent to the portal and never comes back: it prints as "(secret)" whatever the verb
// (ALL-05). Only JSON has it in clear, for the way to the portal; so no object that may hold one is ever logged as
// JSON.
type Secret string

const hidden = "(secret)"

// Format keeps the value out of every message.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// LogValue keeps the value out of every log line, of which some are JSON.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// Object is an object of the portal of any kind.
type Object interface {
	// Meta is what every kind of objects has.
	Meta() Meta
}

// Meta is what the portal says of an object of any kind. All of it is read-only.
type Meta struct {
	ID        string
	ETag      string
	ManagedBy string // empty for nobody
	CreatedAt string // RFC 3339 in UTC; empty where it is not known
	Untouched bool
	Pending   []Pending // what the object was given and does not have yet
}
