// Package rules says what a platform allows, as data: one rule set per platform, and one evaluator for all of them.
// The portal enforces a rule set and the provider evaluates the same one at plan; the package does no I/O.
package rules

import (
	"bytes"
	"embed"
	"fmt"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

//go:embed *.yaml
var files embed.FS

// Set is the rule set of one platform.
type Set struct {
	Platform      portal.Platform         `yaml:"platform"`
	Permissions   map[string]string       `yaml:"permissions"`     // what a permission group may hold, and what each grants
	BuiltInGroups map[string]BuiltInGroup `yaml:"built_in_groups"` // by name; every organisation of the platform has them
	// Administrators are the permissions that make a user an administrator: whoever has all of them. None: no user is
	// one.
	Administrators []string `yaml:"administrators"`
	// Privileged are the permissions that let somebody see or change other people, those of Administrators among them.
	// A token without the scope admin can neither give one nor change how a user who has one logs in.
	Privileged []string `yaml:"privileged"`
	// BlockAfter is how many failed log-ins in a row block a person until an administrator grants access again (EN-18).
	// 0: nobody is blocked so.
	BlockAfter int `yaml:"block_after"`
	// Language is that in which the portal writes to a person who has chosen none that it speaks.
	Language string `yaml:"language"`
	// LoginApart says that a new person is told the login in a mail of its own, apart from the link (EN-03).
	LoginApart bool                           `yaml:"login_apart"`
	Passwords  map[portal.Noun]PasswordPolicy `yaml:"passwords"`
	Objects    map[portal.Noun]*Object        `yaml:"objects"`

	Services     map[string]string   `yaml:"services"`      // what an organisation orders, and what each is
	Modules      map[string]string   `yaml:"modules"`       // what an organisation has besides, and what each is
	LandingPages map[string][]string `yaml:"landing_pages"` // by module (EN-10)
	FreeMail     []string            `yaml:"free_mail"`     // domains at which anybody gets an address
	Publications bool                `yaml:"publications"`  // users plan publications (EN-16)
	PBXReload    bool                `yaml:"pbx_reload"`    // a PBX has to be reloaded after its users were changed (SA-10)
}

// BuiltInGroup is a permission group that comes with the platform (MW-05).
type BuiltInGroup struct {
	Description string   `yaml:"description"`
	Permissions []string `yaml:"permissions"`
}

// Object says which fields a kind of object has on a platform, and what holds between them.
type Object struct {
	Fields   map[string]*Field `yaml:"fields"` // by dotted path; a field that is not here does not exist on the platform
	Checks   []Check           `yaml:"checks"`
	Changes  []Transition      `yaml:"changes"`  // fields that change only from some values to some others
	Deletion []Check           `yaml:"deletion"` // hold when the object is to be deleted; they speak of the stored one
}

// Field is what holds for one field by itself. The zero value allows everything.
type Field struct {
	ID        string   `yaml:"id"`         // requirement id
	Required  bool     `yaml:"required"`   // must be there and not empty
	Default   any      `yaml:"default"`    // given by the portal on creation when the field is left out
	UnlessSet string   `yaml:"unless_set"` // with a default of true: it is false if the field at this path is given
	Immutable string   `yaml:"immutable"`  // not empty: cannot change once saved; says what to do instead
	Format    Format   `yaml:"format"`     // shape of the value, or of each element
	MinLength int      `yaml:"min_length"` // in characters
	MaxLength int      `yaml:"max_length"` // in characters; 0 is no limit
	Min       *int64   `yaml:"min"`        // together with max
	Max       *int64   `yaml:"max"`
	MaxItems  int      `yaml:"max_items"` // 0 is no limit
	OneOf     []string `yaml:"one_of"`
	Source    Source   `yaml:"source"`    // the value, or each element, is one of the organisation's
	Exclusive bool     `yaml:"exclusive"` // what the field refers to belongs to this object alone
	Unique    bool     `yaml:"unique"`    // no other object of the organisation has this value; see UniqueKey

	CaseSensitive bool     `yaml:"case_sensitive"` // a unique value compares with case
	Everywhere    bool     `yaml:"everywhere"`     // with unique: no other object of the whole platform has it, whatever the organisation
	Distinct      bool     `yaml:"distinct"`       // the elements differ from one another, ignoring case
	Multiline     bool     `yaml:"multiline"`      // the text may have line breaks and tabs
	Keys          []string `yaml:"keys"`           // what a map may have values for
	Allocate      string   `yaml:"allocate"`       // the path of the field that an owned number which is free is added to, unless that field is given (VX-07)
}

// Format names the shape of a value.
type Format string

// The formats. An empty text is always allowed, it says "none"; Required forbids it.
const (
	FormatPhoneNumber Format = "phone_number" // portal.ParsePhoneNumber
	FormatEmail       Format = "email"        // portal.ParseEmail
	FormatExtension   Format = "extension"    // portal.ParseExtension
	FormatCountry     Format = "country"      // ISO 3166-1 alpha-2
	FormatTimeZone    Format = "time_zone"    // IANA
	FormatLanguage    Format = "language"     // BCP 47
	FormatPersonName  Format = "person_name"  // letters of any script, and what stands between them in names
	FormatDestination Format = "destination"  // an id, or a complete phone number
	FormatPassword    Format = "password"     // the platform's password policy for the object
	FormatPIN         Format = "pin"          // digits
	FormatPicture     Format = "picture"      // PNG or JPEG in base64, see portal.MaxAvatarSize
)

// Source names a stock that values are taken from.
type Source string

// The sources.
const (
	SourcePermissionGroups    Source = "permission_groups"      // ids of existing groups
	SourceSIPAccounts         Source = "sip_accounts"           // ids of existing accounts
	SourceSubgroups           Source = "subgroups"              // ids of existing subgroups, at most one of each user group
	SourcePBXs                Source = "pbxs"                   // ids in the organisation file
	SourceHelpdesks           Source = "helpdesks"              // likewise
	SourceSocialAccounts      Source = "social_accounts"        // likewise; the key of each is the account's social platform
	SourceLandingPages        Source = "landing_pages"          // pages in the rule set, of modules that the organisation has
	SourcePermissions         Source = "permissions"            // names in the rule set
	SourceProfiles            Source = "profiles"               // portal.ProfileAvailable and those in the organisation file
	SourceOwnedNumbers        Source = "owned_numbers"          // numbers the organisation rents
	SourceNumbersOrSenderName Source = "numbers_or_sender_name" // owned numbers and registered SMS sender names
)

// LoginField is the field that people log in with: the username where the platform has one, which compares with case
// (EN-01), and the e-mail address elsewhere.
func (s *Set) LoginField() string {
	if s.Objects[portal.NounUser].Fields["username"] != nil {
		return "username"
	}
	return "email"
}

// For returns the rule set of a platform. Sets are shared and must not be changed.
func For(platform portal.Platform) (*Set, error) {
	sets, err := all()
	if err != nil {
		return nil, err
	}
	set, ok := sets[platform]
	if !ok {
		return nil, fmt.Errorf("no rule set for platform %q", platform)
	}
	return set, nil
}

// all reads the embedded files, once.
var all = sync.OnceValues(func() (map[portal.Platform]*Set, error) {
	sets := map[portal.Platform]*Set{}
	for _, platform := range portal.Platforms() {
		set, err := read(string(platform) + ".yaml")
		if err != nil {
			return nil, err
		}
		if set.Platform != platform {
			return nil, fmt.Errorf("%s.yaml is the rule set of %q", platform, set.Platform)
		}
		sets[platform] = set
	}
	return sets, nil
})

func read(name string) (*Set, error) {
	text, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	shared, err := files.ReadFile("shared.yaml")
	if err != nil {
		return nil, err
	}
	set := &Set{}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict(), yaml.ReferenceReaders(bytes.NewReader(shared))).Decode(set); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return set, nil
}
