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
	Platform      portal.Platform                `yaml:"platform"`
	Permissions   map[string]string              `yaml:"permissions"`     // what a permission group may hold, and what each grants
	BuiltInGroups map[string]BuiltInGroup        `yaml:"built_in_groups"` // by name; every organisation of the platform has them
	Passwords     map[portal.Noun]PasswordPolicy `yaml:"passwords"`
	Objects       map[portal.Noun]*Object        `yaml:"objects"`
}

// BuiltInGroup is a permission group that comes with the platform (MW-05).
type BuiltInGroup struct {
	Description string   `yaml:"description"`
	Permissions []string `yaml:"permissions"`
}

// Object says which fields a kind of object has on a platform, and what holds between them.
type Object struct {
	Fields map[string]*Field `yaml:"fields"` // by dotted path; a field that is not here does not exist on the platform
	Checks []Check           `yaml:"checks"`
}

// Field is what holds for one field by itself. The zero value allows everything.
type Field struct {
	ID        string   `yaml:"id"`         // requirement id
	Required  bool     `yaml:"required"`   // must be there and not empty
	Default   any      `yaml:"default"`    // given by the portal on creation when the field is left out
	Immutable string   `yaml:"immutable"`  // not empty: cannot change once saved; says what to do instead
	Format    Format   `yaml:"format"`     // shape of the value, or of each element
	MinLength int      `yaml:"min_length"` // in characters
	MaxLength int      `yaml:"max_length"` // in characters; 0 is no limit
	Min       *int64   `yaml:"min"`
	Max       *int64   `yaml:"max"`
	MinItems  int      `yaml:"min_items"`
	MaxItems  int      `yaml:"max_items"` // 0 is no limit
	OneOf     []string `yaml:"one_of"`
	Source    Source   `yaml:"source"`    // the value, or each element, is one of the organisation's
	Exclusive bool     `yaml:"exclusive"` // what the field refers to belongs to this object alone
	Unique    bool     `yaml:"unique"`    // no other object of the organisation has this value; see UniqueKey

	CaseSensitive bool `yaml:"case_sensitive"` // a unique value compares with case
	Multiline     bool `yaml:"multiline"`      // the text may have line breaks and tabs
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
)

// Source names a stock that values are taken from.
type Source string

// The sources.
const (
	SourcePermissionGroups    Source = "permission_groups"      // ids of existing groups
	SourceSIPAccounts         Source = "sip_accounts"           // ids of existing accounts
	SourcePBXs                Source = "pbxs"                   // ids in the organisation file
	SourcePermissions         Source = "permissions"            // names in the rule set
	SourceOwnedNumbers        Source = "owned_numbers"          // numbers the organisation rents
	SourceNumbersOrSenderName Source = "numbers_or_sender_name" // owned numbers and registered SMS sender names
)

// Check holds between fields: when every condition of When is true, every one of Require must be.
type Check struct {
	ID       string      `yaml:"id"`
	Field    string      `yaml:"field"` // where the finding is shown
	When     []Condition `yaml:"when"`
	Require  []Condition `yaml:"require"`
	Severity Severity    `yaml:"severity"` // error when left out
	Code     portal.Code `yaml:"code"`     // not_allowed when left out
	Message  string      `yaml:"message"`  // what is allowed and what to do; {path} stands for that field's value
}

// Condition is one statement about a field, or about several with AtLeast. Exactly one of the statements is set.
type Condition struct {
	Field   string   `yaml:"field"`
	Before  bool     `yaml:"before"`   // speaks of the stored object, not of the wanted one
	Equals  any      `yaml:"equals"`   // the value is this one
	OneOf   []any    `yaml:"one_of"`   // the value is one of these
	Set     *bool    `yaml:"set"`      // there is (or is no) value, empty counting as none
	Changed *bool    `yaml:"changed"`  // differs (or not) from the stored object; false on creation
	Count   *int     `yaml:"count"`    // so many elements
	Among   []string `yaml:"among"`    // the value, or each element, is among those of all these fields together
	AtLeast *int     `yaml:"at_least"` // so many different values in Fields together, or more
	Fields  []string `yaml:"fields"`   // with at_least, instead of field
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
	set := &Set{}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(set); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return set, nil
}
