package service

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// OrganizationFile is an organisation as its file describes it.
type OrganizationFile struct {
	Organization portal.Organization
	MainNumber   string  // one of the phone numbers, E.164; empty for none
	Hash         string  // SHA-256 of the text, in hexadecimal: tells whether the file changed since it was applied
	top          mapping // where the fields stand
}

// place says where a field of the file stands; the file's owner may have made it in memory.
func (f OrganizationFile) place(field string) string {
	if f.top.document == nil {
		return "the organisation"
	}
	return f.top.place(field)
}

// maxSenderNameLength is what fits the sender field of a text message (3GPP TS 23.038, 7-bit alphabet).
const maxSenderNameLength = 11

var (
	organizationID = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	// A registrar compares the domain by the letter, as part of a digest, so only one spelling is allowed.
	sipDomain = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
	listName  = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
	partID    = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$`)
	// Which number outgoing calls show (MW-17).
	outgoingNumber = regexp.MustCompile("^(" + portal.OutgoingNumberAccount + "|" + portal.OutgoingNumberUser + ")$")
	// The part of the 7-bit alphabet that networks pass on unchanged; no comma, which separates senders.
	senderName = regexp.MustCompile(`^[A-Za-z0-9 ._&+-]*[A-Za-z][A-Za-z0-9 ._&+-]*$`)
)

// ReadOrganizationFile reads an organisation file. Each of its errors says file:line:column, what is there and what is
// allowed.
func ReadOrganizationFile(path string) (OrganizationFile, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return OrganizationFile{}, fmt.Errorf("organisation file: %w", err)
	}
	return ParseOrganizationFile(path, content)
}

// ParseOrganizationFile is ReadOrganizationFile for a file's content; name stands for the file in errors.
func ParseOrganizationFile(name string, content []byte) (OrganizationFile, error) {
	document, err := parseYAML(name, content)
	if err != nil {
		return OrganizationFile{}, err
	}
	top := document.top("id", "name", "platform", "sip_domain", "ordered", "phone_numbers", "main_number", "sender_names", "outgoing_number",
		"pbxs", "helpdesks", "social_accounts", "modules", "profiles", "editions")
	o := portal.Organization{
		ID:        top.text("id", text{required: true, pattern: organizationID, allowed: "1 to 63 lower-case letters, digits and hyphens, such as acme"}),
		Name:      top.text("name", text{required: true, allowed: "the name as it is printed, such as Acme B.V."}),
		Platform:  platform(top),
		SIPDomain: top.text("sip_domain", text{pattern: sipDomain, allowed: "the domain that phones register with, complete and in lower-case letters, such as acme.example.com"}),
		Ordered:   top.list("ordered", named("a service in lower-case letters, such as pbx")),
		Modules:   top.list("modules", named("a module in lower-case letters, such as crm")),
		PhoneNumbers: top.list("phone_numbers", func(number string) (string, error) {
			parsed, err := portal.ParsePhoneNumber(number)
			return string(parsed), err
		}),
		SenderNames: top.list("sender_names", checkSenderName),
		PBXs: parts(top, "pbxs", "PBX", "main", "Headquarters", func(p part) portal.PBX {
			return portal.PBX{ID: p.id, Name: p.name}
		}),
		Helpdesks: parts(top, "helpdesks", "helpdesk", "support", "Customer support", func(p part) portal.Helpdesk {
			return portal.Helpdesk{ID: p.id, Name: p.name}
		}),
		SocialAccounts: parts(top, "social_accounts", "social account", "acme-x", "@acme", func(p part) portal.SocialAccount {
			allowed := "a social platform in lower-case letters, such as x or facebook"
			return portal.SocialAccount{ID: p.id, Platform: p.text("platform", text{required: true, pattern: listName, allowed: allowed}), Name: p.name}
		}, "platform"),
		OutgoingNumber: cmp.Or(top.text("outgoing_number", text{pattern: outgoingNumber, allowed: "account, which shows the number of the SIP account, or user"}), portal.OutgoingNumberAccount),
	}
	o.Profiles, o.Editions = profiles(top, o.Platform), editions(top, o.Platform)
	mainNumber := mainNumber(top, o.PhoneNumbers)
	if o.SIPDomain == "" && !top.has("sip_domain") && hasSIPAccounts(o.Platform) {
		top.fail(top.keyOf("platform"), "%s has SIP accounts, so sip_domain is required: the domain that phones register with, such as acme.example.com", o.Platform)
	}
	if err := document.err(); err != nil {
		return OrganizationFile{}, err
	}
	sum := sha256.Sum256(content)
	return OrganizationFile{Organization: o, MainNumber: mainNumber, Hash: hex.EncodeToString(sum[:]), top: top}, nil
}

func platform(top mapping) portal.Platform {
	list := make([]string, 0, len(portal.Platforms()))
	for _, p := range portal.Platforms() {
		list = append(list, string(p))
	}
	names := strings.Join(list, "|")
	return portal.Platform(top.text("platform", text{required: true, pattern: regexp.MustCompile("^(" + names + ")$"), allowed: "one of " + strings.Join(list, ", ")}))
}

// hasSIPAccounts reports whether the platform has any. A platform without a rule set fails where its rules are needed.
func hasSIPAccounts(p portal.Platform) bool {
	set, err := rules.For(p)
	return err == nil && set.Objects[portal.NounSIPAccount] != nil
}

// maxProfileLength is in characters.
const maxProfileLength = 64

// profiles are those that people choose from besides portal.ProfileAvailable (VX-06).
func profiles(top mapping, on portal.Platform) []string {
	set, err := rules.For(on)
	if top.has("profiles") && err == nil && set.Objects[portal.NounUser].Fields["telephony.default_profile"] == nil {
		top.fail(top.keyOf("profiles"), "%s has no profiles; leave the field out", set.Platform)
	}
	return top.list("profiles", func(value string) (string, error) {
		if value == "" || value != strings.TrimSpace(value) || utf8.RuneCountInString(value) > maxProfileLength || strings.ContainsFunc(value, unicode.IsControl) {
			return "", fmt.Errorf("write the name of a profile, of 1 to %d characters on one line, such as lunch", maxProfileLength)
		}
		return value, nil
	})
}

// editions are the licences that the organisation has ordered where not every edition of a product is (SA-01).
func editions(top mapping, on portal.Platform) []string {
	var allowed []string
	if set, err := rules.For(on); err == nil {
		allowed = slices.DeleteFunc(set.Licences(), func(licence string) bool { return !strings.Contains(licence, " ") })
		if top.has("editions") && len(allowed) == 0 {
			top.fail(top.keyOf("editions"), "%s has no licences; leave the field out", set.Platform)
		}
	}
	return top.list("editions", func(value string) (string, error) {
		if len(allowed) > 0 && !slices.Contains(allowed, value) {
			return "", errors.New("write a product and its edition, one of " + strings.Join(allowed, ", "))
		}
		return value, nil
	})
}

func named(allowed string) func(string) (string, error) {
	return func(value string) (string, error) {
		if !listName.MatchString(value) {
			return "", errors.New("write " + allowed)
		}
		return value, nil
	}
}

func checkSenderName(value string) (string, error) {
	if n := utf8.RuneCountInString(value); n > maxSenderNameLength {
		return "", fmt.Errorf("it has %d characters; a sender name has at most %d", n, maxSenderNameLength)
	}
	if !senderName.MatchString(value) {
		return "", errors.New("a sender name has letters, of which there is at least one, digits, spaces and . _ & + - only")
	}
	return value, nil
}

// mainNumber is the number that the organisation is known by, which is never one user's alone (VX-07).
func mainNumber(top mapping, owned []string) string {
	given := top.text("main_number", text{allowed: "one of phone_numbers"})
	if given == "" {
		return ""
	}
	number, err := portal.ParsePhoneNumber(given)
	switch {
	case err != nil:
		top.fail(top.valueOf("main_number"), "main_number is %q: %v", given, err)
	case !slices.Contains(owned, string(number)):
		top.fail(top.valueOf("main_number"), "main_number is %q, which is not one of phone_numbers; add it there, or write one of them", given)
	}
	return string(number)
}

// part is something of which an organisation has several, each with an id and a name.
type part struct {
	mapping
	id, name string
}

// parts reads a list of parts. The examples are an id and a name; more are the fields that a part has besides these
// two.
func parts[T any](top mapping, field, title, exampleID, exampleName string, of func(part) T, more ...string) []T {
	fields := append([]string{"id", "name"}, more...)
	list, ids := []T{}, []string{}
	for _, entry := range top.mappings(field, fmt.Sprintf("a list of %ss, each with %s", title, strings.Join(fields, " and ")), fields...) {
		p := part{
			mapping: entry,
			id:      entry.text("id", text{required: true, pattern: partID, allowed: "1 to 63 lower-case letters, digits, hyphens and underscores, such as " + exampleID}),
			name:    entry.text("name", text{required: true, allowed: "the name as it is printed, such as " + exampleName}),
		}
		if p.id != "" && slices.Contains(ids, p.id) {
			entry.fail(entry.valueOf("id"), "%s: %q is there twice; give every %s an id of its own", field, p.id, title)
		}
		list, ids = append(list, of(p)), append(ids, p.id)
	}
	return list
}
