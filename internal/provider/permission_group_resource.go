package provider

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

var (
	_ resource.ResourceWithConfigure   = (*permissionGroupResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*permissionGroupResource)(nil)
	_ resource.ResourceWithImportState = (*permissionGroupResource)(nil)
)

func newPermissionGroupResource() resource.Resource { return &permissionGroupResource{} }

type permissionGroupResource struct{ resourceBase }

func (r *permissionGroupResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_permission_group"
}

func (r *permissionGroupResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = permissionGroupSchema()
}

func permissionGroupSchema() schema.Schema {
	a := attributes{portal.NounPermissionGroup}
	made := schema.Schema{
		MarkdownDescription: "A permission group: a named set of rights, on some platforms called a role.\n\n" +
			"A group with members cannot be deleted. Terraform deletes a group before it changes the users that leave it; " +
			"`lifecycle { create_before_destroy = true }` on the group turns that order round.",
		Attributes: map[string]schema.Attribute{
			"id":          a.id(),
			"name":        a.required("name", "Name of the group. It is unique in the organisation, ignoring case."),
			"description": a.text("description", "What the group is for."),
			"permissions": a.set("permissions", "Names of the permissions that the group grants. A change affects every member."),
			"built_in": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether the group comes with the platform. Such a group can be imported and its permissions changed, but it keeps its name and cannot be deleted.",
				PlanModifiers:       []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
			},
		},
	}
	maps.Copy(made.Attributes, lifecycleAttributes(portal.NounPermissionGroup))
	return made
}

// ModifyPlan evaluates the platform's rule set, so that what the portal would refuse fails here.
func (r *permissionGroupResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state permissionGroupResourceModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		refuseBuiltIn(state, &resp.Diagnostics)
		state.refuseDeletion(portal.NounPermissionGroup, named(state.Name, state.ID), &resp.Diagnostics)
		if r.ready() {
			r.state.delete(object{portal.NounPermissionGroup, state.ID.ValueString()}, &resp.Diagnostics)
		}
		return
	}
	if !r.ready() {
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	change := plannedChange[portal.PermissionGroup]{noun: portal.NounPermissionGroup, config: req.Config.Raw, unchanged: req.Plan.Raw.Equal(req.State.Raw)}
	change.adopting, change.goes = plan.AdoptExisting, goesUnlessProtected(portal.NounPermissionGroup)
	var adopted *portal.PermissionGroup
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		change.before = new(state.request())
	} else if adopted = r.adoptee(ctx, plan, false, &resp.Diagnostics); adopted != nil {
		change.before, change.adopts = adopted, adopted.ID
	}
	if change.before != nil && !change.unchanged {
		if group, err := r.view.groups.find(ctx, []string{change.before.ID}); err == nil {
			change.before.MemberCount = group[change.before.ID].MemberCount // how many people the change touches (MW-06)
		}
	}
	after := plan.request()
	if adopted != nil {
		warnAdopted(&resp.Diagnostics, portal.NounPermissionGroup, plan.Name.ValueString(), adopted.ID)
		after.ID = adopted.ID
	}
	if resp.Diagnostics.HasError() {
		return
	}
	change.after, change.id = &after, after.ID
	change.stock = func(context.Context, *rules.Inventory, string) error { return nil } // what a group may hold is in the rule set
	if !change.check(ctx, r.view, &resp.Diagnostics) || resp.Diagnostics.HasError() || adopted != nil {
		return // what the configuration of an adopted one leaves out is as the apply finds it
	}
	answer := permissionGroupResourceModel{newPermissionGroupModel(after), plan.lifecycleModel}
	if after.ID == "" {
		answer.ID = types.StringUnknown()
	}
	settlePlan(ctx, req, resp, &answer)
}

// refuseBuiltIn keeps a plan from deleting what comes with the platform (MW-06).
func refuseBuiltIn(state permissionGroupResourceModel, diags *diag.Diagnostics) {
	if state.BuiltIn.ValueBool() {
		diags.AddError("A built-in permission group cannot be deleted", fmt.Sprintf(
			"The permission group %s comes with the platform and stays. To stop managing it, take it out of the configuration with a removed block:\n\n"+
				"removed {\n  from = switchboard_permission_group.NAME\n  lifecycle { destroy = false }\n}", named(state.Name, state.ID)))
	}
}

func (r *permissionGroupResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan permissionGroupResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	doing := fmt.Sprintf("creating the permission group %q", plan.Name.ValueString())
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if adopted := r.adoptee(ctx, plan, true, &resp.Diagnostics); adopted != nil {
		changed := adopt(ctx, r.access, portal.NounPermissionGroup, adopted.ID, plan.Name.ValueString(), adopted.ETag, plan.request(), resp, r.client.ReplacePermissionGroup)
		r.created(ctx, plan, changed, resp)
		return
	}
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := r.client.CreatePermissionGroup(ctx, plan.request())
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounPermissionGroup, err)
		return
	}
	r.created(ctx, plan, &created.Object, resp)
}

// created writes a group that was made or adopted into the state; nil is none.
func (r *permissionGroupResource) created(ctx context.Context, plan permissionGroupResourceModel, group *portal.PermissionGroup, resp *resource.CreateResponse) {
	if group == nil {
		return
	}
	r.view.groups.keep(group.ID, *group) // for the users in it, who are planned anew now that its id is known
	plan.permissionGroupModel = newPermissionGroupModel(*group)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	keepETag(ctx, resp.Private, group.ETag, &resp.Diagnostics)
}

// adoptee returns the group that a new resource takes over, nil for none.
func (r *permissionGroupResource) adoptee(ctx context.Context, plan permissionGroupResourceModel, now bool, diags *diag.Diagnostics) *portal.PermissionGroup {
	return adoptee(ctx, r.view, &r.view.groups, plan.AdoptExisting, []identity{{"name", plan.Name}}, now, "looking for the permission group to adopt", diags)
}

func (r *permissionGroupResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state permissionGroupResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("reading the permission group %s", named(state.Name, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, state.Timeouts.Read, &resp.Diagnostics)
	defer cancel()
	group, err := readOnce(ctx, state.ID.ValueString(), r.client.GetPermissionGroup)
	if client.IsNotFound(err) {
		warnGone(&resp.Diagnostics, portal.NounPermissionGroup, named(state.Name, state.ID))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounPermissionGroup, err)
		return
	}
	state.permissionGroupModel = newPermissionGroupModel(*group)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	keepETag(ctx, resp.Private, group.ETag, &resp.Diagnostics)
}

func (r *permissionGroupResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state permissionGroupResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("changing the permission group %s", named(state.Name, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	changed, err := r.client.ReplacePermissionGroup(ctx, state.ID.ValueString(), plan.request(), storedETag(ctx, req.Private, &resp.Diagnostics))
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounPermissionGroup, err)
		return
	}
	r.view.groups.keep(changed.ID, *changed)
	plan.permissionGroupModel = newPermissionGroupModel(*changed)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	keepETag(ctx, resp.Private, changed.ETag, &resp.Diagnostics)
}

func (r *permissionGroupResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state permissionGroupResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("deleting the permission group %s", named(state.Name, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	state.refuseDeletion(portal.NounPermissionGroup, named(state.Name, state.ID), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	etag := storedETag(ctx, req.Private, &resp.Diagnostics)
	if err := r.client.DeletePermissionGroup(ctx, state.ID.ValueString(), etag); err != nil && !client.IsNotFound(err) {
		addDeleteError(&resp.Diagnostics, doing, portal.NounPermissionGroup, err)
	}
}

// ImportState takes the id or the name (ALL-04).
func (r *permissionGroupResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	doing := fmt.Sprintf("importing the permission group %q", req.ID)
	if !r.known(doing, &resp.Diagnostics) {
		return
	}
	group, err := r.findPermissionGroup(ctx, req.ID)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounPermissionGroup, err)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("deletion_protection"), false)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), group.ID)...)
}
