package portaltest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Years make states of one office, each legal.
type Years struct {
	*rand.Rand

	Members bool // whether the groups of some people are given one by one, where the platform has that
	Fresh   bool // whether what is new gets no name or extension that one of its kind had: a plan takes that for a renamed block

	last int // number of an object
	most int // people
}

// NewYears makes states of at most so many people, which follow from a seed.
func NewYears(seed uint64, most int) *Years {
	return &Years{Rand: rand.New(rand.NewPCG(seed, 1)), most: most} //nolint:gosec // reproducible
}

func (y *Years) number() int {
	y.last++
	return y.last
}

// Next makes a state that may come after another one: leavers, joiners, swaps, rotations, renumberings, dissolved
// groups.
func (y *Years) Next(old Office) Office {
	o := Office{Platform: old.Platform, Groups: map[int]string{}, Accounts: map[int]string{}, People: map[int]Person{}}
	leaves := []float64{0, 0.1, 0.5}[y.IntN(3)]
	stay := func(count, least int) bool { return count < least || y.Float64() >= leaves }
	for _, number := range slices.Sorted(maps.Keys(old.People)) {
		if stay(len(o.People), 2) {
			o.People[number] = old.People[number]
		}
	}
	for range y.IntN(1 + max(0, min(12, y.most-len(o.People)))) {
		o.People[y.number()] = Person{}
	}
	if o.hasGroups() {
		y.rename(o.Groups, old.Groups, leaves, []string{"Agents", "Sales", "Support", "Board", "Interns", "Guests"})
	}
	if o.hasAccounts() {
		for _, number := range slices.Sorted(maps.Keys(old.Accounts)) {
			if stay(len(o.Accounts), 1) {
				o.Accounts[number] = old.Accounts[number]
			}
		}
		for range 1 + y.IntN(6) {
			if len(o.Accounts) < y.most {
				o.Accounts[y.number()] = ""
			}
		}
		y.dial(o, old)
	}
	if o.hasSubgroups() {
		titles := []string{"position", "Position of people", "desk"}
		o.Title = titles[y.IntN(len(titles))]
		names := []string{"Junior", "Senior", "Lead", "Head", "Chief"}
		y.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		o.Subgroups = names[:1+y.IntN(len(names))]
	}
	y.equip(o)
	return o
}

// rename keeps, drops and adds objects with names out of few.
func (y *Years) rename(to, from map[int]string, leaves float64, names []string) {
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
			number := y.number()
			if to[number] = name; y.Fresh {
				to[number] = fmt.Sprint(name, " ", number)
			}
		}
	}
}

// dial gives extensions to people and accounts: those that they have, all anew, in rotation, or each one higher.
func (y *Years) dial(o, old Office) {
	type holder struct {
		number int
		user   bool
	}
	var holders []holder
	had := map[holder]string{}
	for _, number := range slices.Sorted(maps.Keys(o.People)) {
		if o.hasExtensions() && (o.Platform == portal.Samoobsluha || y.IntN(5) > 0) {
			holders = append(holders, holder{number, true})
			had[holder{number, true}] = old.People[number].Extension
		}
	}
	for _, number := range slices.Sorted(maps.Keys(o.Accounts)) {
		holders = append(holders, holder{number, false})
		had[holder{number, false}] = old.Accounts[number]
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
		if y.Fresh && !h.user && had[h] == "" {
			gets[h] = fmt.Sprint(10000 + 100*h.number)
		}
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
			o.Accounts[h.number] = gets[h]
			continue
		}
		someone := o.People[h.number]
		someone.Extension = gets[h]
		o.People[h.number] = someone
	}
	for number, someone := range o.People {
		if _, gets := gets[holder{number, true}]; !gets {
			someone.Extension = ""
			o.People[number] = someone
		}
	}
}

// equip gives people groups, phones and numbers. Some people keep what they have.
func (y *Years) equip(o Office) {
	numbers := make([]string, 11)
	for i := range numbers {
		numbers[i] = fmt.Sprintf("+482255501%02d", i+1)
	}
	y.Shuffle(len(numbers), func(i, j int) { numbers[i], numbers[j] = numbers[j], numbers[i] })
	groups, accounts := slices.Sorted(maps.Keys(o.Groups)), slices.Sorted(maps.Keys(o.Accounts))
	own := slices.Clone(accounts)
	y.Shuffle(len(own), func(i, j int) { own[i], own[j] = own[j], own[i] })
	for _, number := range slices.Sorted(maps.Keys(o.People)) {
		had := o.People[number]
		someone := Person{Extension: had.Extension}
		gone := func(in map[int]string) func(int) bool { return func(n int) bool { _, ok := in[n]; return !ok } }
		if someone.Groups = slices.DeleteFunc(slices.Clone(had.Groups), gone(o.Groups)); o.hasGroups() && (len(someone.Groups) == 0 || y.IntN(2) == 0) {
			someone.Groups = []int{groups[y.IntN(len(groups))]}
			if other := groups[y.IntN(len(groups))]; o.Platform == portal.Maatwerk && other != someone.Groups[0] {
				someone.Groups = append(someone.Groups, other)
			}
		}
		someone.Members = had.Members
		if y.Members && o.Platform == portal.Maatwerk && !had.Members && len(had.Groups) > 0 && !slices.ContainsFunc(had.Groups, gone(o.Groups)) && y.IntN(2) == 0 {
			someone.Members, someone.Groups = true, had.Groups // at first they are given as they are
		}
		switch {
		case !o.hasAccounts():
		case o.Platform == portal.Telecube:
			if len(own) > 0 && y.IntN(4) > 0 {
				someone.Accounts, own = own[:1], own[1:]
			}
		default:
			if someone.Accounts = slices.DeleteFunc(slices.Clone(had.Accounts), gone(o.Accounts)); len(someone.Accounts) == 0 || y.IntN(2) == 0 {
				someone.Accounts = []int{accounts[y.IntN(len(accounts))]}
				if other := accounts[y.IntN(len(accounts))]; other != someone.Accounts[0] && y.IntN(2) == 0 {
					someone.Accounts = append(someone.Accounts, other)
				}
			}
		}
		if o.Platform == portal.Maatwerk {
			if y.IntN(3) == 0 {
				someone.App = someone.Accounts[0]
			}
			if len(someone.Accounts) == 1 && y.IntN(2) == 0 {
				someone.Fixed = someone.Accounts[0]
			}
		}
		if o.Platform == portal.Vaxel {
			count := min(len(numbers), y.IntN(3))
			someone.Numbers, numbers = slices.Sorted(slices.Values(numbers[:count])), numbers[count:]
			someone.CallerID = fmt.Sprintf("+482255501%02d", 1+y.IntN(12))
		}
		if o.hasSubgroups() && y.IntN(4) > 0 {
			someone.Subgroup = o.Subgroups[y.IntN(len(o.Subgroups))]
		}
		o.People[number] = someone
	}
}
