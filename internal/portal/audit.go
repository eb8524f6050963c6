package portal

import "time"

// AuditEntry is one line of the audit trail: who changed what, when, and with which request. Nothing changes an entry
// but the erasure of a person, and none is removed before its time. No entry holds a value: of a change it has the
// names of the fields, so that neither secrets nor what a person had before lie around in it.
type AuditEntry struct {
	ID         string      `json:"id"` // in the order of the times
	At         time.Time   `json:"at"` // UTC, to the microsecond
	Actor      Actor       `json:"actor"`
	Action     AuditAction `json:"action"`
	Noun       string      `json:"noun"`          // kind of the object: a Noun, "token", "pbx", "organization" or "planned_publication"
	ObjectID   string      `json:"object_id"`     // stays after the object is gone
	ObjectName string      `json:"object_name"`   // what people called it then: e-mail address, username, name or extension
	Fields     []string    `json:"fields"`        // dotted paths of what was set on creation and of what changed; a secret among them was set anew
	RequestID  string      `json:"request_id"`    // as the portal's log has it; empty for what came from no request
	Address    string      `json:"address"`       // IP address that the request came from, likewise
	From       string      `json:"from,omitzero"` // of what passes from one object to another: the id of the one that has it, or had it
}

// Actor is who did something.
type Actor struct {
	Kind ActorKind `json:"kind"`
	ID   string    `json:"id"`   // of the token or of the user; empty otherwise
	Name string    `json:"name"` // of the token, login of the user, or what the program is
}

// ActorKind says what kind of actor somebody is.
type ActorKind string

// The kinds of actors.
const (
	ActorToken    ActorKind = "token"    // a program with a token
	ActorUser     ActorKind = "user"     // a person who is logged in, or logs in
	ActorOperator ActorKind = "operator" // whoever has the database: the command line, or a portal within another program
	ActorPortal   ActorKind = "portal"   // the portal itself, by its rules
)

// AuditAction is what was done.
type AuditAction string

// The actions. A portal may know more of them; a reader takes what it does not know as it is.
const (
	ActionCreate      AuditAction = "create"
	ActionReplace     AuditAction = "replace"
	ActionDelete      AuditAction = "delete"
	ActionReload      AuditAction = "reload"       // of a PBX (SA-10)
	ActionRevoke      AuditAction = "revoke"       // of a token
	ActionLogIn       AuditAction = "log_in"       // of a person, second factor and all, or of an administrator with a token
	ActionBlock       AuditAction = "block"        // of a user (EN-18)
	ActionUnblock     AuditAction = "unblock"      // likewise
	ActionInvite      AuditAction = "invite"       // an activation was asked for (EN-14)
	ActionActivate    AuditAction = "activate"     // the person set the first own password (MW-16)
	ActionSetPassword AuditAction = "set_password" // the person chose another password (VX-22), after a reset too
	ActionEnrolFactor AuditAction = "enrol_factor" // of a second factor (MW-15)

	ActionFailLogIn    AuditAction = "fail_log_in"   // a wrong password, code or token, or no access; fields says which
	ActionLockOut      AuditAction = "lock_out"      // so many attempts failed that the next one has to wait
	ActionLogOut       AuditAction = "log_out"       // of a person, or of an administrator with a token
	ActionRequestReset AuditAction = "request_reset" // of a forgotten password, for a person who exists
	ActionBeginChain   AuditAction = "begin_chain"   // entries from before there was a chain were added to it
	ActionPrune        AuditAction = "prune"         // of entries that were kept long enough
	ActionErase        AuditAction = "erase"         // of a person's names and addresses
	ActionRemoveFactor AuditAction = "remove_factor" // of a second factor, by the person, an administrator, or with a key that was lost
	ActionAwait        AuditAction = "await"         // an object was given what another one has, and waits for it; from says which has it
	ActionHandOver     AuditAction = "hand_over"     // what an object waited for passed to it; from says who had it
	ActionLeave        AuditAction = "leave"         // a deletion waits for the last user of the object
	ActionEndWait      AuditAction = "end_wait"      // something waited too long; a deletion that did is off
	ActionHandOutLink  AuditAction = "hand_out_link" // an administrator was shown the link of an activation, to hand it over
)

// String names an actor for people.
func (a Actor) String() string {
	switch {
	case a.Kind == ActorToken && a.Name != "":
		return "token " + a.Name + " (" + a.ID + ")"
	case a.Kind == ActorToken:
		return "token " + a.ID
	default:
		return a.Name
	}
}
