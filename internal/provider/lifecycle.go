package provider

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// defaultTimeout is far beyond what the client's attempts take together.
const defaultTimeout = 20 * time.Minute

// lifecycle are the attributes of every resource of which the portal knows nothing: how long an operation may take, and
// whether the object may go at all.
func lifecycle(noun portal.Noun) []field.Field {
	return []field.Field{
		{
			Name: "deletion_protection", Type: field.Flag, Use: field.Setting, Default: false,
			Doc: fmt.Sprintf("Whether a plan that deletes the %s fails, also one from which the block has gone: it is the state that counts, so it has to be applied "+
				"as `false` before. All platforms. Default `false`.", noun.Title()),
		},
		{
			Name: "adopt_existing", Type: field.Flag, Use: field.Setting,
			Doc: fmt.Sprintf("Whether a creation takes over the %s that has exactly %s already, and changes it to what the configuration says. "+
				"It never takes over one that this configuration manages already; of those that it has made (`managed_by` of the provider), only what was made in the last 24 hours and "+
				"not changed since, as an interrupted run leaves it. All platforms. Default `false`: then such a plan fails and shows the import block.", noun.Title(), identifiedBy[noun]),
		},
		timeoutsField(),
	}
}

// identifiedBy is what tells objects of one kind apart, in sentences.
var identifiedBy = map[portal.Noun]string{
	portal.NounUser: "this e-mail address, and this username where the platform has usernames,", portal.NounPermissionGroup: "this name",
	portal.NounSIPAccount: "this extension", portal.NounUserGroup: "this name",
}

func timeoutsField() field.Field {
	limit := func(name, text string) field.Field {
		return field.Field{
			Name: name, Use: field.Setting, Validators: []validator.String{positiveDuration{}}, Doc: text + " A duration such as `90s` or `2m`. Default `20m`.",
		}
	}
	return field.Field{
		Name: "timeouts", Type: field.Object, Use: field.Setting,
		Doc: "How long an operation may take, with all attempts to reach the portal. The attempts end by themselves long before the defaults do. " +
			"What was cut off can be applied again: nothing is made twice. All platforms.",
		Fields: []field.Field{
			limit("create", "For creating."), limit("read", "For reading, at a refresh or a plan."), limit("update", "For changing."),
			limit("delete", "For deleting. It is the state that counts."),
		},
	}
}

// refuseDeletion keeps what is protected. It is asked at plan and again at apply, which may be another one than was
// planned.
func (o storedObject) refuseDeletion(noun portal.Noun, diags *diag.Diagnostics) {
	if o.DeletionProtection {
		diags.AddError("Protected against deletion", fmt.Sprintf(
			"The %s %s has deletion_protection = true in the state, so it is not deleted. If it really is to go, apply deletion_protection = false first. "+
				"To stop managing it and keep it, take it out of the configuration with a removed block that has lifecycle { destroy = false }.", noun.Title(), o.title()))
	}
}
