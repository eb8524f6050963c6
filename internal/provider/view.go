package provider

import (
	"context"
	"slices"
	"sync"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// view is what plan-time checks know of the organisation. Everything in it is fetched when it is first asked for and at most once in a run,
// as a list, however many resources ask. What is not in a list may have been made since, by this very run, and is asked for singly.
type view struct {
	client       *client.Client
	organization once[portal.Organization]
	groups       index[portal.PermissionGroup]
	accounts     index[portal.SIPAccount]
	users        index[portal.User]
	userGroups   index[portal.UserGroup]
	numbers      once[map[string]rules.Number]
	claims       *claims
	losses       losses
	memberships  memberships
}

func newView(c *client.Client) *view {
	return &view{
		client: c,
		claims: newClaims(),
		groups: index[portal.PermissionGroup]{
			list: func(ctx context.Context) ([]portal.PermissionGroup, error) {
				return c.ListPermissionGroups(ctx, client.PermissionGroupQuery{})
			},
			get: c.GetPermissionGroup,
			id:  func(g portal.PermissionGroup) string { return g.ID },
		},
		accounts: index[portal.SIPAccount]{
			list: func(ctx context.Context) ([]portal.SIPAccount, error) {
				return c.ListSIPAccounts(ctx, client.SIPAccountQuery{})
			},
			get: c.GetSIPAccount,
			id:  func(a portal.SIPAccount) string { return a.ID },
		},
		users: index[portal.User]{
			list: func(ctx context.Context) ([]portal.User, error) { return c.ListUsers(ctx, client.UserQuery{}) },
			get:  c.GetUser,
			id:   func(u portal.User) string { return u.ID },
		},
		userGroups: index[portal.UserGroup]{
			list: func(ctx context.Context) ([]portal.UserGroup, error) {
				return c.ListUserGroups(ctx, client.UserGroupQuery{})
			},
			get: c.GetUserGroup,
			id:  func(g portal.UserGroup) string { return g.ID },
		},
	}
}

// rules returns the organisation and its rule set.
func (v *view) rules(ctx context.Context) (portal.Organization, *rules.Set, error) {
	organization, err := v.organization.get(func() (portal.Organization, error) {
		o, err := v.client.Organization(ctx)
		if err != nil {
			return portal.Organization{}, err
		}
		return *o, nil
	})
	if err != nil {
		return portal.Organization{}, nil, err
	}
	set, err := rules.For(organization.Platform)
	return organization, set, err
}

// permissionGroups returns those of the groups that exist.
func (v *view) permissionGroups(ctx context.Context, ids []string) (map[string]portal.PermissionGroup, error) {
	return v.groups.find(ctx, ids)
}

// sipAccounts returns those of the accounts that exist, with who has them. An account that the list shows in the hands of somebody else than
// the user with this id may have been given up in this run, so it is looked at again.
func (v *view) sipAccounts(ctx context.Context, ids []string, userID string) (map[string]rules.SIPAccount, error) {
	found, err := v.accounts.find(ctx, ids)
	if err != nil {
		return nil, err
	}
	accounts := make(map[string]rules.SIPAccount, len(found))
	for id, account := range found {
		held := rules.SIPAccount{SIPAccount: account}
		if account.UserID != "" && account.UserID != userID {
			if held, err = v.holder(ctx, id); err != nil {
				return nil, err
			}
		}
		accounts[id] = held
	}
	return accounts, nil
}

// stockOf looks up what a planned user refers to.
func (v *view) stockOf(ctx context.Context, user portal.User, inventory *rules.Inventory) (err error) {
	if inventory.PermissionGroups, err = v.permissionGroups(ctx, user.PermissionGroupIDs); err != nil {
		return err
	}
	if inventory.SIPAccounts, err = v.sipAccounts(ctx, sipAccountIDs(user), user.ID); err != nil {
		return err
	}
	if user.Directory != nil && len(user.Directory.UserGroupIDs) > 0 {
		if inventory.Subgroups, err = v.subgroups(ctx, user.Directory.UserGroupIDs); err != nil {
			return err
		}
	}
	if user.Telephony != nil && valueOf(user.Telephony.CallerID) != "" {
		inventory.Numbers, err = v.phoneNumbers(ctx)
	}
	return err
}

// sipAccountIDs are the SIP accounts that a user refers to anywhere.
func sipAccountIDs(user portal.User) []string {
	var ids []string
	if t := user.Telephony; t != nil {
		ids = append(ids, t.SIPAccountIDs...)
		if id := valueOf(t.AppSIPAccountID); id != "" {
			ids = append(ids, id)
		}
	}
	if user.ClickToDial != nil {
		if id := valueOf(user.ClickToDial.SIPAccountID); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// subgroups returns those of the subgroups that exist. One that no group in the list has may have been made since, so the groups are then
// listed anew.
func (v *view) subgroups(ctx context.Context, ids []string) (map[string]rules.Subgroup, error) {
	found := map[string]rules.Subgroup{}
	for attempt := range 2 {
		if attempt > 0 {
			v.userGroups.listed.forget()
		}
		groups, err := v.userGroups.all(ctx)
		if err != nil {
			return nil, err
		}
		for _, group := range groups {
			for _, subgroup := range group.Subgroups {
				if slices.Contains(ids, subgroup.ID) {
					found[subgroup.ID] = rules.Subgroup{Subgroup: subgroup, GroupID: group.ID, GroupName: valueOf(group.Name)}
				}
			}
		}
		if len(found) == len(ids) {
			break
		}
	}
	return found, nil
}

// phoneNumbers returns who has which of the owned numbers.
func (v *view) phoneNumbers(ctx context.Context) (map[string]rules.Number, error) {
	return v.numbers.get(func() (map[string]rules.Number, error) {
		listed, err := v.client.ListPhoneNumbers(ctx)
		numbers := make(map[string]rules.Number, len(listed))
		for _, number := range listed {
			numbers[number.Number] = rules.Number{UserID: number.UserID, Main: number.Main}
		}
		return numbers, err
	})
}

func (v *view) holder(ctx context.Context, accountID string) (rules.SIPAccount, error) {
	account, err := v.client.GetSIPAccount(ctx, accountID)
	if err != nil || account.UserID == "" {
		return rules.SIPAccount{SIPAccount: valueOf(account)}, ignoreNotFound(err)
	}
	user, err := v.client.GetUser(ctx, account.UserID)
	if err != nil {
		return rules.SIPAccount{SIPAccount: *account}, ignoreNotFound(err)
	}
	return rules.SIPAccount{SIPAccount: *account, Holder: rules.Holder{ID: user.ID, Name: valueOf(user.Email)}}, nil
}

func ignoreNotFound(err error) error {
	if client.IsNotFound(err) {
		return nil
	}
	return err
}

func valueOf[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// once holds a value that is fetched when it is first wanted. Whoever comes meanwhile waits for that one fetch. A failure is not kept.
type once[T any] struct {
	mu    sync.Mutex
	value *T
}

func (o *once[T]) get(fetch func() (T, error)) (T, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.value == nil {
		value, err := fetch()
		if err != nil {
			return value, err
		}
		o.value = &value
	}
	return *o.value, nil
}

// forget has the next get fetch again.
func (o *once[T]) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.value = nil
}

// index is one of the portal's lists, by id.
type index[T any] struct {
	list func(context.Context) ([]T, error)
	get  func(context.Context, string) (*T, error)
	id   func(T) string

	listed once[map[string]T]
	owners once[map[thing]owner]
}

// all returns every object, by id.
func (i *index[T]) all(ctx context.Context) (map[string]T, error) {
	return i.listed.get(func() (map[string]T, error) {
		items, err := i.list(ctx)
		byID := make(map[string]T, len(items))
		for _, item := range items {
			byID[i.id(item)] = item
		}
		return byID, err
	})
}

// find returns the objects with these ids; one that does not exist is not among them.
func (i *index[T]) find(ctx context.Context, ids []string) (map[string]T, error) {
	if len(ids) == 0 {
		return map[string]T{}, nil
	}
	listed, err := i.all(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string]T, len(ids))
	for _, id := range ids {
		if item, ok := listed[id]; ok {
			found[id] = item
			continue
		}
		item, err := i.get(ctx, id)
		switch {
		case client.IsNotFound(err):
		case err != nil:
			return nil, err
		default:
			found[id] = *item
		}
	}
	return found, nil
}
