package service

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// limit is how many attempts of one kind may fail before the next has to wait. After the free ones the wait begins at
// first and doubles with each failure up to longest.
type limit struct {
	free           int
	first, longest time.Duration
}

// The limits. Failures are kept in the database, so that several instances of the portal count together.
var (
	// One person from one network: a lock-out that ends by itself.
	limitOfPersonOnNetwork = limit{free: 5, first: time.Second, longest: 15 * time.Minute}
	// One person from all networks together: at most 100 in any hour (OWASP ASVS 4.0, 2.2.1), which are 50 at once and
	// one every 72 seconds.
	limitOfPerson = limit{free: 50, first: 72 * time.Second, longest: 72 * time.Second}
	// One network, whomever it tries: an office has one address.
	limitOfNetwork = limit{free: 50, first: time.Second, longest: 15 * time.Minute}
	// Codes of the second factor and recovery codes of one person, from anywhere and in all sessions.
	limitOfCodes = limit{free: 3, first: 15 * time.Minute, longest: time.Hour}
	// Mails to one person who forgot the password.
	limitOfMails = limit{free: 5, first: time.Minute, longest: time.Hour}
)

const (
	// throttleMemory is how long a failure counts when no other follows. It is longer than every wait.
	throttleMemory = 2 * time.Hour
	// clockTolerance is how much the clocks of several instances may differ. A failure that is further in the future is
	// from before the clock was set back.
	clockTolerance = time.Minute
)

// wait is how long after that many failures the next attempt has to wait.
func (l limit) wait(failures int) time.Duration {
	if failures < l.free {
		return 0
	}
	return min(l.first<<min(failures-l.free, 20), l.longest)
}

// remaining is what is left of the wait. It is never longer than the wait itself, whatever happens to the clock.
func (l limit) remaining(failures store.LoginFailures, now time.Time) time.Duration {
	passed := now.Sub(failures.Last)
	if passed < -clockTolerance {
		return 0 // nobody knows when it was; the next failure starts the wait anew
	}
	wait := l.wait(failures.Count)
	return min(wait-passed, wait)
}

// throttleKey is what failures are counted under, and how many there may be. The database has a hash of the name only.
type throttleKey struct {
	hash  string
	limit limit
	ends  bool // whether a success forgets the failures; elsewhere it takes back its own only
}

// throttleKeys are the keys of a log-in. The login is given as it is compared. What is empty is not counted.
func throttleKeys(login, address string) (keys []throttleKey) {
	network := networkOf(address)
	if login != "" {
		keys = append(keys, throttleKey{hash: secretHash("person\n" + login), limit: limitOfPerson})
	}
	if network != "" {
		keys = append(keys, throttleKey{hash: secretHash("network\n" + network), limit: limitOfNetwork})
	}
	if login != "" {
		keys = append(keys, personOnNetwork(login, address))
	}
	return keys
}

func personOnNetwork(login, address string) throttleKey {
	return throttleKey{hash: secretHash("person\n" + login + "\n" + networkOf(address)), limit: limitOfPersonOnNetwork, ends: true}
}

// codeKeys are the keys of a second factor.
func codeKeys(userID string) []throttleKey {
	return []throttleKey{{hash: secretHash("code\n" + userID), limit: limitOfCodes, ends: true}}
}

// mailKeys are the keys of a forgotten password.
func mailKeys(login, address string) []throttleKey {
	keys := throttleKeys("", address)
	if login != "" {
		keys = append(keys, throttleKey{hash: secretHash("mail\n" + login), limit: limitOfMails})
	}
	return keys
}

// networkOf is the network that an address counts for: the address itself of IPv4, and of IPv6 the /64, which is what
// one customer has at least.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// checkThrottle refuses what comes too early after what failed, before anything is done about it.
func (s *Service) checkThrottle(ctx context.Context, organizationID string, keys []throttleKey) error {
	return s.store.Read(ctx, func(tx *store.Tx) error { return s.throttled(ctx, tx, organizationID, keys) })
}

// throttled is checkThrottle in a transaction.
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
		wait = max(wait, key.limit.remaining(failures, s.now()))
	}
	if wait <= 0 {
		return nil
	}
	seconds := int(math.Ceil(wait.Seconds()))
	problem := portal.NewError(portal.CodeTooManyRequests, fmt.Sprintf("too many log-ins have failed; try again in %d seconds", seconds))
	problem.RetryAfter = wait
	return problem
}

// reserve counts a failure before it is known whether there is one, unless that would be too early: of a crowd that
// comes at once, here and at other instances, no more are counted, and get an answer, than of a queue.
func (s *Service) reserve(ctx context.Context, tx *store.Tx, organizationID string, keys []throttleKey) error {
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

// giveBack takes a reservation back. With forget, failures from before are forgotten where a success ends them.
func (s *Service) giveBack(ctx context.Context, tx *store.Tx, organizationID string, keys []throttleKey, forget bool) error {
	for _, key := range keys {
		undo := tx.TakeBackLoginFailure
		if key.ends && forget {
			undo = tx.ForgetLoginFailures
		}
		if err := undo(ctx, organizationID, key.hash); err != nil {
			return err
		}
	}
	return nil
}
