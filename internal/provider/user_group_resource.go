package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

func userGroupKind() kind[portal.UserGroup] {
	return kind[portal.UserGroup]{
		table: userGroupTable(), title: "name", identities: []string{"name"},
		doc: strings.TrimSpace("A user group: one way to sort the users of an organisation, such as by *position*, into subgroups. A user is in at most one subgroup of each group. "+
			rules.Describe(portal.NounUserGroup, "")) + "\n\nA subgroup that is renamed is another subgroup. One is removed together with the change of the users that leave it, in one apply; the plan refuses that for users whom the configuration does not manage.",
		calls: func(c *client.Client) calls[portal.UserGroup] {
			return calls[portal.UserGroup]{c.GetUserGroup, c.CreateUserGroup, c.ReplaceUserGroup}
		},
		index: func(v *view) *index[portal.UserGroup] { return &v.userGroups },
		hooks: userGroupHooks{plainHooks[portal.UserGroup]{portal.NounUserGroup, (*client.Client).DeleteUserGroup}},
	}
}

func userGroupTable() field.Table {
	return field.Table{Noun: portal.NounUserGroup, Fields: append([]field.Field{
		id(portal.NounUserGroup),
		{Name: "name", Use: field.Required, Doc: "Name of the group. The group called *position* is shown under the profile of a user."},
		{Name: "subgroups", Type: field.Texts, Use: field.Required, Doc: "Names of the subgroups."},
		{Name: "subgroup_ids", Type: field.TextMap, Use: field.Derived, Doc: "Ids of the subgroups by name, for `directory.user_group_ids` of `switchboard_user`."},
	}, lifecycle(portal.NounUserGroup)...)}
}

// userGroupHooks carry the subgroups, which Terraform has as a set of names and a map of ids.
type userGroupHooks struct{ plainHooks[portal.UserGroup] }

func (userGroupHooks) decoded(tree field.Tree, group *portal.UserGroup) {
	group.Subgroups = []portal.Subgroup{}
	ids := tree.Object("subgroup_ids")
	names, _ := tree["subgroups"].([]any)
	for _, element := range names {
		if name, known := element.(string); known {
			group.Subgroups = append(group.Subgroups, portal.Subgroup{ID: ids.Text(name), Name: name})
		}
	}
	slices.SortFunc(group.Subgroups, func(a, b portal.Subgroup) int { return strings.Compare(a.Name, b.Name) })
}

// encoded keeps the spelling that a subgroup has in the configuration, where the portal keeps the one that it was made
// with.
func (userGroupHooks) encoded(group *portal.UserGroup, prior, tree field.Tree) {
	spelled, _ := prior["subgroups"].([]any)
	names, ids := []string{}, field.Tree{}
	for _, subgroup := range group.Subgroups {
		name := subgroup.Name
		for _, element := range spelled {
			if text, known := element.(string); known && strings.EqualFold(text, name) {
				name = text
			}
		}
		if ids[name] == nil {
			names = append(names, name)
		}
		ids[name] = subgroup.ID
	}
	slices.Sort(names)
	tree["subgroups"], tree["subgroup_ids"] = field.ListOf(names), ids
}

// settle plans new ids for new subgroups.
func (userGroupHooks) settle(_ context.Context, o operation, _ portal.Organization, _ *portal.UserGroup, answer field.Tree) {
	answer["subgroup_ids"] = o.state["subgroup_ids"]
	if !field.SameElements(o.plan["subgroups"], o.state["subgroups"]) {
		answer["subgroup_ids"] = field.Unknown{}
	}
}

func (userGroupHooks) ends(before, after *portal.UserGroup) []ending {
	return subgroupsWithout(before, after)
}
