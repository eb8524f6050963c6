package rules

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// wireTypes are the contract's objects, made anew by each call.
func wireTypes() map[portal.Noun]func() any {
	return map[portal.Noun]func() any{
		portal.NounUser:            func() any { return &portal.User{} },
		portal.NounPermissionGroup: func() any { return &portal.PermissionGroup{} },
		portal.NounSIPAccount:      func() any { return &portal.SIPAccount{} },
		portal.NounUserGroup:       func() any { return &portal.UserGroup{} },
	}
}

// wireFields lists the fields of a wire type by path, without nested objects.
func wireFields(prefix string, object reflect.Type) map[string]reflect.StructField {
	fields := map[string]reflect.StructField{}
	for of := range object.Fields() {
		path := prefix + fieldName(of)
		if of.Type.Kind() == reflect.Pointer && of.Type.Elem().Kind() == reflect.Struct {
			maps.Copy(fields, wireFields(path+".", of.Type.Elem()))
			continue
		}
		fields[path] = of
	}
	return fields
}

// eachObject runs a test for every kind of object of every platform.
func eachObject(t *testing.T, test func(t *testing.T, set *Set, noun portal.Noun, object *Object, wire map[string]reflect.StructField)) {
	t.Helper()
	t.Parallel()
	for _, platform := range portal.Platforms() {
		set, err := For(platform)
		if err != nil {
			t.Fatal(err)
		}
		for noun, object := range set.Objects {
			t.Run(fmt.Sprintf("%s %s", platform, noun), func(t *testing.T) {
				t.Parallel()
				fresh, ok := wireTypes()[noun]
				if !ok || object == nil {
					t.Fatalf("the contract has no %q, or it is empty", noun)
				}
				test(t, set, noun, object, wireFields("", reflect.TypeOf(fresh()).Elem()))
			})
		}
	}
}

func TestGuard_fieldsAreThoseOfTheContract(t *testing.T) {
	eachObject(t, func(t *testing.T, set *Set, noun portal.Noun, object *Object, wire map[string]reflect.StructField) {
		for path, field := range object.Fields {
			of, ok := wire[path]
			switch {
			case !ok:
				t.Errorf("%s is no field of the contract", path)
				continue
			case !portal.Writable(of):
				t.Errorf("%s is written by the portal only", path)
				continue
			}
			guardField(t, path, field, of.Type)
		}
		if _, ok := object.Fields["enabled"]; !ok && (noun == portal.NounUser || noun == portal.NounSIPAccount) {
			t.Error("enabled exists everywhere")
		}
	})
}

// guardField checks that what a rule says can hold for a field of that type.
func guardField(t *testing.T, path string, f *Field, of reflect.Type) {
	t.Helper()
	list, text := of.Kind() == reflect.Slice, of.Elem().Kind() == reflect.String || of == reflect.TypeFor[[]portal.Subgroup]()
	if f.Format.parse("\x00") == nil && !slices.Contains([]Format{"", FormatDestination, FormatPassword}, f.Format) || !slices.Contains(sources, f.Source) {
		t.Errorf("%s: there is no format %q or no source %q", path, f.Format, f.Source)
	}
	if secret := of.Elem() == reflect.TypeFor[portal.Secret](); secret != (f.Format == FormatPassword || f.Format == FormatPIN) {
		t.Errorf("%s: passwords and PINs, and only they, are secrets", path)
	}
	if !text && (f.Format != "" || f.Source != "" || f.OneOf != nil || f.MinLength > 0 || f.MaxLength > 0 || f.Unique || f.Multiline) {
		t.Errorf("%s is no text", path)
	}
	if of.Elem().Kind() != reflect.Int64 && (f.Min != nil || f.Max != nil) || !list && (f.MaxItems > 0 || f.Distinct) ||
		(f.Min == nil) != (f.Max == nil) || f.MinLength > 0 && f.MaxLength == 0 || (f.CaseSensitive || f.Everywhere) && !f.Unique || (of.Kind() == reflect.Map) != (f.Keys != nil) {
		t.Errorf("%s has a limit that its type cannot have, or lacks one", path)
	}
	if (f.Source == SourceOwnedNumbers) && f.Format != FormatPhoneNumber || f.Allocate != "" && f.Source != SourceOwnedNumbers {
		t.Errorf("%s: owned numbers compare as E.164, and only they are allocated", path)
	}
	if f.Exclusive && f.Source != SourceSIPAccounts && f.Source != SourceOwnedNumbers {
		t.Errorf("%s: only a SIP account and a number can belong to one user alone", path)
	}
	if text && f.Format == "" && f.Source == "" && f.OneOf == nil && f.MaxLength == 0 {
		t.Errorf("%s is a free text without a limit", path)
	}
	if f.ID != "" && !requirementID.MatchString(f.ID) {
		t.Errorf("%s: %q is no requirement id", path, f.ID)
	}
	// An answer has every field that the platform has, so what may be left out has a default. What is in requests only
	// is never in an answer.
	requestOnly := slices.Contains([]Format{FormatPassword, FormatPIN, FormatPicture}, f.Format)
	if needs := !f.Required && !requestOnly; needs != (f.Default != nil) {
		t.Errorf("%s: a field has a default if and only if it is neither required nor in requests only", path)
	}
	if f.UnlessSet != "" && f.Default != true {
		t.Errorf("%s: only a default of true can turn over", path)
	}
}

var sources = []Source{
	"", SourcePermissionGroups, SourceSIPAccounts, SourceSubgroups, SourcePBXs, SourceHelpdesks, SourceSocialAccounts, SourceLandingPages, SourcePermissions,
	SourceOwnedNumbers, SourceNumbersOrSenderName, SourceProfiles,
}

var requirementID = regexp.MustCompile(`^(MW|EN|SA|TC|VX|ALL)-[0-9]{2}$`)

func TestGuard_defaultsPassTheirOwnRule(t *testing.T) {
	eachObject(t, func(t *testing.T, set *Set, noun portal.Noun, object *Object, wire map[string]reflect.StructField) {
		made := wireTypes()[noun]()
		if err := set.Complete(noun, made); err != nil {
			t.Fatal(err)
		}
		doc := flatten(made)
		for path, field := range object.Fields {
			if _, ok := doc.values[path]; !ok && field.Default != nil {
				t.Errorf("%s got no default", path)
			}
		}
		alone := *set
		alone.Objects = map[portal.Noun]*Object{noun: {Fields: object.Fields}}
		for _, f := range alone.Check(Inventory{Organization: portal.Organization{ID: "acme"}}, Change{Noun: noun, After: made}) {
			if f.Code != portal.CodeRequired {
				t.Errorf("%s: %s", f.Field, f.Message)
			}
		}
		before := fmt.Sprint(doc.values)
		set.Normalize(noun, made)
		if after := flatten(made); fmt.Sprint(after.values) != before {
			t.Errorf("a default changes when it is normalised: %v", after.values)
		}
	})
}

func TestGuard_permissionsAndPasswords(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[a-z_]+\.[a-z_]+$`)
	for _, platform := range portal.Platforms() {
		set, err := For(platform)
		if err != nil {
			t.Fatal(err)
		}
		for permission, grants := range set.Permissions {
			if !name.MatchString(permission) || grants == "" {
				t.Errorf("%s: %q grants %q", platform, permission, grants)
			}
		}
		if groups := set.Objects[portal.NounPermissionGroup] != nil; groups != (len(set.Permissions) > 0) {
			t.Errorf("%s has permissions without groups, or groups without permissions", platform)
		}
		for title, group := range set.BuiltInGroups {
			for _, permission := range group.Permissions {
				if set.Permissions[permission] == "" {
					t.Errorf("%s: %s has %q, which is no permission", platform, title, permission)
				}
			}
			built := &portal.PermissionGroup{Name: &title, Description: &group.Description, Permissions: group.Permissions}
			if findings := set.Check(Inventory{}, Change{Noun: portal.NounPermissionGroup, After: built}); len(findings) > 0 {
				t.Errorf("%s: %s breaks the platform's own rules: %v", platform, title, findings)
			}
		}
		for noun, policy := range set.Passwords {
			if policy.MinLength < 8 || policy.MaxLength < GeneratedLength || policy.MinScore > 4 || set.Objects[noun] == nil {
				t.Errorf("%s: the passwords of a %s: %+v", platform, noun, policy)
			}
			for _, class := range policy.Classes {
				if !slices.Contains([]Class{ClassLower, ClassUpper, ClassDigit, ClassSpecial}, class) {
					t.Errorf("%s: there is no class %q", platform, class)
				}
			}
		}
		for noun, object := range set.Objects {
			if _, ok := set.Passwords[noun]; !ok && object.Fields["password"] != nil {
				t.Errorf("%s: a %s has a password and there are no rules for it", platform, noun)
			}
		}
	}
}

// A field that no platform has could never be used.
func TestGuard_everyWritableFieldIsOnAPlatform(t *testing.T) {
	t.Parallel()
	for noun, fresh := range wireTypes() {
		for path, of := range wireFields("", reflect.TypeOf(fresh()).Elem()) {
			if text := Describe(noun, path); portal.Writable(of) == (text == "") {
				t.Errorf("%s %s: %q", noun, path, text)
			}
		}
	}
}

func TestAssign_keepsTheValueOrNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path  string
		value any
		ok    bool
	}{
		{"telephony.ring_seconds", uint64(30), true},
		{"telephony.ring_seconds", int64(-1), true},
		{"telephony.ring_seconds", uint64(1 << 63), false},
		{"telephony.ring_seconds", 2.5, false},
		{"telephony.ring_seconds", "30", false},
		{"telephony.ring_secs", uint64(30), false},
		{"telephone.ring_seconds", uint64(30), false},
		{"email", uint64(65), false}, // Go would make an "A" of it
		{"enabled", true, true},
		{"password", "x", true},
		{"permission_group_ids", []any{"a"}, true},
		{"permission_group_ids", []any{uint64(1)}, false},
		{"permission_group_ids", "a", false},
	} {
		err := assign(&portal.User{}, c.path, c.value)
		if (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), c.path) {
			t.Errorf("%v (%T) as %s: %v", c.value, c.value, c.path, err)
		}
	}
}
