package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// identity is a field that tells objects of one kind apart, with the value that a configuration gives it.
type identity struct {
	field string
	value types.String
}

// adoptee returns the object that a new resource with adopt_existing takes over: the one that has exactly what identifies the new one. Nil is none; then the object
// is created, and refused if there is one that may not be taken over. It is an error if what identifies it belongs to two objects. The plan looks in the lists that
// it has read; the apply, with now, asks anew.
func adoptee[T any](
	ctx context.Context, v *view, i *index[T], adopt types.Bool, identities []identity, now bool, doing string, diags *diag.Diagnostics,
) *T {
	if !adopt.ValueBool() {
		return nil
	}
	var found *T
	var missing bool
	var said []string
	for _, identity := range identities {
		if identity.value.IsUnknown() {
			return nil
		}
		if identity.value.ValueString() == "" {
			continue
		}
		said = append(said, fmt.Sprintf("the %s %q", identity.field, identity.value.ValueString()))
		object, err := i.named(ctx, v, identity.field, identity.value.ValueString(), now)
		if err != nil {
			addPortalError(diags, doing, i.noun, err)
			return nil
		}
		switch {
		case object == nil:
			missing = true
		case found == nil:
			found = object
		case i.holder(*found).ID != i.holder(*object).ID:
			missing = true
		}
	}
	if found == nil {
		return nil
	}
	if missing {
		diags.AddAttributeError(path.Root("adopt_existing"), "Nothing to adopt", fmt.Sprintf(
			"The organisation has no %s with both %s, only one with either, and only an exact match is adopted. Correct the configuration, or import the %[1]s that is meant.",
			i.noun.Title(), strings.Join(said, " and ")))
		return nil
	}
	if !v.mayAdopt(ctx, owner{Holder: i.holder(*found), noun: i.noun, object: found}) {
		return nil
	}
	return found
}

// mayAdopt reports whether an object may be taken over: not if this configuration has it in its state already, and of those that it has made only what an
// interrupted run may have left.
func (v *view) mayAdopt(ctx context.Context, who owner) bool {
	if _, seen := v.state.inState(object{who.noun, who.ID}); seen {
		return false
	}
	organization, _, err := v.rules(ctx)
	if err != nil {
		return false
	}
	manager, from := v.manager(organization), originOf(who.object)
	return from.managedBy == "" || from.managedBy != manager || from.mayBeOfInterruptedRun(manager, v.now())
}

// warnAdopted says what the apply takes over.
func warnAdopted(diags *diag.Diagnostics, noun portal.Noun, name, id string) {
	password := ""
	if noun == portal.NounUser || noun == portal.NounSIPAccount {
		password = "; its password stays unless one is given"
	}
	diags.AddAttributeWarning(path.Root("adopt_existing"), "Takes over an existing "+noun.Title(), fmt.Sprintf(
		"The portal has the %s %q (%s) already. With adopt_existing, the apply changes it to what the configuration says, instead of making another%s.",
		noun.Title(), name, id, password))
}

// adopt changes an existing object to what is planned, in place of a creation. If somebody changes it meanwhile, nothing is written and nil is returned.
func adopt[T any](
	ctx context.Context, a *access, noun portal.Noun, id, name, etag string, wanted T, resp *resource.CreateResponse,
	replace func(context.Context, string, T, string) (*T, error),
) *T {
	a.state.adopted(object{noun, id})
	changed, err := replace(ctx, id, wanted, etag)
	if err != nil {
		addPortalError(&resp.Diagnostics, fmt.Sprintf("taking over the %s %q (%s)", noun.Title(), name, id), noun, err)
		return nil
	}
	return changed
}

// mayAdopt reports whether a creation may turn out to be a takeover: whom the portal has when it comes to that is not known at plan.
func mayAdopt(config userResourceModel) bool {
	return config.AdoptExisting.IsUnknown() || config.AdoptExisting.ValueBool()
}
