package service

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestOrganizationFile_everyField(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "organization.yaml")
	if err := os.WriteFile(path, []byte(acmeFile), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := ReadOrganizationFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := portal.Organization{
		ID: "acme", Name: "Acme B.V.", Platform: portal.Telecube, SIPDomain: "acme.example.com", Ordered: []string{"pbx"},
		PhoneNumbers: []string{"+48221234567", "+48221234568"}, SenderNames: []string{"ACME", "Acme Help"},
		PBXs: []portal.PBX{{ID: "main", Name: "Headquarters"}}, Modules: []string{"crm"}, Profiles: []string{}, Editions: []string{},
		Helpdesks: []portal.Helpdesk{}, SocialAccounts: []portal.SocialAccount{}, OutgoingNumber: portal.OutgoingNumberAccount,
	}
	if !reflect.DeepEqual(file.Organization, want) {
		t.Errorf("read %+v\nwant %+v", file.Organization, want)
	}
	if _, err := ReadOrganizationFile(path + ".none"); err == nil || !strings.Contains(err.Error(), path+".none") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestOrganizationFile_spellings(t *testing.T) {
	t.Parallel()
	text := "id: acme\nname: >-\n  Acme\n  B.V.\nplatform: engage\nphone_numbers:\n  - +48221234567 # YAML reads this as a number\nsender_names: []\npbxs:\n"
	file, err := ParseOrganizationFile("o.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if o := file.Organization; o.Name != "Acme B.V." || len(o.PhoneNumbers) != 1 || o.PhoneNumbers[0] != "+48221234567" || o.PBXs == nil || o.SenderNames == nil {
		t.Errorf("read %+v", o)
	}
}

func TestOrganizationFile_mistakesSayWhereAndWhatIsAllowed(t *testing.T) {
	t.Parallel()
	const head = "id: acme\nname: Acme\nplatform: telecube\nsip_domain: acme.example.com\n"
	for name, test := range map[string]struct {
		text string
		want []string // each a line of the error, or the start of one
	}{
		"no YAML":                {"id: acme\n  name: [", []string{"o.yaml:", "not YAML: "}},
		"empty":                  {"", []string{"o.yaml:1:1: id is required; write 1 to 63 lower-case letters", "o.yaml:1:1: name is required", "o.yaml:1:1: platform is required; write one of maatwerk, engage, samoobsluha, telecube, vaxel"}},
		"not a mapping":          {"- acme\n", []string{"o.yaml:1:1: the file is a list; it has to be a mapping with the fields id, name, platform"}},
		"two documents":          {head + "---\nid: b\n", []string{"o.yaml: has 2 YAML documents; one organisation and one document per file are allowed"}},
		"unknown field":          {head + "phone_number: [\"+48221234567\"]\n", []string{`o.yaml:5:1: "phone_number" is no field here; allowed are id, name, platform, sip_domain, ordered, phone_numbers`}},
		"field twice":            {head + "name: B\n", []string{"o.yaml:5:1: not YAML: ", "name"}},
		"empty name":             {"id: acme\nname:\nplatform: engage\n", []string{"o.yaml:2:1: name is required; write the name as it is printed"}},
		"upper-case id":          {strings.Replace(head, "acme", "Acme!", 1), []string{`o.yaml:1:5: id is "Acme!"; write 1 to 63 lower-case letters, digits and hyphens`}},
		"unknown platform":       {strings.Replace(head, "telecube", "asterisk", 1), []string{`o.yaml:3:11: platform is "asterisk"; write one of maatwerk, engage, samoobsluha, telecube, vaxel`}},
		"no SIP domain":          {"id: acme\nname: Acme\nplatform: telecube\n", []string{"o.yaml:3:1: telecube has SIP accounts, so sip_domain is required: the domain that phones register with"}},
		"SIP domain with port":   {strings.Replace(head, "acme.example.com", "acme.example.com:5060", 1), []string{`o.yaml:4:13: sip_domain is "acme.example.com:5060"; write the domain`}},
		"upper-case SIP domain":  {strings.Replace(head, "acme.example.com", "ACME.example.com", 1), []string{`o.yaml:4:13: sip_domain is "ACME.example.com"; write the domain that phones register with, complete and in lower-case letters`}},
		"malformed number":       {head + "phone_numbers:\n  - \"0221234567\"\n", []string{`o.yaml:6:5: phone_numbers has "0221234567": write the complete number, with + and the country code`}},
		"number twice":           {head + "phone_numbers:\n  - +48221234567\n  - +48 22 123 45 67\n", []string{`o.yaml:7:5: phone_numbers has "+48221234567" twice; leave one out`}},
		"long sender name":       {head + "sender_names: [ACME, TwelveLetter]\n", []string{`o.yaml:5:22: sender_names has "TwelveLetter": it has 12 characters; a sender name has at most 11`}},
		"sender name of digits":  {head + "sender_names: [\"12345\"]\n", []string{`o.yaml:5:16: sender_names has "12345": a sender name has letters`}},
		"comma in sender name":   {head + "sender_names: [\"A,B\"]\n", []string{`o.yaml:5:16: sender_names has "A,B": a sender name has letters`}},
		"list that is a text":    {head + "ordered: pbx\n", []string{`o.yaml:5:10: ordered is "pbx"; it has to be a list of texts`}},
		"element that is none":   {head + "modules: [{a: b}]\n", []string{"o.yaml:5:", "modules has an element that is a mapping; each has to be one text"}},
		"text that is a list":    {strings.Replace(head, "name: Acme", "name: [Acme]", 1), []string{"o.yaml:2:7: name is a list; write the name as it is printed"}},
		"service with space":     {head + "ordered: [Help Desk]\n", []string{`o.yaml:5:11: ordered has "Help Desk": write a service in lower-case letters, such as pbx`}},
		"PBX that is a text":     {head + "pbxs: [main]\n", []string{`o.yaml:5:8: an element of pbxs is "main"; it has to be a mapping with the fields id, name`}},
		"PBX without a name":     {head + "pbxs:\n  - id: main\n", []string{"o.yaml:6:5: name is required; write the name as it is printed"}},
		"PBX twice":              {head + "pbxs:\n  - {id: main, name: A}\n  - {id: main, name: B}\n", []string{`o.yaml:7:10: pbxs: "main" is there twice; give every PBX an id of its own`}},
		"main number not owned":  {head + "phone_numbers: [\"+48221234567\"]\nmain_number: \"+48221234568\"\n", []string{`o.yaml:6:14: main_number is "+48221234568", which is not one of phone_numbers; add it there, or write one of them`}},
		"malformed main number":  {head + "main_number: \"12\"\n", []string{`o.yaml:5:14: main_number is "12": write the complete number`}},
		"outgoing number":        {head + "outgoing_number: both\n", []string{`o.yaml:5:18: outgoing_number is "both"; write account, which shows the number of the SIP account, or user`}},
		"helpdesk twice":         {head + "helpdesks:\n  - {id: a, name: A}\n  - {id: a, name: B}\n", []string{`o.yaml:7:10: helpdesks: "a" is there twice; give every helpdesk an id of its own`}},
		"helpdesk with a space":  {head + "helpdesks:\n  - {id: a b, name: A}\n", []string{`o.yaml:6:10: id is "a b"; write 1 to 63 lower-case letters`}},
		"account of no platform": {head + "social_accounts:\n  - {id: a, name: A}\n", []string{"o.yaml:6:6: platform is required; write a social platform in lower-case letters, such as x or facebook"}},
		"account of a platform":  {head + "social_accounts:\n  - {id: a, name: A, platform: X!}\n", []string{`o.yaml:6:32: platform is "X!"; write a social platform`}},
		"account with a colour":  {head + "social_accounts:\n  - {id: a, name: A, platform: x, colour: red}\n", []string{`o.yaml:6:35: "colour" is no field here; allowed are id, name, platform`}},
		"profile in two lines":   {strings.Replace(head, "telecube", "vaxel", 1) + "profiles: [\"a\\nb\"]\n", []string{"o.yaml:5:12: profiles has ", "write the name of a profile, of 1 to 64 characters"}},
		"profile on telecube":    {head + "profiles: [lunch]\n", []string{"o.yaml:5:1: telecube has no profiles; leave the field out"}},
		"edition that is none":   {strings.Replace(head, "telecube", "samoobsluha", 1) + "editions: [callcentrum maxi]\n", []string{`o.yaml:5:12: editions has "callcentrum maxi": write a product and its edition, one of callcentrum enterprise, callcentrum mini`}},
		"edition of video":       {strings.Replace(head, "telecube", "samoobsluha", 1) + "editions: [video]\n", []string{`o.yaml:5:12: editions has "video": write a product and its edition`}},
		"edition on telecube":    {head + "editions: [callcentrum mini]\n", []string{"o.yaml:5:1: telecube has no licences; leave the field out"}},
		"anchor":                 {strings.Replace(head, "name: Acme", "name: &a Acme", 1), []string{"o.yaml:2:7: name is an anchor, alias or tag, which this file has no use for"}},
		"several at once":        {"id: A\nname: Acme\nplatform: x\ncolour: red\n", []string{"o.yaml:1:5: id is", "\no.yaml:3:11: platform is", "\no.yaml:4:1: \"colour\" is no field here"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseOrganizationFile("o.yaml", []byte(test.text))
			if err == nil {
				t.Fatal("was accepted")
			}
			rest := err.Error()
			for _, want := range test.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("error is\n%v\nwithout %q, or not in this order", err, want)
				}
				rest = after
			}
		})
	}
}

func TestOrganizationFile_MW17_whatOtherPlatformsHave(t *testing.T) {
	t.Parallel()
	file := parse(t, `id: tulp
name: Tulp
platform: engage
phone_numbers: ["+31851234567", "+31851234568"]
main_number: +31 85 123 45 68
outgoing_number: user
helpdesks: [{id: support, name: Support}]
social_accounts:
  - {id: tulp-x, platform: x, name: "@tulp"}
`)
	o := file.Organization
	if file.MainNumber != "+31851234568" || o.OutgoingNumber != portal.OutgoingNumberUser {
		t.Errorf("main number is %q, outgoing calls show that of the %q", file.MainNumber, o.OutgoingNumber)
	}
	if !reflect.DeepEqual(o.Helpdesks, []portal.Helpdesk{{ID: "support", Name: "Support"}}) ||
		!reflect.DeepEqual(o.SocialAccounts, []portal.SocialAccount{{ID: "tulp-x", Platform: "x", Name: "@tulp"}}) {
		t.Errorf("read %+v", o)
	}
}
