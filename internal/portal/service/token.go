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
	UserName       string     // of that user; the id if the user is gone
	UserID         string     // whose token it is; empty: nobody's. It ends with the user, and counts as admin only while the user administers
	RevokedAt      *time.Time // nil: not
}

// TokenRequest is what a new token is to be.
type TokenRequest struct {
	Name      string // 1 to 64 characters
	Scopes    []portal.Scope
	ExpiresAt *time.Time // in the future; nil: never
	User      string     // whose token it is to be: e-mail address, username or id; empty: nobody's
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
	err = s.store.Write(ctx, organizationID, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, Caller{OrganizationID: organizationID})
		if err != nil {
			return err
		}
		made := event{action: portal.ActionCreate, noun: auditToken, id: id, name: row.Name, fields: []string{"name", "scopes"}}
		if row.ExpiresAt != nil {
			made.fields = append(made.fields, "expires_at")
		}
		if request.User != "" {
			made.fields = append(made.fields, "user_id")
			if row.UserID, err = bindToken(ctx, tx, sc, request); err != nil {
				return err
			}
		}
		if err := tx.InsertToken(ctx, row, secretHash(secret)); err != nil {
			return err
		}
		return s.record(ctx, tx, s.operator(organizationID), made)
	})
	if err != nil {
		return "", Token{}, err
	}
	return secret, tokenOf(row), nil
}

// bindToken returns the id of the user whose token a new one is to be.
func bindToken(ctx context.Context, tx *store.Tx, sc scene, request TokenRequest) (string, error) {
	owner, err := findOwner(ctx, tx, sc, request.User)
	if err != nil {
		return "", err
	}
	user, err := tx.User(ctx, sc.organization.ID, owner.ID)
	if err != nil {
		return "", err
	}
	refuse := func(field, message string) (string, error) {
		return "", portal.NewError(portal.CodeInvalid, "the token cannot be made", portal.FieldError{Field: field, Code: portal.CodeNotAllowed, Message: message})
	}
	switch {
	case !mayLogIn(user.User):
		return refuse("user", fmt.Sprintf("%s may not log in, so a token of this user would be over at once; enable the user first", owner.Name))
	case slices.Contains(request.Scopes, portal.ScopeAdmin) && !sc.set.Administers(user.Permissions):
		return refuse("scopes", fmt.Sprintf("%s does not administer %s, so the scope admin would not count; leave it out, or name an administrator", owner.Name, sc.organization.Name))
	default:
		return owner.ID, nil
	}
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
		if err != nil {
			return err
		}
		for _, row := range rows {
			token := tokenOf(row)
			if token.UserName, err = ownerName(ctx, tx, row); err != nil {
				return err
			}
			tokens = append(tokens, token)
		}
		return nil
	})
	return tokens, err
}

// ownerName is what people call the user whose token it is.
func ownerName(ctx context.Context, tx *store.Tx, row store.Token) (string, error) {
	if row.UserID == "" {
		return "", nil
	}
	owner, err := tx.UserByID(ctx, row.OrganizationID, row.UserID)
	if errors.Is(err, store.ErrNotFound) {
		return row.UserID, nil
	}
	return owner.Name, err
}

// RevokeToken ends a token at once. One that is revoked already stays so.
func (s *Service) RevokeToken(ctx context.Context, organizationID, tokenID string) error {
	return s.store.Write(ctx, organizationID, func(tx *store.Tx) error {
		token, err := tx.Token(ctx, organizationID, tokenID)
		if errors.Is(err, store.ErrNotFound) {
			return portal.NewError(portal.CodeNotFound, fmt.Sprintf("organisation %q has no token with the id %q", organizationID, tokenID))
		}
		if err != nil || token.RevokedAt != nil {
			return err
		}
		if err := tx.RevokeToken(ctx, organizationID, tokenID, s.now().UTC()); err != nil {
			return err
		}
		return s.record(ctx, tx, s.operator(organizationID), event{action: portal.ActionRevoke, noun: auditToken, id: tokenID, name: token.Name})
	})
}

// Authenticate returns who has a secret. Its error does not tell an unknown token from one that is over.
func (s *Service) Authenticate(ctx context.Context, secret string) (Caller, error) {
	var token store.Token
	var scopes []portal.Scope
	over := false
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		if token, err = tx.TokenBySecret(ctx, secretHash(secret)); err != nil {
			return err
		}
		scopes, over, err = s.scopesNow(ctx, tx, token)
		return err
	})
	now := s.now().UTC()
	if errors.Is(err, store.ErrNotFound) || err == nil && over {
		return Caller{}, portal.NewError(portal.CodeUnauthorized, "the token is unknown, expired or revoked, or its user may not log in; make a new one with \"portal token create\"")
	}
	if err != nil {
		return Caller{}, err
	}
	if token.LastUsedAt == nil || now.Sub(*token.LastUsedAt).Abs() >= lastUsedResolution {
		err := s.store.Write(ctx, token.OrganizationID, func(tx *store.Tx) error { return tx.TouchToken(ctx, token.OrganizationID, token.ID, now) })
		if _, unstored := errors.AsType[*store.StorageError](err); err != nil && !unstored { // on a full disk, reading goes on
			return Caller{}, err
		}
	}
	return Caller{
		OrganizationID: token.OrganizationID, TokenID: token.ID, Scopes: scopes, UserID: token.UserID,
		Actor: portal.Actor{Kind: portal.ActorToken, ID: token.ID, Name: token.Name},
	}, nil
}

// scopesNow are the scopes of a token that count at the moment: not admin while its user does not administer the
// organisation. It is over when it is revoked, expired, or a user's who may not log in or is gone.
func (s *Service) scopesNow(ctx context.Context, tx *store.Tx, token store.Token) (scopes []portal.Scope, over bool, err error) {
	if token.RevokedAt != nil || token.ExpiresAt != nil && !token.ExpiresAt.After(s.now()) {
		return nil, true, nil
	}
	if token.UserID == "" {
		return token.Scopes, false, nil
	}
	sc, err := readScene(ctx, tx, Caller{OrganizationID: token.OrganizationID})
	if err != nil {
		return nil, false, err
	}
	owner, err := tx.User(ctx, token.OrganizationID, token.UserID)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !mayLogIn(owner.User):
		return nil, true, nil
	case err != nil:
		return nil, false, err
	}
	return slices.DeleteFunc(slices.Clone(token.Scopes), func(scope portal.Scope) bool {
		return scope == portal.ScopeAdmin && !sc.set.Administers(owner.Permissions)
	}), false, nil
}

// secretHash is what is stored of the secret of a token, a session or a link. A plain hash is right here: the secret is
// 256 random bits, which nobody can search through however fast the hash is, and it is looked up with every request.
func secretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func tokenOf(row store.Token) Token {
	return Token{
		ID: row.ID, Name: row.Name, UserID: row.UserID, OrganizationID: row.OrganizationID, Scopes: row.Scopes,
		CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt, LastUsedAt: row.LastUsedAt, RevokedAt: row.RevokedAt,
	}
}
