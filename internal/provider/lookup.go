package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// Looking objects up by their ids, which are texts of any form, and by what people know them by (ALL-04).

// lookUpAttributes are the attributes by which an object is found: its id, and its natural keys.
func (k kind[T]) lookUpAttributes() []string { return append([]string{attributeID}, k.identities...) }

// one returns the object that has a value in one of the attributes.
func (k kind[T]) one(ctx context.Context, v *view, attribute, value string) (found *T, err error) {
	if attribute == attributeID {
		found, err = k.index(v).get(ctx, value)
		err = ignoreNotFound(err)
	} else {
		found, err = k.index(v).named(ctx, v, attribute, value, true)
	}
	if err == nil && found == nil {
		err = k.noSuch(value, attribute)
	}
	return found, err
}

// imported returns the object that an import names by its id or by a natural key. The id of one object may be the
// natural key of another, such as the extension of a SIP account where ids are numbers. Then the id counts, so that
// every object can be imported by its id, and a warning names the other object.
func (k kind[T]) imported(ctx context.Context, v *view, key string, diags *diag.Diagnostics) (*T, error) {
	found, err := k.meant(ctx, v, key, false)
	if client.IsNotFound(err) {
		found, err = k.meant(ctx, v, key, true)
	}
	if err != nil {
		return nil, err
	}
	if len(found) > 1 {
		first, other := k.index(v).holder(found[0]), k.index(v).holder(found[1])
		diags.AddWarning("Names two objects", fmt.Sprintf(
			"%q names the %s %s, which is imported, and the %[2]s %[4]s. If that one is meant, import it by its id, "+
				"%[5]q.",
			key, k.noun().Title(), calledBy(first.Name, first.ID), calledBy(other.Name, other.ID), other.ID))
	}
	return &found[0], nil
}

// meant returns the objects that a key may stand for: the one with this id first, then those that people know by it.
// IsNotFound of the error says that there is none. The first few keys cost a request each for the id and for the
// natural key; many are looked up in the list, which has both. So no e-mail address of a thousand is asked for in
// vain as if it were an id. With now, the portal is asked for a key that is not in the list, too: the object may be
// younger than the list.
func (k kind[T]) meant(ctx context.Context, v *view, key string, now bool) ([]T, error) {
	_, set, err := v.rules(ctx)
	if err != nil {
		return nil, err
	}
	var objects []T
	var compared []string
	for _, attribute := range k.lookUpAttributes() {
		if attribute != attributeID && k.index(v).field(set, attribute) == nil {
			continue
		}
		compared = append(compared, attribute)
		what, possible := k.index(v).thing(set, attribute, key)
		if !possible {
			continue
		}
		found, err := k.index(v).search(ctx, set, what, now)
		if err != nil {
			return nil, err
		}
		same := func(other T) bool { return other.Meta().ID == (*found).Meta().ID }
		if found != nil && !slices.ContainsFunc(objects, same) {
			objects = append(objects, *found)
		}
	}
	if len(objects) == 0 {
		return nil, k.noSuch(key, compared...)
	}
	return objects, nil
}

// noSuch says that there is no object with a value in one of the attributes.
func (k kind[T]) noSuch(value string, attributes ...string) error {
	words := make([]string, len(attributes))
	for i, attribute := range attributes {
		words[i] = inWords(attribute)
	}
	detail := fmt.Sprintf("the organisation has no %s with the %s %q", k.noun().Title(), either(words), value)
	return portal.NewError(portal.CodeNotFound, detail)
}

// inWords is what an attribute by which objects are found has, as people say it.
func inWords(attribute string) string {
	if attribute == "email" {
		return "e-mail address"
	}
	return attribute
}

// either names alternatives, of which there is at least one.
func either(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// calledBy is how messages call an object: by what people know it by, and its id.
func calledBy(name, id string) string {
	if name == "" {
		return id
	}
	return fmt.Sprintf("%q (%s)", name, id)
}

// warnGone says that an object was deleted outside Terraform, so that its planned creation is no riddle.
func warnGone(diags *diag.Diagnostics, noun portal.Noun, name string) {
	diags.AddWarning("Deleted outside Terraform",
		fmt.Sprintf("The %s %s is in the state but no longer in the portal, so it leaves the state. If the configuration still has it, it is created anew.", noun.Title(), name))
}
