package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// Organization returns the caller's organisation, with what the caller may do in it and which of its PBXs wait for a
// reload (SA-10).
func (s *Service) Organization(ctx context.Context, caller Caller) (organization portal.Organization, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		if err != nil {
			return err
		}
		organization = sc.organization
		organization.HandOvers = len(sc.handOvers) > 0
		organization.Scopes, organization.UserID, organization.ManagedBy = scopesOf(caller), caller.UserID, manager(caller)
		pending, err := tx.PendingReloads(ctx, caller.OrganizationID)
		for i := range organization.PBXs {
			organization.PBXs[i].ReloadPending = slices.Contains(pending, organization.PBXs[i].ID)
		}
		return errors.Join(err, noteSharedKeys(ctx, tx, &organization))
	})
	return organization, err
}

// manager is under which name a caller manages objects: the name of its token, so that it stays when the token is
// replaced by a new one.
func manager(caller Caller) string {
	if caller.Actor.Kind == portal.ActorToken && portal.IsManagedBy(caller.Actor.Name) {
		return caller.Actor.Name
	}
	return caller.TokenID
}

// ApplyOrganization makes the organisation what its file says, and reports whether it had to: a file that did not
// change since it was applied is not applied again. What would break something that exists is refused, and then nothing
// is written.
func (s *Service) ApplyOrganization(ctx context.Context, file OrganizationFile) (changed bool, err error) {
	var before store.Organization
	look := func(tx *store.Tx) (err error) {
		before, err = tx.Organization(ctx, file.Organization.ID)
		if errors.Is(err, store.ErrNotFound) {
			changed = true
			return nil
		}
		changed = before.FileHash != file.Hash
		return err
	}
	if err := s.store.Read(ctx, look); err != nil || !changed { // the usual start of a portal writes nothing
		return false, err
	}
	write := func(tx *store.Tx) error {
		if err := look(tx); err != nil || !changed { // another portal may have been faster
			return err
		}
		created := before.ID == ""
		put := tx.InsertOrganization
		if created {
			if err := refuseOtherID(ctx, tx, file); err != nil {
				return err
			}
		} else {
			put = tx.UpdateOrganization
			if err := refuseApply(ctx, tx, before.Organization, file); err != nil {
				return err
			}
		}
		if err := put(ctx, store.Organization{Organization: file.Organization, MainNumber: file.MainNumber, FileHash: file.Hash}); err != nil {
			return sharedDomain(err, file)
		}
		for _, id := range missing(pbxIDs(before.Organization), pbxIDs(file.Organization)) {
			if err := tx.ClearPendingReload(ctx, file.Organization.ID, id); err != nil {
				return err
			}
		}
		if err := s.record(ctx, tx, s.operator(file.Organization.ID), organizationEvent(before, file)); err != nil || !created {
			return err
		}
		return s.insertBuiltInGroups(ctx, tx, file.Organization)
	}
	err = s.store.Write(ctx, file.Organization.ID, write)
	if duplicate, ok := errors.AsType[*store.DuplicateError](err); ok && duplicate.Key == store.KeyOrganization { // another portal made it at the same moment
		err = s.store.Write(ctx, file.Organization.ID, write)
	}
	return changed && err == nil, err
}

// organizationEvent tells the audit trail what an organisation file changes.
func organizationEvent(before store.Organization, file OrganizationFile) event {
	after := file.Organization
	e := event{action: portal.ActionReplace, noun: auditOrganization, id: after.ID, name: after.Name}
	if before.ID == "" {
		e.action = portal.ActionCreate
	}
	for _, field := range []struct {
		name          string
		before, after any
	}{
		{"editions", before.Editions, after.Editions},
		{"helpdesks", before.Helpdesks, after.Helpdesks},
		{"main_number", before.MainNumber, file.MainNumber},
		{"modules", before.Modules, after.Modules},
		{"name", before.Name, after.Name},
		{"ordered", before.Ordered, after.Ordered},
		{"outgoing_number", before.OutgoingNumber, after.OutgoingNumber},
		{"pbxs", before.PBXs, after.PBXs},
		{"phone_numbers", before.PhoneNumbers, after.PhoneNumbers},
		{"platform", before.Platform, after.Platform},
		{"profiles", before.Profiles, after.Profiles},
		{"sender_names", before.SenderNames, after.SenderNames},
		{"sip_domain", before.SIPDomain, after.SIPDomain},
		{"social_accounts", before.SocialAccounts, after.SocialAccounts},
	} {
		if !reflect.DeepEqual(field.before, field.after) && (!isEmptyList(field.before) || !isEmptyList(field.after)) {
			e.fields = append(e.fields, field.name)
		}
	}
	return e
}

func isEmptyList(value any) bool {
	list := reflect.ValueOf(value)
	return list.Kind() == reflect.Slice && list.Len() == 0
}

// insertBuiltInGroups gives a new organisation the groups that come with its platform (MW-05).
func (s *Service) insertBuiltInGroups(ctx context.Context, tx *store.Tx, organization portal.Organization) error {
	set, err := rules.For(organization.Platform)
	if err != nil {
		return err
	}
	sc := scene{organization: organization, set: set}
	for _, name := range slices.Sorted(maps.Keys(set.BuiltInGroups)) {
		builtIn := set.BuiltInGroups[name]
		id, err := s.newID(idPrefix(portal.NounPermissionGroup))
		if err != nil {
			return err
		}
		group := portal.PermissionGroup{Name: new(name), Description: new(builtIn.Description), Permissions: slices.Clone(builtIn.Permissions), BuiltIn: true}
		set.Normalize(portal.NounPermissionGroup, &group)
		e := &groupEntity{}
		if err := e.insert(ctx, tx, sc, id, group); err != nil {
			return err
		}
		made := event{
			action: portal.ActionCreate, noun: string(portal.NounPermissionGroup), id: id, name: name, version: 1, fields: rules.ChangedFields(nil, &group),
		}
		if err := s.record(ctx, tx, s.operator(organization.ID), made); err != nil {
			return err
		}
	}
	return nil
}

// refuseApply lists everything in a changed file that something in the portal still depends on.
func refuseApply(ctx context.Context, tx *store.Tx, before portal.Organization, file OrganizationFile) error {
	after := file.Organization
	var fields []portal.FieldError
	refuse := func(field, format string, args ...any) {
		message := file.place(field) + ": " + fmt.Sprintf(format, args...)
		fields = append(fields, portal.FieldError{Field: field, Code: portal.CodeInUse, Message: message})
	}
	if after.Platform != before.Platform {
		refuse("platform", "%s is on %s and cannot move to %s; make a new organisation with another id", before.ID, before.Platform, after.Platform)
	}
	if after.SIPDomain != before.SIPDomain {
		exist, err := tx.HasSIPAccounts(ctx, before.ID)
		if err != nil {
			return err
		}
		if exist {
			refuse("sip_domain", "cannot change from %q to %q while there are SIP accounts, as the digests of their passwords hold it; delete them first", before.SIPDomain, after.SIPDomain)
		}
	}
	for field, removed := range map[string][]string{
		"phone_numbers": missing(before.PhoneNumbers, after.PhoneNumbers),
		"sender_names":  missing(before.SenderNames, after.SenderNames),
	} {
		for _, value := range removed {
			users, err := tx.UsersOfNumber(ctx, before.ID, value)
			if err != nil {
				return err
			}
			accounts, err := tx.SIPAccountsOfNumber(ctx, before.ID, value)
			if err != nil {
				return err
			}
			if holders := slices.Concat(users, accounts); len(holders) > 0 {
				refuse(field, "%s cannot go while it is shown by %s; give them another one first", value, names(holders))
			}
		}
	}
	type part struct {
		field, message string
		removed        []string
		users          func(ctx context.Context, organizationID, id string) ([]store.Holder, error)
	}
	parts := []part{
		{"pbxs", "the PBX %s cannot go while %s is on it; move them to another one first", missing(pbxIDs(before), pbxIDs(after)), tx.UsersOfPBX},
		{"helpdesks", "the helpdesk %s cannot go while %s is on it; move them to another one first", missing(helpdeskIDs(before), helpdeskIDs(after)), tx.UsersOfHelpdesk},
		{"social_accounts", "the account %s cannot go while %s answers from it; give them another one first", missing(socialAccountIDs(before), socialAccountIDs(after)), tx.UsersOfSocialAccount},
	}
	if file.MainNumber != "" {
		parts = append(parts, part{"main_number", "%s cannot become the main number while it is the incoming number of %s; give them another one first", []string{file.MainNumber}, tx.UsersOfAllocation})
	}
	parts = append(parts, part{
		"phone_numbers", "%s cannot go while it rings at %s; take it out of the incoming numbers first", missing(before.PhoneNumbers, after.PhoneNumbers), tx.UsersOfAllocation,
	})
	for _, part := range parts {
		for _, id := range part.removed {
			users, err := part.users(ctx, before.ID, id)
			if err != nil {
				return err
			}
			if len(users) > 0 {
				refuse(part.field, part.message, id, names(users))
			}
		}
	}
	if after.Platform == before.Platform {
		if err := refuseDependents(ctx, tx, before, after, refuse); err != nil {
			return err
		}
	}
	if len(fields) == 0 {
		return nil
	}
	slices.SortStableFunc(fields, func(a, b portal.FieldError) int {
		return slices.Compare([]string{a.Field, a.Message}, []string{b.Field, b.Message})
	})
	return portal.NewError(portal.CodeConflict, "the organisation file would break what exists, so nothing of it was applied", fields...)
}

// sharedDomain explains that another organisation has the SIP domain.
func sharedDomain(err error, file OrganizationFile) error {
	duplicate, ok := errors.AsType[*store.DuplicateError](err)
	if !ok || duplicate.Key != store.KeySIPDomain {
		return err
	}
	return portal.NewError(portal.CodeConflict, "the organisation file was not applied", portal.FieldError{
		Field: "sip_domain", Code: portal.CodeAlreadyExists,
		Message: fmt.Sprintf("%s: another organisation has the SIP domain %q; with one domain, each could use the other's SIP accounts", file.place("sip_domain"), file.Organization.SIPDomain),
	})
}

// missing returns what is in before and not in after.
func missing(before, after []string) []string {
	return slices.DeleteFunc(slices.Clone(before), func(value string) bool { return slices.Contains(after, value) })
}

func pbxIDs(o portal.Organization) []string {
	return idsOf(o.PBXs, func(pbx portal.PBX) string { return pbx.ID })
}

func helpdeskIDs(o portal.Organization) []string {
	return idsOf(o.Helpdesks, func(helpdesk portal.Helpdesk) string { return helpdesk.ID })
}

func socialAccountIDs(o portal.Organization) []string {
	return idsOf(o.SocialAccounts, func(account portal.SocialAccount) string { return account.ID })
}

func idsOf[T any](list []T, id func(T) string) []string {
	ids := make([]string, 0, len(list))
	for _, element := range list {
		ids = append(ids, id(element))
	}
	return ids
}
