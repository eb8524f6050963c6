package provider

import (
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// How far a person has got with logging in. It changes without Terraform, so it is refreshed and never a difference.

// leaveLoginOpen plans as unknown what the write itself brings: a block that ends, an invitation that goes out. What
// the person does meanwhile is for the next refresh to show; see keepPlannedLogin.
func leaveLoginOpen(unknown func(string) bool, before, after *portal.User, plan field.Tree) {
	if before == nil {
		// One that is taken up from an interrupted run may have been here.
		for _, name := range []string{"status", "invited_at", "two_factor", "last_login_at"} {
			plan[name] = field.Unknown{}
		}
		if after.SendInvitation == nil { // its default hangs on whether there is a password, which is not known yet
			plan["send_invitation"] = field.Unknown{}
		}
		return
	}
	if before.Status == portal.StatusBlocked && (valueOf(after.Enabled) || unknown("enabled")) {
		plan["status"] = field.Unknown{}
	}
	if before.InvitedAt == "" && (valueOf(after.SendInvitation) || unknown("send_invitation")) {
		plan["invited_at"] = field.Unknown{}
	}
}

// keepPlannedLogin keeps what the plan said, where it said anything: Terraform takes an answer that differs from the
// plan for a bug, and a person may log in between plan and apply. The next refresh has it right.
func keepPlannedLogin(plan, state field.Tree) {
	names := []string{"status", "two_factor", "invited_at", "last_login_at"}
	if portal.UserStatus(state.Text("status")) == portal.StatusBlocked { // somebody was blocked since the plan, or has been blocked again
		names = append(names, "enabled")
	}
	for _, name := range names {
		if plan[name] != (field.Unknown{}) {
			state[name] = plan[name]
		}
	}
}
