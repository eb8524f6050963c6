package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// kind describes one kind of objects that a resource stands for. The resource is the same for all of them; what a kind
// does in its own way is in its hooks.
type kind[T portal.Object] struct {
	table      field.Table
	doc        string
	title      string   // the attribute by which people know an object
	identities []string // the natural keys: fields that tell objects apart; see identifiedBy
	calls      func(*client.Client) calls[T]
	index      func(*view) *index[T]
	selection  func() selection // of objects for a list; nil for a list that has all of them always
	hooks      hooks[T]
}

// calls are the requests to the portal about one kind of objects.
type calls[T any] struct {
	get     func(ctx context.Context, id string) (*T, error)
	create  func(ctx context.Context, object T) (client.Created[T], error)
	replace func(ctx context.Context, id string, object T, etag string) (*T, error)
}

// operation is what Terraform asks for: a plan, a creation or a change of one object.
type operation struct {
	config, plan field.Tree
	state        field.Tree  // nil on creation
	paths        field.Paths // of config
	diags        *diag.Diagnostics
}

// resource is that of the kind.
func (k kind[T]) resource() resource.Resource {
	k.table = k.table.Managed()
	return &managed[T]{kind: k}
}

func (k kind[T]) noun() portal.Noun { return k.table.Noun }

func (k kind[T]) fields() field.Table { return k.table }

// managed is the resource of one kind of objects.
type managed[T portal.Object] struct {
	resourceBase
	kind[T]
}

// shown is what a data source shows of an object, by the readable fields of the table.
func (k kind[T]) shown(readable field.Table, object T, config field.Tree) field.Tree {
	tree := readable.Answered(&object, config)
	k.hooks.encoded(&object, config, tree)
	return tree
}

// Metadata implements resource.Resource.
func (r *managed[T]) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + string(r.noun())
}

// Schema implements resource.Resource.
func (r *managed[T]) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: r.doc, Attributes: r.table.Attributes()}
}

// decode is the object of the portal that a tree stands for.
func (k kind[T]) decode(tree field.Tree) T {
	var object T
	field.Decode(tree, &object)
	k.hooks.decoded(tree, &object)
	return object
}

// answered is the state after a write. What the portal hands over later in the same run counts as had: Terraform takes
// an answer that differs from the plan for a bug, and the next read tells what has become of it.
func (r *managed[T]) answered(object *T, plan field.Tree) field.Tree {
	tree := r.table.Answered(object, plan)
	r.hooks.encoded(object, plan, tree)
	for _, pending := range (*object).Meta().Pending {
		r.table.SetPlanned(tree, plan, pending.Field)
	}
	return tree
}

// named is what people call an object of the state, with its id.
func (k kind[T]) named(state field.Tree) string {
	return calledBy(state.Text(k.title), state.Text("id"))
}

// operation is what Terraform asks for. The state is null on creation.
func (k kind[T]) operation(config, plan, state tftypes.Value, diags *diag.Diagnostics) operation {
	tree := field.TreeOf(config)
	return operation{config: tree, plan: field.TreeOf(plan), state: field.TreeOf(state), paths: k.table.Paths(tree), diags: diags}
}

// ModifyPlan evaluates the platform's rule set, so that what the portal would refuse fails here.
func (r *managed[T]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.planDelete(ctx, field.TreeOf(req.State.Raw), &resp.Diagnostics)
		return
	}
	o := r.operation(req.Config.Raw, req.Plan.Raw, req.State.Raw, &resp.Diagnostics)
	r.hooks.prepare(o)
	requireSecrets(r.table, o)
	if resp.Diagnostics.HasError() {
		return
	}
	kind := req.Plan.Raw.Type()
	resp.Plan.Raw = field.ToTerraform(kind, o.plan)
	unchanged := resp.Plan.Raw.Equal(req.State.Raw)
	if !r.ready() {
		if o.state != nil && !unchanged {
			before, after := r.decode(o.state), r.decode(o.plan)
			rules.FillFrom(&after, &before)
			r.hooks.leaveOpen(o, nil, &before, &after, o.plan)
			resp.Plan.Raw = field.ToTerraform(kind, o.plan)
		}
		return
	}
	if planned := r.plan(ctx, o, unchanged); planned != nil {
		resp.Plan.Raw = field.ToTerraform(kind, planned)
	}
}

// plan judges what is planned and returns it with what the portal is going to answer; nil if it stays as Terraform has
// it.
func (r *managed[T]) plan(ctx context.Context, o operation, unchanged bool) field.Tree {
	after := r.decode(o.plan)
	r.table.SendSecrets(&after, o.config, o.plan, o.state)
	r.hooks.request(o, &after)
	change := plannedChange[T]{noun: r.noun(), config: o.paths, unchanged: unchanged, adopting: o.config["adopt_existing"]}
	change.goes = func(ctx context.Context, stored storedObject, diags *diag.Diagnostics) {
		if r.hooks.planDelete(ctx, r.access, stored, nil, diags); !diags.HasError() {
			r.view.refuseUsed(ctx, r.ending(stored), nil, diags)
		}
	}
	change.stock = func(ctx context.Context, inventory *rules.Inventory, holder string) error {
		return r.hooks.stock(ctx, r.access, change.before, after, inventory, holder)
	}
	if o.state != nil {
		change.before = new(r.decode(o.state))
		if !unchanged {
			r.hooks.stored(ctx, r.access, o, change.before)
		}
	} else if adopted := r.adoptee(ctx, o.config, false, o.diags); adopted != nil {
		change.before, change.adopts = adopted, (*adopted).Meta().ID
		warnAdopted(o.diags, r.noun(), r.index(r.view).holder(*adopted).Name, change.adopts)
		field.Decode(field.Tree{"id": change.adopts}, &after)
		r.hooks.stored(ctx, r.access, o, change.before)
	}
	change.after, change.id = &after, after.Meta().ID
	change.wanted = footprint{title: "the " + r.noun().Title() + " " + r.named(o.plan), uses: r.hooks.refers(&after, o.config)}
	if change.before != nil && !unchanged {
		change.wanted.ends = r.hooks.ends(change.before, &after)
		r.refuseUsedParts(ctx, change.id, change.wanted.ends, o.diags)
	}
	r.hooks.claim(r.access, o, &after)
	if o.diags.HasError() || !change.check(ctx, r.view, o.diags) || o.diags.HasError() {
		return nil
	}
	r.hooks.judge(ctx, r.access, o, change.before, &after)
	if o.state == nil && mayAdopt(o.config) {
		return nil // what the configuration leaves out is as the apply finds it, also if there is nobody now to take over
	}
	organization, set, err := r.view.rules(ctx)
	if err != nil {
		return nil // the check before has said so
	}
	answer := r.answered(&after, o.plan)
	r.hooks.settle(ctx, o, organization, &after, answer)
	planned, _ := settle(o.plan, o.config, answer).(field.Tree)
	r.hooks.leaveOpen(o, set, change.before, &after, planned)
	return planned
}

func (r *managed[T]) planDelete(ctx context.Context, state field.Tree, diags *diag.Diagnostics) {
	var stored storedObject
	field.Decode(state, &stored)
	current := r.decode(state)
	gone := r.ending(stored)
	if r.ready() {
		r.state.delete(gone.object, append(r.hooks.ends(&current, nil), gone), diags)
		if _, set, err := r.view.rules(ctx); err == nil && stored.stays() {
			set.Normalize(r.noun(), &current)
			kept := footprint{title: gone.title, claims: set.Claims(r.noun(), &current), uses: r.hooks.refers(&current, nil)}
			r.state.stays(gone.object, kept, diags)
		}
	}
	if r.hooks.planDelete(ctx, r.access, stored, &current, diags); r.ready() && !diags.HasError() {
		r.view.refuseUsed(ctx, gone, nil, diags)
	}
}

// ending is an object of the state that is to go.
func (k kind[T]) ending(stored storedObject) ending {
	return ending{object{k.noun(), stored.ID}, "the " + k.noun().Title() + " " + stored.title()}
}

// refuseUsedParts refuses to take away parts of an object that users have whom this configuration does not manage.
func (r *managed[T]) refuseUsedParts(ctx context.Context, id string, parts []ending, diags *diag.Diagnostics) {
	for _, part := range parts {
		r.view.refuseUsed(ctx, ending{object{r.noun(), id}, part.title}, []string{part.id}, diags)
	}
}

// adoptee returns the object that a new resource takes over, nil for none.
func (r *managed[T]) adoptee(ctx context.Context, config field.Tree, now bool, diags *diag.Diagnostics) *T {
	identities := make([]identity, 0, len(r.identities))
	for _, name := range r.identities {
		identities = append(identities, identity{name, config[name]})
	}
	return adoptee(ctx, r.view, r.index(r.view), config["adopt_existing"], identities, now, "looking for the "+r.noun().Title()+" to adopt", diags)
}

// Create implements resource.Resource.
func (r *managed[T]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	o := r.operation(req.Config.Raw, req.Plan.Raw, tftypes.Value{}, &resp.Diagnostics)
	name := o.plan.Text(r.title)
	doing := fmt.Sprintf("creating the %s %q", r.noun().Title(), name)
	if !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, o.plan, "create")
	defer cancel()
	wanted := r.decode(o.plan)
	r.table.SendSecrets(&wanted, o.config, o.plan, nil)
	r.hooks.request(o, &wanted)
	if resp.Diagnostics.HasError() {
		return
	}
	made := r.adoptee(ctx, o.config, true, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	var err error
	if made != nil {
		meta := (*made).Meta()
		doing = fmt.Sprintf("taking over the %s %q (%s)", r.noun().Title(), name, meta.ID)
		r.state.adopted(object{r.noun(), meta.ID})
		made, err = r.calls(r.client).replace(ctx, meta.ID, wanted, meta.ETag)
	} else {
		var created client.Created[T]
		if created, err = r.calls(r.client).create(ctx, wanted); err == nil {
			made = &created.Object
		}
	}
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, r.noun(), err)
		return
	}
	r.hooks.claim(r.access, o, made) // the plan could not: a new object has no id
	r.index(r.view).keep((*made).Meta().ID, *made)
	resp.State.Raw = field.ToTerraform(req.Plan.Raw.Type(), r.answered(made, o.plan))
	keepETag(ctx, resp.Private, (*made).Meta().ETag, &resp.Diagnostics)
}

// Read implements resource.Resource.
func (r *managed[T]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := field.TreeOf(req.State.Raw)
	doing := fmt.Sprintf("reading the %s %s", r.noun().Title(), r.named(state))
	if !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, state, "read")
	defer cancel()
	found, err := readOnce(ctx, state.Text("id"), r.calls(r.client).get)
	if client.IsNotFound(err) {
		warnGone(&resp.Diagnostics, r.noun(), r.named(state))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, r.noun(), err)
		return
	}
	resp.State.Raw = field.ToTerraform(req.State.Raw.Type(), r.read(found, state))
	keepETag(ctx, resp.Private, (*found).Meta().ETag, &resp.Diagnostics)
}

// read is the state after a read.
func (k kind[T]) read(found *T, state field.Tree) field.Tree {
	tree := k.table.Read(found, state)
	k.hooks.encoded(found, state, tree)
	return tree
}

// Update implements resource.Resource.
func (r *managed[T]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	o := r.operation(req.Config.Raw, req.Plan.Raw, req.State.Raw, &resp.Diagnostics)
	doing := fmt.Sprintf("changing the %s %s", r.noun().Title(), r.named(o.state))
	if !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, o.plan, "update")
	defer cancel()
	wanted := r.decode(o.plan)
	r.table.SendSecrets(&wanted, o.config, o.plan, o.state)
	r.hooks.request(o, &wanted)
	r.hooks.update(o, &wanted)
	etag := storedETag(ctx, req.Private, &resp.Diagnostics)
	for _, name := range r.table.Correctable() {
		field.KeepSpelling(ctx, resp.Private, o.config[name], o.plan[name], &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	id := o.state.Text("id")
	versions := r.writes.of(id)
	versions.Lock()
	defer versions.Unlock()
	changed, err := r.calls(r.client).replace(ctx, id, wanted, versions.newest(etag))
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, r.noun(), err)
		return
	}
	r.index(r.view).keep(id, *changed)
	state := r.answered(changed, o.plan)
	r.hooks.written(o, state)
	resp.State.Raw = field.ToTerraform(req.Plan.Raw.Type(), state)
	keepETag(ctx, resp.Private, (*changed).Meta().ETag, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *managed[T]) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := field.TreeOf(req.State.Raw)
	doing := fmt.Sprintf("deleting the %s %s", r.noun().Title(), r.named(state))
	if !r.known(doing, &resp.Diagnostics) {
		return
	}
	ctx, cancel := within(ctx, state, "delete")
	defer cancel()
	var stored storedObject
	field.Decode(state, &stored)
	etag := storedETag(ctx, req.Private, &resp.Diagnostics)
	if stored.refuseDeletion(r.noun(), &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	versions := r.writes.of(stored.ID)
	versions.Lock()
	defer versions.Unlock()
	if err := r.hooks.delete(ctx, r.access, stored, versions.newest(etag), &resp.Diagnostics); err != nil && !client.IsNotFound(err) {
		addDeleteError(&resp.Diagnostics, doing, r.noun(), err)
	}
}

// ImportState takes the id or what people know the object by (ALL-04).
func (r *managed[T]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	doing := fmt.Sprintf("importing the %s %q", r.noun().Title(), req.ID)
	if !r.known(doing, &resp.Diagnostics) {
		return
	}
	found, err := r.imported(ctx, r.view, req.ID, &resp.Diagnostics)
	if err != nil {
		addPortalError(&resp.Diagnostics, doing, r.noun(), err)
		return
	}
	set := func(at path.Path, value any) { resp.Diagnostics.Append(resp.State.SetAttribute(ctx, at, value)...) }
	for name, value := range r.table.Defaults() {
		set(path.Root(name), value)
	}
	for _, secret := range r.table.RootSecrets() {
		set(path.Root(field.Version(secret)), field.ImportedVersion)
	}
	r.hooks.imported(ctx, *found, resp)
	set(path.Root("id"), (*found).Meta().ID)
	if len(r.table.Correctable()) > 0 {
		resp.Diagnostics.Append(field.SetSpelling(ctx, resp.Private, "")...)
	}
}

// within ends the context when the timeouts of an object say so.
func within(ctx context.Context, object field.Tree, operation string) (context.Context, context.CancelFunc) {
	allowed, err := time.ParseDuration(object.Object("timeouts").Text(operation))
	if err != nil { // left out: the schema refuses everything else
		allowed = defaultTimeout
	}
	return context.WithTimeout(ctx, allowed)
}
