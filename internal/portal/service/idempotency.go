package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// keyLifetime is how long an idempotency key is remembered, and maxKeyLength how many bytes it may have.
const (
	keyLifetime  = 24 * time.Hour
	maxKeyLength = 255
)

func checkKey(key string) error {
	if len(key) > maxKeyLength {
		return portal.NewError(portal.CodeBadRequest, fmt.Sprintf("the idempotency key has %d bytes; at most %d are allowed", len(key), maxKeyLength))
	}
	return nil
}

// replay turns the decision to create an object into the answer that an earlier request with the same key had. It never
// writes: a key stands for one create and its retries, so an object that was changed meanwhile is shown as it is, and
// one that was deleted is not made again.
func replay[T any](ctx context.Context, s *Service, tx *store.Tx, caller Caller, e entity[T], key string, d *decision[T]) error {
	requested, err := fingerprint(e, d.wanted)
	if err != nil {
		return err
	}
	now := s.now().UTC()
	d.key = store.IdempotencyKey{TokenID: caller.TokenID, Key: key, Fingerprint: requested, CreatedAt: now}
	known, err := tx.IdempotencyKey(ctx, caller.OrganizationID, caller.TokenID, key)
	if errors.Is(err, store.ErrNotFound) || err == nil && known.CreatedAt.Before(now.Add(-keyLifetime)) {
		return nil
	}
	if err != nil {
		return err
	}
	if known.Fingerprint != requested {
		return portal.NewError(portal.CodeInvalid, "the idempotency key belongs to another request", portal.FieldError{
			Code: portal.CodeKeyReused, Message: "this Idempotency-Key was used for a request with other content; use a new key for every new object",
		})
	}
	stored, version, err := find(ctx, tx, d.scene, e, known.ObjectID)
	if errors.Is(err, store.ErrNotFound) {
		return portal.NewError(portal.CodeConflict, fmt.Sprintf("the request with this Idempotency-Key made the %s %s, which was deleted since; "+
			"use a new key to make another", e.noun().Title(), known.ObjectID))
	}
	if err != nil {
		return err
	}
	d.id, d.stored, d.version, d.replayed, d.write, d.key = known.ObjectID, stored, version, true, false, known
	return nil
}

// fingerprint tells requests apart by what they ask for, the secrets aside: no trace of them is kept.
func fingerprint[T any](e entity[T], request T) (string, error) {
	text, err := json.Marshal(e.visible(request))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append([]byte(e.noun()+"\n"), text...))
	return hex.EncodeToString(sum[:]), nil
}
