package service

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// auditHead returns the last link of an organisation's chain. A chain that has not begun takes up the entries that are
// there already. Whoever calls it has the right to write to the organisation, so that no two entries follow the same
// one.
func (s *Service) auditHead(ctx context.Context, tx *store.Tx, organizationID string) (store.AuditLink, error) {
	head, err := tx.AuditHead(ctx, organizationID)
	if errors.Is(err, store.ErrNotFound) {
		return s.beginChain(ctx, tx, organizationID)
	}
	return head, err
}

// beginChain adds the entries from before there was a chain to it, and an entry that says so.
func (s *Service) beginChain(ctx context.Context, tx *store.Tx, organizationID string) (head store.AuditLink, err error) {
	const batch = 500
	for {
		old, err := tx.UnchainedAuditEntries(ctx, organizationID, batch)
		if err != nil {
			return head, err
		}
		for _, entry := range old {
			if head, err = s.linkTo(head, organizationID, entry); err != nil {
				return head, err
			}
			if err := tx.ChainAuditEntry(ctx, organizationID, entry.ID, head); err != nil {
				return head, err
			}
		}
		if len(old) < batch {
			break
		}
	}
	if head.Position == 0 {
		return head, nil
	}
	caller := Caller{OrganizationID: organizationID, Actor: portal.Actor{Kind: portal.ActorPortal, Name: "portal: audit"}}
	begun := event{action: portal.ActionBeginChain, noun: auditTrail, id: store.AuditTrailID, version: head.Position}
	if err := s.record(ctx, tx, caller, begun); err != nil {
		return head, err
	}
	return tx.AuditHead(ctx, organizationID)
}

// linkTo makes the link of an entry that follows another one.
func (s *Service) linkTo(head store.AuditLink, organizationID string, e store.AuditEntry) (store.AuditLink, error) {
	const saltBytes = 16
	var salts [2 * saltBytes]byte
	if _, err := io.ReadFull(s.random, salts[:]); err != nil {
		return store.AuditLink{}, fmt.Errorf("no randomness: %w", err)
	}
	link := store.AuditLink{
		Position: head.Position + 1, Previous: head.Link, KeyID: s.sealing,
		ActorSalt: hex.EncodeToString(salts[:saltBytes]), ObjectSalt: hex.EncodeToString(salts[saltBytes:]),
	}
	link.ActorHash = saltedHash(link.ActorSalt, e.Actor.Name, e.Address)
	link.ObjectHash = saltedHash(link.ObjectSalt, e.ObjectName)
	e.AuditLink = link
	var err error
	link.Link, err = s.linkOf(organizationID, e)
	return link, err
}

// saltedHash hides what it is made of once the salt is gone.
func saltedHash(salt string, parts ...string) string {
	sum := sha256.New()
	writeParts(sum, append([]string{salt}, parts...)...)
	return hex.EncodeToString(sum.Sum(nil))
}

// linkOf is what the link of an entry has to be. Without a key it is a plain hash, which proves the order and nothing
// else. An error says that the key file lacks the key.
func (s *Service) linkOf(organizationID string, e store.AuditEntry) (string, error) {
	sum := sha256.New()
	if e.KeyID != "" {
		if s.ring == nil {
			return "", errNoKey
		}
		key, err := s.ring.SealingKey(e.KeyID, organizationID)
		if err != nil {
			return "", err
		}
		sum = hmac.New(sha256.New, key)
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	form := []string{"audit entry 1"}
	if e.From != "" {
		form = []string{"audit entry 2", e.From}
	}
	writeParts(sum, form...)
	writeParts(sum, organizationID, number(e.Position), e.Previous, e.ID, number(e.At.UnixMicro()),
		string(e.Actor.Kind), e.Actor.ID, e.ActorHash, string(e.Action), e.Noun, e.ObjectID, e.ObjectHash, number(e.Version), e.RequestID)
	writeParts(sum, e.Fields...)
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// writeParts writes texts so that no other texts are written alike.
func writeParts(sum hash.Hash, parts ...string) {
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		sum.Write(length[:])
		sum.Write([]byte(part))
	}
}
