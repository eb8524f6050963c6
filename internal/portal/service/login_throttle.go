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

// throttleKeys are what failures are counted under: the login first. Only hashes are kept. What is empty is not counted.
func throttleKeys(login, address string) []string {
	var keys []string
	for _, key := range []struct{ kind, value string }{{"login", login}, {"address", address}} {
		if key.value != "" {
			keys = append(keys, secretHash(key.kind+"\n"+key.value))
		}
	}
	return keys
}

// checkThrottle refuses a log-in that comes too early after those that failed.
func (s *Service) checkThrottle(ctx context.Context, organizationID string, keys []string) error {
	var wait time.Duration
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		for i, key := range keys {
			failures, err := tx.LoginFailures(ctx, organizationID, key)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			free := freeFailuresOfAddress
			if i == 0 && len(keys) > 1 {
				free = freeFailuresOfLogin
			}
			wait = max(wait, failures.Last.Add(throttle(failures.Count-free)).Sub(s.now()))
		}
		return nil
	})
	if err != nil || wait <= 0 {
		return err
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
func (s *Service) countFailure(ctx context.Context, organizationID string, keys []string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error { return s.addFailures(ctx, tx, organizationID, keys) })
}

func (s *Service) addFailures(ctx context.Context, tx *store.Tx, organizationID string, keys []string) error {
	now := s.now().UTC()
	for _, key := range keys {
		if err := tx.AddLoginFailure(ctx, organizationID, key, now, now.Add(-throttleMemory)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) forgetFailures(ctx context.Context, tx *store.Tx, organizationID string, keys []string) error {
	for _, key := range keys {
		if err := tx.ForgetLoginFailures(ctx, organizationID, key); err != nil {
			return err
		}
	}
	return nil
}
