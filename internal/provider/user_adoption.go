package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// adoptee returns the one user whom a new resource with adopt_existing takes over: the one with exactly its e-mail address, and on a platform with usernames
// exactly its username too. Nil is nobody; then the user is made. It is an error if the two are not one person. What counts at apply is who there is now.
func (r *userResource) adoptee(ctx context.Context, config userResourceModel, now bool, doing string, diags *diag.Diagnostics) *portal.User {
	if !config.AdoptExisting.ValueBool() || config.Email.IsUnknown() || config.Username.IsUnknown() {
		return nil
	}
	byEmail, err := r.view.users.named(ctx, r.view, "email", config.Email.ValueString(), now)
	if err != nil {
		addPortalError(diags, doing, portal.NounUser, err)
		return nil
	}
	if config.Username.ValueString() == "" {
		return byEmail
	}
	byUsername, err := r.view.users.named(ctx, r.view, "username", config.Username.ValueString(), now)
	if err != nil {
		addPortalError(diags, doing, portal.NounUser, err)
		return nil
	}
	switch one, other := byEmail, byUsername; {
	case one == nil && other == nil:
		return nil
	case one != nil && other != nil && one.ID == other.ID:
		return one
	default:
		diags.AddAttributeError(path.Root("adopt_existing"), "Nobody to adopt", fmt.Sprintf(
			"The portal has a user with the e-mail address %s or the username %q, but not one with both, and only an exact match is adopted. "+
				"Correct the configuration, or import the user that is meant.", config.Email, config.Username.ValueString()))
		return nil
	}
}

// warnAdopted says whom the apply takes over.
func warnAdopted(diags *diag.Diagnostics, user *portal.User) {
	diags.AddAttributeWarning(path.Root("adopt_existing"), "Takes over an existing user", fmt.Sprintf(
		"The portal has the user %q (%s) already. With adopt_existing, the apply changes it to what the configuration says, instead of making another; its password stays unless one is given.",
		valueOf(user.Email), user.ID))
}

// adopt changes an existing user to what is planned, in place of a creation. If somebody changes it meanwhile, nothing is written.
func (r *userResource) adopt(ctx context.Context, plan userResourceModel, user portal.User, existing *portal.User, resp *resource.CreateResponse) {
	doing := fmt.Sprintf("taking over the user %q (%s)", valueOf(existing.Email), existing.ID)
	changed, err := r.client.ReplaceUser(ctx, existing.ID, user, existing.ETag)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, portal.NounUser, err)
		return
	}
	plan = plan.answered(ctx, *changed, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	keepETag(ctx, resp.Private, changed.ETag, &resp.Diagnostics)
}

// mayAdopt reports whether a creation may turn out to be a takeover: whom the portal has when it comes to that is not known at plan.
func mayAdopt(config userResourceModel) bool {
	return config.AdoptExisting.IsUnknown() || config.AdoptExisting.ValueBool()
}
