package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func userSchema() schema.Schema {
	a := attributes{portal.NounUser}
	password, passwordVersion := a.password("Login password. Left out, the portal generates one that nobody is shown; changing anything else later never needs it again.")
	return schema.Schema{
		MarkdownDescription: "A person who logs in to the portal, with rights, phones and numbers.\n\n" +
			"Which attributes exist depends on the platform of the organisation, and the plan refuses one that does not exist there. " +
			"What a configuration leaves out is not managed: the portal's default holds on creation, and a value that the person or the portal sets later stays. " +
			"An empty text (`\"\"`) or set (`[]`) says that there is none.",
		Attributes: map[string]schema.Attribute{
			"id":                   a.id(),
			"username":             a.text("username", "Login name, case-sensitive. On the other platforms the e-mail address is the login."),
			"email":                a.required("email", "E-mail address. Addresses compare without case.", emailShape()),
			"first_name":           a.text("first_name", "First name."),
			"middle_name":          a.text("middle_name", "What stands between first and last name, such as *van der*."),
			"last_name":            a.text("last_name", "Last name."),
			"enabled":              a.flag("enabled", "Whether the person may log in. Withdrawing access keeps the user and everything that belongs to it."),
			"description":          a.text("description", "A note for administrators."),
			"permission_group_ids": a.set("permission_group_ids", "Ids of the permission groups the user is in."),
			"password_wo":          password,
			"password_wo_version":  passwordVersion,
			"telephony":            a.object("telephony", "How the user is called and calls.", telephonyAttributes(a)),
			"click_to_dial": a.object("click_to_dial", "How calls are placed from a web page or another program.", map[string]schema.Attribute{
				"follow_availability": a.flag("click_to_dial.follow_availability", "Dial from the destination at which the user is available, instead of from one fixed SIP account."),
				"sip_account_id":      a.text("click_to_dial.sip_account_id", "Id of the SIP account to dial from."),
				"auto_answer":         a.flag("click_to_dial.auto_answer", "Dial at once, without a confirmation on the phone first."),
			}),
			"directory": a.object("directory", "How the user appears to colleagues and other systems.", map[string]schema.Attribute{
				"hidden":          a.flag("directory.hidden", "Leave the user out of the internal phone book."),
				"business_number": a.text("directory.business_number", "Business phone number. It need not be one that the organisation owns.", phoneNumberShape()),
				"exchange_alias":  a.text("directory.exchange_alias", "Exchange alias, for calendar and contact sync."),
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
		},
	}
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
	}
}
