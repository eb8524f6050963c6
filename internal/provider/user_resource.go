package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

func userKind() kind[portal.User] {
	return kind[portal.User]{
		table: userTable(), title: "email", identities: []string{"email", "username"},
		doc: "A person who logs in to the portal, with rights, phones and numbers.\n\n" +
			"Which attributes exist depends on the platform of the organisation, and the plan refuses one that does not exist there. " +
			"What a configuration leaves out is not managed: the portal's default holds on creation, and a value that the person or the portal sets later stays. " +
			"An empty text (`\"\"`) or set (`[]`) says that there is none.",
		calls: func(c *client.Client) calls[portal.User] {
			return calls[portal.User]{c.GetUser, c.CreateUser, c.ReplaceUser}
		},
		index:     func(v *view) *index[portal.User] { return &v.users },
		selection: selectionByStatus,
		hooks:     userHooks{},
	}
}

// userHooks are what only users have: pictures, a log-in, memberships, numbers that ring, and guards before they are
// deleted.
type userHooks struct{ plainHooks[portal.User] }

// prepare plans the digest of the picture that the configuration names, so that another picture is a change.
func (userHooks) prepare(o operation) {
	if picture := configuredAvatar(o); picture != nil {
		o.plan.Object("webcare")["avatar_sha256"] = picture.sha256
	}
}

func (userHooks) request(o operation, user *portal.User) {
	_, unknown := o.config["password_wo"].(field.Unknown)
	if version := field.Version("password_wo"); unknown && o.plan[version] != o.state[version] {
		user.Password = new(portal.Secret) // there will be one; its value is not known
	}
	if user.Webcare != nil {
		user.Webcare.Avatar = configuredAvatar(o).request(o.state.Object("webcare").Text("avatar_sha256"))
	}
}

// update leaves out what the configuration leaves to others: this very run may change it.
func (userHooks) update(o operation, user *portal.User) {
	user.Status = portal.UserStatus(o.state.Text("status")) // of which the plan knew: the write ends no other block
	if o.config["permission_group_ids"] == nil {
		user.PermissionGroupIDs = nil
	}
	if user.Telephony != nil && !o.paths.Given("telephony.incoming_numbers") {
		user.Telephony.IncomingNumbers = nil
	}
}

// stored completes a user who gets a voicemail attribute that the state does not have: added later, or put back. The
// rules need it: a PIN that is set stays.
func (userHooks) stored(ctx context.Context, a *access, o operation, before *portal.User) {
	if !takesOverVoicemail(o) {
		return
	}
	users, err := a.view.users.find(ctx, []string{before.ID})
	if err != nil {
		addPortalError(o.diags, "looking at the voicemail of the user "+before.ID, portal.NounUser, err)
		return
	}
	before.Voicemail = users[before.ID].Voicemail
}

// takesOverVoicemail reports whether a user who is there gets a voicemail attribute that the state does not have: added
// later, or put back.
func takesOverVoicemail(o operation) bool {
	return o.state != nil && o.state.Object("voicemail") == nil && o.plan.Object("voicemail") != nil
}

// claim notes that the user has all groups in its own resource. With ignore_changes the plan is another than the
// configuration.
func (userHooks) claim(a *access, o operation, user *portal.User) {
	if groups := o.config["permission_group_ids"]; groups != nil && field.SameElements(groups, o.plan["permission_group_ids"]) {
		a.state.memberships.claimAll(user.ID, valueOf(user.Email), o.diags)
	}
}

func (userHooks) stock(ctx context.Context, a *access, before *portal.User, after portal.User, inventory *rules.Inventory, holder string) error {
	return a.view.stockOf(ctx, before, after, inventory, holder)
}

func (userHooks) judge(ctx context.Context, a *access, o operation, before, after *portal.User) {
	const numbers = "telephony.incoming_numbers"
	a.view.planNumbers(ctx, before, after, o.paths.Given(numbers), o.paths.Partial(numbers) > 0, o.diags)
	refusePwned(ctx, a, *after, o.diags)
}

func (userHooks) settle(_ context.Context, o operation, _ portal.Organization, after *portal.User, answer field.Tree) {
	if voicemail := answer.Object("voicemail"); voicemail != nil && after.Voicemail.PIN != nil {
		voicemail["pin_set"] = *after.Voicemail.PIN != ""
	}
	if takesOverVoicemail(o) {
		answer["voicemail"] = o.plan["voicemail"] // what it leaves out is as the apply finds it
	}
}

// leaveOpen leaves open which numbers ring at a user whose caller ID changes (VX-07), whether there is a PIN, which
// picture, and what becomes of the log-in. An object that is itself not known stays so: nothing is put into it.
func (userHooks) leaveOpen(o operation, set *rules.Set, before, after *portal.User, plan field.Tree) {
	unknown := o.paths.Unknown
	if telephony := plan.Object("telephony"); telephony != nil && set != nil && !o.paths.Given("telephony.incoming_numbers") &&
		(before == nil || unknown("telephony.caller_id") || callerID(before) != callerID(after)) {
		if caller := set.Objects[portal.NounUser].Fields["telephony.caller_id"]; caller != nil && caller.Allocate != "" {
			telephony["incoming_numbers"] = field.Unknown{}
		}
	}
	if voicemail := plan.Object("voicemail"); voicemail != nil && unknown("voicemail.pin") {
		voicemail["pin_set"] = field.Unknown{}
	}
	if webcare := plan.Object("webcare"); webcare != nil && unknown("webcare.avatar_file") {
		webcare["avatar_sha256"] = field.Unknown{}
	}
	leaveLoginOpen(unknown, before, after, plan)
}

func callerID(user *portal.User) string {
	if user == nil || user.Telephony == nil {
		return ""
	}
	return valueOf(user.Telephony.CallerID)
}

// written keeps what was planned, where that was left to others: the next refresh has it right.
func (userHooks) written(o operation, state field.Tree) {
	keepPlannedLogin(o.plan, state)
	if planned := o.plan["permission_group_ids"]; o.config["permission_group_ids"] == nil && planned != (field.Unknown{}) {
		state["permission_group_ids"] = planned
	}
}

func (userHooks) imported(ctx context.Context, user portal.User, resp *resource.ImportStateResponse) {
	if v := user.Voicemail; v != nil && (valueOf(v.Enabled) || v.PINSet) { // one that is in use is managed from the import on
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("voicemail").AtName("pin_wo_version"), field.ImportedVersion)...)
	}
	if w := user.Webcare; w != nil && w.AvatarSHA256 == "" {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("webcare").AtName("avatar_file"), "")...)
	}
}

// stays leaves a picture to the long way, which looks whether the file is still the one that the portal has.
func (userHooks) stays(a *access, user *portal.User, config field.Tree, diags *diag.Diagnostics) bool {
	if config.Object("webcare")["avatar_file"] != nil {
		return false
	}
	if config["permission_group_ids"] == nil {
		return true
	}
	configured, ok := field.TextsOf(config["permission_group_ids"])
	if !ok || user.PermissionGroupIDs == nil || !slices.Equal(configured, user.PermissionGroupIDs) {
		return false // ignore_changes makes the plan another than the configuration, or the two only come in another order
	}
	a.state.memberships.claimAll(user.ID, valueOf(user.Email), diags)
	return true
}

// refers leaves out the groups of a user that the configuration gives to others: a membership of its own may end in the
// same run.
func (userHooks) refers(user *portal.User, config field.Tree) []use {
	return userUses(user, config["permission_group_ids"] != nil)
}
