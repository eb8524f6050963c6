package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// Organization returns the caller's organisation.
func (s *Service) Organization(ctx context.Context, caller Caller) (organization portal.Organization, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		sc, err := readScene(ctx, tx, caller)
		organization = sc.organization
		return err
	})
	return organization, err
}

// ApplyOrganization makes the organisation what its file says, and reports whether it had to: a file that did not change since it was
// applied is not applied again. What would break something that exists is refused, and then nothing is written.
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
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := look(tx); err != nil || !changed { // another portal may have been faster
			return err
		}
		created := before.ID == ""
		if !created {
			if err := refuseApply(ctx, tx, before.Organization, file); err != nil {
				return err
			}
		}
		if err := tx.PutOrganization(ctx, store.Organization{Organization: file.Organization, FileHash: file.Hash}); err != nil {
			return sharedDomain(err, file)
		}
		if created {
			return s.insertBuiltInGroups(ctx, tx, file.Organization)
		}
		return nil
	})
	return changed && err == nil, err
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
	for _, id := range missing(pbxIDs(before), pbxIDs(after)) {
		users, err := tx.UsersOfPBX(ctx, before.ID, id)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			refuse("pbxs", "the PBX %s cannot go while %s is on it; move them to another one first", id, names(users))
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
	ids := make([]string, 0, len(o.PBXs))
	for _, pbx := range o.PBXs {
		ids = append(ids, pbx.ID)
	}
	return ids
}
