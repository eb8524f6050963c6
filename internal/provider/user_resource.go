package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
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
	var plan, config, state userResourceModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		if r.ready() {
			r.state.delete(object{portal.NounUser, state.ID.ValueString()}, &resp.Diagnostics)
		}
		r.planDelete(ctx, state, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	picture := planAvatar(ctx, config, &req, resp)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	plan.requireSecrets(ctx, config, state, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.ready() {
		leaveOpenUnconfigured(ctx, req, resp, plan, state)
		return
	}
	after := plan.request(ctx, &resp.Diagnostics)
	plan.secrets(ctx, &after, config, state, &resp.Diagnostics)
	if config.PasswordWO.IsUnknown() && !plan.PasswordWOVersion.Equal(state.PasswordWOVersion) {
		after.Password = new(portal.Secret) // there will be one; its value is not known
	}
	change := plannedChange[portal.User]{
		noun: portal.NounUser, id: after.ID, after: &after, config: req.Config.Raw, unchanged: req.Plan.Raw.Equal(req.State.Raw),
		adopting: config.AdoptExisting, goes: r.judgeReplacement,
	}
	change.stock = func(ctx context.Context, inventory *rules.Inventory, holder string) error {
		return r.view.stockOf(ctx, change.before, after, inventory, holder)
	}
	var adopted *portal.User
	if !req.State.Raw.IsNull() {
		change.before = new(state.request(ctx, &resp.Diagnostics))
		if takesOverVoicemail(plan, state) {
			change.before.Voicemail = r.storedVoicemail(ctx, after.ID, &resp.Diagnostics)
		}
	} else if adopted = r.adoptee(ctx, config, false, "looking for the user to adopt", &resp.Diagnostics); adopted != nil {
		warnAdopted(&resp.Diagnostics, portal.NounUser, valueOf(adopted.Email), adopted.ID)
		change.before, change.adopts, after.ID = adopted, adopted.ID, adopted.ID
	}
	if !config.PermissionGroupIDs.IsNull() && plan.PermissionGroupIDs.Equal(config.PermissionGroupIDs) { // ignore_changes makes the plan another than the configuration
		r.state.memberships.claimAll(after.ID, valueOf(after.Email), &resp.Diagnostics)
	}
	picture.addTo(ctx, &after, state, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !change.check(ctx, r.view, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	given := givenPaths(req.Config.Raw)("telephony.incoming_numbers")
	partial := partialPaths(req.Config.Raw)("telephony.incoming_numbers") > 0
	r.view.planNumbers(ctx, change.before, &after, given, partial, &resp.Diagnostics)
	r.refusePwned(ctx, after, &resp.Diagnostics)
	if req.State.Raw.IsNull() && mayAdopt(config) {
		return // what the configuration leaves out is as the apply finds it, also if there is nobody now to take over
	}
	if after.Voicemail != nil && after.Voicemail.PIN != nil {
		after.Voicemail.PINSet = *after.Voicemail.PIN != ""
	}
	answer := plan.answered(ctx, after, &resp.Diagnostics)
	if takesOverVoicemail(plan, state) {
		answer.Voicemail = plan.Voicemail // likewise
	}
	if after.ID == "" {
		answer.ID = types.StringUnknown()
	}
	settlePlan(ctx, req, resp, &answer)
	r.leaveOpen(ctx, req, resp, change.before, &after)
	leaveLoginOpen(ctx, req, resp, change.before, &after)
}

// planAvatar plans the digest of the picture that the configuration names, so that another picture is a change, and returns the picture.
func planAvatar(ctx context.Context, config userResourceModel, req *resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) *avatar {
	picture := configuredAvatar(ctx, config.Webcare, &resp.Diagnostics)
	if picture != nil {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("webcare").AtName("avatar_sha256"), picture.sha256)...)
		req.Plan = resp.Plan
	}
	return picture
}

// leaveOpen plans as unknown what follows from something that is not known yet, or that only the portal decides when it writes: which
// numbers ring at a user whose caller ID changes (VX-07), whether there is a PIN, and which picture. An object that is itself not known stays so: nothing is put into it.
func (r *userResource) leaveOpen(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, before, after *portal.User) {
	unknown := unknownPaths(req.Config.Raw)
	var plan userResourceModel
	if resp.Diagnostics.Append(resp.Plan.Get(ctx, &plan)...); resp.Diagnostics.HasError() {
		return
	}
	if given(plan.Telephony) && !givenPaths(req.Config.Raw)("telephony.incoming_numbers") &&
		(before == nil || unknown("telephony.caller_id") || callerID(before) != callerID(after)) {
		_, set, err := r.view.rules(ctx)
		if err != nil {
			return // the check before has said so
		}
		if field := set.Objects[portal.NounUser].Fields["telephony.caller_id"]; field != nil && field.Allocate != "" {
			resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("telephony").AtName("incoming_numbers"), types.SetUnknown(types.StringType))...)
		}
	}
	if given(plan.Voicemail) && unknown("voicemail.pin") {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("voicemail").AtName("pin_set"), types.BoolUnknown())...)
	}
	leaveAvatarOpen(ctx, plan, unknown, resp)
}

// leaveAvatarOpen plans the digest of a picture as unknown whose file is not known yet.
func leaveAvatarOpen(ctx context.Context, plan userResourceModel, unknown func(string) bool, resp *resource.ModifyPlanResponse) {
	if given(plan.Webcare) && unknown("webcare.avatar_file") {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("webcare").AtName("avatar_sha256"), types.StringUnknown())...)
	}
}

// leaveOpenUnconfigured plans a change as long as the provider's configuration is not known: the apply, which knows it, may make known what this leaves
// open, and nothing else.
func leaveOpenUnconfigured(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, plan, state userResourceModel,
) {
	if req.State.Raw.IsNull() || req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	before, after := state.request(ctx, &resp.Diagnostics), plan.request(ctx, &resp.Diagnostics)
	rules.FillFrom(&after, &before)
	leaveAvatarOpen(ctx, plan, unknownPaths(req.Config.Raw), resp)
	leaveLoginOpen(ctx, req, resp, &before, &after)
}

func callerID(user *portal.User) string {
	if user == nil || user.Telephony == nil {
		return ""
	}
	return valueOf(user.Telephony.CallerID)
}

func (r *userResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config userResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	doing := fmt.Sprintf("creating the user %q", plan.Email.ValueString())
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	user := plan.request(ctx, &resp.Diagnostics)
	plan.secrets(ctx, &user, config, userResourceModel{}, &resp.Diagnostics)
	configuredAvatar(ctx, config.Webcare, &resp.Diagnostics).addTo(ctx, &user, userResourceModel{}, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if adopted := r.adoptee(ctx, config, true, doing, &resp.Diagnostics); adopted != nil {
		changed := adopt(ctx, r.access, portal.NounUser, adopted.ID, valueOf(adopted.Email), adopted.ETag, user, resp, r.client.ReplaceUser)
		r.created(ctx, plan, changed, resp)
		return
	}
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := r.client.CreateUser(ctx, user)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	if !config.PermissionGroupIDs.IsNull() { // the plan of a new user could not note it: it had no id
		r.state.memberships.claimAll(created.Object.ID, plan.Email.ValueString(), &resp.Diagnostics)
	}
	r.created(ctx, plan, &created.Object, resp)
}

// created writes a user who was made or adopted into the state; nil is none.
func (r *userResource) created(ctx context.Context, plan userResourceModel, user *portal.User, resp *resource.CreateResponse) {
	if user == nil {
		return
	}
	plan = plan.answered(ctx, *user, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	keepETag(ctx, resp.Private, user.ETag, &resp.Diagnostics)
}

// adoptee returns the user whom a new resource takes over, nil for none.
func (r *userResource) adoptee(ctx context.Context, config userResourceModel, now bool, doing string, diags *diag.Diagnostics) *portal.User {
	identities := []identity{{"email", config.Email}, {"username", config.Username}}
	return adoptee(ctx, r.view, &r.view.users, config.AdoptExisting, identities, now, doing, diags)
}

func (r *userResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state userResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("reading the user %s", named(state.Email, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, state.Timeouts.Read, &resp.Diagnostics)
	defer cancel()
	user, err := readOnce(ctx, state.ID.ValueString(), r.client.GetUser)
	if client.IsNotFound(err) {
		warnGone(&resp.Diagnostics, portal.NounUser, named(state.Email, state.ID))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	state = state.read(ctx, *user, &resp.Diagnostics)
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
	ctx, cancel := within(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	user := plan.request(ctx, &resp.Diagnostics)
	user.Status = portal.UserStatus(state.Status.ValueString()) // of which the plan knew: the write ends no other block
	if config.PermissionGroupIDs.IsNull() {
		user.PermissionGroupIDs = nil // left out, they stay as they are: this very run may give the user another one
	}
	if user.Telephony != nil && !givenPaths(req.Config.Raw)("telephony.incoming_numbers") {
		user.Telephony.IncomingNumbers = nil // likewise
	}
	plan.secrets(ctx, &user, config, state, &resp.Diagnostics)
	configuredAvatar(ctx, config.Webcare, &resp.Diagnostics).addTo(ctx, &user, state, &resp.Diagnostics)
	etag := storedETag(ctx, req.Private, &resp.Diagnostics)
	keepSpelling(ctx, resp.Private, config.Email, plan.Email, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	versions := r.writes.of(state.ID.ValueString())
	versions.Lock()
	defer versions.Unlock()
	changed, err := r.client.ReplaceUser(ctx, state.ID.ValueString(), user, versions.newest(etag))
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	planned := plan
	plan = plan.answered(ctx, *changed, &resp.Diagnostics)
	plan.keepPlannedLogin(planned)
	if config.PermissionGroupIDs.IsNull() && !planned.PermissionGroupIDs.IsUnknown() {
		plan.PermissionGroupIDs = planned.PermissionGroupIDs // likewise: the next refresh has it right
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	keepETag(ctx, resp.Private, changed.ETag, &resp.Diagnostics)
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
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("deletion_protection"), false)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("on_destroy"), onDestroyDelete)...)
	if v := user.Voicemail; v != nil && (valueOf(v.Enabled) || v.PINSet) { // one that is in use is managed from the import on
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("voicemail").AtName("pin_wo_version"), importedVersion)...)
	}
	if w := user.Webcare; w != nil && w.AvatarSHA256 == "" {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("webcare").AtName("avatar_file"), "")...)
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), user.ID)...)
	resp.Diagnostics.Append(setSpelling(ctx, resp.Private, "")...)
}
