package rules_test

import (
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		noun       portal.Noun
		path, want string
	}{
		{portal.NounUser, "", "All platforms."},
		{portal.NounPermissionGroup, "", "Platforms: maatwerk, engage, samoobsluha and telecube."},
		{portal.NounUser, "email", "All platforms. Required; unique over all organisations of the platform, ignoring case on maatwerk; " +
			"unique, ignoring case on engage, samoobsluha, telecube and vaxel; " +
			"another one for a user with a privileged permission needs a token with the scope `admin` on maatwerk, engage, samoobsluha and telecube; a free-mail address draws a warning on telecube."},
		{portal.NounUser, "username", "Platforms: engage. Required; cannot change once saved; at most 64 characters; unique, with case."},
		{portal.NounUser, "enabled", "All platforms. Default `true`."},
		{portal.NounUser, "first_name", "All platforms. Required on engage, samoobsluha, telecube and vaxel; " +
			"at most 64 characters on maatwerk, engage, samoobsluha and telecube; 2 to 64 characters on vaxel."},
		{portal.NounUser, "permission_group_ids", "Platforms: maatwerk, engage, samoobsluha and telecube. Required; exactly one element on engage, samoobsluha and telecube; a group with a privileged permission needs a token with the scope `admin`."},
		{portal.NounUser, "telephony", "Platforms: maatwerk, samoobsluha, telecube and vaxel."},
		{portal.NounUser, "telephony.ring_seconds", "Platforms: vaxel. 5 to 300; default `30`."},
		{portal.NounUser, "telephony.sip_assignment", "Platforms: telecube. `static` or `dynamic`; default `static`."},
		{portal.NounUser, "telephony.recording", "Platforms: vaxel. `never`, `always` or `on_demand`; default `never`."},
		{portal.NounUser, "telephony.caller_ids", "Platforms: telecube. Out of the numbers that the organisation owns."},
		{portal.NounUser, "telephony.sms_senders", "Platforms: telecube. Out of the numbers that the organisation owns and the sender names registered for it."},
		{portal.NounUser, "telephony.extension", "Platforms: maatwerk, samoobsluha and vaxel. Unique over users and SIP accounts; 4 characters are recommended on vaxel."},
		{portal.NounUser, "telephony.pbx_id", "Platforms: samoobsluha."},
		{portal.NounUser, "locale.language", "Platforms: maatwerk, engage and vaxel. `en`, `fr`, `de`, `es` or `nl` on engage."},
		{portal.NounUser, "telephony.caller_id", "Platforms: maatwerk and vaxel. Out of the numbers that the organisation owns on maatwerk; " +
			"out of the numbers that the organisation owns, of which one that is free is allocated to the user on vaxel."},
		{portal.NounUser, "licence.billed", "Platforms: samoobsluha. `false` needs a token with the scope `system`; default `true`."},
		{portal.NounUser, "licence.product", "Platforms: samoobsluha. Required; `callcentrum`, `helpdesk`, `omnichannel` or `video`; " +
			"`video` needs the service `video` ordered; `callcentrum` or `omnichannel` needs the service `pbx` ordered; " +
			"`helpdesk` or `omnichannel` needs the service `helpdesk` ordered."},
		{portal.NounUser, "webcare.crm_user", "Platforms: engage. At most 64 characters; needs the module `afas`."},
		{portal.NounUser, "webcare.suffixes", "Platforms: engage. Values of at most 32 characters; " +
			"keys `facebook`, `instagram`, `linkedin`, `threads`, `tiktok`, `whatsapp`, `x` and `youtube`."},
		{portal.NounUser, "voicemail.pin", "Platforms: vaxel. 4 to 10 digits."},
		{portal.NounUserGroup, "subgroups", "All platforms. Names of 1 to 64 characters; each once, ignoring case."},
		{portal.NounSIPAccount, "", "Platforms: maatwerk, samoobsluha, telecube and vaxel."},
		{portal.NounSIPAccount, "type", "All platforms. `voip` or `app`; default `voip`."},
		{portal.NounSIPAccount, "password", "All platforms. 12 to 64 characters with a lower-case letter, an upper-case letter and a digit."},
		{portal.NounPermissionGroup, "name", "All platforms. Required; at most 64 characters; unique, ignoring case."},
		{portal.NounUser, "id", ""},
		{portal.NounUser, "telephon", ""},
		{"pbx", "", ""},
	} {
		if got := rules.Describe(c.noun, c.path); got != c.want {
			t.Errorf("%s %s:\ngot  %s\nwant %s", c.noun, c.path, got, c.want)
		}
	}
}
