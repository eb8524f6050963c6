package service

import (
	"context"
	"fmt"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// ReloadPBX makes what changed on a PBX since its last reload take effect (SA-10). However many users changed, one
// reload is enough.
func (s *Service) ReloadPBX(ctx context.Context, caller Caller, pbxID string) (reloaded portal.PBX, err error) {
	err = s.store.Write(ctx, caller.OrganizationID, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(sc.organization.PBXs, func(pbx portal.PBX) bool { return pbx.ID == pbxID })
		if i < 0 {
			return portal.NewError(portal.CodeNotFound, fmt.Sprintf("there is no PBX with the id %q", pbxID))
		}
		reloaded = sc.organization.PBXs[i]
		if err := tx.ClearPendingReload(ctx, caller.OrganizationID, pbxID); err != nil {
			return err
		}
		return s.record(ctx, tx, caller, event{action: portal.ActionReload, noun: auditPBX, id: pbxID, name: reloaded.Name})
	})
	return reloaded, err
}

// awaitReload notes that the PBXs of a user before and after a change do not know of it yet.
func awaitReload(ctx context.Context, tx *store.Tx, sc scene, users ...portal.User) error {
	if !sc.set.PBXReload {
		return nil
	}
	for _, user := range users {
		if user.Telephony == nil || user.Telephony.PBXID == nil || *user.Telephony.PBXID == "" {
			continue
		}
		if err := tx.SetPendingReload(ctx, sc.organization.ID, *user.Telephony.PBXID); err != nil {
			return err
		}
	}
	return nil
}
