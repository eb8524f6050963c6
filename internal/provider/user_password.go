package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// refusePwned refuses a login password that is known from a breach, where the platform forbids such (TC-06). The portal
// is told five digits of its hash. If nobody can look now, that is a warning: the portal looks again at apply.
func refusePwned(ctx context.Context, a *access, user portal.User, diags *diag.Diagnostics) {
	_, set, err := a.view.rules(ctx)
	if err != nil || user.Password == nil || *user.Password == "" || !set.Passwords[portal.NounUser].Breached {
		return
	}
	at := path.Root("password_wo")
	prefix, suffix := portal.PwnedParts(*user.Password)
	known, err := a.client.PwnedPasswords(ctx, prefix)
	switch {
	case err != nil || !known.Available:
		diags.AddAttributeWarning(at, "Not looked up among known passwords",
			"The service that knows the passwords of breaches does not answer, so this one was not looked up. The portal looks again at apply, and sets no password as long as it cannot.")
	case slices.Contains(known.Suffixes, suffix):
		diags.AddAttributeError(at, summary(portal.CodeWeakPassword), portal.Ended("password_wo: "+portal.PwnedMessage))
	}
}
