package portaltest

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Office is what a configuration wants of an organisation. Objects have numbers by which they are known over all
// states; a portal gives them ids.
type Office struct {
	Platform  portal.Platform
	Groups    map[int]string // names
	Accounts  map[int]string // extensions
	People    map[int]Person
	Title     string   // name of the one user group, on telecube; empty elsewhere
	Subgroups []string // names of its subgroups
}

// Person is what a configuration wants of a user.
type Person struct {
	Extension string
	Groups    []int
	Members   bool // whether the groups are given one by one, and not by the user as a whole
	Accounts  []int
	App       int // 0 is none
	Fixed     int // account of click-to-dial
	Numbers   []string
	CallerID  string
	Subgroup  string
}

func (o Office) hasGroups() bool   { return o.Platform != portal.Vaxel }
func (o Office) hasAccounts() bool { return o.Platform != portal.Engage }
func (o Office) hasExtensions() bool {
	return o.Platform != portal.Engage && o.Platform != portal.Telecube
}
func (o Office) hasSubgroups() bool { return o.Platform == portal.Telecube }

// OfficeIDs are what a portal calls the objects.
type OfficeIDs struct {
	Objects   map[int]string
	UserGroup string
	Subgroups map[string]string // by their names
}

func (i OfficeIDs) all(numbers []int) []string {
	list := []string{}
	for _, number := range numbers {
		list = append(list, i.Objects[number])
	}
	slices.Sort(list)
	return list
}

// User is a person as a configuration writes it: everything that it manages, each time.
func (i OfficeIDs) User(o Office, number int) portal.User {
	someone := o.People[number]
	user := GoodUser(Stock{Organization: portal.Organization{Platform: o.Platform}})
	user.Email = new(fmt.Sprintf("person%d@delfin.example.com", number))
	if user.Username != nil {
		user.Username = new(fmt.Sprintf("person%d", number))
	}
	if o.hasGroups() {
		user.PermissionGroupIDs = i.all(someone.Groups)
	}
	if !o.hasAccounts() {
		return user
	}
	user.Telephony.Extension = &someone.Extension
	user.Telephony.SIPAccountIDs = i.all(someone.Accounts)
	switch o.Platform {
	case portal.Telecube:
		user.Telephony.Extension, user.Telephony.SIPAssignment = nil, new("static")
		if len(someone.Accounts) == 0 {
			user.Telephony.SIPAssignment = new("dynamic")
		}
		user.Directory = &portal.Directory{UserGroupIDs: []string{}}
		if someone.Subgroup != "" {
			user.Directory.UserGroupIDs = []string{i.Subgroups[someone.Subgroup]}
		}
	case portal.Maatwerk:
		user.Telephony.AppSIPAccountID = new(i.Objects[someone.App])
		user.ClickToDial = &portal.ClickDial{FollowAvailability: new(someone.Fixed == 0), SIPAccountID: new(i.Objects[someone.Fixed])}
	case portal.Vaxel:
		user.Telephony.IncomingNumbers, user.Telephony.CallerID = append([]string{}, someone.Numbers...), &someone.CallerID
	}
	return user
}

// shown is what a portal shows of a person, as far as a configuration says it.
func shown(user, wanted portal.User) portal.User {
	kept := portal.User{Email: user.Email, PermissionGroupIDs: user.PermissionGroupIDs, Pending: user.Pending}
	if t := user.Telephony; t != nil && wanted.Telephony != nil {
		kept.Telephony = &portal.Telephony{SIPAccountIDs: t.SIPAccountIDs}
		if w := wanted.Telephony; w.Extension != nil {
			kept.Telephony.Extension = t.Extension
		}
		kept.Telephony.SIPAssignment, kept.Telephony.AppSIPAccountID = t.SIPAssignment, t.AppSIPAccountID
		if w := wanted.Telephony; w.IncomingNumbers != nil {
			kept.Telephony.IncomingNumbers, kept.Telephony.CallerID = t.IncomingNumbers, t.CallerID
		}
	}
	if wanted.ClickToDial != nil && user.ClickToDial != nil {
		kept.ClickToDial = &portal.ClickDial{FollowAvailability: user.ClickToDial.FollowAvailability, SIPAccountID: user.ClickToDial.SIPAccountID}
	}
	if wanted.Directory != nil && user.Directory != nil {
		kept.Directory = &portal.Directory{UserGroupIDs: user.Directory.UserGroupIDs}
	}
	return kept
}

// Same reports whether a configuration wants the same of a person as of another one.
func (p Person) Same(other Person) bool { return reflect.DeepEqual(normal(p), normal(other)) }

func normal(p Person) Person {
	p.Groups, p.Accounts = slices.Sorted(slices.Values(p.Groups)), slices.Sorted(slices.Values(p.Accounts))
	p.Numbers = slices.Sorted(slices.Values(p.Numbers))
	return p
}

// Differences says in what a portal is not as a configuration wants it.
func (i OfficeIDs) Differences(o Office, c Contents) (found []string) {
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	byID := map[string]portal.User{}
	for _, user := range c.Users {
		byID[user.ID] = user
	}
	for _, number := range slices.Sorted(maps.Keys(o.People)) {
		wanted := i.User(o, number)
		if got, want := shown(byID[i.Objects[number]], wanted), shown(wanted, wanted); !reflect.DeepEqual(got, want) {
			say("person %d is %s, want %s", number, encoded(got), encoded(want))
		}
	}
	if len(c.Users) != len(o.People) {
		say("there are %d people, want %d", len(c.Users), len(o.People))
	}
	extensions, names := map[string]string{}, map[string]string{}
	for _, account := range c.SIPAccounts {
		extensions[account.ID] = *account.Extension
	}
	for _, group := range c.PermissionGroups {
		if !group.BuiltIn {
			names[group.ID] = *group.Name
		}
	}
	for what, values := range map[string]struct {
		got    map[string]string
		wanted map[int]string
	}{"SIP accounts": {extensions, o.Accounts}, "groups": {names, o.Groups}} {
		want := map[string]string{}
		for number, value := range values.wanted {
			want[i.Objects[number]] = value
		}
		if !maps.Equal(values.got, want) {
			say("%s are %v, want %v", what, values.got, want)
		}
	}
	return found
}

func encoded(value any) string {
	jsonText, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(jsonText)
}
