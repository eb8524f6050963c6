package provider

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func userSchema() schema.Schema {
	a := attributes{portal.NounUser}
	password, passwordVersion := a.secret("password", "Login password. Left out, a new user has none until the person sets one by a link; changing anything else later never needs it again.")
	user := schema.Schema{
		MarkdownDescription: "A person who logs in to the portal, with rights, phones and numbers.\n\n" +
			"Which attributes exist depends on the platform of the organisation, and the plan refuses one that does not exist there. " +
			"What a configuration leaves out is not managed: the portal's default holds on creation, and a value that the person or the portal sets later stays. " +
			"An empty text (`\"\"`) or set (`[]`) says that there is none.",
		Attributes: map[string]schema.Attribute{
			"id":                   a.id(),
			"username":             a.text("username", "Login name, case-sensitive. On the other platforms the e-mail address is the login."),
			"email":                a.required("email", "E-mail address. Spellings of one address are one: case, accents and the encoding of the domain (`bücher.example`, `xn--bcher-kva.example`) make no other user. Another spelling in the configuration corrects the address in place; another one in the portal is no difference.", emailShape()),
			"first_name":           a.text("first_name", "First name."),
			"middle_name":          a.text("middle_name", "What stands between first and last name, such as *van der*."),
			"last_name":            a.text("last_name", "Last name."),
			"enabled":              a.flag("enabled", "Whether the person may log in. Withdrawing access keeps the user and everything that belongs to it."),
			"description":          a.text("description", "A note for administrators."),
			"permission_group_ids": a.set("permission_group_ids", "Ids of the permission groups the user is in."),
			"send_invitation": a.flag("send_invitation", "Mail the person, once, how to get in: a link by which to choose a password, and on "+
				rules.Where(func(s *rules.Set) bool { return s.LoginApart })+" the username in a mail of its own. "+
				"Changed to `true` later, it is mailed then, if the person is still pending. Another `email` ends the links that were sent, and invites a pending person again there."),
			"password_wo":         password,
			"password_wo_version": passwordVersion,
			"telephony":           a.object("telephony", "How the user is called and calls.", telephonyAttributes(a)),
			"click_to_dial": a.object("click_to_dial", "How calls are placed from a web page or another program.", map[string]schema.Attribute{
				"follow_availability": a.flag("click_to_dial.follow_availability", "Dial from the destination at which the user is available, instead of from one fixed SIP account."),
				"sip_account_id":      a.text("click_to_dial.sip_account_id", "Id of the SIP account to dial from."),
				"auto_answer":         a.flag("click_to_dial.auto_answer", "Dial at once, without a confirmation on the phone first."),
			}),
			"directory": a.object("directory", "How the user appears to colleagues and other systems.", map[string]schema.Attribute{
				"hidden":          a.flag("directory.hidden", "Leave the user out of the internal phone book."),
				"business_number": a.text("directory.business_number", "Business phone number. It need not be one that the organisation owns.", phoneNumberShape()),
				"exchange_alias":  a.text("directory.exchange_alias", "Exchange alias, for calendar and contact sync."),
				"user_group_ids":  a.set("directory.user_group_ids", "Ids of the subgroups the user is in, at most one of each user group: take them from `subgroup_ids` of `switchboard_user_group`."),
			}),
			"locale": a.object("locale", "Where the user is and what the user reads.", map[string]schema.Attribute{
				"country":   a.text("locale.country", "Country, as ISO 3166-1 alpha-2 writes it, such as `SE`."),
				"time_zone": a.text("locale.time_zone", "Time zone, as the IANA database names it, such as `Europe/Stockholm`."),
				"language":  a.text("locale.language", "Language, as a BCP 47 tag such as `sv`."),
			}),
			"security": a.object("security", "How the user proves who it is.", map[string]schema.Attribute{
				"two_factor_required": a.flag("security.two_factor_required", "Whether the login needs a second factor."),
				"skip_sso":            a.flag("security.skip_sso", "Log in without single sign-on although the organisation has it."),
			}),
			"voicemail": voicemailAttribute(a),
			"licence": a.object("licence", "What the organisation pays for the user to use.", map[string]schema.Attribute{
				"product":                  a.text("licence.product", "Product."),
				"edition":                  a.text("licence.edition", "Edition of the product. `video` has none."),
				"helpdesk_id":              a.text("licence.helpdesk_id", "Id of the helpdesk service that the licence is for."),
				"call_control_api":         a.flag("licence.call_control_api", "Whether the user may use the call control API, which is charged."),
				"statutory_representative": a.flag("licence.statutory_representative", "Whether the user represents the organisation by law, and so gets the codes for number porting."),
				"billed":                   a.flag("licence.billed", "Whether the licence is billed."),
			}),
			"webcare": a.object("webcare", "How the user answers customers on social media and in live chat.", webcareAttributes(a)),
		},
	}
	maps.Copy(user.Attributes, userLoginAttributes())
	maps.Copy(user.Attributes, userDeletionAttributes(a))
	maps.Copy(user.Attributes, lifecycleAttributes(portal.NounUser))
	return user
}

func telephonyAttributes(a attributes) map[string]schema.Attribute {
	number := phoneNumberShape()
	return map[string]schema.Attribute{
		"extension":              a.text("telephony.extension", "Internal number of the user. It is unique in the organisation, over users and SIP accounts.", extensionShape()),
		"pbx_id":                 a.text("telephony.pbx_id", "Id of the PBX the user is on."),
		"sip_account_ids":        a.set("telephony.sip_account_ids", "Ids of the SIP accounts of the user."),
		"sip_assignment":         a.text("telephony.sip_assignment", "`static`: the user has this SIP account and no other user has it. `dynamic`: the user takes a free one at login, and none is configured."),
		"app_sip_account_id":     a.text("telephony.app_sip_account_id", "Id of the SIP account that the user's app registers with."),
		"mobile_fallback_number": a.text("telephony.mobile_fallback_number", "Mobile number that rings when the app cannot be reached.", number),
		"forward_numbers":        a.set("telephony.forward_numbers", "Outside numbers that calls can be forwarded to.", number),
		"available":              a.flag("telephony.available", "Whether the user takes calls."),
		"active_destination":     a.text("telephony.active_destination", "Where calls ring: the id of one of the user's SIP accounts, or one of `forward_numbers`.", destinationShape()),
		"caller_id":              a.text("telephony.caller_id", "Number shown on outgoing calls. The organisation must own it.", number),
		"caller_ids":             a.set("telephony.caller_ids", "Numbers out of which the user picks one to show, per call. The organisation must own them.", number),
		"sms_senders":            a.set("telephony.sms_senders", "Numbers that the organisation owns and sender names registered for it, out of which the user picks one per message.", senderShape()),
		"hide_caller_id":         a.flag("telephony.hide_caller_id", "Hide the number on outgoing calls."),
		"ring_seconds":           a.number("telephony.ring_seconds", "Seconds that the phone rings before the call moves on."),
		"call_waiting":           a.flag("telephony.call_waiting", "Announce a second call during a call."),
		"busy_on_all_devices":    a.flag("telephony.busy_on_all_devices", "Be busy on all devices while one is in a call."),
		"default_profile":        a.text("telephony.default_profile", "Profile that is active at first and after a reset."),
		"recording":              a.text("telephony.recording", "Which calls are recorded."),
		"billing_number":         a.text("telephony.billing_number", "Number that outgoing calls are billed to.", number),
		"incoming_numbers": a.set("telephony.incoming_numbers", "Numbers that ring at the user and at nobody else. Given, exactly these ring. Left out, they stay as they are, "+
			"and a `caller_id` that is free is added to them; it stays when another number is shown later.", number),
	}
}

// voicemailAttribute is optional but not computed: it holds a write-only attribute, and Terraform does not let a provider compute around one.
func voicemailAttribute(a attributes) schema.SingleNestedAttribute {
	pin, pinVersion := a.secret("voicemail.pin", "PIN with which the user listens to messages. `\"\"` takes the stored one away, which needs `enabled = false`.")
	children := map[string]schema.Attribute{
		"enabled":        a.flag("voicemail.enabled", "Whether callers can leave a message. That needs a PIN and an e-mail address."),
		"pin_wo":         pin,
		"pin_wo_version": pinVersion,
		"pin_set":        schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the portal has a PIN."},
		"email":          a.text("voicemail.email", "E-mail address that is told of new messages.", emailShape()),
		"sms_number":     a.text("voicemail.sms_number", "Mobile number that is told of new messages by SMS.", phoneNumberShape()),
	}
	attribute := a.object("voicemail", "What happens to calls that nobody takes. Left out, it stays as the portal has it, and is not in the state. "+
		"Added later, it keeps the PIN that the portal has, unless one is given.", children)
	attribute.Computed, attribute.PlanModifiers = false, nil
	return attribute
}

func webcareAttributes(a attributes) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"suffixes":                     a.textMap("webcare.suffixes", "Signature by social platform, such as `^AR`, that is added to the replies of the user."),
		"default_accounts":             a.textMap("webcare.default_accounts", "Id of the account to reply from, by social platform. Without one the user chooses."),
		"mobile_number":                a.text("webcare.mobile_number", "Mobile number that is told of assigned messages by SMS.", phoneNumberShape()),
		"notify_on_assignment":         a.flag("webcare.notify_on_assignment", "Tell the user of messages that are assigned: in the portal, by e-mail, and by SMS if there is a `mobile_number`."),
		"notify_on_failed_publication": a.flag("webcare.notify_on_failed_publication", "Tell the user by e-mail when a planned publication could not be placed."),
		"mail_forwarding":              a.text("webcare.mail_forwarding", "How messages are forwarded by mail: the recipient can reply, cannot reply, or the user's own mail program is opened."),
		"landing_page":                 a.text("webcare.landing_page", "Page after login, of a module that the organisation has."),
		"login_availability":           a.text("webcare.login_availability", "What the user is available for after login."),
		"avatar_file": schema.StringAttribute{
			Optional: true,
			Computed: true,
			MarkdownDescription: a.describe("webcare", "File with the user's picture: PNG or JPEG, at most 1 MiB. `\"\"` removes the picture. Another picture under the same name is noticed. "+
				"After an import of a user without a picture it is `\"\"`."),
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
		},
		"avatar_sha256": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "SHA-256 digest of the picture that the portal has, in hexadecimal; empty for none.",
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"crm_user": a.text("webcare.crm_user", "User of the CRM system that is coupled to this one."),
	}
}
