package rules

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Describe is what the rule sets of all platforms say about a field, as one or two sentences of Markdown to end its
// documentation with: on which platforms it exists, where it is required, its limits and its default. The path is
// dotted, that of a nested object says where there is any of it, and an empty one where the noun exists. A path that no
// rule set has gives "".
func Describe(noun portal.Noun, path string) string {
	without := 0 // platforms that have the noun and not the field
	var on []platformField
	for _, platform := range portal.Platforms() {
		set, err := For(platform)
		if err != nil {
			continue
		}
		switch object := set.Objects[noun]; {
		case object != nil && (path == "" || object.has(path)):
			on = append(on, platformField{noun: noun, path: path, field: cmp.Or(object.Fields[path], &Field{}), object: object, set: set})
		case object != nil || path == "":
			without++
		}
	}
	if len(on) == 0 {
		return ""
	}
	where := "All platforms."
	if without > 0 {
		where = "Platforms: " + platforms(on) + "."
	}
	if limits := strings.Join(limits(on), "; "); limits != "" {
		where += " " + strings.ToUpper(limits[:1]) + limits[1:] + "."
	}
	return where
}

// platformField is a field on one platform. A nested object has no rules as a field.
type platformField struct {
	noun   portal.Noun
	path   string
	field  *Field
	object *Object
	set    *Set
}

func platforms(on []platformField) string {
	list := make([]string, 0, len(on))
	for _, p := range on {
		list = append(list, string(p.set.Platform))
	}
	return enumerate(list, "and")
}

// PlatformNames lists the names that a platform can have, for documentation.
func PlatformNames() string {
	var all []string
	for _, platform := range portal.Platforms() {
		all = append(all, string(platform))
	}
	return enumerate(quoted(all), "or")
}

// Where lists the platforms on which something holds, for documentation.
func Where(holds func(*Set) bool) string {
	var list []string
	for _, platform := range portal.Platforms() {
		if set, err := For(platform); err == nil && holds(set) {
			list = append(list, string(platform))
		}
	}
	return enumerate(list, "and")
}

// limits are the statements about a field, each followed by the platforms on which it holds unless it holds on all.
func limits(on []platformField) []string {
	statements := make([][]string, len(on))
	for i, p := range on {
		statements[i] = p.statements()
	}
	var all []string
	sharing := map[string][]platformField{}
	for at := range statements[0] {
		for i, p := range on {
			statement := statements[i][at]
			if statement != "" && sharing[statement] == nil {
				all = append(all, statement)
			}
			sharing[statement] = append(sharing[statement], p)
		}
	}
	for i, statement := range all {
		if len(sharing[statement]) < len(on) {
			all[i] += " on " + platforms(sharing[statement])
		}
	}
	return all
}

// statements are what one platform says about a field. Those at one place are about the same; an empty one says
// nothing.
func (p platformField) statements() []string {
	required, fixed, keys := "", "", ""
	if p.field.Required {
		required = "required"
	}
	if p.field.Immutable != "" {
		fixed = "cannot change once saved"
	}
	if p.field.Keys != nil {
		keys = "keys " + enumerate(quoted(p.field.Keys), "and")
	}
	return []string{
		required, fixed, size(p), keys, enumerate(quoted(p.field.OneOf), "or"), stock(p), unique(p), needs(p), privileged(p), recommended(p), initial(p), arrows(p),
	}
}

func size(p platformField) string {
	f := p.field
	switch {
	case f.Format == FormatPassword:
		return p.set.Passwords[p.noun].describe()
	case f.Format == FormatPIN:
		return f.lengths() + " digits"
	case f.Format == FormatPicture:
		return fmt.Sprintf("a PNG or JPEG in base64, of at most %d bytes before that and at most %d pixels a side", portal.MaxAvatarSize, portal.MaxAvatarSide)
	case f.Keys != nil && f.MaxLength > 0:
		return "values of " + f.lengths() + " characters"
	case f.Distinct:
		return "names of " + f.lengths() + " characters"
	case f.MinLength > 0 || f.MaxLength > 0:
		return f.lengths() + " characters"
	case f.MaxItems == 1 && f.Required:
		return "exactly one element"
	case f.MaxItems > 0:
		return "at most " + quantity(f.MaxItems, "element")
	default:
		return f.span()
	}
}

// stocks says where values come from that are not chosen freely.
var stocks = map[Source]string{
	SourceOwnedNumbers:        "out of the numbers that the organisation owns",
	SourceNumbersOrSenderName: "out of the numbers that the organisation owns and the sender names registered for it",
	SourceProfiles:            "`" + portal.ProfileAvailable + "` or another profile of the organisation",
	SourceSubgroups:           "ids of subgroups, at most one of each user group",
	SourceSocialAccounts:      "the ids of accounts that the organisation has on them",
}

func stock(p platformField) string {
	switch {
	case p.field.Source == SourceLandingPages:
		return landingPages(p.set)
	case p.field.Allocate != "":
		return stocks[p.field.Source] + ", of which one that is free is allocated to the user"
	default:
		return stocks[p.field.Source]
	}
}

func unique(p platformField) string {
	switch {
	case p.field.Distinct:
		return "each once, ignoring case"
	case !p.field.Unique:
		return ""
	case p.field.Everywhere:
		return "unique over all organisations of the platform, ignoring case"
	case p.field.Format == FormatExtension:
		return "unique over users and SIP accounts"
	case p.field.CaseSensitive:
		return "unique, with case"
	default:
		return "unique, ignoring case"
	}
}

// initial is the default, unless it is the empty one, which goes without saying.
func initial(p platformField) string {
	text := fmt.Sprint(p.field.Default)
	if p.field.Default == nil || text == "" || text == "[]" || text == "map[]" {
		return ""
	}
	if p.field.UnlessSet != "" {
		return "default `" + text + "`, and `false` where `" + p.field.UnlessSet + "_wo` is given" // a secret's attribute is write-only
	}
	return "default `" + text + "`"
}

// describe is the policy in words.
func (p PasswordPolicy) describe() string {
	f := Field{MinLength: p.MinLength, MaxLength: p.MaxLength}
	text := f.lengths() + " characters"
	if len(p.Classes) > 0 {
		classes := make([]string, 0, len(p.Classes))
		for _, class := range p.Classes {
			classes = append(classes, characters[class].one)
		}
		text += " with " + enumerate(classes, "and")
	}
	if p.MinScore > 0 {
		text += ", not easy to guess"
	}
	if p.Breached {
		text += ", not known from a breach"
	}
	return text
}

func quoted(values []string) []string {
	list := make([]string, 0, len(values))
	for _, value := range values {
		list = append(list, "`"+value+"`")
	}
	return list
}

// enumerate joins a list as a sentence does.
func enumerate(list []string, last string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " " + last + " " + list[len(list)-1]
}
