package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the plan must know the time zones on a machine that has none installed
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// field checks what holds for one field by itself.
func (e *evaluation) field(path string, f *Field) {
	if e.unknown(path) {
		return
	}
	_, given := e.after.values[path]
	values := e.after.strings(path)
	if f.Required && len(values) == 0 && (given || e.creating()) {
		e.add(path, f.ID, portal.CodeRequired, "%s requires %s for a %s; give a value", e.set.Platform, path, e.change.Noun.Title())
		return
	}
	if !given {
		return
	}
	if f.Immutable != "" && !e.creating() && e.changed(path) {
		e.add(path, f.ID, portal.CodeUnchangeable, "cannot change from %q to %q once saved; %s", e.before.text(path), e.after.text(path), f.Immutable)
	}
	e.size(path, f, values)
	for _, value := range values {
		if message := e.shape(f, path, value); message != "" {
			code := portal.CodeMalformed
			if f.Format == FormatPassword {
				code = portal.CodeWeakPassword
			}
			e.add(path, f.ID, code, "%s", message)
			continue
		}
		e.stock(path, f, value)
		e.uniqueness(path, f, value)
	}
}

// size checks how many elements there are and how large a number is.
func (e *evaluation) size(path string, f *Field, values []string) {
	switch v := e.after.values[path].(type) {
	case []string:
		if f.MaxItems > 0 && len(v) > f.MaxItems {
			e.add(path, f.ID, portal.CodeNotAllowed, "has %d values (%s); %s allows at most %d, remove the others", len(v), strings.Join(values, ", "), e.set.Platform, f.MaxItems)
		}
		if len(v) < f.MinItems {
			e.add(path, f.ID, portal.CodeNotAllowed, "has %d values; %s requires at least %d, add them", len(v), e.set.Platform, f.MinItems)
		}
	case int64:
		if f.Min != nil && v < *f.Min {
			e.add(path, f.ID, portal.CodeNotAllowed, "is %d; the least that %s allows is %d", v, e.set.Platform, *f.Min)
		}
		if f.Max != nil && v > *f.Max {
			e.add(path, f.ID, portal.CodeNotAllowed, "is %d; the most that %s allows is %d", v, e.set.Platform, *f.Max)
		}
	}
}

// shape says what is wrong with the form of one value, or nothing.
func (e *evaluation) shape(f *Field, path, value string) string {
	if f.Format == FormatPassword {
		return e.set.Passwords[e.change.Noun].Refuse(value, e.personalWords())
	}
	if n := utf8.RuneCountInString(value); f.MaxLength > 0 && n > f.MaxLength || n < f.MinLength {
		return fmt.Sprintf("%q has %d characters; %s", value, n, f.lengths())
	}
	if len(f.OneOf) > 0 && !slices.Contains(f.OneOf, value) {
		return fmt.Sprintf("%q is not one of %s", value, strings.Join(f.OneOf, ", "))
	}
	if err := f.Format.parse(value); err != nil {
		return fmt.Sprintf("%q: %v", value, err)
	}
	return ""
}

func (f *Field) lengths() string {
	switch {
	case f.MinLength > 0 && f.MaxLength > 0:
		return fmt.Sprintf("%d to %d are allowed", f.MinLength, f.MaxLength)
	case f.MinLength > 0:
		return fmt.Sprintf("at least %d are required", f.MinLength)
	default:
		return fmt.Sprintf("at most %d are allowed", f.MaxLength)
	}
}

func (f Format) parse(value string) (err error) {
	switch f {
	case FormatPhoneNumber:
		_, err = portal.ParsePhoneNumber(value)
	case FormatEmail:
		_, err = portal.ParseEmail(value)
	case FormatExtension:
		_, err = portal.ParseExtension(value)
	case FormatCountry:
		var region language.Region
		if region, err = language.ParseRegion(value); err != nil || !region.IsCountry() || region.String() != value {
			err = fmt.Errorf("write the country as its two capital letters of ISO 3166-1, such as SE")
		}
	case FormatTimeZone:
		if _, err = time.LoadLocation(value); err != nil || value == "Local" {
			err = fmt.Errorf("write the time zone as the IANA database names it, such as Europe/Stockholm")
		}
	case FormatLanguage:
		if _, err = language.Parse(value); err != nil {
			err = fmt.Errorf("write the language as a BCP 47 tag, such as sv or nl-BE")
		}
	}
	return err
}

// stock checks that a value is there to be taken.
func (e *evaluation) stock(path string, f *Field, value string) {
	organization := e.inventory.Organization
	switch f.Source {
	case SourcePermissionGroups:
		if _, ok := e.inventory.PermissionGroups[value]; !ok && e.inventory.PermissionGroups != nil {
			e.add(path, f.ID, portal.CodeMissing, "there is no permission group with the id %q; use the id of an existing one", value)
		}
	case SourceSIPAccounts:
		e.sipAccount(path, f, value)
	case SourcePBXs:
		if !slices.ContainsFunc(organization.PBXs, func(p portal.PBX) bool { return p.ID == value }) {
			e.add(path, f.ID, portal.CodeMissing, "%q is no PBX of %s; %s", value, organization.Name, choices(pbxIDs(organization)))
		}
	case SourcePermissions:
		if _, ok := e.set.Permissions[value]; !ok {
			e.add(path, f.ID, portal.CodeNotAllowed, "%s has no permission %q; %s", e.set.Platform, value, choices(e.set.PermissionNames()))
		}
	case SourceOwnedNumbers:
		if !owns(organization, value) {
			e.add(path, f.ID, portal.CodeNotOwned, "%s is not a number that %s owns; %s", value, organization.Name, choices(organization.PhoneNumbers))
		}
	case SourceNumbersOrSenderName:
		if !owns(organization, value) && !slices.Contains(organization.SenderNames, value) {
			e.add(path, f.ID, portal.CodeNotOwned, "%s is neither a number that %s owns nor a sender name registered for it; %s",
				value, organization.Name, choices(slices.Concat(organization.SenderNames, organization.PhoneNumbers)))
		}
	}
}

func (e *evaluation) sipAccount(path string, f *Field, id string) {
	if e.inventory.SIPAccounts == nil {
		return
	}
	account, ok := e.inventory.SIPAccounts[id]
	if !ok {
		e.add(path, f.ID, portal.CodeMissing, "there is no SIP account with the id %q; use the id of an existing one", id)
		return
	}
	if f.Exclusive && account.Holder != (Holder{}) && !e.same(account.Holder) {
		extension := id
		if account.Extension != nil {
			extension = *account.Extension
		}
		e.add(path, f.ID, portal.CodeInUse, "the SIP account %s (%s) belongs to %s; take one that is free, or let that user give it up first",
			extension, id, account.Holder.Name)
	}
}

// same reports whether the holder is the object that is being written. A new object has no id yet, but its e-mail address tells it:
// the creation of that person is being repeated, which the portal resolves by itself.
func (e *evaluation) same(holder Holder) bool {
	if id, _ := e.before.values["id"].(string); id != "" {
		return holder.ID == id
	}
	email, _ := e.after.values["email"].(string)
	return email != "" && portal.SameEmail(holder.Name, email)
}

func (e *evaluation) uniqueness(path string, f *Field, value string) {
	if !f.Unique {
		return
	}
	holder, taken := e.inventory.Holders[path][UniqueKey(f, value)]
	id, _ := e.before.values["id"].(string)
	if !taken || holder.ID == id {
		return
	}
	e.add(path, f.ID, portal.CodeAlreadyExists, "%q is taken by %s (%s); choose another", value, holder.Name, holder.ID)
	e.findings[len(e.findings)-1].ExistingID = holder.ID
}

// UniqueKey is the form by which values of a unique field are compared: names and addresses without case.
func UniqueKey(f *Field, value string) string {
	if f.Format == FormatExtension {
		return value
	}
	return strings.ToLower(strings.TrimSpace(value))
}

// PermissionNames lists the permissions of the platform, sorted.
func (s *Set) PermissionNames() []string {
	names := make([]string, 0, len(s.Permissions))
	for name := range s.Permissions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func owns(o portal.Organization, number string) bool {
	return slices.ContainsFunc(o.PhoneNumbers, func(owned string) bool { return portal.SamePhoneNumber(owned, number) })
}

func pbxIDs(o portal.Organization) []string {
	ids := make([]string, 0, len(o.PBXs))
	for _, pbx := range o.PBXs {
		ids = append(ids, pbx.ID)
	}
	return ids
}

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

// personalWords are what a password of this object must not be made of.
func (e *evaluation) personalWords() []string {
	words := []string{e.inventory.Organization.Name}
	for _, path := range []string{"email", "username", "first_name", "middle_name", "last_name", "name", "extension"} {
		if value, _ := e.after.values[path].(string); value != "" {
			words = append(words, strings.ToLower(value))
			words = append(words, strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return strings.ContainsRune("@.-_ ", r) })...)
		}
	}
	return words
}
