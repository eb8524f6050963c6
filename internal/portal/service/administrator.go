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
				people[member.ID] = &rules.Person{Holder: namedHolder(member.Holder), Enabled: member.Enabled}
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

// refuseBlock refuses to block a person without whom nobody would administer the organisation, or who is the caller.
func refuseBlock(ctx context.Context, tx *store.Tx, sc scene, caller Caller, u portal.User) error {
	blocked := u
	blocked.Enabled = new(false)
	change := rules.Change{Noun: portal.NounUser, Before: &u, After: &blocked, UserID: caller.UserID}
	inventory := rules.Inventory{Organization: sc.organization}
	if err := noteAdministration(ctx, tx, sc, change, &inventory); err != nil {
		return err
	}
	return refuse(portal.NounUser, sc.set.CheckAdministrators(inventory, change))
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
