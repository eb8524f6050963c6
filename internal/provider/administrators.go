package provider

import (
	"context"
	"sync"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// losses are the people from whom the plan, as far as it was checked, takes the right to administer: each planned
// change is judged after those before it, so that two administrators cannot be taken away by one plan. What a plan
// gives does not count, because Terraform may well do it later than what it takes.
type losses struct {
	mu sync.Mutex
	by map[string][]rules.Holder // noun and id of the changed object → who loses by its change
}

// forget has the plans that were judged before count no longer.
func (l *losses) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.by = nil
}

// noteAdministration notes who administers the organisation, if a planned change may take that right from somebody.
func (v *view) noteAdministration(ctx context.Context, set *rules.Set, change rules.Change, inventory *rules.Inventory) error {
	if !set.ConcernsAdministrators(change) {
		return nil
	}
	everybody, err := v.people.get(func() (rules.Administration, error) { return v.administration(ctx) })
	if err != nil {
		return err
	}
	v.state.losses.mu.Lock()
	defer v.state.losses.mu.Unlock()
	object := changedObject(change)
	lost := map[string]bool{}
	for by, people := range v.state.losses.by {
		for _, person := range people {
			lost[person.ID] = lost[person.ID] || by != object
		}
	}
	administration := rules.Administration{Groups: everybody.Groups}
	for _, person := range everybody.People {
		if !lost[person.ID] {
			administration.People = append(administration.People, person)
		}
	}
	inventory.Administration = &administration
	if v.state.losses.by == nil {
		v.state.losses.by = map[string][]rules.Holder{}
	}
	v.state.losses.by[object] = set.LoseAdministration(administration, change)
	return nil
}

// administration is who may do what in the whole organisation.
func (v *view) administration(ctx context.Context) (rules.Administration, error) {
	users, err := v.client.ListUsers(ctx, client.UserQuery{})
	if err != nil {
		return rules.Administration{}, err
	}
	groups, err := v.client.ListPermissionGroups(ctx, client.PermissionGroupQuery{})
	if err != nil {
		return rules.Administration{}, err
	}
	administration := rules.Administration{Groups: map[string][]string{}}
	for _, group := range groups {
		administration.Groups[group.ID] = group.Permissions
	}
	for _, user := range users {
		administration.People = append(administration.People, rules.Person{
			Holder: rules.Holder{ID: user.ID, Name: nameOf(user)}, Enabled: (user.Enabled == nil || *user.Enabled) && user.Status != portal.StatusBlocked, GroupIDs: user.PermissionGroupIDs,
		})
	}
	return administration, nil
}

// howToKeep says how a configuration lets go of a user who has to stay.
func howToKeep(code portal.Code) string {
	if code != portal.CodeLastAdmin && code != portal.CodeOwnAccess {
		return ""
	}
	destroy := ""
	if code == portal.CodeLastAdmin {
		destroy = "\n\nTo delete everything, with the last administrator, set delete_last_administrator = true in the provider block."
	}
	return destroy + "\n\nTo stop managing this user without deleting it, take it out of the configuration with a removed block:\n\n" +
		"removed {\n  from = switchboard_user.NAME\n  lifecycle { destroy = false }\n}"
}

// changedObject tells changed objects apart.
func changedObject(change rules.Change) string {
	switch before := change.Before.(type) {
	case *portal.User:
		return string(change.Noun) + " " + before.ID
	case *portal.PermissionGroup:
		return string(change.Noun) + " " + before.ID
	default:
		return ""
	}
}

// nameOf is what people call a user.
func nameOf(user portal.User) string {
	for _, name := range []string{valueOf(user.Email), valueOf(user.Username)} {
		if name != "" {
			return name
		}
	}
	return user.ID
}
