package client_test

import (
	"context"
	"maps"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// steps are the writes that lead from one state to the next.
func (m *mover) steps(old, wanted office) (steps []step) {
	steps = append(steps, m.groupSteps(old, wanted)...)
	steps = append(steps, m.accountSteps(old, wanted)...)
	if wanted.hasPositions() {
		steps = append(steps, m.positionStep(wanted))
	}
	for _, number := range slices.Sorted(maps.Keys(wanted.people)) {
		before, exists := old.people[number]
		after := wanted.people[number]
		if exists && same(before, after) {
			continue
		}
		s := step{title: title("user", number), after: []string{"position"}}
		for _, group := range after.groups {
			if _, there := old.groups[group]; !there {
				s.after = append(s.after, title("group", group))
			}
		}
		for _, account := range after.accounts {
			if _, there := old.accounts[account]; !there {
				s.after = append(s.after, title("account", account))
			}
		}
		s.write = func(ctx context.Context, c *client.Client) error {
			if !exists {
				made, err := c.CreateUser(ctx, m.ids.user(wanted, number))
				m.ids.of[number] = made.Object.ID
				return err
			}
			_, err := c.ReplaceUser(ctx, m.ids.of[number], m.ids.user(wanted, number), m.etags[m.ids.of[number]])
			return err
		}
		steps = append(steps, s)
	}
	for _, number := range slices.Sorted(maps.Keys(old.people)) {
		if _, stays := wanted.people[number]; !stays {
			steps = append(
				steps,
				step{title: title("leaver", number), write: func(ctx context.Context, c *client.Client) error {
					return c.DeleteUser(ctx, m.ids.of[number], m.etags[m.ids.of[number]], portal.Deletion{})
				}},
			)
		}
	}
	return steps
}

func (m *mover) groupSteps(old, wanted office) (steps []step) {
	for _, number := range slices.Sorted(maps.Keys(wanted.groups)) {
		name, exists := old.groups[number]
		if exists && name == wanted.groups[number] {
			continue
		}
		group := portal.PermissionGroup{Name: new(wanted.groups[number])}
		steps = append(
			steps,
			step{title: title("group", number), write: func(ctx context.Context, c *client.Client) error {
				if !exists {
					made, err := c.CreatePermissionGroup(ctx, group)
					m.ids.of[number] = made.Object.ID
					return err
				}
				_, err := c.ReplacePermissionGroup(ctx, m.ids.of[number], group, m.etags[m.ids.of[number]])
				return err
			}},
		)
	}
	for _, number := range slices.Sorted(maps.Keys(old.groups)) {
		if _, stays := wanted.groups[number]; !stays {
			steps = append(
				steps,
				step{title: title("dissolved group", number), write: func(ctx context.Context, c *client.Client) error {
					_, err := c.DeletePermissionGroup(ctx, m.ids.of[number], m.etags[m.ids.of[number]])
					return err
				}},
			)
		}
	}
	return steps
}

func (m *mover) accountSteps(old, wanted office) (steps []step) {
	for _, number := range slices.Sorted(maps.Keys(wanted.accounts)) {
		extension, exists := old.accounts[number]
		if exists && extension == wanted.accounts[number] {
			continue
		}
		account := portal.SIPAccount{Extension: new(wanted.accounts[number])}
		steps = append(
			steps,
			step{title: title("account", number), write: func(ctx context.Context, c *client.Client) error {
				if !exists {
					made, err := c.CreateSIPAccount(ctx, account)
					m.ids.of[number] = made.Object.ID
					return err
				}
				_, err := c.ReplaceSIPAccount(ctx, m.ids.of[number], account, m.etags[m.ids.of[number]])
				return err
			}},
		)
	}
	for _, number := range slices.Sorted(maps.Keys(old.accounts)) {
		if _, stays := wanted.accounts[number]; !stays {
			steps = append(
				steps,
				step{
					title: title("phone taken away", number),
					write: func(ctx context.Context, c *client.Client) error {
						_, err := c.DeleteSIPAccount(ctx, m.ids.of[number], m.etags[m.ids.of[number]])
						return err
					},
				},
			)
		}
	}
	return steps
}

func (m *mover) positionStep(wanted office) step {
	group := portal.UserGroup{Name: &wanted.title}
	for _, name := range wanted.position {
		group.Subgroups = append(group.Subgroups, portal.Subgroup{Name: name})
	}
	return step{title: "position", write: func(ctx context.Context, c *client.Client) error {
		var stored portal.UserGroup
		if m.ids.title == "" {
			made, err := c.CreateUserGroup(ctx, group)
			if err != nil {
				return err
			}
			stored = made.Object
		} else {
			replaced, err := c.ReplaceUserGroup(ctx, m.ids.title, group, m.etags[m.ids.title])
			if err != nil {
				return err
			}
			stored = *replaced
		}
		m.ids.title = stored.ID
		clear(m.ids.subgroups)
		for _, subgroup := range stored.Subgroups {
			m.ids.subgroups[subgroup.Name] = subgroup.ID
		}
		return nil
	}}
}
