package provider

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// What becomes of a user that leaves the configuration.
const (
	onDestroyDelete  = "delete"
	onDestroyDisable = "disable"
	onDestroyKeep    = "keep"
)

func userTable() field.Table {
	oneOfOnDestroy := stringvalidator.OneOf(onDestroyDelete, onDestroyDisable, onDestroyKeep)
	return field.Table{Noun: portal.NounUser, Fields: slices.Concat([]field.Field{
		id(portal.NounUser),
		{Name: "username", Doc: "Login name, case-sensitive. On the other platforms the e-mail address is the " +
			"login."},
		{Name: "email", Use: field.Required, Format: field.Email(), Doc: "E-mail address. Spellings of one address " +
			"are one: case, accents and the encoding of the domain (`bücher.example`, `xn--bcher-kva.example`) " +
			"make no other user. Another spelling in the configuration corrects the address in place; another one " +
			"in the portal is no difference."},
		{Name: "first_name", Doc: "First name."},
		{Name: "middle_name", Doc: "What stands between first and last name, such as *van der*."},
		{Name: "last_name", Doc: "Last name."},
		{Name: "enabled", Type: field.Flag, Doc: "Whether the person may log in. Withdrawing access keeps the user " +
			"and everything that belongs to it."},
		{Name: "description", Doc: "A note for administrators."},
		{Name: "permission_group_ids", Type: field.Texts, Doc: "Ids of the permission groups the user is in."},
		{Name: "permissions", Type: field.Texts, Use: field.Derived, Listed: true,
			Doc: "What the user may do: the permissions of all groups the user is in, together."},
		{Name: "send_invitation", Type: field.Flag, Doc: "Mail the person, once, how to get in: a link by which to " +
			"choose a password, and on " + rules.Where(func(s *rules.Set) bool { return s.LoginApart }) + " the " +
			"username in a mail of its own. Changed to `true` later, it is mailed then, if the person is still " +
			"pending. Another `email` ends the links that were sent, and invites a pending person again there."},
		{Name: "password", Use: field.Secret, Doc: "Login password. Left out, a new user has none until the person " +
			"sets one by a link; changing anything else later never needs it again."},
		{Name: "status", Use: field.ReadOnly, EmptyIsNull: true, Doc: "How far the person has got: `pending` until " +
			"the first password of the own, then `active`, and `blocked` by an administrator, on " +
			rules.Where(func(s *rules.Set) bool { return s.BlockAfter > 0 }) + " also after three failed log-ins in a " +
			"row. On the other platforms failed log-ins have to wait and block nobody. A blocked person has " +
			"`enabled = false`, so the next apply of a configuration with `enabled = true` unblocks; where the " +
			"configuration leaves `enabled` out, the block makes no difference and stays. All platforms."},
		{Name: "two_factor", Type: field.Flag, Use: field.ReadOnly, Doc: "Whether the person has enrolled a second " +
			"factor. All platforms."},
		{Name: "invited_at", Use: field.ReadOnly, EmptyIsNull: true, Doc: "When the invitation was last given to " +
			"be mailed. All platforms. RFC 3339, in UTC; null for never."},
		{Name: "last_login_at", Use: field.ReadOnly, EmptyIsNull: true, Doc: "When the person last logged in. All " +
			"platforms. RFC 3339, in UTC; null for never."},
		{Name: "telephony", Type: field.Object, Fields: telephonyFields(), Doc: "How the user is called and calls."},
		{Name: "click_to_dial", Type: field.Object, Fields: clickToDialFields(),
			Doc: "How calls are placed from a web page or another program."},
		{Name: "directory", Type: field.Object, Fields: directoryFields(), Doc: "How the user appears to " +
			"colleagues and other systems."},
		{Name: "locale", Type: field.Object, Fields: localeFields(), Doc: "Where the user is and what the user " +
			"reads."},
		{Name: "security", Type: field.Object, Fields: securityFields(), Doc: "How the user proves who it is."},
		{Name: "voicemail", Type: field.Object, Use: field.Given, Fields: voicemailFields(),
			Doc: "What happens to calls that nobody takes. Left out, it stays as the portal has it, and is not in the " +
				"state. Added later, it keeps the PIN that the portal has, unless one is given."},
		{Name: "licence", Type: field.Object, Fields: licenceFields(), Doc: "What the organisation pays for the " +
			"user to use."},
		{Name: "webcare", Type: field.Object, Fields: webcareFields(), Doc: "How the user answers customers on " +
			"social media and in live chat."},
		{Name: "on_destroy", Use: field.Setting, Default: onDestroyDelete, Validators: []validator.String{oneOfOnDestroy},
			Doc: "What becomes of the person when the resource is destroyed: `delete`; `disable`, which withdraws " +
				"access and keeps the user; or `keep`, which leaves the user as it is and unmanaged. It is the state " +
				"that counts. All platforms. Default `delete`."},
		{Name: "discard_planned_work", Type: field.Flag, Use: field.Setting, DocOf: "webcare",
			Doc: "Delete the user even if planned publications, which would never be placed, go with it. Defaults to " +
				"`false`: then such a delete is refused."},
	}, lifecycle(portal.NounUser))}
}

func telephonyFields() []field.Field {
	return []field.Field{
		{Name: "extension", Format: field.Extension(), Doc: "Internal number of the user. It is unique in the " +
			"organisation, over users and SIP accounts."},
		{Name: "pbx_id", Doc: "Id of the PBX the user is on."},
		{Name: "sip_account_ids", Type: field.Texts, Doc: "Ids of the SIP accounts of the user."},
		{Name: "sip_assignment", Doc: "`static`: the user has this SIP account and no other user has it. " +
			"`dynamic`: the user takes a free one at login, and none is configured."},
		{Name: "app_sip_account_id", Doc: "Id of the SIP account that the user's app registers with."},
		{Name: "mobile_fallback_number", Format: field.PhoneNumber(), Doc: "Mobile number that rings when the app " +
			"cannot be reached."},
		{Name: "forward_numbers", Type: field.Texts, Format: field.PhoneNumber(),
			Doc: "Outside numbers that calls can be forwarded to."},
		{Name: "available", Type: field.Flag, Doc: "Whether the user takes calls."},
		{Name: "active_destination", Format: field.Destination(), Doc: "Where calls ring: the id of one of the " +
			"user's SIP accounts, or one of `forward_numbers`."},
		{Name: "caller_id", Format: field.PhoneNumber(), Doc: "Number shown on outgoing calls. The organisation " +
			"must own it."},
		{Name: "caller_ids", Type: field.Texts, Format: field.PhoneNumber(), Doc: "Numbers out of which the user " +
			"picks one to show, per call. The organisation must own them."},
		{Name: "sms_senders", Type: field.Texts, Format: field.Sender(), Doc: "Numbers that the organisation owns " +
			"and sender names registered for it, out of which the user picks one per message."},
		{Name: "hide_caller_id", Type: field.Flag, Doc: "Hide the number on outgoing calls."},
		{Name: "ring_seconds", Type: field.Number, Doc: "Seconds that the phone rings before the call moves on."},
		{Name: "call_waiting", Type: field.Flag, Doc: "Announce a second call during a call."},
		{Name: "busy_on_all_devices", Type: field.Flag, Doc: "Be busy on all devices while one is in a call."},
		{Name: "default_profile", Doc: "Profile that is active at first and after a reset."},
		{Name: "recording", Doc: "Which calls are recorded."},
		{Name: "billing_number", Format: field.PhoneNumber(), Doc: "Number that outgoing calls are billed to."},
		{Name: "incoming_numbers", Type: field.Texts, Format: field.PhoneNumber(),
			Doc: "Numbers that ring at the user and at nobody else. Given, exactly these ring. Left out, they stay as " +
				"they are, and a `caller_id` that is free is added to them; it stays when another number is shown " +
				"later."},
	}
}

func clickToDialFields() []field.Field {
	return []field.Field{
		{Name: "follow_availability", Type: field.Flag, Doc: "Dial from the destination at which the user is " +
			"available, instead of from one fixed SIP account."},
		{Name: "sip_account_id", Doc: "Id of the SIP account to dial from."},
		{Name: "auto_answer", Type: field.Flag, Doc: "Dial at once, without a confirmation on the phone first."},
	}
}

func directoryFields() []field.Field {
	return []field.Field{
		{Name: "hidden", Type: field.Flag, Doc: "Leave the user out of the internal phone book."},
		{Name: "business_number", Format: field.PhoneNumber(), Doc: "Business phone number. It need not be one " +
			"that the organisation owns."},
		{Name: "exchange_alias", Doc: "Exchange alias, for calendar and contact sync."},
		{Name: "user_group_ids", Type: field.Texts, Doc: "Ids of the subgroups the user is in, at most one of each " +
			"user group: take them from `subgroup_ids` of `switchboard_user_group`."},
	}
}

func localeFields() []field.Field {
	return []field.Field{
		{Name: "country", Doc: "Country, as ISO 3166-1 alpha-2 writes it, such as `SE`."},
		{Name: "time_zone", Doc: "Time zone, as the IANA database names it, such as `Europe/Stockholm`."},
		{Name: "language", Doc: "Language, as a BCP 47 tag such as `sv`."},
	}
}

func securityFields() []field.Field {
	return []field.Field{
		{Name: "two_factor_required", Type: field.Flag, Doc: "Whether the login needs a second factor."},
		{Name: "skip_sso", Type: field.Flag, Doc: "Log in without single sign-on although the organisation has it."},
	}
}

func voicemailFields() []field.Field {
	return []field.Field{
		{Name: "enabled", Type: field.Flag, Doc: "Whether callers can leave a message. That needs a PIN and an " +
			"e-mail address."},
		{Name: "pin", Use: field.Secret, Doc: "PIN with which the user listens to messages. `\"\"` takes the " +
			"stored one away, which needs `enabled = false`."},
		{Name: "pin_set", Type: field.Flag, Use: field.Derived, Doc: "Whether the portal has a PIN."},
		{Name: "email", Format: field.Email(), Doc: "E-mail address that is told of new messages."},
		{Name: "sms_number", Format: field.PhoneNumber(), Doc: "Mobile number that is told of new messages by SMS."},
	}
}

func licenceFields() []field.Field {
	return []field.Field{
		{Name: "product", Doc: "Product."},
		{Name: "edition", Doc: "Edition of the product. `video` has none."},
		{Name: "helpdesk_id", Doc: "Id of the helpdesk service that the licence is for."},
		{Name: "call_control_api", Type: field.Flag, Doc: "Whether the user may use the call control API, which is " +
			"charged."},
		{Name: "statutory_representative", Type: field.Flag, Doc: "Whether the user represents the organisation by " +
			"law, and so gets the codes for number porting."},
		{Name: "billed", Type: field.Flag, Doc: "Whether the licence is billed."},
	}
}

func webcareFields() []field.Field {
	return []field.Field{
		{Name: "suffixes", Type: field.TextMap, Doc: "Signature by social platform, such as `^AR`, that is added " +
			"to the replies of the user."},
		{Name: "default_accounts", Type: field.TextMap, Doc: "Id of the account to reply from, by social platform. " +
			"Without one the user chooses."},
		{Name: "mobile_number", Format: field.PhoneNumber(), Doc: "Mobile number that is told of assigned messages " +
			"by SMS."},
		{Name: "notify_on_assignment", Type: field.Flag, Doc: "Tell the user of messages that are assigned: in the " +
			"portal, by e-mail, and by SMS if there is a `mobile_number`."},
		{Name: "notify_on_failed_publication", Type: field.Flag, Doc: "Tell the user by e-mail when a planned " +
			"publication could not be placed."},
		{Name: "mail_forwarding", Doc: "How messages are forwarded by mail: the recipient can reply, cannot reply, " +
			"or the user's own mail program is opened."},
		{Name: "landing_page", Doc: "Page after login, of a module that the organisation has."},
		{Name: "login_availability", Doc: "What the user is available for after login."},
		{Name: "avatar_file", Use: field.Setting, Kept: true, DocOf: "webcare",
			Doc: "File with the user's picture: PNG or JPEG, at most 1 MiB. `\"\"` removes the picture. Another picture " +
				"under the same name is noticed. After an import of a user without a picture it is `\"\"`."},
		{Name: "avatar_sha256", Use: field.ReadOnly, Doc: "SHA-256 digest of the picture that the portal has, in " +
			"hexadecimal; empty for none."},
		{Name: "crm_user", Doc: "User of the CRM system that is coupled to this one."},
	}
}
