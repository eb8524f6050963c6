package provider

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// etagKey is where private state keeps the ETag of the object as it was last read. A write carries it, so that a change somebody made in
// the portal since then stops the apply instead of being overwritten.
const etagKey = "etag"

// privateReader and privateWriter are the framework's private state, whose type is internal to it.
type (
	privateReader interface {
		GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	}
	privateWriter interface {
		SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
	}
)

// storedETag is "" if there is none, which makes a write unconditional.
func storedETag(ctx context.Context, private privateReader, diags *diag.Diagnostics) string {
	text, d := private.GetKey(ctx, etagKey)
	diags.Append(d...)
	if len(text) == 0 {
		return ""
	}
	etag, err := strconv.Unquote(string(text))
	if err != nil {
		diags.AddError("Unreadable private state", "The ETag in the private state of the resource is damaged. Run terraform apply -refresh-only to read it anew.")
	}
	return etag
}

// keepETag stores the ETag as JSON, which values in private state must be.
func keepETag(ctx context.Context, private privateWriter, etag string, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, etagKey, []byte(strconv.QuoteToASCII(etag)))...)
}
