package provider

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

var (
	_ resource.ResourceWithConfigure   = (*userGroupResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*userGroupResource)(nil)
	_ resource.ResourceWithImportState = (*userGroupResource)(nil)
)

func newUserGroupResource() resource.Resource { return &userGroupResource{} }

type userGroupResource struct{ resourceBase }

func (r *userGroupResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_group"
}

func (r *userGroupResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = userGroupSchema()
}

func userGroupSchema() schema.Schema {
	a := attributes{portal.NounUserGroup}
	made := schema.Schema{
		MarkdownDescription: strings.TrimSpace("A user group: one way to sort the users of an organisation, such as by *position*, into subgroups. A user is in at most one subgroup of each group. "+
			rules.Describe(portal.NounUserGroup, "")) + "\n\nA subgroup with members cannot be removed. One that is renamed is another subgroup.",
		Attributes: map[string]schema.Attribute{
			"id":   a.id(),
			"name": a.required("name", "Name of the group. The group called *position* is shown under the profile of a user."),
			"subgroups": schema.SetAttribute{
				ElementType:         types.StringType,
				Required:            true,
				MarkdownDescription: a.describe("subgroups", "Names of the subgroups."),
			},
			"subgroup_ids": schema.MapAttribute{
				ElementType:         types.StringType,
				Computed:            true,
				MarkdownDescription: "Ids of the subgroups by name, for `directory.user_group_ids` of `switchboard_user`.",
			},
		},
	}
	maps.Copy(made.Attributes, lifecycleAttributes(portal.NounUserGroup))
	return made
}

// ModifyPlan evaluates the platform's rule set, so that what the portal would refuse fails here.
func (r *userGroupResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state userGroupResourceModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		state.refuseDeletion(portal.NounUserGroup, named(state.Name, state.ID), &resp.Diagnostics)
		if r.ready() {
			r.state.delete(object{portal.NounUserGroup, state.ID.ValueString()}, &resp.Diagnostics)
		}
		return
	}
	if !r.ready() {
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	change := plannedChange[portal.UserGroup]{noun: portal.NounUserGroup, config: req.Config.Raw, unchanged: req.Plan.Raw.Equal(req.State.Raw)}
	change.adopting, change.goes = plan.AdoptExisting, goesUnlessProtected(portal.NounUserGroup)
	var adopted *portal.UserGroup
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		change.before = new(state.request())
	} else if adopted = r.adoptee(ctx, plan, false, &resp.Diagnostics); adopted != nil {
		change.before, change.adopts = adopted, adopted.ID
	}
	after := plan.request()
	if adopted != nil {
		warnAdopted(&resp.Diagnostics, portal.NounUserGroup, plan.Name.ValueString(), adopted.ID)
		after.ID = adopted.ID
	}
	if resp.Diagnostics.HasError() {
		return
	}
	change.after, change.id = &after, after.ID
	change.stock = func(context.Context, *rules.Inventory, string) error { return nil } // a group refers to nothing
	if !change.check(ctx, r.view, &resp.Diagnostics) || resp.Diagnostics.HasError() || adopted != nil {
		return // what the configuration of an adopted one leaves out is as the apply finds it
	}
	answer := userGroupResourceModel{plan.answered(after), plan.lifecycleModel}
	if after.ID == "" {
		answer.ID = types.StringUnknown()
	}
	answer.SubgroupIDs = state.SubgroupIDs
	if !plan.Subgroups.Equal(state.Subgroups) { // new subgroups get new ids
		answer.SubgroupIDs = types.MapUnknown(types.StringType)
	}
	settlePlan(ctx, req, resp, &answer)
}

func (r *userGroupResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan userGroupResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	doing := fmt.Sprintf("creating the user group %q", plan.Name.ValueString())
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if adopted := r.adoptee(ctx, plan, true, &resp.Diagnostics); adopted != nil {
		changed := adopt(ctx, r.access, portal.NounUserGroup, adopted.ID, plan.Name.ValueString(), adopted.ETag, plan.request(), resp, r.client.ReplaceUserGroup)
		r.created(ctx, plan, changed, resp)
		return
	}
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := r.client.CreateUserGroup(ctx, plan.request())
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUserGroup, err)
		return
	}
	r.created(ctx, plan, &created.Object, resp)
}

// created writes a group that was made or adopted into the state; nil is none.
func (r *userGroupResource) created(ctx context.Context, plan userGroupResourceModel, group *portal.UserGroup, resp *resource.CreateResponse) {
	if group == nil {
		return
	}
	plan.userGroupModel = plan.answered(*group)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	keepETag(ctx, resp.Private, group.ETag, &resp.Diagnostics)
}

// adoptee returns the group that a new resource takes over, nil for none.
func (r *userGroupResource) adoptee(ctx context.Context, plan userGroupResourceModel, now bool, diags *diag.Diagnostics) *portal.UserGroup {
	return adoptee(ctx, r.view, &r.view.userGroups, plan.AdoptExisting, []identity{{"name", plan.Name}}, now, "looking for the user group to adopt", diags)
}

func (r *userGroupResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state userGroupResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("reading the user group %s", named(state.Name, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, state.Timeouts.Read, &resp.Diagnostics)
	defer cancel()
	group, err := r.client.GetUserGroup(ctx, state.ID.ValueString())
	if client.IsNotFound(err) {
		warnGone(&resp.Diagnostics, portal.NounUserGroup, named(state.Name, state.ID))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUserGroup, err)
		return
	}
	state.userGroupModel = state.answered(*group)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	keepETag(ctx, resp.Private, group.ETag, &resp.Diagnostics)
}

func (r *userGroupResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state userGroupResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("changing the user group %s", named(state.Name, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	changed, err := r.client.ReplaceUserGroup(ctx, state.ID.ValueString(), plan.request(), storedETag(ctx, req.Private, &resp.Diagnostics))
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUserGroup, err)
		return
	}
	plan.userGroupModel = plan.answered(*changed)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	keepETag(ctx, resp.Private, changed.ETag, &resp.Diagnostics)
}

func (r *userGroupResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state userGroupResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("deleting the user group %s", named(state.Name, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	state.refuseDeletion(portal.NounUserGroup, named(state.Name, state.ID), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	etag := storedETag(ctx, req.Private, &resp.Diagnostics)
	if err := r.client.DeleteUserGroup(ctx, state.ID.ValueString(), etag); err != nil && !client.IsNotFound(err) {
		addDeleteError(&resp.Diagnostics, doing, portal.NounUserGroup, err)
	}
}

// ImportState takes the id or the name (ALL-04).
func (r *userGroupResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	doing := fmt.Sprintf("importing the user group %q", req.ID)
	if !r.known(doing, &resp.Diagnostics) {
		return
	}
	group, err := r.findUserGroup(ctx, req.ID)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUserGroup, err)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("deletion_protection"), false)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), group.ID)...)
}
