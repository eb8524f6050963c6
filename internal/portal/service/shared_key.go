package service

import (
	"context"
	"math"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// SharedAddress is an address, or a login name, that several users have although it is to be that of one. They had it
// before all spellings of an address were one. The portal keeps them as they are, and never makes one of them.
type SharedAddress struct {
	OrganizationIDs []string // of the users, in their order
	UserIDs         []string
	Field           string // email or username
	Value           string // canonical
}

// SharedAddresses returns what users share in each organisation, and what they share with those of other organisations
// where an address is unique on the whole platform (MW-02). It is for the operator of the portal.
func (s *Service) SharedAddresses(ctx context.Context) (list []SharedAddress, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		list = nil
		ids, err := tx.OrganizationIDs(ctx, math.MaxInt32)
		if err != nil {
			return err
		}
		for _, id := range ids {
			shared, err := tx.SharedKeys(ctx, id)
			if err != nil {
				return err
			}
			for _, key := range shared {
				list = append(list, SharedAddress{slices.Repeat([]string{id}, len(key.UserIDs)), key.UserIDs, key.Field, key.Key})
			}
		}
		claims, err := tx.SharedClaims(ctx)
		if err != nil {
			return err
		}
		for _, several := range claims {
			address := SharedAddress{Field: "email", Value: several[0].EmailKey}
			for _, claim := range several {
				address.OrganizationIDs, address.UserIDs = append(address.OrganizationIDs, claim.OrganizationID), append(address.UserIDs, claim.UserID)
			}
			if len(slices.Compact(slices.Clone(address.OrganizationIDs))) > 1 { // those of one organisation are told already
				list = append(list, address)
			}
		}
		return nil
	})
	return list, err
}

// noteSharedKeys tells an organisation what its users share.
func noteSharedKeys(ctx context.Context, tx *store.Tx, organization *portal.Organization) error {
	shared, err := tx.SharedKeys(ctx, organization.ID)
	for _, key := range shared {
		organization.SharedKeys = append(organization.SharedKeys, portal.SharedKey{Field: key.Field, Value: key.Key, UserIDs: key.UserIDs})
	}
	return err
}
