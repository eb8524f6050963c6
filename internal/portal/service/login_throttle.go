package service

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// Limits of failed log-ins under one login, whether or not somebody has it, and from one address. Beyond the free ones, each doubles the time until the
// next may be tried. They are kept in the database, so that several instances of the portal count together.
const (
	freeFailuresOfLogin   = 5
	freeFailuresOfAddress = 50 // an office has one address
	firstThrottle         = time.Second
	maxThrottle           = 15 * time.Minute
	throttleMemory        = time.Hour // without a failure, everything is forgotten
)

// throttleKey is something that failures are counted under, and how many are free. Of the login or the address there is a hash only.
type throttleKey struct {
	hash string
	free int
}

// throttleKeys are what failures are counted under: the login first. What is empty is not counted.
func throttleKeys(login, address string) []throttleKey {
	var keys []throttleKey
	if login != "" {
		keys = append(keys, throttleKey{secretHash("login\n" + login), freeFailuresOfLogin})
	}
	if address != "" {
		keys = append(keys, throttleKey{secretHash("address\n" + address), freeFailuresOfAddress})
	}
	return keys
}

// checkThrottle refuses a log-in that comes too early after those that failed, before anything is done about it.
func (s *Service) checkThrottle(ctx context.Context, organizationID string, keys []throttleKey) error {
	return s.store.Read(ctx, func(tx *store.Tx) error { return s.throttled(ctx, tx, organizationID, keys) })
}

// throttled is checkThrottle in a transaction. In the one that writes down how a log-in ended it counts: of a crowd that came at once, here and at
// other instances, no more get an answer than of a queue.
func (s *Service) throttled(ctx context.Context, tx *store.Tx, organizationID string, keys []throttleKey) error {
	var wait time.Duration
	for _, key := range keys {
		failures, err := tx.LoginFailures(ctx, organizationID, key.hash)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		wait = max(wait, failures.Last.Add(throttle(failures.Count-key.free)).Sub(s.now()))
	}
	if wait <= 0 {
		return nil
	}
	seconds := int(math.Ceil(wait.Seconds()))
	problem := portal.NewError(portal.CodeTooManyRequests, fmt.Sprintf("too many log-ins have failed; try again in %d seconds", seconds))
	problem.RetryAfter = wait
	return problem
}

// throttle is how long to wait after so many failures beyond the free ones.
func throttle(failures int) time.Duration {
	if failures <= 0 {
		return 0
	}
	return min(firstThrottle<<min(failures-1, 20), maxThrottle)
}

// countFailure remembers a failure that is no person's.
func (s *Service) countFailure(ctx context.Context, organizationID string, keys []throttleKey) error {
	return s.store.Write(ctx, organizationID, func(tx *store.Tx) error { return s.addFailures(ctx, tx, organizationID, keys) })
}

// addFailures counts a failure, unless others have used up what is free since checkThrottle.
func (s *Service) addFailures(ctx context.Context, tx *store.Tx, organizationID string, keys []throttleKey) error {
	if err := s.throttled(ctx, tx, organizationID, keys); err != nil {
		return err
	}
	now := s.now().UTC()
	for _, key := range keys {
		if err := tx.AddLoginFailure(ctx, organizationID, key.hash, now, now.Add(-throttleMemory)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) forgetFailures(ctx context.Context, tx *store.Tx, organizationID string, keys []throttleKey) error {
	for _, key := range keys {
		if err := tx.ForgetLoginFailures(ctx, organizationID, key.hash); err != nil {
			return err
		}
	}
	return nil
}
