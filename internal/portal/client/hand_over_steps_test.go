package client_test

import (
	"context"
	"maps"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// steps are the writes that lead from one state to the next.
func (m *mover) steps(old, wanted portaltest.Office) (steps []step) {
	steps = append(steps, m.groupSteps(old, wanted)...)
	steps = append(steps, m.accountSteps(old, wanted)...)
	if wanted.Title != "" {
		steps = append(steps, m.positionStep(wanted))
	}
	for _, number := range slices.Sorted(maps.Keys(wanted.People)) {
		before, exists := old.People[number]
		after := wanted.People[number]
		if exists && before.Same(after) {
			continue
		}
		s := step{title: title("user", number), after: []string{"position"}}
		for _, group := range after.Groups {
			if _, there := old.Groups[group]; !there {
				s.after = append(s.after, title("group", group))
			}
		}
		for _, account := range after.Accounts {
			if _, there := old.Accounts[account]; !there {
				s.after = append(s.after, title("account", account))
			}
		}
		s.write = func(ctx context.Context, c *client.Client) error {
			if !exists {
				made, err := c.CreateUser(ctx, m.ids.User(wanted, number))
				m.ids.Objects[number] = made.Object.ID
				return err
			}
			_, err := c.ReplaceUser(ctx, m.ids.Objects[number], m.ids.User(wanted, number), m.etags[m.ids.Objects[number]])
			return err
		}
		steps = append(steps, s)
	}
	for _, number := range slices.Sorted(maps.Keys(old.People)) {
		if _, stays := wanted.People[number]; !stays {
			steps = append(
				steps,
				step{title: title("leaver", number), write: func(ctx context.Context, c *client.Client) error {
					return c.DeleteUser(ctx, m.ids.Objects[number], m.etags[m.ids.Objects[number]], portal.Deletion{})
				}},
			)
		}
	}
	return steps
}

func (m *mover) groupSteps(old, wanted portaltest.Office) (steps []step) {
	for _, number := range slices.Sorted(maps.Keys(wanted.Groups)) {
		name, exists := old.Groups[number]
		if exists && name == wanted.Groups[number] {
			continue
		}
		group := portal.PermissionGroup{Name: new(wanted.Groups[number])}
		steps = append(
			steps,
			step{title: title("group", number), write: func(ctx context.Context, c *client.Client) error {
				if !exists {
					made, err := c.CreatePermissionGroup(ctx, group)
					m.ids.Objects[number] = made.Object.ID
					return err
				}
				_, err := c.ReplacePermissionGroup(ctx, m.ids.Objects[number], group, m.etags[m.ids.Objects[number]])
				return err
			}},
		)
	}
	for _, number := range slices.Sorted(maps.Keys(old.Groups)) {
		if _, stays := wanted.Groups[number]; !stays {
			steps = append(
				steps,
				step{title: title("dissolved group", number), write: func(ctx context.Context, c *client.Client) error {
					_, err := c.DeletePermissionGroup(ctx, m.ids.Objects[number], m.etags[m.ids.Objects[number]])
					return err
				}},
			)
		}
	}
	return steps
}

func (m *mover) accountSteps(old, wanted portaltest.Office) (steps []step) {
	for _, number := range slices.Sorted(maps.Keys(wanted.Accounts)) {
		extension, exists := old.Accounts[number]
		if exists && extension == wanted.Accounts[number] {
			continue
		}
		account := portal.SIPAccount{Extension: new(wanted.Accounts[number])}
		steps = append(
			steps,
			step{title: title("account", number), write: func(ctx context.Context, c *client.Client) error {
				if !exists {
					made, err := c.CreateSIPAccount(ctx, account)
					m.ids.Objects[number] = made.Object.ID
					return err
				}
				_, err := c.ReplaceSIPAccount(ctx, m.ids.Objects[number], account, m.etags[m.ids.Objects[number]])
				return err
			}},
		)
	}
	for _, number := range slices.Sorted(maps.Keys(old.Accounts)) {
		if _, stays := wanted.Accounts[number]; !stays {
			steps = append(
				steps,
				step{
					title: title("phone taken away", number),
					write: func(ctx context.Context, c *client.Client) error {
						_, err := c.DeleteSIPAccount(ctx, m.ids.Objects[number], m.etags[m.ids.Objects[number]])
						return err
					},
				},
			)
		}
	}
	return steps
}

func (m *mover) positionStep(wanted portaltest.Office) step {
	group := portal.UserGroup{Name: &wanted.Title}
	for _, name := range wanted.Subgroups {
		group.Subgroups = append(group.Subgroups, portal.Subgroup{Name: name})
	}
	return step{title: "position", write: func(ctx context.Context, c *client.Client) error {
		var stored portal.UserGroup
		if m.ids.UserGroup == "" {
			made, err := c.CreateUserGroup(ctx, group)
			if err != nil {
				return err
			}
			stored = made.Object
		} else {
			replaced, err := c.ReplaceUserGroup(ctx, m.ids.UserGroup, group, m.etags[m.ids.UserGroup])
			if err != nil {
				return err
			}
			stored = *replaced
		}
		m.ids.UserGroup = stored.ID
		clear(m.ids.Subgroups)
		for _, subgroup := range stored.Subgroups {
			m.ids.Subgroups[subgroup.Name] = subgroup.ID
		}
		return nil
	}}
}
