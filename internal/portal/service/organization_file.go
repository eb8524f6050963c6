package service

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// OrganizationFile is an organisation as its file describes it.
type OrganizationFile struct {
	Organization portal.Organization
	Hash         string // SHA-256 of the text, in hexadecimal: tells whether the file changed since it was applied
	document     yamlDocument
}

// maxSenderNameLength is what fits the sender field of a text message (3GPP TS 23.038, 7-bit alphabet).
const maxSenderNameLength = 11

var (
	organizationID = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	// A registrar compares the domain by the letter, as part of a digest, so only one spelling is allowed.
	sipDomain = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
	listName  = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
	pbxID     = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$`)
	// The part of the 7-bit alphabet that networks pass on unchanged; no comma, which separates senders.
	senderName = regexp.MustCompile(`^[A-Za-z0-9 ._&+-]*[A-Za-z][A-Za-z0-9 ._&+-]*$`)
)

// ReadOrganizationFile reads an organisation file. Each of its errors says file:line:column, what is there and what is allowed.
func ReadOrganizationFile(path string) (OrganizationFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return OrganizationFile{}, fmt.Errorf("organisation file: %w", err)
	}
	return ParseOrganizationFile(path, text)
}

// ParseOrganizationFile is ReadOrganizationFile for a text; name stands for the file in errors.
func ParseOrganizationFile(name string, text []byte) (OrganizationFile, error) {
	document, err := parseYAML(name, text)
	if err != nil {
		return OrganizationFile{}, err
	}
	top := document.top("id", "name", "platform", "sip_domain", "ordered", "phone_numbers", "sender_names", "pbxs", "modules")
	o := portal.Organization{
		ID:        top.pattern("id", organizationID, "1 to 63 lower-case letters, digits and hyphens, such as acme"),
		Name:      top.required("name", "the name as it is printed, such as Acme B.V."),
		SIPDomain: top.pattern("sip_domain", sipDomain, "a complete domain in lower-case letters, such as acme.example.com"),
		Ordered:   top.list("ordered", named("a service in lower-case letters, such as pbx")),
		Modules:   top.list("modules", named("a module in lower-case letters, such as crm")),
		PhoneNumbers: top.list("phone_numbers", func(number string) (string, error) {
			parsed, err := portal.ParsePhoneNumber(number)
			return string(parsed), err
		}),
		SenderNames: top.list("sender_names", checkSenderName),
		PBXs:        pbxs(top),
	}
	top.required("id", "a short name such as acme")
	o.Platform = platform(top)
	if o.Platform != "" && o.SIPDomain == "" && !top.has("sip_domain") && hasSIPAccounts(o.Platform) {
		top.fail(top.keyOf("platform"), "%s has SIP accounts, so sip_domain is required: the domain that phones register with, such as acme.example.com", o.Platform)
	}
	if err := document.err(); err != nil {
		return OrganizationFile{}, err
	}
	sum := sha256.Sum256(text)
	return OrganizationFile{Organization: o, Hash: hex.EncodeToString(sum[:]), document: *document}, nil
}

func platform(top mapping) portal.Platform {
	text := top.required("platform", "one of "+platformNames())
	if text == "" {
		return ""
	}
	p, err := portal.ParsePlatform(text)
	if err != nil {
		top.fail(top.valueOf("platform"), "platform: %v", err)
	}
	return p
}

func platformNames() string {
	list := make([]string, 0, len(portal.Platforms()))
	for _, p := range portal.Platforms() {
		list = append(list, string(p))
	}
	return strings.Join(list, ", ")
}

// hasSIPAccounts reports whether the platform has any. A platform without a rule set fails where its rules are needed.
func hasSIPAccounts(p portal.Platform) bool {
	set, err := rules.For(p)
	return err == nil && set.Objects[portal.NounSIPAccount] != nil
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

func pbxs(top mapping) []portal.PBX {
	list := []portal.PBX{}
	for _, entry := range top.mappings("pbxs", "a list of PBXs, each with id and name", "id", "name") {
		pbx := portal.PBX{ID: entry.required("id", "a short name such as main"), Name: entry.required("name", "the name as it is printed, such as Headquarters")}
		entry.pattern("id", pbxID, "1 to 63 lower-case letters, digits, hyphens and underscores, such as main")
		if pbx.ID != "" && slices.ContainsFunc(list, func(other portal.PBX) bool { return other.ID == pbx.ID }) {
			entry.fail(entry.valueOf("id"), "pbxs: %q is there twice; give every PBX an id of its own", pbx.ID)
		}
		list = append(list, pbx)
	}
	return list
}
