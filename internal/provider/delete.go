package provider

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Terraform may delete an object before it changes those that no longer refer to it: it orders by what the new configuration says. The portal
// refuses as long as somebody does refer to it, so a delete waits for the rest of the apply to let go.
const (
	firstReleaseWait = 50 * time.Millisecond
	maxReleaseWait   = 2 * time.Second
)

// deleteWhenReleased calls remove until it succeeds, fails for another reason than that the object is in use, or patience is over.
func deleteWhenReleased(ctx context.Context, patience time.Duration, remove func() error) error {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for wait := firstReleaseWait; ; wait = min(2*wait, maxReleaseWait) {
		err := remove()
		if !inUse(err) {
			return err
		}
		again := time.NewTimer(wait)
		select {
		case <-again.C:
		case <-deadline.C:
			again.Stop()
			return err
		case <-ctx.Done():
			again.Stop()
			return err
		}
	}
}

func inUse(err error) bool {
	failure, ok := errors.AsType[*portal.Error](err)
	return ok && slices.ContainsFunc(failure.Errors, func(f portal.FieldError) bool { return f.Code == portal.CodeInUse })
}
