package service

import (
	"context"
	"errors"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

var errSurface = errors.New("surface only")

func (s *Service) ListUsers(ctx context.Context, caller Caller, query ListQuery) (portal.Page[portal.User], error) {
	return portal.Page[portal.User]{}, errSurface
}
func (s *Service) GetUser(ctx context.Context, caller Caller, id string) (portal.User, error) {
	return portal.User{}, errSurface
}
func (s *Service) CreateUser(ctx context.Context, caller Caller, user portal.User, idempotencyKey string) (Created[portal.User], error) {
	return Created[portal.User]{}, errSurface
}
func (s *Service) ReplaceUser(ctx context.Context, caller Caller, id string, user portal.User, ifMatch string) (portal.User, error) {
	return portal.User{}, errSurface
}
func (s *Service) DeleteUser(ctx context.Context, caller Caller, id, ifMatch string) error {
	return errSurface
}

func (s *Service) ListPermissionGroups(ctx context.Context, caller Caller, query ListQuery) (portal.Page[portal.PermissionGroup], error) {
	return portal.Page[portal.PermissionGroup]{}, errSurface
}
func (s *Service) GetPermissionGroup(ctx context.Context, caller Caller, id string) (portal.PermissionGroup, error) {
	return portal.PermissionGroup{}, errSurface
}
func (s *Service) CreatePermissionGroup(ctx context.Context, caller Caller, group portal.PermissionGroup, idempotencyKey string) (Created[portal.PermissionGroup], error) {
	return Created[portal.PermissionGroup]{}, errSurface
}
func (s *Service) ReplacePermissionGroup(ctx context.Context, caller Caller, id string, group portal.PermissionGroup, ifMatch string) (portal.PermissionGroup, error) {
	return portal.PermissionGroup{}, errSurface
}
func (s *Service) DeletePermissionGroup(ctx context.Context, caller Caller, id, ifMatch string) error {
	return errSurface
}

func (s *Service) ListSIPAccounts(ctx context.Context, caller Caller, query ListQuery) (portal.Page[portal.SIPAccount], error) {
	return portal.Page[portal.SIPAccount]{}, errSurface
}
func (s *Service) GetSIPAccount(ctx context.Context, caller Caller, id string) (portal.SIPAccount, error) {
	return portal.SIPAccount{}, errSurface
}
func (s *Service) CreateSIPAccount(ctx context.Context, caller Caller, account portal.SIPAccount, idempotencyKey string) (Created[portal.SIPAccount], error) {
	return Created[portal.SIPAccount]{}, errSurface
}
func (s *Service) ReplaceSIPAccount(ctx context.Context, caller Caller, id string, account portal.SIPAccount, ifMatch string) (portal.SIPAccount, error) {
	return portal.SIPAccount{}, errSurface
}
func (s *Service) DeleteSIPAccount(ctx context.Context, caller Caller, id, ifMatch string) error {
	return errSurface
}

func (s *Service) Organization(ctx context.Context, caller Caller) (portal.Organization, error) {
	return portal.Organization{}, errSurface
}

type Token struct {
	ID, Name                         string
	OrganizationID                   string
	Scopes                           []portal.Scope
	CreatedAt                        time.Time
	ExpiresAt, LastUsedAt, RevokedAt *time.Time
}

type TokenRequest struct {
	Name      string
	Scopes    []portal.Scope
	ExpiresAt *time.Time
}

func (s *Service) CreateToken(ctx context.Context, organizationID string, request TokenRequest) (secret string, token Token, err error) {
	return "", Token{}, errSurface
}
func (s *Service) ListTokens(ctx context.Context, organizationID string) ([]Token, error) {
	return nil, errSurface
}
func (s *Service) RevokeToken(ctx context.Context, organizationID, tokenID string) error {
	return errSurface
}
func (s *Service) Authenticate(ctx context.Context, secret string) (Caller, error) {
	return Caller{}, errSurface
}

// OrganizationFile is an organisation as its file describes it.
type OrganizationFile struct {
	Organization portal.Organization
	Hash         string
}

func ReadOrganizationFile(path string) (OrganizationFile, error) {
	return OrganizationFile{}, errSurface
}
func ParseOrganizationFile(name string, text []byte) (OrganizationFile, error) {
	return OrganizationFile{}, errSurface
}
func (s *Service) ApplyOrganization(ctx context.Context, file OrganizationFile) (changed bool, err error) {
	return false, errSurface
}
