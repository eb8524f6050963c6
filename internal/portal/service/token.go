package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// Token is what an API client shows who it is with. Its secret is known to that client only.
type Token struct {
	ID             string
	Name           string // for the people who manage tokens
	OrganizationID string
	Scopes         []portal.Scope
	CreatedAt      time.Time
	ExpiresAt      *time.Time // nil: never
	LastUsedAt     *time.Time // nil: never; exact to lastUsedResolution
	RevokedAt      *time.Time // nil: not
}

// TokenRequest is what a new token is to be.
type TokenRequest struct {
	Name      string // 1 to 64 characters
	Scopes    []portal.Scope
	ExpiresAt *time.Time // in the future; nil: never
}

const (
	tokenPrefix = "tok_"
	// secretPrefix makes the secret of a token easy to find for scanners of leaked secrets.
	secretPrefix = "switchboard_"
	// secretBytes of randomness in a token's secret.
	secretBytes        = 32
	maxTokenNameLength = 64
	// lastUsedResolution spares the database a write with every request.
	lastUsedResolution = 5 * time.Minute
)

// CreateToken makes a token. The secret is returned this once.
func (s *Service) CreateToken(ctx context.Context, organizationID string, request TokenRequest) (secret string, token Token, err error) {
	if err := s.checkTokenRequest(request); err != nil {
		return "", Token{}, err
	}
	id, err := s.newID(tokenPrefix)
	if err != nil {
		return "", Token{}, err
	}
	random, err := s.randomText(secretBytes)
	if err != nil {
		return "", Token{}, err
	}
	secret = secretPrefix + random
	row := store.Token{ID: id, OrganizationID: organizationID, Name: request.Name, Scopes: slices.Clone(request.Scopes), CreatedAt: s.now().UTC()}
	if request.ExpiresAt != nil {
		row.ExpiresAt = new(request.ExpiresAt.UTC())
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := readScene(ctx, tx, Caller{OrganizationID: organizationID}); err != nil {
			return err
		}
		return tx.InsertToken(ctx, row, secretHash(secret))
	})
	if err != nil {
		return "", Token{}, err
	}
	return secret, tokenOf(row), nil
}

func (s *Service) checkTokenRequest(request TokenRequest) error {
	var fields []portal.FieldError
	if n := utf8.RuneCountInString(strings.TrimSpace(request.Name)); n == 0 || n > maxTokenNameLength {
		message := fmt.Sprintf("the name has %d characters; 1 to %d are allowed, say what the token is for", n, maxTokenNameLength)
		fields = append(fields, portal.FieldError{Field: "name", Code: portal.CodeMalformed, Message: message})
	}
	if len(request.Scopes) == 0 {
		fields = append(fields, portal.FieldError{Field: "scopes", Code: portal.CodeRequired, Message: "a token without a scope may do nothing; " + scopeChoices()})
	}
	for _, scope := range request.Scopes {
		if !slices.Contains(portal.Scopes(), scope) {
			fields = append(fields, portal.FieldError{Field: "scopes", Code: portal.CodeNotAllowed, Message: fmt.Sprintf("%q is not a scope; %s", scope, scopeChoices())})
		}
	}
	if request.ExpiresAt != nil && !request.ExpiresAt.After(s.now()) {
		message := fmt.Sprintf("%s is over; give a time in the future, or none for a token that does not expire", request.ExpiresAt.Format(time.RFC3339))
		fields = append(fields, portal.FieldError{Field: "expires_at", Code: portal.CodeNotAllowed, Message: message})
	}
	if len(fields) > 0 {
		return portal.NewError(portal.CodeInvalid, "the token cannot be made", fields...)
	}
	return nil
}

func scopeChoices() string {
	list := make([]string, 0, len(portal.Scopes()))
	for _, scope := range portal.Scopes() {
		list = append(list, string(scope))
	}
	return "choose from " + strings.Join(list, ", ")
}

// ListTokens returns all tokens of an organisation, the oldest first, revoked and expired ones included.
func (s *Service) ListTokens(ctx context.Context, organizationID string) ([]Token, error) {
	tokens := []Token{}
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		if _, err := readScene(ctx, tx, Caller{OrganizationID: organizationID}); err != nil {
			return err
		}
		rows, err := tx.Tokens(ctx, organizationID)
		for _, row := range rows {
			tokens = append(tokens, tokenOf(row))
		}
		return err
	})
	return tokens, err
}

// RevokeToken ends a token at once. One that is revoked already stays so.
func (s *Service) RevokeToken(ctx context.Context, organizationID, tokenID string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		err := tx.RevokeToken(ctx, organizationID, tokenID, s.now().UTC())
		if errors.Is(err, store.ErrNotFound) {
			return portal.NewError(portal.CodeNotFound, fmt.Sprintf("organisation %q has no token with the id %q", organizationID, tokenID))
		}
		return err
	})
}

// Authenticate returns who has a secret. Its error does not tell an unknown token from one that is over.
func (s *Service) Authenticate(ctx context.Context, secret string) (Caller, error) {
	var token store.Token
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		token, err = tx.TokenBySecret(ctx, secretHash(secret))
		return err
	})
	now := s.now().UTC()
	over := token.RevokedAt != nil || token.ExpiresAt != nil && !token.ExpiresAt.After(now)
	if errors.Is(err, store.ErrNotFound) || err == nil && over {
		return Caller{}, portal.NewError(portal.CodeUnauthorized, "the token is unknown, expired or revoked; make a new one with \"portal token create\"")
	}
	if err != nil {
		return Caller{}, err
	}
	if token.LastUsedAt == nil || now.Sub(*token.LastUsedAt) >= lastUsedResolution {
		err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.TouchToken(ctx, token.OrganizationID, token.ID, now) })
		if _, unstored := errors.AsType[*store.StorageError](err); err != nil && !unstored { // on a full disk, reading goes on
			return Caller{}, err
		}
	}
	return Caller{OrganizationID: token.OrganizationID, TokenID: token.ID, Scopes: token.Scopes}, nil
}

// secretHash is what is stored of a token's secret. A plain hash is right here: the secret is 256 random bits, which nobody can search
// through however fast the hash is, and it is looked up with every request.
func secretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func tokenOf(row store.Token) Token {
	return Token{
		ID: row.ID, Name: row.Name, OrganizationID: row.OrganizationID, Scopes: row.Scopes,
		CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt, LastUsedAt: row.LastUsedAt, RevokedAt: row.RevokedAt,
	}
}
