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

// noteNumbers notes at whom the numbers ring that a user is to show or to be called under.
func noteNumbers(ctx context.Context, tx *store.Tx, sc scene, u portal.User, inventory *rules.Inventory) error {
	inventory.Numbers = map[string]rules.Number{}
	for _, number := range append(incomingNumbers(u), callerID(u)) {
		if number == "" {
			continue
		}
		noted := rules.Number{Main: number == sc.mainNumber}
		holder, err := tx.HolderOfNumber(ctx, sc.organization.ID, number)
		switch {
		case err == nil:
			noted.Holder = namedHolder(holder)
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		inventory.Numbers[number] = noted
	}
	return nil
}

// allocate has those numbers ring at a user that the request gives. One that leaves them to the portal keeps what it
// has, and gets the number that it shows from now on too, if nobody has that (VX-07).
func (e *userEntity) allocate(ctx context.Context, tx *store.Tx, sc scene, before, after portal.User) error {
	if !sc.allocatesNumbers() {
		return nil
	}
	had, wanted := incomingNumbers(before), incomingNumbers(after)
	if number := callerID(after); !e.numbersGiven && number != "" && number != callerID(before) && number != sc.mainNumber {
		_, err := tx.HolderOfNumber(ctx, sc.organization.ID, number)
		switch {
		case errors.Is(err, store.ErrNotFound):
			wanted = append(wanted, number)
		case err != nil:
			return err
		}
	}
	for _, number := range missing(had, wanted) {
		if err := tx.ReleaseNumber(ctx, sc.organization.ID, number); err != nil {
			return err
		}
	}
	for _, number := range missing(wanted, had) {
		if err := tx.Allocate(ctx, sc.organization.ID, store.Allocation{Number: number, UserID: after.ID}); err != nil {
			return err
		}
	}
	return nil
}

// incomingNumbers are a copy.
func incomingNumbers(u portal.User) []string {
	if u.Telephony == nil {
		return nil
	}
	return slices.Clone(u.Telephony.IncomingNumbers)
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
	return field != nil && field.Allocate != ""
}
