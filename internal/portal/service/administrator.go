package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// noteAdministration notes who administers the organisation, if a change may take that right from somebody.
func noteAdministration(ctx context.Context, tx *store.Tx, sc scene, change rules.Change, inventory *rules.Inventory) error {
	if !sc.set.ConcernsAdministrators(change) {
		return nil
	}
	groups, err := tx.GroupsGranting(ctx, sc.organization.ID, sc.set.Administrators)
	if err != nil {
		return err
	}
	people := map[string]*rules.Person{}
	administration := rules.Administration{Groups: groups}
	for groupID := range groups {
		members, err := tx.GroupMembers(ctx, sc.organization.ID, groupID)
		if err != nil {
			return err
		}
		for _, member := range members {
			if people[member.ID] == nil {
				people[member.ID] = &rules.Person{Holder: rules.Holder(member.Holder), Enabled: member.Enabled}
			}
			people[member.ID].GroupIDs = append(people[member.ID].GroupIDs, groupID)
		}
	}
	for _, person := range people {
		administration.People = append(administration.People, *person)
	}
	inventory.Administration = &administration
	return nil
}

// access is what a user may do right now, as far as a token of that user goes.
type access struct {
	user          portal.User
	administrator bool
}

// readAccess returns what the user of a token may do. A token is over when its user is disabled, blocked or gone.
func readAccess(ctx context.Context, tx *store.Tx, organizationID, userID string) (a access, over bool, err error) {
	sc, err := readScene(ctx, tx, Caller{OrganizationID: organizationID})
	if err != nil {
		return a, false, err
	}
	row, err := tx.User(ctx, organizationID, userID)
	if errors.Is(err, store.ErrNotFound) {
		return a, true, nil
	}
	if err != nil {
		return a, false, err
	}
	a.user, a.administrator = row.User, sc.set.Administers(row.Permissions)
	return a, row.Enabled != nil && !*row.Enabled || row.Status == portal.StatusBlocked, nil
}

// findOwner finds the user whose token a new one is to be: by e-mail address, username or id.
func findOwner(ctx context.Context, tx *store.Tx, sc scene, name string) (store.Holder, error) {
	for _, by := range []struct {
		field string
		find  func(context.Context, string, string) (store.Holder, error)
	}{{"email", tx.UserByEmail}, {"username", tx.UserByUsername}} {
		key := sc.uniqueKey(portal.NounUser, by.field, &name)
		if key == nil {
			continue
		}
		if user, err := by.find(ctx, sc.organization.ID, *key); !errors.Is(err, store.ErrNotFound) {
			return user, err
		}
	}
	user, err := tx.UserByID(ctx, sc.organization.ID, name)
	if errors.Is(err, store.ErrNotFound) {
		message := fmt.Sprintf("%s has no user %q; give the e-mail address, the username or the id of one", sc.organization.Name, name)
		return user, portal.NewError(portal.CodeInvalid, "the token cannot be made", portal.FieldError{Field: "user", Code: portal.CodeMissing, Message: message})
	}
	return user, err
}
