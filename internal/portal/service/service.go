// Package service holds the portal's use cases: what may be written, by the platform's rules and by what the
// organisation already has, each in one transaction. Every expected failure is a *portal.Error; any other error is the
// portal's own.
package service

import (
	"cmp"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/keys"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/turns"
)

// Service is a portal without its HTTP. It keeps nothing in memory between calls but its keys, so that several can work
// on one database.
type Service struct {
	store        *store.Store
	passwordHash argon2id.Params
	now          func() time.Time
	random       io.Reader
	operatorName string
	pwned        PwnedSource
	hashing      *turns.Queue  // the right to hash or to verify a password
	queued       chan struct{} // see MailQueued
	withoutMail  bool

	// Set by UseKeyFile before anything else is done.
	ring    *keys.Ring // nil: there are no keys
	sealing string     // the key that audit entries are sealed with
}

// Options are what a program or a test fixes. Zero values stand for the real thing.
type Options struct {
	Pwned        PwnedSource      // where known passwords are looked up (TC-06); nil: nowhere, and then none can be set where that is required
	PasswordHash argon2id.Params  // cost of a login password's hash; zero: 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet)
	Now          func() time.Time // zero: time.Now
	Random       io.Reader        // source of ids and secrets, safe for concurrent use; zero: crypto/rand.Reader
	WithoutMail  bool             // there is no mail server, so people are told that no mail comes
	Operator     string           // who does what needs no token, for the audit trail; zero: "command line"
}

// New returns a service on an open store, which stays the caller's to close.
func New(s *store.Store, options Options) *Service {
	service := &Service{
		store: s, passwordHash: options.PasswordHash, now: options.Now, random: cmp.Or(options.Random, rand.Reader),
		hashing: turns.New(max(1, runtime.GOMAXPROCS(0)-1)), queued: make(chan struct{}, 1),
		operatorName: cmp.Or(options.Operator, "command line"), pwned: options.Pwned, withoutMail: options.WithoutMail,
	}
	if service.passwordHash == (argon2id.Params{}) {
		service.passwordHash = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	}
	if service.now == nil {
		service.now = time.Now
	}
	return service
}

// Caller is who asks: a token of one organisation. Which scopes a request needs is the server's to check.
type Caller struct {
	OrganizationID string
	TokenID        string
	Scopes         []portal.Scope
	UserID         string // of an administrator who is logged in, or whose token it is; empty for nobody, then no own right is at stake

	// ManagedBy is who manages the objects that the caller creates and replaces: the header Managed-By. Nil keeps who
	// does, empty is nobody.
	ManagedBy *string

	// TakesOver says that the caller's writes wait for what objects of this manager have, and its deletions for users
	// of the objects: the header Hand-Over. Empty: what others have is refused.
	TakesOver string

	LastAdministrator bool // whether a deletion may take the last administrator of the organisation

	Effects *Effects // what a write changed besides its object; nil: not asked

	Actor portal.Actor // as the audit trail names the caller; zero: the token
}

// Effects are what a write brought with it.
type Effects struct {
	Changed []string         // ids of other objects that changed hands or went, each once
	Waits   *portal.HandOver // the deletion, if it waits for users of the object
}

// begin forgets what an attempt of the same write has brought with it, which another transaction undid.
func (c Caller) begin() {
	if c.Effects != nil {
		*c.Effects = Effects{}
	}
}

// ListQuery selects a page of a list.
type ListQuery struct {
	Limit int               // objects on the page; 0 is portal.DefaultPageSize, at most portal.MaxPageSize
	After string            // cursor of the previous page; empty for the first one
	Where map[string]string // exact match on a natural key: email, username or extension of a user, name of a group or user group, extension of an account
	IDs   []string          // only the objects with these ids, at most portal.MaxIDs; nil for all
	Ends  bool              // whether the page is to say where all pages of its size end; for a whole list only
}

// Created is the answer to a create. Replayed says that an earlier request with the same idempotency key made the
// object.
type Created[T any] struct {
	Object   T
	Replayed bool
}

// idPrefix tells what kind of object an id is of.
func idPrefix(noun portal.Noun) string {
	switch noun {
	case portal.NounUser:
		return "usr_"
	case portal.NounPermissionGroup:
		return "grp_"
	case portal.NounUserGroup:
		return "ugr_"
	default:
		return "sip_"
	}
}

// newID returns a new id: 160 random bits, so that none is guessed or ever given twice.
func (s *Service) newID(prefix string) (string, error) {
	text, err := s.randomText(20)
	return prefix + text, err
}

// randomText returns so many random bytes as lower-case base32 (RFC 4648), like crypto/rand.Text.
func (s *Service) randomText(bytes int) (string, error) {
	buffer := make([]byte, bytes)
	if _, err := io.ReadFull(s.random, buffer); err != nil {
		return "", fmt.Errorf("no randomness: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(buffer)), nil
}
