package provider

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// userGroupModel is a user group as Terraform reads it. Resource and data sources share it.
type userGroupModel struct {
	ID          types.String `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	Subgroups   types.Set    `tfsdk:"subgroups"`
	SubgroupIDs types.Map    `tfsdk:"subgroup_ids"`
}

// userGroupResourceModel is a user group as a configuration writes it.
type userGroupResourceModel struct {
	userGroupModel
	lifecycleModel
}

func (m userGroupModel) request() portal.UserGroup {
	group := portal.UserGroup{ID: m.ID.ValueString(), Name: textPointer(m.Name), Subgroups: []portal.Subgroup{}}
	ids := textMap(m.SubgroupIDs)
	for _, name := range slices.Sorted(slices.Values(texts(m.Subgroups))) {
		group.Subgroups = append(group.Subgroups, portal.Subgroup{ID: ids[name], Name: name})
	}
	return group
}

// answered returns the model of the portal's answer. The portal keeps the spelling that a subgroup was made with, and m the one of the configuration.
func (m userGroupModel) answered(g portal.UserGroup) userGroupModel {
	spelled := texts(m.Subgroups)
	ids := map[string]attr.Value{}
	for _, subgroup := range g.Subgroups {
		name := subgroup.Name
		if i := slices.IndexFunc(spelled, func(s string) bool { return strings.EqualFold(s, name) }); i >= 0 {
			name = spelled[i]
		}
		ids[name] = types.StringValue(subgroup.ID)
	}
	return userGroupModel{
		ID:          types.StringValue(g.ID),
		Name:        types.StringPointerValue(g.Name),
		Subgroups:   textSet(slices.Sorted(maps.Keys(ids))),
		SubgroupIDs: types.MapValueMust(types.StringType, ids),
	}
}
