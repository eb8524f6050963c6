package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

var (
	_ resource.ResourceWithConfigure   = (*userResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*userResource)(nil)
	_ resource.ResourceWithImportState = (*userResource)(nil)
)

func newUserResource() resource.Resource { return &userResource{} }

type userResource struct{ resourceBase }

func (r *userResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user"
}

func (r *userResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = userSchema()
}

// ModifyPlan evaluates the platform's rule set, so that what the portal would refuse fails here.
func (r *userResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.ready() || req.Plan.Raw.IsNull() {
		return
	}
	var plan, config, state userResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	change := plannedChange[portal.User]{noun: portal.NounUser, config: req.Config.Raw, unchanged: req.Plan.Raw.Equal(req.State.Raw)}
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		change.before = new(state.request(ctx, &resp.Diagnostics))
	}
	after := plan.request(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.PasswordWOVersion.Equal(state.PasswordWOVersion) {
		after.Password = secretPointer(config.PasswordWO)
	}
	change.after, change.id = &after, after.ID
	change.stock = func(ctx context.Context, inventory *rules.Inventory) (err error) {
		if inventory.PermissionGroups, err = r.view.permissionGroups(ctx, after.PermissionGroupIDs); err != nil {
			return err
		}
		inventory.SIPAccounts, err = r.view.sipAccounts(ctx, sipAccountIDs(after), after.ID)
		return err
	}
	if !change.check(ctx, r.view, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	answer := userResourceModel{userModel: plan.answered(ctx, after, &resp.Diagnostics), PasswordWOVersion: settledVersion(plan.PasswordWOVersion)}
	if after.ID == "" {
		answer.ID = types.StringUnknown()
	}
	settlePlan(ctx, req, resp, &answer)
}

// sipAccountIDs are the SIP accounts that a user refers to anywhere.
func sipAccountIDs(user portal.User) []string {
	var ids []string
	if t := user.Telephony; t != nil {
		ids = append(ids, t.SIPAccountIDs...)
		if id := valueOf(t.AppSIPAccountID); id != "" {
			ids = append(ids, id)
		}
	}
	if user.ClickToDial != nil {
		if id := valueOf(user.ClickToDial.SIPAccountID); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

func (r *userResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config userResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	doing := fmt.Sprintf("creating the user %q", plan.Email.ValueString())
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	user := plan.request(ctx, &resp.Diagnostics)
	user.Password = secretPointer(config.PasswordWO)
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := r.client.CreateUser(ctx, user)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	warnIfReplayed(&resp.Diagnostics, created.Replayed, portal.NounUser, created.Object.ID)
	plan.userModel = plan.answered(ctx, created.Object, &resp.Diagnostics)
	plan.PasswordWOVersion = settledVersion(plan.PasswordWOVersion)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	keepETag(ctx, resp.Private, created.Object.ETag, &resp.Diagnostics)
}

func (r *userResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state userResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("reading the user %s", named(state.Email, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	user, err := r.client.GetUser(ctx, state.ID.ValueString())
	if client.IsNotFound(err) {
		warnGone(&resp.Diagnostics, portal.NounUser, named(state.Email, state.ID))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	state.userModel = state.answered(ctx, *user, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	keepETag(ctx, resp.Private, user.ETag, &resp.Diagnostics)
}

func (r *userResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, config, state userResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("changing the user %s", named(state.Email, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	user := plan.request(ctx, &resp.Diagnostics)
	if !plan.PasswordWOVersion.Equal(state.PasswordWOVersion) {
		user.Password = secretPointer(config.PasswordWO)
	}
	etag := storedETag(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	changed, err := r.client.ReplaceUser(ctx, state.ID.ValueString(), user, etag)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	plan.userModel = plan.answered(ctx, *changed, &resp.Diagnostics)
	plan.PasswordWOVersion = settledVersion(plan.PasswordWOVersion)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	keepETag(ctx, resp.Private, changed.ETag, &resp.Diagnostics)
}

func (r *userResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state userResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("deleting the user %s", named(state.Email, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	etag := storedETag(ctx, req.Private, &resp.Diagnostics)
	if err := r.client.DeleteUser(ctx, state.ID.ValueString(), etag, portal.Deletion{}); err != nil && !client.IsNotFound(err) {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
	}
}

// ImportState takes the id, the e-mail address or the username (ALL-04).
func (r *userResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	doing := fmt.Sprintf("importing the user %q", req.ID)
	if !r.known(doing, &resp.Diagnostics) {
		return
	}
	user, err := r.findUser(ctx, req.ID)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("password_wo_version"), importedVersion)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), user.ID)...)
}
