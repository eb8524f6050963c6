package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// hooks is what one kind of objects does in its own way. plainHooks does nothing.
type hooks[T any] interface {
	// decoded completes an object with what a tree has in another form.
	decoded(tree field.Tree, object *T)
	// encoded completes a tree with what an object has in another form; prior is the tree that was there before.
	encoded(object *T, prior, tree field.Tree)
	// prepare completes the plan before anything is judged.
	prepare(o operation)
	// leaveOpen plans as unknown what only the write decides, or what follows from something that is not known yet. It
	// is also called when the provider is not configured yet, where set is nil: the apply, which is, may make known
	// what this leaves open, and nothing else.
	leaveOpen(o operation, set *rules.Set, before, after *T, plan field.Tree)
	// request completes what a plan, a creation or a change asks of the portal.
	request(o operation, object *T)
	// update completes what a change asks of the portal, and nothing else does.
	update(o operation, object *T)
	// stored completes the object in state with what the state does not have and the rules need.
	stored(ctx context.Context, a *access, o operation, before *T)
	// claim notes what the plan wants for itself alone beyond what the rule set says.
	claim(a *access, o operation, object *T)
	// refers are the objects to which a planned one refers.
	refers(object *T, config field.Tree) []use
	// ends are what goes when one version of an object takes the place of another, besides the object itself; after is
	// nil if that is deleted.
	ends(before, after *T) []ending
	// stock looks up what a planned object refers to.
	stock(ctx context.Context, a *access, before *T, after T, inventory *rules.Inventory, holder string) error
	// judge judges a plan beyond the rule set.
	judge(ctx context.Context, a *access, o operation, before, after *T)
	// settle completes the answer that the portal is expected to give.
	settle(ctx context.Context, o operation, organization portal.Organization, after *T, answer field.Tree)
	// stays reports whether nothing is to be said of an object that stays as it is, and notes what it has alone beyond
	// what the rule set says.
	stays(a *access, object *T, config field.Tree, diags *diag.Diagnostics) bool
	// written completes what a change leaves in the state.
	written(o operation, state field.Tree)
	// planDelete judges a deletion. The object is nil if a creation takes its place.
	planDelete(ctx context.Context, a *access, stored storedObject, object *T, diags *diag.Diagnostics)
	// delete deletes an object.
	delete(ctx context.Context, a *access, stored storedObject, etag string, diags *diag.Diagnostics) error
	// imported completes what an import sets besides the id.
	imported(ctx context.Context, object T, resp *resource.ImportStateResponse)
}

// plainHooks is what a kind of objects does that has nothing of its own.
type plainHooks[T any] struct {
	noun   portal.Noun
	remove func(c *client.Client, ctx context.Context, id, etag string) (*portal.HandOver, error)
}

func (plainHooks[T]) decoded(field.Tree, *T)                              {}
func (plainHooks[T]) encoded(*T, field.Tree, field.Tree)                  {}
func (plainHooks[T]) prepare(operation)                                   {}
func (plainHooks[T]) leaveOpen(operation, *rules.Set, *T, *T, field.Tree) {}
func (plainHooks[T]) request(operation, *T)                               {}
func (plainHooks[T]) update(operation, *T)                                {}
func (plainHooks[T]) stored(context.Context, *access, operation, *T)      {}
func (plainHooks[T]) claim(*access, operation, *T)                        {}
func (plainHooks[T]) judge(context.Context, *access, operation, *T, *T)   {}
func (plainHooks[T]) written(operation, field.Tree)                       {}

func (plainHooks[T]) refers(*T, field.Tree) []use { return nil }

func (plainHooks[T]) ends(_, _ *T) []ending { return nil }

func (plainHooks[T]) stays(*access, *T, field.Tree, *diag.Diagnostics) bool { return true }

func (plainHooks[T]) settle(context.Context, operation, portal.Organization, *T, field.Tree) {}

func (plainHooks[T]) imported(context.Context, T, *resource.ImportStateResponse) {}

func (plainHooks[T]) stock(context.Context, *access, *T, T, *rules.Inventory, string) error {
	return nil
}

func (h plainHooks[T]) planDelete(_ context.Context, _ *access, stored storedObject, _ *T, diags *diag.Diagnostics) {
	stored.refuseDeletion(h.noun, diags)
}

func (h plainHooks[T]) delete(ctx context.Context, a *access, stored storedObject, etag string, _ *diag.Diagnostics) error {
	_, err := h.remove(a.client, ctx, stored.ID, etag) // what waits for its users is gone for Terraform
	return err
}
