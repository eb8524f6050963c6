package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// lifecycleModel is what a configuration says of every object and the portal knows nothing of: how long an operation may take, and whether the
// object may go at all.
type lifecycleModel struct {
	AdoptExisting      types.Bool     `tfsdk:"adopt_existing"`
	DeletionProtection types.Bool     `tfsdk:"deletion_protection"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

// defaultTimeout is far beyond what the client's attempts take together.
const defaultTimeout = 20 * time.Minute

func lifecycleAttributes(noun portal.Noun) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"deletion_protection": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			MarkdownDescription: fmt.Sprintf("Whether a plan that deletes the %s fails, also one from which the block has gone: it is the state that counts, so it has to be applied "+
				"as `false` before. All platforms. Default `false`.", noun.Title()),
		},
		"adopt_existing": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: fmt.Sprintf("Whether a creation takes over the %s that has exactly %s already, and changes it to what the configuration says. "+
				"It never takes over one that this configuration manages already; of those that it has made (`managed_by` of the provider), only what was made in the last 24 hours and "+
				"not changed since, as an interrupted run leaves it. All platforms. Default `false`: then such a plan fails and shows the import block.", noun.Title(), identifiedBy[noun]),
		},
		"timeouts": timeoutsAttribute(),
	}
}

// identifiedBy is what tells objects of one kind apart, in sentences.
var identifiedBy = map[portal.Noun]string{
	portal.NounUser: "this e-mail address, and this username where the platform has usernames,", portal.NounPermissionGroup: "this name",
	portal.NounSIPAccount: "this extension", portal.NounUserGroup: "this name",
}

func timeoutsAttribute() schema.SingleNestedAttribute {
	limit := func(text string) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, Validators: []validator.String{positiveDuration{}},
			MarkdownDescription: text + " A duration such as `90s` or `2m`. Default `20m`.",
		}
	}
	attribute, _ := timeouts.AttributesAll(context.Background()).(schema.SingleNestedAttribute)
	attribute.MarkdownDescription = "How long an operation may take, with all attempts to reach the portal. The attempts end by themselves long before the defaults do. " +
		"What was cut off can be applied again: nothing is made twice. All platforms."
	attribute.Attributes = map[string]schema.Attribute{
		"create": limit("For creating."),
		"read":   limit("For reading, at a refresh or a plan."),
		"update": limit("For changing."),
		"delete": limit("For deleting. It is the state that counts."),
	}
	return attribute
}

// within ends the context when the timeouts say so; limit is one of those of timeouts.Value.
func within(ctx context.Context, limit func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	allowed, d := limit(ctx, defaultTimeout)
	diags.Append(d...)
	return context.WithTimeout(ctx, allowed)
}

// goesUnlessProtected judges the deletion of an object of the state that a creation replaces.
func goesUnlessProtected(noun portal.Noun) func(context.Context, storedObject, *diag.Diagnostics) {
	return func(_ context.Context, stored storedObject, diags *diag.Diagnostics) {
		lifecycleModel{DeletionProtection: types.BoolValue(stored.DeletionProtection)}.refuseDeletion(noun, stored.title(), diags)
	}
}

// refuseDeletion keeps what is protected. It is asked at plan and again at apply, which may be another one than was planned.
func (m lifecycleModel) refuseDeletion(noun portal.Noun, name string, diags *diag.Diagnostics) {
	if m.DeletionProtection.ValueBool() {
		diags.AddError("Protected against deletion", fmt.Sprintf(
			"The %s %s has deletion_protection = true in the state, so it is not deleted. If it really is to go, apply deletion_protection = false first. "+
				"To stop managing it and keep it, take it out of the configuration with a removed block that has lifecycle { destroy = false }.", noun.Title(), name))
	}
}
