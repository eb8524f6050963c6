package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

var (
	_ resource.ResourceWithConfigure   = (*permissionGroupMemberResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*permissionGroupMemberResource)(nil)
	_ resource.ResourceWithImportState = (*permissionGroupMemberResource)(nil)
)

// memberTypeName is the type of the resource.
const memberTypeName = providerTypeName + "_permission_group_member"

func newPermissionGroupMemberResource() resource.Resource { return &permissionGroupMemberResource{} }

// permissionGroupMemberResource is one permission group of a user beside others, for those who don't own the whole set
// (MW-04).
type permissionGroupMemberResource struct{ resourceBase }

type permissionGroupMemberModel struct {
	ID                types.String `tfsdk:"id"`
	UserID            types.String `tfsdk:"user_id"`
	PermissionGroupID types.String `tfsdk:"permission_group_id"`
}

// nounMembership is the kind of memberships in the plan state.
const nounMembership portal.Noun = "permission_group_member"

// keepMembership notes that a membership is given or stays.
func (s *planState) keepMembership(userID, groupID string, diags *diag.Diagnostics) {
	s.keep(object{nounMembership, membershipID(userID, groupID)}, footprint{
		title: "the membership of the user " + userID, uses: []use{{object{portal.NounPermissionGroup, groupID}, "permission_group_id"}},
	}, nil, diags)
}

// membershipID is what the id of a membership is made of: those of the user and of the group.
func membershipID(userID, groupID string) string { return userID + "/" + groupID }

func (r *permissionGroupMemberResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = memberTypeName
}

func (r *permissionGroupMemberResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replaced := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "One permission group of a user, beside whatever others the user is in. " +
			"Platforms: " + rules.Where(func(s *rules.Set) bool { return s.RefuseMemberships() == "" }) + "; on the others a user is in exactly one group, or there are none.\n\n" +
			"It is for configurations that don't own all groups of a person. `permission_group_ids` of `switchboard_user` is the other way: it owns the whole set. " +
			"Both for one user is an error at plan: leave `permission_group_ids` out of a user that is there, whose groups then stay as they are. " +
			"Destroying the resource takes the user out of the group, unless it is the only one of a user who needs one.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, MarkdownDescription: "`user_id` and `permission_group_id`, with a slash in between.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"user_id":             schema.StringAttribute{Required: true, PlanModifiers: replaced, MarkdownDescription: "Id of the user. Another one is another membership."},
			"permission_group_id": schema.StringAttribute{Required: true, PlanModifiers: replaced, MarkdownDescription: "Id of the permission group. Another one is another membership."},
		},
	}
}

// ModifyPlan refuses what the portal would refuse, and what another resource of the configuration contradicts.
func (r *permissionGroupMemberResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state permissionGroupMemberModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if r.ready() && !resp.Diagnostics.HasError() {
			r.state.delete(object{nounMembership, state.ID.ValueString()}, nil, &resp.Diagnostics)
			r.view.checkEnd(ctx, state.UserID.ValueString(), state.PermissionGroupID.ValueString(), &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.ID.IsUnknown() && !plan.UserID.IsUnknown() && !plan.PermissionGroupID.IsUnknown() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), membershipID(plan.UserID.ValueString(), plan.PermissionGroupID.ValueString()))...)
	}
	if !r.ready() {
		return
	}
	if !plan.UserID.IsUnknown() {
		r.state.memberships.claimOne(plan.UserID.ValueString(), &resp.Diagnostics)
		if !plan.PermissionGroupID.IsUnknown() {
			r.state.keepMembership(plan.UserID.ValueString(), plan.PermissionGroupID.ValueString(), &resp.Diagnostics)
		}
	}
	if !req.Plan.Raw.Equal(req.State.Raw) {
		r.view.checkMembership(ctx, plan, &resp.Diagnostics)
	}
}

func (r *permissionGroupMemberResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan permissionGroupMemberModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	userID, groupID := plan.UserID.ValueString(), plan.PermissionGroupID.ValueString()
	doing := fmt.Sprintf("putting the user %s into the permission group %s", userID, groupID)
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	if r.state.memberships.claimOne(userID, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	versions := r.writes.of(userID)
	versions.Lock()
	defer versions.Unlock()
	member, err := r.client.PutPermissionGroupMember(ctx, groupID, userID)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounPermissionGroup, err)
		return
	}
	versions.replaced(member.PreviousUserETag, member.UserETag)
	plan.ID = types.StringValue(membershipID(userID, groupID))
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Read looks at the user, so that the memberships of many cost no more than the users themselves.
func (r *permissionGroupMemberResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state permissionGroupMemberModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	userID, groupID := state.UserID.ValueString(), state.PermissionGroupID.ValueString()
	doing := fmt.Sprintf("reading the permission groups of the user %s", userID)
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	user, err := r.client.GetUser(ctx, userID)
	if err != nil && !client.IsNotFound(err) {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	if err != nil || !slices.Contains(user.PermissionGroupIDs, groupID) {
		resp.Diagnostics.AddWarning("Membership ended outside Terraform", fmt.Sprintf(
			"The user %s is no longer in the permission group %s, so the membership leaves the state. If the configuration still has it, the user is put into the group again.", userID, groupID))
		resp.State.RemoveResource(ctx)
	}
}

// Update is never called: another user or another group is another membership.
func (r *permissionGroupMemberResource) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {
}

func (r *permissionGroupMemberResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state permissionGroupMemberModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	userID, groupID := state.UserID.ValueString(), state.PermissionGroupID.ValueString()
	doing := fmt.Sprintf("taking the user %s out of the permission group %s", userID, groupID)
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	versions := r.writes.of(userID)
	versions.Lock()
	defer versions.Unlock()
	member, err := r.client.DeletePermissionGroupMember(ctx, groupID, userID)
	if err != nil && !client.IsNotFound(err) {
		addPortalError(&resp.Diagnostics, doing, portal.NounPermissionGroup, err)
		return
	}
	versions.replaced(member.PreviousUserETag, member.UserETag)
}

// ImportState takes the user and the group with a slash in between, each by its id or by what people know it by
// (ALL-04).
func (r *permissionGroupMemberResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	doing := fmt.Sprintf("importing the membership %q", req.ID)
	if !r.known(doing, &resp.Diagnostics) {
		return
	}
	splits := splitMembershipID(req.ID)
	if len(splits) == 0 {
		resp.Diagnostics.AddError("Not the id of a membership", fmt.Sprintf(
			"%q does not name a user and a permission group with a slash in between. "+
				"Write what people know them by, such as alice@example.com/Agents, or their ids.", req.ID))
		return
	}
	found, err := r.view.importedMemberships(ctx, req.ID, splits)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	switch first := found[0]; {
	case !first.exists():
		resp.Diagnostics.AddError("No such membership", fmt.Sprintf(
			"While %s: the user %s is not in the permission group %s.", doing, first.userName(), first.groupName()))
	case len(found) > 1:
		resp.Diagnostics.AddError("Names several memberships", fmt.Sprintf(
			"While %s: it names the user %s in the permission group %s, and the user %s in the permission group %s. "+
				"Import the one that is meant by its ids, %q or %q.",
			doing, first.userName(), first.groupName(), found[1].userName(), found[1].groupName(),
			first.id(), found[1].id()))
	default:
		resp.Diagnostics.Append(resp.State.Set(ctx, permissionGroupMemberModel{
			ID:                types.StringValue(first.id()),
			UserID:            types.StringValue(first.user.ID),
			PermissionGroupID: types.StringValue(first.group.ID),
		})...)
	}
}
