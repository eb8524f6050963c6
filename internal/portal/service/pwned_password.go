package service

import (
	"context"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// PwnedSource tells the rest of the SHA-1, in upper case, of every known password whose SHA-1 starts with a prefix of
// five hexadecimal digits.
type PwnedSource func(ctx context.Context, prefix string) ([]string, error)

// PwnedPasswords returns what is known of the passwords behind five digits of a hash, so that the plan can look without
// another service. A source that is away, or none, is no error: the answer says so.
func (s *Service) PwnedPasswords(ctx context.Context, prefix string) (portal.PwnedRange, error) {
	if len(prefix) != portal.PwnedPrefixLength || strings.Trim(strings.ToUpper(prefix), "0123456789ABCDEF") != "" {
		return portal.PwnedRange{}, badParameter("prefix", "must be the first five hexadecimal digits of a SHA-1; never send more")
	}
	known := portal.PwnedRange{Suffixes: []string{}}
	if s.pwned == nil {
		return known, nil
	}
	suffixes, err := s.pwned(ctx, strings.ToUpper(prefix))
	if err != nil {
		return known, nil //nolint:nilerr // that nobody could look is the answer
	}
	known.Available, known.Suffixes = true, append(known.Suffixes, suffixes...)
	return known, nil
}

// refusePwned refuses a password that is known from a breach, where the platform forbids such (TC-06). It asks the
// source, so it is called outside of transactions. Where nobody can look, the password is refused as well: for now,
// which is why the answer is that the portal is unavailable.
func (s *Service) refusePwned(ctx context.Context, sc scene, password portal.Secret) error {
	if !sc.set.Passwords[portal.NounUser].Breached {
		return nil
	}
	prefix, suffix := portal.PwnedParts(password)
	known, err := s.PwnedPasswords(ctx, prefix)
	switch {
	case err != nil:
		return err
	case !known.Available:
		return portal.NewError(portal.CodeUnavailable, "no password can be set now: the service that knows the passwords of breaches does not answer")
	case slices.Contains(known.Suffixes, suffix):
		return fieldRefused("password", portal.CodeWeakPassword, portal.PwnedMessage)
	}
	return nil
}
