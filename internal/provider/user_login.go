package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// How far a person has got with logging in. It changes without Terraform, so it is refreshed and never a difference.

func userLoginAttributes() map[string]schema.Attribute {
	moment := func(text string) schema.StringAttribute {
		return schema.StringAttribute{
			Computed: true, MarkdownDescription: text + " All platforms. RFC 3339, in UTC; null for never.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		}
	}
	return map[string]schema.Attribute{
		"status": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "How far the person has got: `pending` until the first password of the own, then `active`, and `blocked` by an administrator, " +
				"on " + rules.Where(func(s *rules.Set) bool { return s.BlockAfter > 0 }) + " also after three failed log-ins in a row. On the other platforms failed log-ins have to wait and block nobody. A blocked person has `enabled = false`, so the next apply of a configuration with `enabled = true` unblocks; where the configuration leaves `enabled` out, " +
				"the block makes no difference and stays. All platforms.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"two_factor": schema.BoolAttribute{
			Computed: true, MarkdownDescription: "Whether the person has enrolled a second factor. All platforms.",
			PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
		},
		"invited_at":    moment("When the invitation was last given to be mailed."),
		"last_login_at": moment("When the person last logged in."),
	}
}

// leaveLoginOpen plans as unknown what the write itself brings: a block that ends, an invitation that goes out. What the person does meanwhile is for the
// next refresh to show; see keepPlannedLogin.
func leaveLoginOpen(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, before, after *portal.User) {
	unknown := unknownPaths(req.Config.Raw)
	unblocks := before != nil && before.Status == portal.StatusBlocked && (valueOf(after.Enabled) || unknown("enabled"))
	invites := before != nil && before.InvitedAt == "" && (valueOf(after.SendInvitation) || unknown("send_invitation"))
	if before == nil || unblocks {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("status"), types.StringUnknown())...)
	}
	if before == nil || invites {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("invited_at"), types.StringUnknown())...)
	}
	if before == nil && after.SendInvitation == nil { // its default hangs on whether there is a password, which is not known yet
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("send_invitation"), types.BoolUnknown())...)
	}
	if before == nil { // one that is taken up from an interrupted run may have been here
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("two_factor"), types.BoolUnknown())...)
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("last_login_at"), types.StringUnknown())...)
	}
}

// keepPlannedLogin keeps what the plan said, where it said anything: Terraform takes an answer that differs from the plan for a bug, and a person may log in
// between plan and apply. The next refresh has it right.
func (m *userResourceModel) keepPlannedLogin(planned userResourceModel) {
	if !planned.Enabled.IsUnknown() && portal.UserStatus(m.Status.ValueString()) == portal.StatusBlocked {
		m.Enabled = planned.Enabled // somebody was blocked since the plan, or has been blocked again
	}
	if !planned.Status.IsUnknown() {
		m.Status = planned.Status
	}
	if !planned.TwoFactor.IsUnknown() {
		m.TwoFactor = planned.TwoFactor
	}
	if !planned.InvitedAt.IsUnknown() {
		m.InvitedAt = planned.InvitedAt
	}
	if !planned.LastLoginAt.IsUnknown() {
		m.LastLoginAt = planned.LastLoginAt
	}
}
