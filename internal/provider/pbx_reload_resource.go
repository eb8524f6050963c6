package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

var (
	_ resource.ResourceWithConfigure   = (*pbxReloadResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*pbxReloadResource)(nil)
	_ resource.ResourceWithImportState = (*pbxReloadResource)(nil)
)

func newPBXReloadResource() resource.Resource { return &pbxReloadResource{} }

// pbxReloadResource stands for a PBX being loaded with what the portal says (SA-10).
type pbxReloadResource struct{ resourceBase }

type pbxReloadModel struct {
	ID            types.String `tfsdk:"id"`
	PBXID         types.String `tfsdk:"pbx_id"`
	Triggers      types.Map    `tfsdk:"triggers"`
	ReloadPending types.Bool   `tfsdk:"reload_pending"`
}

func (r *pbxReloadResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_pbx_reload"
}

func (r *pbxReloadResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reloads a PBX, so that the users that were changed on it take effect: once in an apply, however many there were. " +
			"On " + rules.Where(func(s *rules.Set) bool { return s.PBXReload }) + " they wait for it; on the other platforms changes take effect by themselves.\n\n" +
			"Terraform reloads when `triggers` change, and after everything that `triggers` refer to. A PBX that still waits to be reloaded when Terraform reads it, as " +
			"after a failed reload or a change in the portal, is reloaded by the next apply. Destroying the resource does nothing to the PBX.",
		Attributes: map[string]schema.Attribute{
			"id":     schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the PBX."},
			"pbx_id": schema.StringAttribute{Required: true, MarkdownDescription: "Id of the PBX to reload."},
			"triggers": schema.MapAttribute{
				ElementType:         types.StringType,
				Optional:            true,
				MarkdownDescription: "Values that stand for the users on the PBX: when one of them changes, the PBX is reloaded.",
			},
			"reload_pending": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the PBX waits to be reloaded. It is `false` after an apply."},
		},
	}
}

// ModifyPlan plans a reload where one is pending, and refuses a PBX that is not there.
func (r *pbxReloadResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan pbxReloadModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.ReloadPending = types.BoolValue(false)
	plan.ID = plan.PBXID
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	if !r.ready() || plan.PBXID.IsUnknown() {
		return
	}
	organization, _, err := r.view.rules(ctx)
	if err != nil {
		return // what else is planned on the PBX says so
	}
	if _, there := pbx(organization, plan.PBXID.ValueString()); !there {
		resp.Diagnostics.AddAttributeError(path.Root("pbx_id"), summary(portal.CodeMissing), noSuchPBX(organization, plan.PBXID.ValueString()))
	}
}

func (r *pbxReloadResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan pbxReloadModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if r.reload(ctx, &plan, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

func (r *pbxReloadResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state pbxReloadModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	doing := fmt.Sprintf("reading the PBX %q", state.ID.ValueString())
	if resp.Diagnostics.HasError() || !r.known(doing, &resp.Diagnostics) {
		return
	}
	organization, err := r.client.Organization(ctx)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	found, there := pbx(*organization, state.ID.ValueString())
	if !there {
		resp.State.RemoveResource(ctx)
		return
	}
	state.PBXID, state.ReloadPending = state.ID, types.BoolValue(found.ReloadPending)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *pbxReloadResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan pbxReloadModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if r.reload(ctx, &plan, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

// Delete leaves the PBX as it is: there is nothing to take back.
func (r *pbxReloadResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState takes the id of the PBX.
func (r *pbxReloadResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughID(ctx, path.Root("id"), req, resp)
}

// reload reloads the PBX. A reload that fails leaves it pending in the portal, and the state as it was.
func (r *pbxReloadResource) reload(ctx context.Context, plan *pbxReloadModel, diags *diag.Diagnostics) bool {
	doing := fmt.Sprintf("reloading the PBX %q", plan.PBXID.ValueString())
	if diags.HasError() || !r.known(doing, diags) {
		return false
	}
	loaded, err := r.client.ReloadPBX(ctx, plan.PBXID.ValueString())
	if err != nil {
		addPortalError(diags, doing, portal.NounUser, err)
		return false
	}
	plan.ID, plan.ReloadPending = types.StringValue(loaded.ID), types.BoolValue(loaded.ReloadPending)
	return true
}

func pbx(organization portal.Organization, id string) (portal.PBX, bool) {
	i := slices.IndexFunc(organization.PBXs, func(p portal.PBX) bool { return p.ID == id })
	if i < 0 {
		return portal.PBX{}, false
	}
	return organization.PBXs[i], true
}

func noSuchPBX(organization portal.Organization, id string) string {
	names := make([]string, 0, len(organization.PBXs))
	for _, p := range organization.PBXs {
		names = append(names, p.ID)
	}
	if len(names) == 0 {
		return fmt.Sprintf("pbx_id is %q, and %s has no PBX.", id, organization.Name)
	}
	return fmt.Sprintf("pbx_id is %q, which is not a PBX of %s; choose one of %s.", id, organization.Name, strings.Join(names, ", "))
}
