package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// Summaries of plans that contradict each other.
const (
	managedAlready = "Managed by this configuration already"
	claimedTwice   = "Claimed twice"
	managedTwice   = "Managed twice"
)

// addMoved refuses to delete an object that the same configuration creates under another address.
func addMoved(diags *diag.Diagnostics, noun portal.Noun, name string) {
	diags.AddError(managedAlready, fmt.Sprintf(
		"The %s %s is managed by this configuration already, under another address, and the plan would delete it there and create it anew. "+
			"If a block, a key of for_each or a module was renamed, say so, and the %[1]s stays as it is:\n\n%[3]s\n\n"+
			"If another %[1]s is to have it, delete %[2]s with one apply, and create the new %[1]s with a second one.", noun.Title(), name, movedBlock(noun)))
}

// addPlaceTaken refuses a creation that wants what identifies an object of the same configuration which stays. The
// object still has it, or the same plan gives the object another one.
func addPlaceTaken(diags *diag.Diagnostics, creation *objectPlan, noun portal.Noun, name string, stillWanted bool) {
	if stillWanted {
		diags.AddError(claimedTwice, fmt.Sprintf(
			"Two blocks of this configuration stand for the %s %s: one has it in the state, the other would create it. Keep one of the two, or give the other %[1]s "+
				"what identifies another %[1]s.", noun.Title(), name))
		return
	}
	key := ""
	if len(creation.wants) > 0 {
		key = creation.wants[0].key
	}
	diags.AddError(managedAlready, fmt.Sprintf(
		"The %s %s gets another name or address in this plan, and a new %[1]s gets %[3]q, which it has until then. In one apply that looks like a renamed block. "+
			"Apply the change of %[2]s first, and create the new %[1]s with a second apply. If a block was renamed, say so with a moved block:\n\n%[4]s",
		noun.Title(), name, key, movedBlock(noun)))
}

// addManagedTwice refuses a state in which two addresses hold one object.
func addManagedTwice(diags *diag.Diagnostics, noun portal.Noun, name string) {
	diags.AddError(managedTwice, fmt.Sprintf(
		"Two addresses of this state hold the same %s %s, so that one would undo or delete what the other does. Let one of the two go; the %[1]s stays in the portal:\n\n"+
			"removed {\n  from = switchboard_%[3]s.NAME\n  lifecycle { destroy = false }\n}\n\nThen take its block out of the configuration. "+
			"For one key of a for_each, use terraform state rm 'switchboard_%[3]s.NAME[\"KEY\"]'.", noun.Title(), name, noun))
}

// addClaimedTwice refuses a plan that wants what another object of the configuration wants for itself alone.
func addClaimedTwice(diags *diag.Diagnostics, plan, other *objectPlan, otherName string, claim rules.Claim) {
	who := "another " + other.noun.Title() + " that is to be created"
	if other.id != "" {
		who = fmt.Sprintf("the %s %s", other.noun.Title(), otherName)
	}
	if plan.action == deletes {
		addKept(diags, claim, plan.title, who)
		return
	}
	if other.action == deletes {
		addKept(diags, claim, other.title, plan.title)
		return
	}
	advice := "Change one of the two"
	if other.noun == plan.noun {
		advice += fmt.Sprintf("; if both stand for the same %s, keep one", plan.noun.Title())
	}
	diags.AddAttributeError(attributePath(claim.Field), claimedTwice, fmt.Sprintf(
		"%s: %q is wanted by %s of this configuration too, and only one can have it. %s.", claim.Field, claim.Key, who, advice))
}

// addKept refuses a plan that wants what an object keeps which leaves the configuration and stays in the portal.
func addKept(diags *diag.Diagnostics, claim rules.Claim, keeper, wanting string) {
	diags.AddError(claimedTwice, fmt.Sprintf(
		"%s: %q stays with %s, which leaves this configuration and stays in the portal, as its on_destroy says; %s wants it. "+
			"Take it away from the one that stays with an apply before, or apply on_destroy = %q there first.",
		claim.Field, claim.Key, keeper, wanting, onDestroyDelete))
}

// movedBlock says that the address of an object has changed.
func movedBlock(noun portal.Noun) string {
	return fmt.Sprintf("moved {\n  from = switchboard_%s.OLD\n  to   = switchboard_%[1]s.NEW\n}", noun)
}

// importBlockOf brings an object into the state.
func importBlockOf(noun portal.Noun, id string) string {
	return fmt.Sprintf("import {\n  to = switchboard_%s.NAME\n  id = %q\n}", noun, id)
}
