package provider

import (
	"context"
	"strconv"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// etagKey is where private state keeps the ETag of the object as it was last read. A write carries it, so that a change
// somebody made in the portal since then stops the apply instead of being overwritten.
const etagKey = "etag"

// storedETag is "" if there is none, which makes a write unconditional.
func storedETag(ctx context.Context, private field.PrivateReader, diags *diag.Diagnostics) string {
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
func keepETag(ctx context.Context, private field.PrivateWriter, etag string, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, etagKey, []byte(strconv.QuoteToASCII(etag)))...)
}

// ownWrites follows the versions that this run gives to users. A membership is part of a user, so that a membership
// that is given or taken changes the ETag of a user whom the same run may go on to change or delete. That is no change
// by somebody else.
type ownWrites struct {
	mu    sync.Mutex
	users map[string]*userVersions
}

// userVersions are the versions of one user. Its lock is held while the user is written.
type userVersions struct {
	sync.Mutex

	next map[string]string // ETag → the one that a write of this run put in its place
}

// of returns the versions of a user.
func (o *ownWrites) of(userID string) *userVersions {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.users == nil {
		o.users = map[string]*userVersions{}
	}
	if o.users[userID] == nil {
		o.users[userID] = &userVersions{next: map[string]string{}}
	}
	return o.users[userID]
}

// newest is the ETag that this run has put in the place of another one, which may be the same.
func (v *userVersions) newest(etag string) string {
	for next, changed := v.next[etag]; changed; next, changed = v.next[etag] {
		etag = next
	}
	return etag
}

// replaced notes that a write put one ETag in the place of another one.
func (v *userVersions) replaced(previous, etag string) {
	if previous != "" && previous != etag {
		v.next[previous] = etag
	}
}
