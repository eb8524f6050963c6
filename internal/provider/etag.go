package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// etagKey is where private state keeps the ETag of the object as it was last read. A write carries it, so that a change somebody made in
// the portal since then stops the apply instead of being overwritten.
const etagKey = "etag"

// privateState is what the framework gives to reads and writes of private state.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

func storedETag(ctx context.Context, private privateState) (string, diag.Diagnostics) {
	text, diags := private.GetKey(ctx, etagKey)
	var etag string
	if len(text) > 0 {
		if err := json.Unmarshal(text, &etag); err != nil {
			diags.AddError("Unreadable private state", "The ETag in the private state of the resource is damaged: "+err.Error()+". Run terraform apply -refresh-only to read it anew.")
		}
	}
	return etag, diags
}

// etagJSON is the form in which private state keeps an ETag: its values must be JSON.
func etagJSON(etag string) []byte {
	text, _ := json.Marshal(etag) //nolint:errchkjson // a string always marshals
	return text
}
