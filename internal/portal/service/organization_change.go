package service

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// fileChange is a key of the organisation file of which the rule sets say who depends on it.
type fileChange struct {
	field  string
	before any
	after  any
	put    func(*portal.Organization) // the new value
}

// ruledChanges are the keys that changed and that the rule sets speak of.
func ruledChanges(before, after portal.Organization) []fileChange {
	moved := slices.Clone(before.SocialAccounts) // an account that goes is another matter
	for i, account := range moved {
		if at := slices.IndexFunc(after.SocialAccounts, func(a portal.SocialAccount) bool { return a.ID == account.ID }); at >= 0 {
			moved[i].Platform = after.SocialAccounts[at].Platform
		}
	}
	all := []fileChange{
		{"ordered", before.Ordered, after.Ordered, func(o *portal.Organization) { o.Ordered = after.Ordered }},
		{"modules", before.Modules, after.Modules, func(o *portal.Organization) { o.Modules = after.Modules }},
		{"profiles", before.Profiles, after.Profiles, func(o *portal.Organization) { o.Profiles = after.Profiles }},
		{"editions", before.Editions, after.Editions, func(o *portal.Organization) { o.Editions = after.Editions }},
		{"social_accounts", before.SocialAccounts, moved, func(o *portal.Organization) { o.SocialAccounts = moved }},
	}
	return slices.DeleteFunc(all, func(c fileChange) bool { return reflect.DeepEqual(c.before, c.after) })
}

// usersPerRead bounds what refuseDependents holds at once.
const usersPerRead = 500

// refuseDependents refuses the change of a key after which the rules would no longer take users as they are: each later
// edit of them would fail.
func refuseDependents(ctx context.Context, tx *store.Tx, before, after portal.Organization, refuse func(field, format string, args ...any)) error {
	changes := ruledChanges(before, after)
	set, err := rules.For(before.Platform)
	if err != nil || len(changes) == 0 {
		return err
	}
	type reason struct{ field, message string }
	dependents := map[reason][]store.Holder{}
	sc := scene{organization: before, set: set}
	selection := store.Selection{Limit: usersPerRead}
	for {
		rows, err := tx.Users(ctx, before.ID, selection)
		if err != nil {
			return err
		}
		for _, row := range rows {
			user, err := userOf(row, sc)
			if err != nil {
				return err
			}
			holder := store.Holder{ID: user.ID, Name: fmt.Sprintf("%s (%s)", nameOf(user), user.ID)}
			for _, change := range changes {
				changed := before
				change.put(&changed)
				for _, message := range newlyRefused(set, before, changed, user) {
					key := reason{change.field, message}
					dependents[key] = append(dependents[key], holder)
				}
			}
		}
		if len(rows) < usersPerRead {
			break
		}
		selection.After = rows[len(rows)-1].ID
	}
	values := map[string]fileChange{}
	for _, change := range changes {
		values[change.field] = change
	}
	for key, holders := range dependents {
		refuse(key.field, "cannot change from %v to %v while %s depends on it: %s", values[key.field].before, values[key.field].after, names(holders), key.message)
	}
	return nil
}

// newlyRefused are the messages of the rules that a user breaks in an organisation as it is to be and not as it is.
func newlyRefused(set *rules.Set, before, after portal.Organization, user portal.User) (messages []string) {
	type rule struct {
		field, id string
		code      portal.Code
	}
	broken := func(organization portal.Organization) map[rule]string {
		found := map[rule]string{}
		for _, f := range set.Check(rules.Inventory{Organization: organization}, rules.Change{Noun: portal.NounUser, After: &user}) {
			if f.Severity == rules.SeverityError {
				found[rule{f.Field, f.ID, f.Code}] = f.Message
			}
		}
		return found
	}
	already := broken(before)
	for rule, message := range broken(after) {
		if _, was := already[rule]; !was {
			messages = append(messages, message)
		}
	}
	return messages
}

// refuseOtherID refuses a file that would make a second organisation where the only one seems to have got another id.
func refuseOtherID(ctx context.Context, tx *store.Tx, file OrganizationFile) error {
	ids, err := tx.OrganizationIDs(ctx, 2)
	if err != nil || len(ids) != 1 {
		return err
	}
	only, err := tx.Organization(ctx, ids[0])
	if err != nil {
		return err
	}
	after := file.Organization
	sameDomain := after.SIPDomain != "" && after.SIPDomain == only.SIPDomain
	if after.Platform != only.Platform || !sameDomain && after.Name != only.Name {
		return nil
	}
	what := fmt.Sprintf("name %q", only.Name)
	if sameDomain {
		what = fmt.Sprintf("SIP domain %q", only.SIPDomain)
	}
	return portal.NewError(portal.CodeConflict, "the organisation file would make a second organisation, so nothing of it was applied", portal.FieldError{
		Field: "id", Code: portal.CodeUnchangeable,
		Message: fmt.Sprintf("%s: is %q, and the database has the organisation %q with the same %s; an id cannot change. Write %[3]q again, or give another "+
			"organisation a name and a SIP domain of its own", file.place("id"), after.ID, only.ID, what),
	})
}
