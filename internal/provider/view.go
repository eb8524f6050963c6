package provider

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// view is what plan-time checks know of the organisation. Nothing in it is fetched before it is asked for. The client
// remembers what it has read and written; what is kept here besides is what is dear to make of it, or what the plan may
// see as it was when the run began.
type view struct {
	client            *client.Client
	organization      once[portal.Organization]
	groups            index[portal.PermissionGroup]
	accounts          index[portal.SIPAccount]
	users             index[portal.User]
	userGroups        index[portal.UserGroup]
	subgroupsOf       once[[]portal.UserGroup]
	foreign           once[[]portal.User] // users of other managers
	people            once[rules.Administration]
	numbers           once[map[string]rules.Number]
	numberMoves       numberMoves
	state             *planState
	lastAdministrator bool   // delete_last_administrator of the provider
	managedBy         string // see the provider's argument; empty is what the portal says of the token
	now               func() time.Time
}

func newView(c *client.Client, state *planState) *view {
	return &view{
		client: c,
		state:  state,
		now:    time.Now,
		groups: index[portal.PermissionGroup]{
			client: c, noun: portal.NounPermissionGroup, get: c.GetPermissionGroup, kept: map[string]portal.PermissionGroup{},
			holder: func(g portal.PermissionGroup) rules.Holder {
				return rules.Holder{ID: g.ID, Name: valueOf(g.Name), Noun: portal.NounPermissionGroup}
			},
			list: func(ctx context.Context, name thing) ([]portal.PermissionGroup, error) {
				return c.ListPermissionGroups(ctx, client.PermissionGroupQuery{Name: name.key})
			},
		},
		accounts: index[portal.SIPAccount]{
			client: c, noun: portal.NounSIPAccount, get: c.GetSIPAccount,
			holder: func(a portal.SIPAccount) rules.Holder {
				return rules.Holder{ID: a.ID, Name: valueOf(a.Extension), Noun: portal.NounSIPAccount}
			},
			list: func(ctx context.Context, extension thing) ([]portal.SIPAccount, error) {
				return c.ListSIPAccounts(ctx, client.SIPAccountQuery{Extension: extension.key})
			},
		},
		users: index[portal.User]{
			client: c, noun: portal.NounUser, get: c.GetUser,
			holder: func(u portal.User) rules.Holder {
				return rules.Holder{ID: u.ID, Name: valueOf(u.Email), Noun: portal.NounUser}
			},
			list: func(ctx context.Context, what thing) ([]portal.User, error) {
				switch what.stock {
				case stockEmail:
					return c.ListUsers(ctx, client.UserQuery{Email: what.key})
				case stockUsername:
					return c.ListUsers(ctx, client.UserQuery{Username: what.key})
				case stockStatus:
					return c.ListUsers(ctx, client.UserQuery{Status: portal.UserStatus(what.key)})
				default:
					return c.ListUsers(ctx, client.UserQuery{Extension: what.key})
				}
			},
		},
		userGroups: index[portal.UserGroup]{
			client: c, noun: portal.NounUserGroup, get: c.GetUserGroup,
			holder: func(g portal.UserGroup) rules.Holder {
				return rules.Holder{ID: g.ID, Name: valueOf(g.Name), Noun: portal.NounUserGroup}
			},
			list: func(ctx context.Context, name thing) ([]portal.UserGroup, error) {
				return c.ListUserGroups(ctx, client.UserGroupQuery{Name: name.key})
			},
		},
	}
}

// forget drops what was read of the portal, for the next walk of a process that lives for several.
func (v *view) forget() {
	v.client.Forget()
	v.organization.forget()
	v.groups.forget()
	v.accounts.forget()
	v.users.forget()
	v.userGroups.forget()
	v.subgroupsOf.forget()
	v.people.forget()
	v.foreign.forget()
	v.numbers.forget()
	v.numberMoves.forget()
}

// manager is the name under which this configuration manages its objects.
func (v *view) manager(organization portal.Organization) string {
	if v.managedBy != "" {
		return v.managedBy
	}
	return organization.ManagedBy
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

// sipAccounts returns those of the accounts that exist, with who has them. An account that the list shows in the hands
// of somebody else than the user with this id may have been given up in this run, so it is looked at again. One of a
// user whom this configuration manages is handed over.
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

// stockOf looks up what a planned user refers to, and the permission groups that the user leaves. What the holder has
// is the user's own.
func (v *view) stockOf(ctx context.Context, before *portal.User, user portal.User, inventory *rules.Inventory, holder string) (err error) {
	groups := slices.Clone(user.PermissionGroupIDs)
	if before != nil {
		groups = append(groups, before.PermissionGroupIDs...)
	}
	slices.Sort(groups)
	if inventory.PermissionGroups, err = v.permissionGroups(ctx, slices.Compact(groups)); err != nil {
		return err
	}
	for _, id := range groups {
		if _, there := inventory.PermissionGroups[id]; !there && before != nil && slices.Contains(before.PermissionGroupIDs, id) {
			inventory.PermissionGroups[id] = portal.PermissionGroup{ID: id} // waits for its last members to leave
		}
	}
	if inventory.SIPAccounts, err = v.sipAccounts(ctx, sipAccountIDs(user), holder); err != nil {
		return err
	}
	if user.Directory != nil && len(user.Directory.UserGroupIDs) > 0 {
		if inventory.Subgroups, err = v.subgroups(ctx, user.Directory.UserGroupIDs); err != nil {
			return err
		}
	}
	return v.noteNumbers(ctx, user, inventory)
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

// subgroups returns those of the subgroups that exist. One that no group in the list has may have been made since, so
// the groups are then listed anew.
func (v *view) subgroups(ctx context.Context, ids []string) (map[string]rules.Subgroup, error) {
	found := map[string]rules.Subgroup{}
	for attempt := range 2 {
		if attempt > 0 {
			v.subgroupsOf.forget()
		}
		groups, err := v.subgroupsOf.get(func() ([]portal.UserGroup, error) { return v.client.ListUserGroups(ctx, client.UserGroupQuery{}) })
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

// phoneNumbers returns at whom the owned numbers ring. The holders have no names.
func (v *view) phoneNumbers(ctx context.Context) (map[string]rules.Number, error) {
	return v.numbers.get(func() (map[string]rules.Number, error) {
		listed, err := v.client.ListPhoneNumbers(ctx)
		numbers := make(map[string]rules.Number, len(listed))
		for _, number := range listed {
			numbers[number.Number] = rules.Number{Holder: rules.Holder{ID: number.UserID}, Main: number.Main}
		}
		return numbers, err
	})
}

func (v *view) holder(ctx context.Context, accountID string) (rules.SIPAccount, error) {
	organization, _, err := v.rules(ctx)
	if err != nil {
		return rules.SIPAccount{}, err
	}
	account, err := v.client.GetSIPAccount(ctx, accountID)
	if err != nil || account.UserID == "" {
		return rules.SIPAccount{SIPAccount: valueOf(account)}, ignoreNotFound(err)
	}
	user, err := v.client.GetUser(ctx, account.UserID)
	if err != nil || isOurs(user.Meta(), v.manager(organization)) {
		return rules.SIPAccount{SIPAccount: *account}, ignoreNotFound(err)
	}
	return rules.SIPAccount{SIPAccount: *account, Holder: rules.Holder{ID: user.ID, Name: valueOf(user.Email), Noun: portal.NounUser}}, nil
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

// once holds a value that is fetched when it is first wanted. Whoever comes meanwhile waits for that one fetch. A
// failure is not kept.
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
