package client_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// office is what a configuration wants of an organisation. Objects have numbers by which they are known over all
// states; a portal gives them ids.
type office struct {
	platform portal.Platform
	groups   map[int]string // names
	accounts map[int]string // extensions
	people   map[int]person
	position []string // names of the subgroups of the one user group, on telecube
	title    string   // name of that group
}

// person is what a configuration wants of a user.
type person struct {
	extension string
	groups    []int
	accounts  []int
	app       int // 0 is none
	fixed     int // account of click-to-dial
	numbers   []string
	callerID  string
	subgroup  string
}

func (o office) hasGroups() bool   { return o.platform != portal.Vaxel }
func (o office) hasAccounts() bool { return o.platform != portal.Engage }
func (o office) hasExtensions() bool {
	return o.platform != portal.Engage && o.platform != portal.Telecube
}
func (o office) hasPositions() bool { return o.platform == portal.Telecube }

// years makes states of one office, each legal.
type years struct {
	*rand.Rand

	last int // number of an object
	most int // people
}

func (y *years) number() int {
	y.last++
	return y.last
}

// next makes a state that may come after another one: leavers, joiners, swaps, rotations, renumberings, dissolved
// groups.
func (y *years) next(old office) office {
	o := office{platform: old.platform, groups: map[int]string{}, accounts: map[int]string{}, people: map[int]person{}}
	leaves := []float64{0, 0.1, 0.5}[y.IntN(3)]
	stay := func(count, least int) bool { return count < least || y.Float64() >= leaves }
	for _, number := range slices.Sorted(maps.Keys(old.people)) {
		if stay(len(o.people), 2) {
			o.people[number] = old.people[number]
		}
	}
	for range y.IntN(1 + max(0, min(12, y.most-len(o.people)))) {
		o.people[y.number()] = person{}
	}
	if o.hasGroups() {
		y.rename(o.groups, old.groups, leaves, []string{"Agents", "Sales", "Support", "Board", "Interns", "Guests"})
	}
	if o.hasAccounts() {
		for _, number := range slices.Sorted(maps.Keys(old.accounts)) {
			if stay(len(o.accounts), 1) {
				o.accounts[number] = old.accounts[number]
			}
		}
		for range 1 + y.IntN(6) {
			if len(o.accounts) < y.most {
				o.accounts[y.number()] = ""
			}
		}
		y.dial(o, old)
	}
	if o.hasPositions() {
		titles := []string{"position", "Position of people", "desk"}
		o.title = titles[y.IntN(len(titles))]
		names := []string{"Junior", "Senior", "Lead", "Head", "Chief"}
		y.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		o.position = names[:1+y.IntN(len(names))]
	}
	y.equip(o)
	return o
}

// rename keeps, drops and adds objects with names out of few.
func (y *years) rename(to, from map[int]string, leaves float64, names []string) {
	y.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	mix := y.IntN(2) == 0
	taken := map[string]bool{}
	for _, number := range slices.Sorted(maps.Keys(from)) {
		if len(to) > 0 && y.Float64() < leaves {
			continue
		}
		name := from[number]
		if mix || taken[name] {
			name = names[slices.IndexFunc(names, func(name string) bool { return !taken[name] })]
		}
		to[number], taken[name] = name, true
	}
	for _, name := range names {
		if !taken[name] && (len(to) == 0 || len(to) < 5 && y.IntN(3) == 0) {
			to[y.number()] = name
		}
	}
}

// dial gives extensions to people and accounts: those that they have, all anew, in rotation, or each one higher.
func (y *years) dial(o, old office) {
	type holder struct {
		number int
		user   bool
	}
	var holders []holder
	had := map[holder]string{}
	for _, number := range slices.Sorted(maps.Keys(o.people)) {
		if o.hasExtensions() && (o.platform == portal.Samoobsluha || y.IntN(5) > 0) {
			holders = append(holders, holder{number, true})
			had[holder{number, true}] = old.people[number].extension
		}
	}
	for _, number := range slices.Sorted(maps.Keys(o.accounts)) {
		holders = append(holders, holder{number, false})
		had[holder{number, false}] = old.accounts[number]
	}
	pool := make([]string, len(holders)+3)
	for i := range pool {
		pool[i] = fmt.Sprint(2000 + i)
	}
	y.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
	var known []holder
	for _, h := range holders {
		if had[h] != "" {
			known = append(known, h)
		}
	}
	gets := map[holder]string{}
	switch y.IntN(4) {
	case 0:
		for _, h := range known {
			gets[h] = had[h]
		}
	case 1:
		for i, h := range known {
			gets[h] = had[known[(i+1)%len(known)]]
		}
	case 2:
		for _, h := range known {
			var extension int
			_, _ = fmt.Sscan(had[h], &extension)
			gets[h] = fmt.Sprint(extension + 1)
		}
	}
	taken := map[string]bool{}
	for _, extension := range gets {
		taken[extension] = true
	}
	for _, h := range holders {
		for len(pool) > 0 && gets[h] == "" {
			if extension := pool[0]; !taken[extension] {
				gets[h] = extension
			}
			pool = pool[1:]
		}
		if gets[h] == "" {
			gets[h] = fmt.Sprint(5000 + h.number)
		}
		if !h.user {
			o.accounts[h.number] = gets[h]
			continue
		}
		someone := o.people[h.number]
		someone.extension = gets[h]
		o.people[h.number] = someone
	}
	for number, someone := range o.people {
		if _, gets := gets[holder{number, true}]; !gets {
			someone.extension = ""
			o.people[number] = someone
		}
	}
}

// equip gives people groups, phones and numbers. Some people keep what they have.
func (y *years) equip(o office) {
	numbers := make([]string, 11)
	for i := range numbers {
		numbers[i] = fmt.Sprintf("+482255501%02d", i+1)
	}
	y.Shuffle(len(numbers), func(i, j int) { numbers[i], numbers[j] = numbers[j], numbers[i] })
	groups, accounts := slices.Sorted(maps.Keys(o.groups)), slices.Sorted(maps.Keys(o.accounts))
	own := slices.Clone(accounts)
	y.Shuffle(len(own), func(i, j int) { own[i], own[j] = own[j], own[i] })
	for _, number := range slices.Sorted(maps.Keys(o.people)) {
		had := o.people[number]
		someone := person{extension: had.extension}
		gone := func(in map[int]string) func(int) bool { return func(n int) bool { _, ok := in[n]; return !ok } }
		if someone.groups = slices.DeleteFunc(
			slices.Clone(had.groups),
			gone(o.groups),
		); o.hasGroups() &&
			(len(someone.groups) == 0 || y.IntN(2) == 0) {
			someone.groups = []int{groups[y.IntN(len(groups))]}
			if other := groups[y.IntN(len(groups))]; o.platform == portal.Maatwerk && other != someone.groups[0] {
				someone.groups = append(someone.groups, other)
			}
		}
		switch {
		case !o.hasAccounts():
		case o.platform == portal.Telecube:
			if len(own) > 0 && y.IntN(4) > 0 {
				someone.accounts, own = own[:1], own[1:]
			}
		default:
			if someone.accounts = slices.DeleteFunc(
				slices.Clone(had.accounts),
				gone(o.accounts),
			); len(someone.accounts) == 0 ||
				y.IntN(2) == 0 {
				someone.accounts = []int{accounts[y.IntN(len(accounts))]}
				if other := accounts[y.IntN(len(accounts))]; other != someone.accounts[0] && y.IntN(2) == 0 {
					someone.accounts = append(someone.accounts, other)
				}
			}
		}
		if o.platform == portal.Maatwerk {
			if y.IntN(3) == 0 {
				someone.app = someone.accounts[0]
			}
			if len(someone.accounts) == 1 && y.IntN(2) == 0 {
				someone.fixed = someone.accounts[0]
			}
		}
		if o.platform == portal.Vaxel {
			count := min(len(numbers), y.IntN(3))
			someone.numbers, numbers = slices.Sorted(slices.Values(numbers[:count])), numbers[count:]
			someone.callerID = fmt.Sprintf("+482255501%02d", 1+y.IntN(12))
		}
		if o.hasPositions() && y.IntN(4) > 0 {
			someone.subgroup = o.position[y.IntN(len(o.position))]
		}
		o.people[number] = someone
	}
}

// ids are what a portal calls the objects.
type ids struct {
	of        map[int]string
	title     string            // of the user group
	subgroups map[string]string // by their names
}

func (i ids) all(numbers []int) []string {
	list := []string{}
	for _, number := range numbers {
		list = append(list, i.of[number])
	}
	slices.Sort(list)
	return list
}

// user is a person as a configuration writes it: everything that it manages, each time.
func (i ids) user(o office, number int) portal.User {
	someone := o.people[number]
	user := portaltest.GoodUser(portaltest.Stock{Organization: portal.Organization{Platform: o.platform}})
	user.Email = new(fmt.Sprintf("person%d@delfin.example.com", number))
	if user.Username != nil {
		user.Username = new(fmt.Sprintf("person%d", number))
	}
	if o.hasGroups() {
		user.PermissionGroupIDs = i.all(someone.groups)
	}
	if !o.hasAccounts() {
		return user
	}
	user.Telephony.Extension = &someone.extension
	user.Telephony.SIPAccountIDs = i.all(someone.accounts)
	switch o.platform {
	case portal.Telecube:
		user.Telephony.Extension, user.Telephony.SIPAssignment = nil, new("static")
		if len(someone.accounts) == 0 {
			user.Telephony.SIPAssignment = new("dynamic")
		}
		user.Directory = &portal.Directory{UserGroupIDs: []string{}}
		if someone.subgroup != "" {
			user.Directory.UserGroupIDs = []string{i.subgroups[someone.subgroup]}
		}
	case portal.Maatwerk:
		user.Telephony.AppSIPAccountID = new(i.of[someone.app])
		user.ClickToDial = &portal.ClickDial{
			FollowAvailability: new(someone.fixed == 0),
			SIPAccountID:       new(i.of[someone.fixed]),
		}
	case portal.Vaxel:
		user.Telephony.IncomingNumbers, user.Telephony.CallerID = append(
			[]string{},
			someone.numbers...), &someone.callerID
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
		kept.ClickToDial = &portal.ClickDial{
			FollowAvailability: user.ClickToDial.FollowAvailability,
			SIPAccountID:       user.ClickToDial.SIPAccountID,
		}
	}
	if wanted.Directory != nil && user.Directory != nil {
		kept.Directory = &portal.Directory{UserGroupIDs: user.Directory.UserGroupIDs}
	}
	return kept
}

// same reports whether a configuration wants the same of a person as before.
func same(a, b person) bool { return reflect.DeepEqual(normal(a), normal(b)) }

func normal(p person) person {
	p.groups, p.accounts = slices.Sorted(slices.Values(p.groups)), slices.Sorted(slices.Values(p.accounts))
	p.numbers = slices.Sorted(slices.Values(p.numbers))
	return p
}
