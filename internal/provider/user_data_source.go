package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// selectionByStatus selects users by how far they have got with logging in.
func selectionByStatus() selection {
	var statuses []string
	for _, status := range portal.UserStatuses() {
		statuses = append(statuses, string(status))
	}
	return selection{
		name: "status",
		attribute: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Only users of this status: `pending` (no password of the own yet), `active` or " +
				"`blocked`. Left out, all users.",
			Validators: []validator.String{stringvalidator.OneOf(statuses...)},
		},
		doc: ", or those of one status: a `check` block can so assert that everybody got activated",
	}
}
