package service

import (
	"context"
	"encoding/csv"
	"io"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// PeopleQuery selects people for the administrators' page.
type PeopleQuery struct {
	Search string            // in names, e-mail address and username, ignoring case; empty for all
	Status portal.UserStatus // empty for all
	After  string            // cursor of the previous page
	Limit  int               // people on the page; 0 is portal.DefaultPageSize
}

// People is a page of people with the names of their permission groups by id.
type People struct {
	portal.Page[portal.User]

	Groups map[string]string
}

// maxSearchLength bounds what is searched for, in bytes; longer texts are cut.
const maxSearchLength = 200

// ListPeople returns a page of people, in the order of their ids.
func (s *Service) ListPeople(ctx context.Context, caller Caller, query PeopleQuery) (people People, err error) {
	selection, err := selectPage(ListQuery{Limit: query.Limit, After: query.After}, listing{prefix: idPrefix(portal.NounUser), title: "user"})
	if err != nil {
		return People{}, err
	}
	if query.Status != "" {
		selection.Where[statusField] = string(query.Status)
	}
	search := strings.TrimSpace(query.Search)
	selection.Search = strings.ToValidUTF8(search[:min(len(search), maxSearchLength)], "")
	var users []portal.User
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		if users, err = s.user().list(ctx, tx, sc, selection); err != nil {
			return err
		}
		people.Groups, err = groupNames(ctx, tx, sc)
		return err
	})
	people.Page = pageOf(users, selection, func(u portal.User) string { return u.ID })
	return people, err
}

// GetPerson returns one person with the names of the permission groups by id.
func (s *Service) GetPerson(ctx context.Context, caller Caller, id string) (user portal.User, groups map[string]string, err error) {
	if user, err = s.GetUser(ctx, caller, id); err != nil {
		return portal.User{}, nil, err
	}
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		groups, err = groupNames(ctx, tx, sc)
		return err
	})
	return user, groups, err
}

// groupNames are the names of all permission groups by id. An organisation has a handful of them.
func groupNames(ctx context.Context, tx *store.Tx, sc scene) (map[string]string, error) {
	names := map[string]string{}
	selection := store.Selection{Limit: portal.MaxPageSize, Leaving: true}
	for {
		groups, err := tx.PermissionGroups(ctx, sc.organization.ID, selection)
		if err != nil {
			return nil, err
		}
		for _, group := range groups {
			names[group.ID] = valueOf(group.Name)
		}
		if len(groups) < selection.Limit {
			return names, nil
		}
		selection.After = groups[len(groups)-1].ID
	}
}

// WriteUsersCSV writes all users as CSV (RFC 4180) in UTF-8, page by page, in the order of their ids: username, e-mail
// address, names, status (active or inactive: whether the person may log in), role (the permission groups), two-factor
// (on or off), and the times of invitation and last log-in (RFC 3339; EN-19). A text that a spreadsheet would take for
// a formula gets an apostrophe in front.
func (s *Service) WriteUsersCSV(ctx context.Context, caller Caller, w io.Writer) error {
	table := csv.NewWriter(w)
	table.UseCRLF = true
	if err := table.Write(portal.UsersCSVColumns()); err != nil {
		return err
	}
	query := PeopleQuery{Limit: portal.MaxPageSize}
	for {
		people, err := s.ListPeople(ctx, caller, query)
		if err != nil {
			return err
		}
		for _, user := range people.Items {
			if err := table.Write(usersCSVRow(user, people.Groups)); err != nil {
				return err
			}
		}
		table.Flush()
		if err := table.Error(); err != nil || people.Next == "" {
			return err
		}
		query.After = people.Next
	}
}

func usersCSVRow(u portal.User, groups map[string]string) []string {
	status, twoFactor := "inactive", "off"
	if mayLogIn(u) {
		status = "active"
	}
	if u.TwoFactor {
		twoFactor = "on"
	}
	roles := make([]string, 0, len(u.PermissionGroupIDs))
	for _, id := range u.PermissionGroupIDs {
		roles = append(roles, groups[id])
	}
	row := []string{
		valueOf(u.Username), valueOf(u.Email), valueOf(u.FirstName), valueOf(u.LastName), status, strings.Join(roles, ", "), twoFactor, u.InvitedAt, u.LastLoginAt,
	}
	for i := range row {
		row[i] = portal.UsersCSVCell(row[i])
	}
	return row
}

// Door is what the log-in page says before anybody has logged in. Nothing else of an organisation is public.
type Door struct {
	Name       string // of the organisation
	LoginField string // what people log in with: email or username
	Passwords  rules.PasswordPolicy
}

// Door returns that of an organisation.
func (s *Service) Door(ctx context.Context, organizationID string) (door Door, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, Caller{OrganizationID: organizationID})
		if err == nil {
			door = Door{sc.organization.Name, sc.set.LoginField(), sc.set.Passwords[portal.NounUser]}
		}
		return err
	})
	return door, err
}

// OnlyOrganization returns the id of the portal's one organisation; "" if there are none or several.
func (s *Service) OnlyOrganization(ctx context.Context) (id string, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		ids, err := tx.OrganizationIDs(ctx, 2)
		if len(ids) == 1 {
			id = ids[0]
		}
		return err
	})
	return id, err
}
