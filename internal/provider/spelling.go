package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The state has an e-mail address as the configuration spells it, so another spelling in the configuration is a correction, which changes the address
// in place. An imported user is the exception: the state has the spelling of the portal, and a configuration that spells it otherwise corrects
// nothing (ALL-03). spellingKey is where private state then keeps the spelling that the configuration had at the latest apply; empty before
// the first one. Without the key, the state has the spelling of the configuration.
const spellingKey = "email_spelling"

// respelled reports whether a spelling in the configuration is another one than it had before.
func respelled(ctx context.Context, private privateReader, configured string, diags *diag.Diagnostics) bool {
	text, d := private.GetKey(ctx, spellingKey)
	diags.Append(d...)
	if len(text) == 0 {
		return true
	}
	var latest string
	if err := json.Unmarshal(text, &latest); err != nil {
		return false
	}
	return latest != "" && latest != configured
}

// keepSpelling notes at an apply how the configuration spells an address that the state spells otherwise.
func keepSpelling(ctx context.Context, private privateWriter, configured, planned types.String, diags *diag.Diagnostics) {
	if configured.Equal(planned) || configured.IsNull() || configured.IsUnknown() {
		diags.Append(private.SetKey(ctx, spellingKey, nil)...)
		return
	}
	diags.Append(setSpelling(ctx, private, configured.ValueString())...)
}

func setSpelling(ctx context.Context, private privateWriter, spelling string) diag.Diagnostics {
	text, err := json.Marshal(spelling)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Private state cannot be written", err.Error())}
	}
	return private.SetKey(ctx, spellingKey, text)
}
