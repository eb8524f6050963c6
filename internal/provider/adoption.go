package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// identity is a field that tells objects of one kind apart, with the value that a configuration gives it.
type identity struct {
	field string
	value any
}

// adoptee returns the object that a new resource with adopt_existing takes over: the one that has exactly what
// identifies the new one. Nil is none; then the object is created, and refused if there is one that may not be taken
// over. It is an error if what identifies it belongs to two objects. The plan looks in the lists that it has read; the
// apply, with now, asks anew.
func adoptee[T portal.Object](
	ctx context.Context, v *view, i *index[T], adopting any, identities []identity, now bool, doing string, diags *diag.Diagnostics,
) *T {
	if adopting != true {
		return nil
	}
	var found *T
	var missing bool
	var said []string
	for _, identity := range identities {
		value, known := identity.value.(string)
		if !known && identity.value != nil {
			return nil
		}
		if value == "" {
			continue
		}
		said = append(said, fmt.Sprintf("the %s %q", identity.field, value))
		object, err := i.named(ctx, v, identity.field, value, now)
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
	if !v.mayAdopt(ctx, owner{Holder: i.holder(*found), noun: i.noun, meta: (*found).Meta()}) {
		return nil
	}
	return found
}

// mayAdopt reports whether an object may be taken over: not if this configuration has it in its state already, and of
// those that it has made only what an interrupted run may have left.
func (v *view) mayAdopt(ctx context.Context, who owner) bool {
	if _, seen := v.state.inState(object{who.noun, who.ID}); seen {
		return false
	}
	organization, _, err := v.rules(ctx)
	if err != nil {
		return false
	}
	manager := v.manager(organization)
	return who.meta.ManagedBy == "" || who.meta.ManagedBy != manager || mayBeOfInterruptedRun(who.meta, manager, v.now())
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

// mayAdopt reports whether a creation may turn out to be a takeover: whom the portal has when it comes to that is not
// known at plan.
func mayAdopt(config field.Tree) bool {
	adopting := config["adopt_existing"]
	return adopting == true || adopting == field.Unknown{}
}
