package provider

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// resourceBlock is a resource of a configuration. A text of its attributes that is a reference is in the form of a
// template: "${switchboard_user.n1.id}".
type resourceBlock struct {
	typeName, name string
	attributes     map[string]any
}

func (b resourceBlock) address() string { return b.typeName + "." + b.name }

// reference is a text that refers to another block: its expression and the address of the block.
var reference = regexp.MustCompile(`^\$\{(([\w]+\.[\w]+)\..*)\}$`)

// refersTo are the addresses to which the attributes refer.
func (b resourceBlock) refersTo() (addresses []string) {
	var walk func(any)
	walk = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			for _, child := range value {
				walk(child)
			}
		case []any:
			for _, child := range value {
				walk(child)
			}
		case string:
			if found := reference.FindStringSubmatch(value); found != nil {
				addresses = append(addresses, found[2])
			}
		}
	}
	walk(b.attributes)
	return addresses
}

// typeOf is the resource type of a kind of objects.
func typeOf(noun portal.Noun) string { return providerTypeName + "_" + string(noun) }

func numbered(number int) string { return fmt.Sprint("n", number) }

// blocksOf are the resources of a configuration for an office, by their addresses.
func blocksOf(t *testing.T, o portaltest.Office) map[string]resourceBlock {
	t.Helper()
	all := map[string]resourceBlock{}
	add := func(typeName, name string, attributes map[string]any) {
		b := resourceBlock{typeName, name, attributes}
		all[b.address()] = b
	}
	ids := portaltest.OfficeIDs{Objects: map[int]string{}, Subgroups: map[string]string{}}
	refer := func(noun portal.Noun, number int) string {
		return fmt.Sprintf("${%s.%s.id}", typeOf(noun), numbered(number))
	}
	for number, name := range o.Groups {
		add(typeOf(portal.NounPermissionGroup), numbered(number), map[string]any{"name": name})
	}
	for number, extension := range o.Accounts {
		add(typeOf(portal.NounSIPAccount), numbered(number), map[string]any{"extension": extension})
	}
	if o.Title != "" {
		names := make([]any, 0, len(o.Subgroups))
		for _, name := range o.Subgroups {
			names = append(names, name)
		}
		add(typeOf(portal.NounUserGroup), "sorted", map[string]any{"name": o.Title, "subgroups": names})
	}
	for number, someone := range o.People {
		for _, group := range someone.Groups {
			ids.Objects[group] = refer(portal.NounPermissionGroup, group)
		}
		for _, account := range someone.Accounts {
			ids.Objects[account] = refer(portal.NounSIPAccount, account)
		}
		ids.Subgroups[someone.Subgroup] = fmt.Sprintf("${%s.sorted.subgroup_ids[%q]}", typeOf(portal.NounUserGroup), someone.Subgroup)
		attributes := attributesOf(t, ids.User(o, number))
		if someone.Members {
			delete(attributes, "permission_group_ids")
			for _, group := range someone.Groups {
				add(memberTypeName, fmt.Sprintf("n%d_in_n%d", number, group), map[string]any{
					"user_id": refer(portal.NounUser, number), "permission_group_id": refer(portal.NounPermissionGroup, group),
				})
			}
		}
		add(typeOf(portal.NounUser), numbered(number), attributes)
	}
	return all
}

// spoiled makes a legal state illegal, and says how; it reports false where the state has nothing that could be.
func spoiled(random *rand.Rand, old, wanted portaltest.Office) (portaltest.Office, string, bool) {
	o := wanted
	o.Groups, o.Accounts, o.People = maps.Clone(o.Groups), maps.Clone(o.Accounts), maps.Clone(o.People)
	ways := []func() string{
		func() string { return twoGroupsOfOneName(random, o) },
		func() string { return oneExtensionForTwo(random, o) },
		func() string { return oneNumberForTwo(random, o) },
		func() string { return onePhoneForTwo(random, old, o) },
		func() string { return keepsWhatGoes(random, old, o) },
		func() string { return keepsWhatGoes(random, old, o) },
	}
	random.Shuffle(len(ways), func(i, j int) { ways[i], ways[j] = ways[j], ways[i] })
	for _, way := range ways {
		if how := way(); how != "" {
			return o, how, true
		}
	}
	return o, "", false
}

// two draws two different keys, in any order.
func two[V any](random *rand.Rand, of map[int]V) (one, other int, ok bool) {
	keys := slices.Sorted(maps.Keys(of))
	if len(keys) < 2 {
		return 0, 0, false
	}
	random.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return keys[0], keys[1], true
}

func twoGroupsOfOneName(random *rand.Rand, o portaltest.Office) string {
	one, other, ok := two(random, o.Groups)
	if !ok {
		return ""
	}
	o.Groups[one] = o.Groups[other]
	return fmt.Sprintf("two groups have the name %s", o.Groups[one])
}

func oneExtensionForTwo(random *rand.Rand, o portaltest.Office) string {
	has := maps.Clone(o.Accounts)
	for number, someone := range o.People {
		if someone.Extension != "" {
			has[number] = someone.Extension
		}
	}
	one, other, ok := two(random, has)
	if !ok {
		return ""
	}
	if someone, isPerson := o.People[one]; isPerson {
		someone.Extension = has[other]
		o.People[one] = someone
	} else {
		o.Accounts[one] = has[other]
	}
	return fmt.Sprintf("%d and %d have the extension %s", one, other, has[other])
}

func oneNumberForTwo(random *rand.Rand, o portaltest.Office) string {
	one, other, ok := two(random, o.People)
	if !ok || len(o.People[other].Numbers) == 0 {
		return ""
	}
	someone := o.People[one]
	someone.Numbers = append(slices.Clone(someone.Numbers), o.People[other].Numbers[0])
	o.People[one] = someone
	return fmt.Sprintf("%d and %d have the number %s", one, other, o.People[other].Numbers[0])
}

// onePhoneForTwo is about a phone that is there: the plan does not know the id of a new one, and the apply refuses it.
func onePhoneForTwo(random *rand.Rand, old, o portaltest.Office) string {
	one, other, ok := two(random, o.People)
	if !ok || o.Platform != portal.Telecube || len(o.People[other].Accounts) == 0 || old.Accounts[o.People[other].Accounts[0]] == "" {
		return ""
	}
	someone := o.People[one]
	someone.Accounts = o.People[other].Accounts
	o.People[one] = someone
	return fmt.Sprintf("%d and %d have the phone %d", one, other, someone.Accounts[0])
}

// keepsWhatGoes lets somebody keep a group, a phone or a subgroup that goes.
func keepsWhatGoes(random *rand.Rand, old, o portaltest.Office) string {
	people := slices.Sorted(maps.Keys(o.People))
	random.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	for _, number := range people {
		had, someone := old.People[number], o.People[number]
		gone := func(from map[int]string) func(int) bool {
			return func(n int) bool { _, stays := from[n]; return !stays }
		}
		if i := slices.IndexFunc(had.Groups, gone(o.Groups)); i >= 0 {
			someone.Groups = []int{had.Groups[i]}
			o.People[number] = someone
			return fmt.Sprintf("%d stays in the group %d, which goes", number, had.Groups[i])
		}
		if i := slices.IndexFunc(had.Accounts, gone(o.Accounts)); i >= 0 {
			someone.Accounts, someone.App, someone.Fixed = []int{had.Accounts[i]}, 0, 0
			o.People[number] = someone
			return fmt.Sprintf("%d keeps the phone %d, which goes", number, had.Accounts[i])
		}
		if had.Subgroup != "" && !slices.Contains(o.Subgroups, had.Subgroup) {
			someone.Subgroup = had.Subgroup
			o.People[number] = someone
			return fmt.Sprintf("%d stays in the subgroup %s, which goes", number, had.Subgroup)
		}
	}
	return ""
}
