package service

import (
	"context"
	"errors"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// ListPhoneNumbers returns a page of the owned numbers, in the order of the numbers, and who is called under which.
func (s *Service) ListPhoneNumbers(ctx context.Context, caller Caller, query ListQuery) (page portal.Page[portal.PhoneNumberStatus], err error) {
	selection, err := selectPage(query, listing{prefix: "+", title: "phone number"})
	if err != nil {
		return page, err
	}
	var numbers []portal.PhoneNumberStatus
	var ends []string
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		allocations, err := tx.Allocations(ctx, caller.OrganizationID)
		if err != nil {
			return err
		}
		users := make(map[string]string, len(allocations))
		for _, allocation := range allocations {
			users[allocation.Number] = allocation.UserID
		}
		owned := slices.Sorted(slices.Values(sc.organization.PhoneNumbers))
		if size := selection.Limit - 1; query.Ends {
			for end := size; end < len(owned); end += size {
				ends = append(ends, owned[end-1])
			}
		}
		for _, number := range owned {
			if number > selection.After && len(numbers) < selection.Limit {
				numbers = append(numbers, portal.PhoneNumberStatus{Number: number, Main: number == sc.mainNumber, UserID: users[number]})
			}
		}
		return nil
	})
	page = pageOf(numbers, selection, func(n portal.PhoneNumberStatus) string { return n.Number })
	page.Ends = pageEnds(ends)
	return page, err
}

// noteNumber notes who has the number that a user is to show, as the main number or as incoming number.
func noteNumber(ctx context.Context, tx *store.Tx, sc scene, number string, inventory *rules.Inventory) error {
	inventory.Numbers = map[string]rules.Number{}
	if number == "" {
		return nil
	}
	allocation, err := tx.Allocation(ctx, sc.organization.ID, number)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	inventory.Numbers[number] = rules.Number{UserID: allocation.UserID, Main: number == sc.mainNumber}
	return nil
}

// allocate gives a user the number that it shows, if that is another one than before and nobody has it (VX-07). What it had is free again.
func allocate(ctx context.Context, tx *store.Tx, sc scene, before, after portal.User) error {
	number := callerID(after)
	if !sc.allocatesNumbers() || number == callerID(before) {
		return nil
	}
	if err := tx.ReleaseNumbers(ctx, sc.organization.ID, after.ID); err != nil {
		return err
	}
	if number == "" || number == sc.mainNumber {
		return nil
	}
	_, err := tx.Allocation(ctx, sc.organization.ID, number)
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return tx.Allocate(ctx, sc.organization.ID, store.Allocation{Number: number, UserID: after.ID})
}

func callerID(u portal.User) string {
	if u.Telephony == nil || u.Telephony.CallerID == nil {
		return ""
	}
	return *u.Telephony.CallerID
}

// allocatesNumbers reports whether the platform gives a user the free number that the user shows.
func (sc scene) allocatesNumbers() bool {
	field := sc.set.Objects[portal.NounUser].Fields["telephony.caller_id"]
	return field != nil && field.Allocate
}
