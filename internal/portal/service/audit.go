package service

import (
	"cmp"
	"context"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// What the audit trail knows besides the nouns of the API.
const (
	auditToken        = "token"
	auditOrganization = "organization"
	auditPBX          = "pbx"
	auditPublication  = "planned_publication"
	auditTrail        = "audit"
)

// Request is the request that something is done for, as the audit trail has it.
type Request struct {
	ID      string // as the portal's log has it
	Address string // IP address that it came from
}

type requestKey struct{}

// WithRequest says for which request everything is done under the context. Without it, the audit trail has no request
// and no address.
func WithRequest(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// addressOf is the address of the request that something is done for; empty if there is none.
func addressOf(ctx context.Context) string {
	request, _ := ctx.Value(requestKey{}).(Request)
	return request.Address
}

const auditPrefix = "aud_"

// event is something that the audit trail keeps. It has names only: no event is made of what a field holds.
type event struct {
	action   portal.AuditAction
	noun     string
	id, name string   // of the object
	version  int64    // that the object has from then on; 0 if the event is no change of it
	fields   []string // what changed
	from     string   // of what passed: the id of the object that has or had it
}

// record adds an event to the audit trail, in the transaction of what it tells: both are there, or neither is.
func (s *Service) record(ctx context.Context, tx *store.Tx, caller Caller, e event) error {
	at := s.now().UTC().Truncate(time.Microsecond) // as exact as PostgreSQL
	id, err := s.auditID(at, tx.Audited())
	if err != nil {
		return err
	}
	request, _ := ctx.Value(requestKey{}).(Request)
	entry := portal.AuditEntry{
		ID: id, At: at, Actor: caller.actor(), Action: e.action, Noun: e.noun, ObjectID: e.id, ObjectName: e.name,
		Fields: append([]string{}, e.fields...), RequestID: request.ID, Address: request.Address, From: e.from,
	}
	stored := store.AuditEntry{AuditEntry: entry, Version: e.version}
	head, err := s.auditHead(ctx, tx, caller.OrganizationID)
	if err != nil {
		return err
	}
	if stored.AuditLink, err = s.linkTo(head, caller.OrganizationID, stored); err != nil {
		return err
	}
	return tx.InsertAuditEntry(ctx, caller.OrganizationID, stored)
}

// auditID returns an id that sorts by time, within a transaction by the order of what happened, and is not given twice:
// the microseconds since 1970, the number within the transaction, and 80 random bits.
func (s *Service) auditID(at time.Time, number uint16) (string, error) {
	var id [20]byte
	binary.BigEndian.PutUint64(id[:8], uint64(max(at.UnixMicro(), 0)))
	binary.BigEndian.PutUint16(id[8:10], number)
	if _, err := io.ReadFull(s.random, id[10:]); err != nil {
		return "", fmt.Errorf("no randomness: %w", err)
	}
	return auditPrefix + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(id[:])), nil // which sorts like the bytes
}

// operator is the caller of what needs no token: whoever has the database may do it.
func (s *Service) operator(organizationID string) Caller {
	return Caller{OrganizationID: organizationID, Actor: portal.Actor{Kind: portal.ActorOperator, Name: s.operatorName}}
}

// person is the caller of what people do about their own login.
func (sc scene) person(u portal.User) Caller {
	return Caller{OrganizationID: sc.organization.ID, UserID: u.ID, Actor: portal.Actor{Kind: portal.ActorUser, ID: u.ID, Name: sc.loginOf(u)}}
}

// somebody is the caller of what needs no log-in.
func (sc scene) somebody() Caller {
	return Caller{OrganizationID: sc.organization.ID, Actor: portal.Actor{Kind: portal.ActorUser, Name: "somebody who is not logged in"}}
}

// itself is the caller of what the portal does because of its rules.
func (sc scene) itself(reason string) Caller {
	return Caller{OrganizationID: sc.organization.ID, Actor: portal.Actor{Kind: portal.ActorPortal, Name: "portal: " + reason}}
}

// accountEvent is something about the login of a user.
func accountEvent(action portal.AuditAction, u portal.User, fields ...string) event {
	return event{action: action, noun: string(portal.NounUser), id: u.ID, name: nameOf(u), fields: fields}
}

// actor is the caller as the audit trail names it.
func (c Caller) actor() portal.Actor {
	if c.Actor == (portal.Actor{}) {
		return portal.Actor{Kind: portal.ActorToken, ID: c.TokenID}
	}
	return c.Actor
}

// nameOf is what people call an object.
func nameOf(object any) string {
	switch o := object.(type) {
	case portal.User:
		return cmp.Or(valueOf(o.Email), valueOf(o.Username), o.ID)
	case portal.PermissionGroup:
		return valueOf(o.Name)
	case portal.SIPAccount:
		return valueOf(o.Extension)
	case portal.UserGroup:
		return valueOf(o.Name)
	default:
		return ""
	}
}

// stale refuses a write to an object that was changed since the writer read it, and says by whom and when.
func stale(ctx context.Context, tx *store.Tx, sc scene, noun portal.Noun, id string, version int64) error {
	const advice = "since it was read; read it again and decide anew"
	problem := portal.NewError(portal.CodePreconditionFailed, fmt.Sprintf("the %s %s was changed %s", noun.Title(), id, advice))
	change, err := tx.AuditEntryOfVersion(ctx, sc.organization.ID, id, version)
	if errors.Is(err, store.ErrNotFound) {
		return problem
	}
	if err != nil {
		return err
	}
	problem.ChangedBy, problem.ChangedAt = change.Actor.String(), &change.At
	problem.Detail = fmt.Sprintf("the %s %s was changed by %s at %s, %s", noun.Title(), id, problem.ChangedBy, change.At.Format(time.RFC3339), advice)
	return problem
}

// ListAudit returns a page of the audit trail, the newest entry first. It can be selected by object_id.
func (s *Service) ListAudit(ctx context.Context, caller Caller, query ListQuery) (page portal.Page[portal.AuditEntry], err error) {
	const objectID = "object_id"
	selection, err := selectPage(query, listing{prefix: auditPrefix, title: "audit event", keys: []string{objectID}})
	if err != nil {
		return page, err
	}
	entries := []portal.AuditEntry{}
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		if _, err := readScene(ctx, tx, caller); err != nil {
			return err
		}
		rows, err := tx.AuditEntries(ctx, caller.OrganizationID, store.AuditSelection{Before: selection.After, ObjectID: query.Where[objectID], Limit: selection.Limit})
		for _, row := range rows {
			entries = append(entries, row.AuditEntry)
		}
		return err
	})
	return pageOf(entries, selection, func(e portal.AuditEntry) string { return e.ID }), err
}
