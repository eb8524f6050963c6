package rules_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// listField is a field with several values, of one noun on one platform.
type listField struct {
	set   *rules.Set
	noun  portal.Noun
	path  string
	field *rules.Field
	kind  reflect.Type
}

// listFields are those of all rule sets.
func listFields(t *testing.T) []listField {
	t.Helper()
	var list []listField
	for _, platform := range portal.Platforms() {
		set := ruleSet(t, platform)
		for _, noun := range slices.Sorted(maps.Keys(set.Objects)) {
			fields := set.Objects[noun].Fields
			for _, path := range slices.Sorted(maps.Keys(fields)) {
				kind := kindOf(t, reflect.TypeOf(wireObject(t, platform, noun)).Elem(), path)
				if kind.Kind() == reflect.Slice || kind.Kind() == reflect.Map {
					list = append(list, listField{set, noun, path, fields[path], kind})
				}
			}
		}
	}
	if len(list) < 15 {
		t.Fatalf("the rule sets have %d fields with several values", len(list))
	}
	return list
}

func (l listField) String() string { return fmt.Sprintf("%s/%s/%s", l.set.Platform, l.noun, l.path) }

// kindOf is the type of the field at a dotted path.
func kindOf(t *testing.T, object reflect.Type, path string) reflect.Type {
	t.Helper()
	for name := range strings.SplitSeq(path, ".") {
		if object.Kind() == reflect.Pointer {
			object = object.Elem()
		}
		found := slices.IndexFunc(reflect.VisibleFields(object), func(f reflect.StructField) bool {
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			return tag == name
		})
		if found < 0 {
			t.Fatalf("%s has no field %s", object, path)
		}
		object = object.Field(found).Type
	}
	return object
}

// wireObject is a new object that the platform accepts.
func wireObject(t *testing.T, platform portal.Platform, noun portal.Noun) any {
	t.Helper()
	switch noun {
	case portal.NounUser:
		return alice(t, platform)
	case portal.NounSIPAccount:
		return desk()
	case portal.NounPermissionGroup:
		return &portal.PermissionGroup{Name: new("Invoices")}
	default:
		return &portal.UserGroup{Name: new("floor")}
	}
}

// elements are values that the field may and may not have.
func (l listField) elements(t *testing.T) (good []string, bad string) {
	t.Helper()
	switch f := l.field; {
	case f.Source == rules.SourcePermissionGroups:
		return []string{"grp_1", "grp_2"}, "grp_9"
	case f.Source == rules.SourceSIPAccounts:
		return []string{"sip_free", "sip_also"}, "sip_9"
	case f.Source == rules.SourceSubgroups:
		return []string{"sub_manager", "sub_krakow"}, "sub_9"
	case f.Source == rules.SourcePermissions:
		return l.set.PermissionNames()[:2], "fly"
	case f.Source == rules.SourceOwnedNumbers && f.Exclusive:
		return []string{"+31851234568", "+31851234570"}, "+31851234567" // the main number
	case f.Source == rules.SourceOwnedNumbers, f.Source == rules.SourceNumbersOrSenderName:
		return []string{"+31851234567", "+31851234568"}, "+31201234567"
	case f.Source == rules.SourceSocialAccounts:
		return []string{"acc_x"}, "acc_9"
	case f.Format == rules.FormatPhoneNumber:
		return []string{"+31612345678", "+31612345679"}, "0612345678"
	case f.MaxLength > 0:
		return []string{"Day", "Night"}, strings.Repeat("x", f.MaxLength+1)
	default:
		t.Fatalf("%s: no value is known that the field does not allow", l)
		return nil, ""
	}
}

// change is the creation of an object that has these elements, and so many that are not known yet.
func (l listField) change(t *testing.T, object any, known []string, open int) rules.Change {
	t.Helper()
	if err := l.set.Complete(l.noun, object); err != nil {
		t.Fatal(err)
	}
	var value any = append([]string{}, known...)
	switch {
	case l.kind == reflect.TypeFor[[]portal.Subgroup]():
		subgroups := []portal.Subgroup{}
		for _, name := range known {
			subgroups = append(subgroups, portal.Subgroup{Name: name})
		}
		value = subgroups
	case l.kind.Kind() == reflect.Map:
		entries := map[string]string{}
		for i, text := range known {
			entries[[]string{"x", "facebook"}[i]] = text
		}
		for i := range open {
			entries[[]string{"tiktok", "linkedin"}[i]] = ""
		}
		value = entries
	}
	for names := strings.Split(l.path, "."); len(names) > 0; names = names[:len(names)-1] {
		value = map[string]any{names[len(names)-1]: value}
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, object); err != nil {
		t.Fatal(err)
	}
	l.set.Normalize(l.noun, object)
	partial := func(path string) int {
		if path == l.path {
			return open
		}
		return 0
	}
	return rules.Change{Noun: l.noun, After: object, Partial: partial}
}

// refusals are the errors of a change, by "field code id".
func (l listField) refusals(change rules.Change) []string {
	inventory := acme()
	inventory.Organization.PhoneNumbers = append(inventory.Organization.PhoneNumbers, "+31851234570")
	var list []string
	for _, f := range l.set.Check(inventory, change) {
		if f.Severity == rules.SeverityError {
			list = append(list, fmt.Sprintf("%s %s %s", f.Field, f.Code, f.ID))
		}
	}
	return list
}

// Elements that are known are checked beside others that are not.
func TestPartial_knownElementsAreChecked(t *testing.T) {
	t.Parallel()
	for _, l := range listFields(t) {
		t.Run(l.String(), func(t *testing.T) {
			t.Parallel()
			good, bad := l.elements(t)
			refused := l.refusals(l.change(t, wireObject(t, l.set.Platform, l.noun), []string{bad}, 0))
			if len(refused) == 0 || !strings.HasPrefix(refused[0], l.path+" ") {
				t.Fatalf("%q is refused as %q where all is known", bad, refused)
			}
			if got := l.refusals(l.change(t, wireObject(t, l.set.Platform, l.noun), []string{bad}, 1)); !slices.Equal(got, refused) {
				t.Errorf("%q with an element that is not known is refused as %q, want %q", bad, got, refused)
			}
			for _, open := range []int{1, 2} {
				if got := l.refusals(l.change(t, wireObject(t, l.set.Platform, l.noun), good[:1], open)); len(got) > 0 {
					t.Errorf("%q with %d more elements that are not known: %q", good[:1], open, got)
				}
			}
		})
	}
}

// A key of a map is known although its value is not.
func TestPartial_keys(t *testing.T) {
	t.Parallel()
	user := alice(t, portal.Engage)
	user.Webcare = &portal.Webcare{Suffixes: map[string]string{"myspace": "", "x": "^AJ"}}
	partial := func(path string) int { return map[string]int{"webcare.suffixes": 1}[path] }
	set := ruleSet(t, portal.Engage)
	expect(t, set.Check(acme(), rules.Change{Noun: portal.NounUser, After: user, Partial: partial}), "webcare.suffixes not_allowed EN-07")
}

// What counts elements knows the least and the most that there can be.
func TestPartial_amounts(t *testing.T) {
	t.Parallel()
	const accounts, groups, forwards = "telephony.sip_account_ids", "permission_group_ids", "telephony.forward_numbers"
	for _, c := range []struct {
		name     string
		platform portal.Platform
		path     string
		known    []string
		open     int
		change   func(*portal.User)
		want     []string
	}{
		{"EN-05 one of at most one may be the known one", portal.Engage, groups, []string{"grp_1"}, 2, nil, nil},
		{"EN-05 two of at most one", portal.Engage, groups, []string{"grp_1", "grp_2"}, 1, nil, []string{"permission_group_ids not_allowed EN-05"}},
		{"TC-08 a required one comes", portal.Telecube, groups, nil, 1, nil, nil},
		{"TC-02 exactly one, which is not known", portal.Telecube, accounts, nil, 1, nil, nil},
		{"TC-02 exactly one of two that may be the same", portal.Telecube, accounts, nil, 2, nil, nil},
		{"TC-02 more than one", portal.Telecube, accounts, []string{"sip_free", "sip_also"}, 1, nil, []string{accounts + " not_allowed TC-02"}},
		{
			"TC-02 none, and one comes", portal.Telecube, accounts, nil, 1,
			func(u *portal.User) { u.Telephony.SIPAssignment = new("dynamic") }, []string{accounts + " not_allowed TC-02"},
		},
		{"MW-07 a destination comes", portal.Maatwerk, forwards, nil, 1, func(u *portal.User) { u.Telephony = nil }, nil},
		{
			"MW-13 two destinations at least", portal.Maatwerk, forwards, []string{"+31612345678"}, 1,
			func(u *portal.User) {
				u.ClickToDial = &portal.ClickDial{FollowAvailability: new(false), SIPAccountID: new("sip_free")}
			},
			[]string{"click_to_dial.follow_availability not_allowed MW-13"},
		},
		{
			"MW-13 a second destination may come", portal.Maatwerk, accounts, []string{"sip_free"}, 1,
			func(u *portal.User) {
				u.ClickToDial = &portal.ClickDial{FollowAvailability: new(false), SIPAccountID: new("sip_free")}
			},
			nil,
		},
		{
			"MW-11 the destination may be among them", portal.Maatwerk, forwards, nil, 1,
			func(u *portal.User) { u.Telephony.ActiveDestination = new("+31612345678") }, nil,
		},
		{
			"MW-11 the destination is among the known ones", portal.Maatwerk, forwards, []string{"+31612345678"}, 1,
			func(u *portal.User) { u.Telephony.ActiveDestination = new("+31612345678") }, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			user := alice(t, c.platform)
			if c.change != nil {
				c.change(user)
			}
			l := listField{set: ruleSet(t, c.platform), noun: portal.NounUser, path: c.path, kind: reflect.TypeFor[[]string]()}
			if got := l.refusals(l.change(t, user, c.known, c.open)); !slices.Equal(got, c.want) {
				t.Errorf("refused as %q, want %q", got, c.want)
			}
		})
	}
}

// The plan warns of what changes for certain, and of nothing else.
func TestPartial_warnings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		known []string
		open  int
		warns bool
	}{
		{[]string{"invoices.view", "modules.update"}, 1, false}, // the third may be the third that is stored
		{[]string{"invoices.view"}, 1, true},
		{[]string{"invoices.view"}, 2, false},
		{[]string{"organization.view"}, 3, true},
		{nil, 3, false},
	} {
		stored := &portal.PermissionGroup{
			ID: "grp_2", Name: new("Agents"), Description: new(""), MemberCount: 4, Permissions: []string{"call_details.view", "invoices.view", "modules.update"},
		}
		findings := ruleSet(t, portal.Maatwerk).Check(acme(), rules.Change{
			Noun: portal.NounPermissionGroup, Before: stored, After: &portal.PermissionGroup{Permissions: append([]string{}, c.known...)},
			Partial: func(path string) int { return map[string]int{"permissions": c.open}[path] },
		})
		if c.warns {
			expect(t, findings, "permissions affects_members MW-06")
		} else {
			expect(t, findings)
		}
	}
	vaxel := ruleSet(t, portal.Vaxel)
	stored := storedAlice(t, vaxel)
	stored.Telephony.IncomingNumbers = []string{"+31851234568"}
	inventory := acme()
	for open, want := range map[int][]string{0: {"telephony.incoming_numbers no_longer_rings VX-07"}, 1: nil} {
		expect(t, vaxel.Check(inventory, rules.Change{
			Noun: portal.NounUser, Before: stored, After: &portal.User{Telephony: &portal.Telephony{IncomingNumbers: []string{}}},
			Partial: func(path string) int { return map[string]int{"telephony.incoming_numbers": open}[path] },
		}), want...)
	}
}

// A writer without the scope admin gives no privileged permission that is known, and may keep what was given before.
func TestPartial_privileges(t *testing.T) {
	t.Parallel()
	inventory := acme()
	inventory.PermissionGroups["grp_boss"] = portal.PermissionGroup{ID: "grp_boss", Permissions: []string{"organization.view", "modules.update", "modules.switch"}}
	one := func(string) int { return 1 }
	user := alice(t, portal.Maatwerk)
	user.PermissionGroupIDs = []string{"grp_boss"}
	for noun, c := range map[portal.Noun]struct {
		after any
		want  string
	}{
		portal.NounPermissionGroup: {&portal.PermissionGroup{Name: new("Bosses"), Permissions: []string{"call_details.view"}}, "permissions needs_admin "},
		portal.NounUser:            {user, "permission_group_ids needs_admin "},
	} {
		writer := []portal.Scope{portal.ScopeRead, portal.ScopeWrite}
		expect(t, ruleSet(t, portal.Maatwerk).Check(inventory, rules.Change{Noun: noun, After: c.after, Partial: one, Scopes: writer}), c.want)
	}
}

// The plan refuses only what no value of the unknown elements would make right: every choice of a few values is tried
// for them, in situations that the rules between fields look at.
func TestPartial_refusedIsRightWithNoChoice(t *testing.T) {
	t.Parallel()
	situations := map[portal.Platform][]func(*portal.User){
		portal.Telecube: {func(u *portal.User) { u.Telephony.SIPAssignment = new("dynamic") }},
		portal.Maatwerk: {
			func(u *portal.User) { u.Telephony = &portal.Telephony{} },
			func(u *portal.User) { u.Telephony.AppSIPAccountID = new("sip_free") },
			func(u *portal.User) { u.Telephony.Available = new(true) },
			func(u *portal.User) { u.Telephony.ActiveDestination = new("+31612345678") },
			func(u *portal.User) { u.Telephony.ActiveDestination = new("sip_also") },
			func(u *portal.User) {
				u.ClickToDial = &portal.ClickDial{FollowAvailability: new(false), SIPAccountID: new("sip_free")}
			},
			func(u *portal.User) { u.ClickToDial = &portal.ClickDial{FollowAvailability: new(false)} },
		},
	}
	for _, l := range listFields(t) {
		if l.kind.Kind() == reflect.Map {
			continue // what is not known of a map has a key of its own
		}
		good, bad := l.elements(t)
		pool := append([]string{bad}, good...)
		for i, situation := range append([]func(*portal.User){func(*portal.User) {}}, situations[l.set.Platform]...) {
			object := func() any {
				object := wireObject(t, l.set.Platform, l.noun)
				if user, ok := object.(*portal.User); ok {
					situation(user)
				}
				return object
			}
			for _, known := range choices(pool, 0, 1, 2) {
				for open := 1; open <= 2; open++ {
					refused := l.refusals(l.change(t, object(), known, open))
					right := slices.ContainsFunc(choices(pool, open), func(choice []string) bool {
						return len(l.refusals(l.change(t, object(), slices.Concat(known, choice), 0))) == 0
					})
					if right && len(refused) > 0 {
						t.Errorf("%s, situation %d: %q and %d more are refused as %q, and there is a right choice", l, i, known, open, refused)
					}
				}
			}
		}
	}
}

// choices are all lists of these lengths with elements of the pool, in any order and repeated.
func choices(pool []string, lengths ...int) (all [][]string) {
	for _, length := range lengths {
		lists := [][]string{{}}
		for range length {
			var longer [][]string
			for _, list := range lists {
				for _, value := range pool {
					longer = append(longer, append(slices.Clone(list), value))
				}
			}
			lists = longer
		}
		all = append(all, lists...)
	}
	return all
}
