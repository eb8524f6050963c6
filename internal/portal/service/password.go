package service

import (
	"context"
	"crypto/md5" //nolint:gosec // what SIP registrars and phones speak (RFC 2617)
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"

	"github.com/alexedwards/argon2id"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// generatePassword makes a password of a SIP account that the policy accepts. Nobody learns it: it holds the place
// until one is set.
func (s *Service) generatePassword(policy rules.PasswordPolicy) (portal.Secret, error) {
	length := max(rules.GeneratedLength, policy.MinLength)
	if policy.MaxLength > 0 {
		length = min(length, policy.MaxLength)
	}
	password, err := policy.Generate(s.random, length)
	return portal.Secret(password), err
}

// hashSecret returns what is kept of a login password or a PIN: argon2id as a PHC string, with a salt of its own.
func (s *Service) hashSecret(ctx context.Context, lane []string, password portal.Secret) (string, error) {
	release, err := s.hashing.Take(ctx, lane...)
	if err != nil {
		return "", err
	}
	defer release()
	hash, err := argon2id.CreateHash(string(password), &s.passwordHash)
	if err != nil {
		return "", fmt.Errorf("hash a secret: %w", err)
	}
	return hash, nil
}

// verifySecret reports whether a hash is that of a secret. Hashing and verifying, which cost much time and memory by
// design, are bounded in number, so that a crowd at the door neither starves those who read nor takes memory without
// end. Waiting for them ends with the request.
func (s *Service) verifySecret(ctx context.Context, lane []string, given portal.Secret, hash string) (bool, error) {
	release, err := s.hashing.Take(ctx, lane...)
	if err != nil {
		return false, err
	}
	defer release()
	same, err := argon2id.ComparePasswordAndHash(string(given), hash)
	if err != nil {
		return false, fmt.Errorf("compare a secret: %w", err)
	}
	return same, nil
}

// verifyPassword is verifySecret that takes as long without a hash: how long it takes does not tell who exists.
func (s *Service) verifyPassword(ctx context.Context, lane []string, given portal.Secret, hash string) (bool, error) {
	if hash == "" {
		_, err := s.hashSecret(ctx, lane, given)
		return false, err
	}
	return s.verifySecret(ctx, lane, given, hash)
}

// Those who wait for a hash take turns by organisation, within one by whether they are at the door or use the API, and
// then by network.

// doorLane is where people wait who are not known yet.
func doorLane(organizationID, address string) []string {
	return []string{organizationID, "door", networkOf(address)}
}

// apiLane is where those wait who showed a token.
func apiLane(ctx context.Context, organizationID string) []string {
	return []string{organizationID, "api", networkOf(addressOf(ctx))}
}

// secretVerifier compares one secret with stored hashes and remembers the outcome by hash, as every comparison costs as
// much as hashing. It lives as long as one request, which has one password and one PIN.
type secretVerifier struct {
	service *Service
	known   map[string]bool
}

func (s *Service) secretVerifier() secretVerifier {
	return secretVerifier{service: s, known: map[string]bool{}}
}

func (v secretVerifier) matches(ctx context.Context, organizationID string, given portal.Secret, hash string) (bool, error) {
	if same, known := v.known[hash]; known {
		return same, nil
	}
	same, err := v.service.verifySecret(ctx, apiLane(ctx, organizationID), given, hash)
	if err != nil {
		return false, err
	}
	v.known[hash] = same
	return same, nil
}

// sipDigests returns what is kept of a SIP password. The domain is the realm; a digest is of no use under another
// username or domain.
func sipDigests(username, domain string, password portal.Secret) store.SIPDigests {
	text := username + ":" + domain + ":" + string(password)
	plain, withDomain, strong := md5.Sum([]byte(text)), md5.Sum([]byte(username+"@"+domain+":"+domain+":"+string(password))), sha256.Sum256([]byte(text)) //nolint:gosec // see the import
	return store.SIPDigests{MD5: hex.EncodeToString(plain[:]), SHA256: hex.EncodeToString(strong[:]), DomainMD5: hex.EncodeToString(withDomain[:])}
}

// sameDigests compares in a time that does not tell how much of them is right: who may choose passwords must not learn
// those of phones that way. Hashes of login passwords compare so in their library; tokens, sessions and links are
// looked up by their hash, of which a guess tells nothing.
func sameDigests(a, b store.SIPDigests) bool {
	return subtle.ConstantTimeCompare([]byte(a.MD5+a.SHA256+a.DomainMD5), []byte(b.MD5+b.SHA256+b.DomainMD5)) == 1
}

// samePassword refuses a password that serves for a login and for a phone (TC-03).
func samePassword(what string) rules.Finding {
	return rules.Finding{
		Field: "password", Severity: rules.SeverityError, Code: portal.CodeNotAllowed, ID: "TC-03",
		Message: what + "; a SIP account's password is that account's alone, choose another",
	}
}
