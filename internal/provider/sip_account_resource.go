package provider

import (
	"context"
	"fmt"
	"maps"

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
	_ resource.ResourceWithConfigure   = (*sipAccountResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*sipAccountResource)(nil)
	_ resource.ResourceWithImportState = (*sipAccountResource)(nil)
)

func newSIPAccountResource() resource.Resource { return &sipAccountResource{} }

type sipAccountResource struct{ resourceBase }

func (r *sipAccountResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_sip_account"
}

func (r *sipAccountResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = sipAccountSchema()
}

func sipAccountSchema() schema.Schema {
	a := attributes{portal.NounSIPAccount}
	password, passwordVersion := a.secret("password", "SIP password of this account alone. Left out, the portal generates one that nobody is shown. "+
		"It is kept only as a digest (RFC 8760). A new extension needs no new password.")
	made := schema.Schema{
		MarkdownDescription: "A SIP account: what a phone or an app registers with (RFC 3261).",
		Attributes: map[string]schema.Attribute{
			"id":                  a.id(),
			"extension":           a.required("extension", "Internal number. It is unique in the organisation, over users and SIP accounts.", extensionShape()),
			"name":                a.text("name", "What the account is called, such as *Alice, desk*."),
			"type":                a.text("type", "`voip` for a phone, `app` for an app."),
			"caller_id":           a.text("caller_id", "Number shown on outgoing calls. The organisation must own it.", phoneNumberShape()),
			"hide_caller_id":      a.flag("hide_caller_id", "Hide the number on outgoing calls."),
			"enabled":             a.flag("enabled", "Whether the account may register and call."),
			"password_wo":         password,
			"password_wo_version": passwordVersion,
			"sip_username": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "User part of the SIP address and digest username. The portal gives it once, and it stays the same under another extension. " +
					"An account that version 0.1.0 made keeps the extension that it had then as its SIP username.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"sip_domain": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Host part of the SIP address and digest realm. It belongs to the organisation.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
	maps.Copy(made.Attributes, lifecycleAttributes(portal.NounSIPAccount))
	return made
}

// ModifyPlan evaluates the platform's rule set, so that what the portal would refuse fails here.
func (r *sipAccountResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, config, state sipAccountResourceModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		state.refuseDeletion(portal.NounSIPAccount, named(state.Extension, state.ID), &resp.Diagnostics)
		if r.ready() {
			r.state.delete(object{portal.NounSIPAccount, state.ID.ValueString()}, &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	var adopted *portal.SIPAccount
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	requireSecret("password_wo", config.PasswordWO, plan.PasswordWOVersion, state.PasswordWOVersion, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.ready() {
		return
	}
	change := plannedChange[portal.SIPAccount]{noun: portal.NounSIPAccount, config: req.Config.Raw, unchanged: req.Plan.Raw.Equal(req.State.Raw)}
	change.adopting, change.goes = plan.AdoptExisting, goesUnlessProtected(portal.NounSIPAccount)
	if !req.State.Raw.IsNull() {
		change.before = new(state.request())
	} else if adopted = r.adoptee(ctx, plan, false, &resp.Diagnostics); adopted != nil {
		change.before, change.adopts = adopted, adopted.ID
	}
	after := plan.request()
	if adopted != nil {
		warnAdopted(&resp.Diagnostics, portal.NounSIPAccount, plan.Extension.ValueString(), adopted.ID)
		after.ID = adopted.ID
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.PasswordWOVersion.Equal(state.PasswordWOVersion) {
		after.Password, after.PasswordVersion = versionedSecret(config.PasswordWO, plan.PasswordWOVersion)
	}
	change.after, change.id = &after, after.ID
	change.stock = func(context.Context, *rules.Inventory, string) error { return nil } // its caller ID is in the organisation itself
	if !change.check(ctx, r.view, &resp.Diagnostics) || resp.Diagnostics.HasError() || adopted != nil {
		return // what the configuration of an adopted one leaves out is as the apply finds it
	}
	answer := sipAccountResourceModel{
		sipAccountModel: plan.answered(after), lifecycleModel: plan.lifecycleModel,
		PasswordWOVersion: settledVersion(plan.PasswordWOVersion, after.PasswordVersion),
	}
	answer.SIPUsername = plan.SIPUsername
	if organization, _, err := r.view.rules(ctx); err == nil {
		answer.SIPDomain = types.StringValue(organization.SIPDomain)
	}
	if after.ID == "" {
		answer.ID = types.StringUnknown()
	}
	settlePlan(ctx, req, resp, &answer)
}

func (r *sipAccountResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config sipAccountResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	doing := fmt.Sprintf("creating the SIP account %q", plan.Extension.ValueString())
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	account := plan.request()
	account.Password, account.PasswordVersion = versionedSecret(config.PasswordWO, plan.PasswordWOVersion)
	if adopted := r.adoptee(ctx, plan, true, &resp.Diagnostics); adopted != nil {
		changed := adopt(ctx, r.access, portal.NounSIPAccount, adopted.ID, plan.Extension.ValueString(), adopted.ETag, account, resp, r.client.ReplaceSIPAccount)
		r.created(ctx, plan, changed, resp)
		return
	}
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := r.client.CreateSIPAccount(ctx, account)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounSIPAccount, err)
		return
	}
	r.created(ctx, plan, &created.Object, resp)
}

// created writes an account that was made or adopted into the state; nil is none.
func (r *sipAccountResource) created(ctx context.Context, plan sipAccountResourceModel, account *portal.SIPAccount, resp *resource.CreateResponse) {
	if account == nil {
		return
	}
	plan.sipAccountModel = plan.answered(*account)
	plan.PasswordWOVersion = settledVersion(plan.PasswordWOVersion, account.PasswordVersion)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	keepETag(ctx, resp.Private, account.ETag, &resp.Diagnostics)
}

// adoptee returns the account that a new resource takes over, nil for none.
func (r *sipAccountResource) adoptee(ctx context.Context, plan sipAccountResourceModel, now bool, diags *diag.Diagnostics) *portal.SIPAccount {
	return adoptee(ctx, r.view, &r.view.accounts, plan.AdoptExisting, []identity{{"extension", plan.Extension}}, now, "looking for the SIP account to adopt", diags)
}

func (r *sipAccountResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state sipAccountResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("reading the SIP account %s", named(state.Extension, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, state.Timeouts.Read, &resp.Diagnostics)
	defer cancel()
	account, err := readOnce(ctx, state.ID.ValueString(), r.client.GetSIPAccount)
	if client.IsNotFound(err) {
		warnGone(&resp.Diagnostics, portal.NounSIPAccount, named(state.Extension, state.ID))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounSIPAccount, err)
		return
	}
	state.sipAccountModel = state.answered(*account)
	state.PasswordWOVersion = readVersion(state.PasswordWOVersion, account.PasswordVersion)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	keepETag(ctx, resp.Private, account.ETag, &resp.Diagnostics)
}

func (r *sipAccountResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, config, state sipAccountResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("changing the SIP account %s", named(state.Extension, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	account := plan.request()
	if !plan.PasswordWOVersion.Equal(state.PasswordWOVersion) {
		account.Password, account.PasswordVersion = versionedSecret(config.PasswordWO, plan.PasswordWOVersion)
	}
	etag := storedETag(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	changed, err := r.client.ReplaceSIPAccount(ctx, state.ID.ValueString(), account, etag)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounSIPAccount, err)
		return
	}
	plan.sipAccountModel = plan.answered(*changed)
	plan.PasswordWOVersion = settledVersion(plan.PasswordWOVersion, changed.PasswordVersion)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	keepETag(ctx, resp.Private, changed.ETag, &resp.Diagnostics)
}

func (r *sipAccountResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state sipAccountResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("deleting the SIP account %s", named(state.Extension, state.ID))
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	state.refuseDeletion(portal.NounSIPAccount, named(state.Extension, state.ID), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	etag := storedETag(ctx, req.Private, &resp.Diagnostics)
	if err := r.client.DeleteSIPAccount(ctx, state.ID.ValueString(), etag); err != nil && !client.IsNotFound(err) {
		addDeleteError(&resp.Diagnostics, doing, portal.NounSIPAccount, err)
	}
}

// ImportState takes the id or the extension (ALL-04).
func (r *sipAccountResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	doing := fmt.Sprintf("importing the SIP account %q", req.ID)
	if !r.known(doing, &resp.Diagnostics) {
		return
	}
	account, err := r.findSIPAccount(ctx, req.ID)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounSIPAccount, err)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("password_wo_version"), importedVersion)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("deletion_protection"), false)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), account.ID)...)
}
