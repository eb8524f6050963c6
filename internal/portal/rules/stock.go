package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// stock checks that values are there to be taken.
func (e *evaluation) stock(path string, f *Field, values []string) {
	switch f.Source {
	case SourcePermissionGroups:
		for _, id := range values {
			if _, ok := e.inventory.PermissionGroups[id]; !ok && e.inventory.PermissionGroups != nil {
				e.add(path, f.ID, portal.CodeMissing, "%s, which is not the id of a permission group; use the id of an existing one", e.shows(path, clip(id)))
			}
		}
	case SourceSIPAccounts:
		for _, id := range values {
			e.sipAccount(path, f, id)
		}
	case SourceSubgroups:
		e.subgroups(path, f, values)
	case SourcePermissions:
		for _, name := range values {
			if _, ok := e.set.Permissions[name]; !ok {
				e.add(path, f.ID, portal.CodeNotAllowed, "%s, which is not a permission of %s; %s",
					e.shows(path, clip(name)), e.set.Platform, choices(e.set.PermissionNames()))
			}
		}
	default:
		if e.inventory.Organization.ID != "" {
			e.rented(path, f, values)
		}
	}
}

// rented checks values against what the organisation file says.
func (e *evaluation) rented(path string, f *Field, values []string) {
	organization := e.inventory.Organization
	var stock []string
	code, what := portal.CodeMissing, ""
	switch f.Source {
	case SourcePBXs:
		for _, pbx := range organization.PBXs {
			stock = append(stock, pbx.ID)
		}
		what = "which is not a PBX of %s"
	case SourceHelpdesks:
		for _, helpdesk := range organization.Helpdesks {
			stock = append(stock, helpdesk.ID)
		}
		what = "which is not a helpdesk of %s"
	case SourceProfiles:
		if !e.changed(path) {
			return // one that is stored was there when it was chosen
		}
		stock, what = append([]string{portal.ProfileAvailable}, organization.Profiles...), "which is not a profile of %s"
	case SourceLandingPages:
		stock, code, what = e.set.pages(organization), portal.CodeNotAllowed, "which is not a page of a module that %s has"
	case SourceOwnedNumbers:
		stock, code, what = organization.PhoneNumbers, portal.CodeNotOwned, "which %s does not own"
	case SourceNumbersOrSenderName:
		stock, code = slices.Concat(organization.SenderNames, organization.PhoneNumbers), portal.CodeNotOwned
		what = "which is neither a number that %s owns nor a sender name registered for it"
	default:
		return
	}
	for _, value := range without(values, stock) {
		e.add(path, f.ID, code, "%s, "+what+"; %s", e.shows(path, clip(value)), organization.Name, choices(stock))
	}
	switch {
	case f.Allocate != "":
		e.allocation(path, f, values)
	case f.Exclusive:
		e.incoming(path, f, values)
	}
}

// allocation tells what becomes of a number that a user is to show: whether it rings at the user too.
func (e *evaluation) allocation(path string, f *Field, numbers []string) {
	if e.inventory.Numbers == nil || !e.changed(path) || e.unknown(f.Allocate) {
		return
	}
	given := e.change.Given != nil && e.change.Given(f.Allocate)
	for _, number := range numbers {
		holder := e.inventory.Numbers[number].Holder
		switch {
		case slices.Contains(e.after.strings(f.Allocate), number) || !e.settled(f.Allocate):
		case e.inventory.Free(number) && given:
			e.warn(path, f.ID, CodeShownOnly, "%s, which is shown but rings at nobody, as %s does not have it", e.shows(path, number), f.Allocate)
		case e.inventory.Free(number):
			e.warn(path, f.ID, CodeAllocated, "%s, which is free, so it is allocated to this user as an incoming number too", e.shows(path, number))
		case holder != (Holder{}) && !e.same(holder):
			e.warn(path, f.ID, CodeShownOnly, "%s, which is an incoming number of %s and stays so; this user only shows it", e.shows(path, number), holder.Name)
		}
	}
}

// incoming refuses numbers that cannot ring at the user alone, and tells which ones no longer do.
func (e *evaluation) incoming(path string, f *Field, numbers []string) {
	for _, number := range numbers {
		switch known := e.inventory.Numbers[number]; {
		case known.Main:
			e.add(path, f.ID, portal.CodeNotAllowed, "%s, the main number of %s, which is nobody's alone; leave it out", e.shows(path, number), e.inventory.Organization.Name)
		case known.Holder != (Holder{}) && !e.same(known.Holder):
			e.add(path, f.ID, portal.CodeInUse, "%s, an incoming number of %s, and a number rings at one user only; it changes hands in two applies: "+
				"take it out of that user's %s, apply, and add it here then", e.shows(path, number), known.Holder.Name, path)
		}
	}
	if !e.settled(path) {
		return
	}
	for _, number := range without(e.before.strings(path), e.after.strings(path)) {
		e.warn(path, f.ID, CodeNoLongerRings, "loses %q, which no longer rings at this user", number)
	}
}

// warn is add for a warning.
func (e *evaluation) warn(path, id string, code portal.Code, format string, args ...any) {
	e.add(path, id, code, format, args...)
	e.findings[len(e.findings)-1].Severity = SeverityWarning
}

// pages lists the landing pages of the modules that an organisation has, sorted.
func (s *Set) pages(organization portal.Organization) []string {
	var pages []string
	for _, module := range organization.Modules {
		pages = append(pages, s.LandingPages[module]...)
	}
	slices.Sort(pages)
	return pages
}

// without returns the values that are not in stock. It walks the stock once, since organisations rent thousands of
// numbers and offer hundreds of them to one user; numbers compare as text because both sides are E.164 here.
func without(values, stock []string) []string {
	if len(values) == 0 {
		return nil
	}
	missing := make(map[string]bool, len(values))
	for _, value := range values {
		missing[value] = true
	}
	for _, item := range stock {
		delete(missing, item)
	}
	return slices.Sorted(maps.Keys(missing))
}

// subgroups checks that subgroups exist, and that no two are of one user group (TC-10).
func (e *evaluation) subgroups(path string, f *Field, ids []string) {
	if e.inventory.Subgroups == nil {
		return
	}
	taken := map[string]Subgroup{}
	for _, id := range ids {
		subgroup, ok := e.inventory.Subgroups[id]
		if !ok {
			e.add(path, f.ID, portal.CodeMissing, "%s, which is not the id of a subgroup; use the id of an existing one", e.shows(path, clip(id)))
			continue
		}
		if other, ok := taken[subgroup.GroupID]; ok {
			e.add(path, f.ID, portal.CodeNotAllowed, "has %q (%s) and %q (%s), both subgroups of the user group %q; "+
				"a user is in one of them at most, remove the other", clip(other.Name), other.ID, clip(subgroup.Name), id, clip(subgroup.GroupName))
			continue
		}
		taken[subgroup.GroupID] = subgroup
	}
}

func (e *evaluation) sipAccount(path string, f *Field, id string) {
	if e.inventory.SIPAccounts == nil {
		return
	}
	account, ok := e.inventory.SIPAccounts[id]
	if !ok {
		e.add(path, f.ID, portal.CodeMissing, "%s, which is not the id of a SIP account; use the id of an existing one", e.shows(path, clip(id)))
		return
	}
	if f.Exclusive && account.Holder != (Holder{}) && !e.same(account.Holder) {
		extension := id
		if account.Extension != nil {
			extension = *account.Extension
		}
		e.add(path, f.ID, portal.CodeInUse, "%s, the SIP account %s, which belongs to %s; take one that is free, or let that user give it up first",
			e.shows(path, id), extension, account.Holder.Name)
	}
}

// same reports whether the holder is the object that is being written. A new object has no id yet, but its e-mail
// address tells it: the creation of that person is being repeated, which the portal resolves by itself.
func (e *evaluation) same(holder Holder) bool {
	if id, _ := e.before.values["id"].(string); id != "" {
		return holder.ID == id
	}
	email, _ := e.after.values["email"].(string)
	return email != "" && portal.SameEmail(holder.Name, email)
}

// PermissionNames lists the permissions of the platform, sorted.
func (s *Set) PermissionNames() []string { return slices.Sorted(maps.Keys(s.Permissions)) }

// choices lists what can be chosen, shortened for people who own thousands of numbers.
func choices(values []string) string {
	const most = 12
	switch {
	case len(values) == 0:
		return "there are none to choose from"
	case len(values) > most:
		return fmt.Sprintf("choose one of %s and %d more", strings.Join(values[:most], ", "), len(values)-most)
	default:
		return "choose one of " + strings.Join(values, ", ")
	}
}
