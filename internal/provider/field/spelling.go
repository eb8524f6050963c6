package field

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// The state has an e-mail address as the configuration spells it, so another spelling in the configuration is a
// correction, which changes the address in place. An imported user is the exception: the state has the spelling of the
// portal, and a configuration that spells it otherwise corrects nothing (ALL-03). SpellingKey is where private state
// then keeps the spelling that the configuration had at the latest apply; empty before the first one. Without the key,
// the state has the spelling of the configuration.
const SpellingKey = "email_spelling"

// PrivateReader and PrivateWriter are the framework's private state, whose type is internal to it.
type (
	PrivateReader interface {
		GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	}
	PrivateWriter interface {
		SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
	}
)

// Respelled reports whether a spelling in the configuration is another one than it had before.
func Respelled(ctx context.Context, private PrivateReader, configured string, diags *diag.Diagnostics) bool {
	text, d := private.GetKey(ctx, SpellingKey)
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

// KeepSpelling notes at an apply how the configuration spells an address that the state spells otherwise.
func KeepSpelling(ctx context.Context, private PrivateWriter, configured, planned any, diags *diag.Diagnostics) {
	spelling, known := configured.(string)
	if !known || spelling == planned {
		diags.Append(private.SetKey(ctx, SpellingKey, nil)...)
		return
	}
	diags.Append(SetSpelling(ctx, private, spelling)...)
}

// SetSpelling stores a spelling of the configuration; empty for none so far.
func SetSpelling(ctx context.Context, private PrivateWriter, spelling string) diag.Diagnostics {
	text, err := json.Marshal(spelling)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Private state cannot be written", err.Error())}
	}
	return private.SetKey(ctx, SpellingKey, text)
}
