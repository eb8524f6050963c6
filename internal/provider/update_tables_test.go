package provider

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// surroundingIDs are what the objects of the tables refer to.
type surroundingIDs struct {
	groups, accounts, subgroups [2]string
	pictures                    [2]string // files
}

// updateTables are the tables of a platform, by the kind of object, and what they refer to in the portal.
func updateTables(t *testing.T, p *portaltest.Portal, platform portal.Platform) map[portal.Noun]updates {
	t.Helper()
	set, err := rules.For(platform)
	if err != nil {
		t.Fatal(err)
	}
	var ids surroundingIDs
	for i := range ids.groups {
		if set.Objects[portal.NounPermissionGroup] != nil {
			group, err := p.Service.CreatePermissionGroup(t.Context(), p.Caller, portal.PermissionGroup{Name: new(fmt.Sprintf("Group %d", i))}, "")
			if err != nil {
				t.Fatal(err)
			}
			ids.groups[i] = group.Object.ID
		}
		if set.Objects[portal.NounSIPAccount] != nil {
			account, err := p.Service.CreateSIPAccount(t.Context(), p.Caller, portal.SIPAccount{Extension: new(fmt.Sprintf("80%d", i))}, "")
			if err != nil {
				t.Fatal(err)
			}
			ids.accounts[i] = account.Object.ID
		}
	}
	if set.Objects[portal.NounUserGroup] != nil {
		group, err := p.Service.CreateUserGroup(t.Context(), p.Caller, portal.UserGroup{Name: new("position"), Subgroups: []portal.Subgroup{{Name: "Adviser"}, {Name: "Head"}}}, "")
		if err != nil {
			t.Fatal(err)
		}
		ids.subgroups = [2]string{group.Object.Subgroups[0].ID, group.Object.Subgroups[1].ID}
	}
	tables := map[portal.Noun]updates{}
	if set.Objects[portal.NounSIPAccount] != nil {
		tables[portal.NounSIPAccount] = sipAccountUpdates()
	}
	switch platform {
	case portal.Maatwerk:
		tables[portal.NounUser] = maatwerkUserUpdates(ids)
		tables[portal.NounPermissionGroup] = permissionGroupUpdates("call_details.view", "own_destination.update")
	case portal.Engage:
		ids.pictures = [2]string{picture(t, 1), picture(t, 2)}
		tables[portal.NounUser] = engageUserUpdates(ids)
		tables[portal.NounPermissionGroup] = permissionGroupUpdates("messages.view", "messages.reply")
	case portal.Samoobsluha:
		tables[portal.NounUser] = samoobsluhaUserUpdates(ids)
		tables[portal.NounPermissionGroup] = permissionGroupUpdates("tickets.view", "tickets.update")
	case portal.Telecube:
		tables[portal.NounUser] = telecubeUserUpdates(ids)
		tables[portal.NounUserGroup] = userGroupUpdates()
		tables[portal.NounPermissionGroup] = permissionGroupUpdates("contacts.view", "contacts.update")
	case portal.Vaxel:
		tables[portal.NounUser] = vaxelUserUpdates(ids)
	}
	return tables
}

// picture makes a PNG file that is so many pixels wide, and returns its name.
func picture(t *testing.T, width int) string {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "*.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(file, image.NewGray(image.Rect(0, 0, width, 1))), file.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Name()
}

const (
	firstPassword, secondPassword       = "Vq7-lamp-Orbit-kiwi", "Gx3-cloud-Fennel-77"
	firstSIPPassword, secondSIPPassword = "vX3kPq9LmT2wRd7", "Hn5bWc8YzK4sQe6"
	firstOwned, secondOwned             = "+48225550101", "+48225550102"
	firstOutside, secondOutside         = "+31612345678", "+31687654321"
	firstPIN, secondPIN                 = "604913", "285170"
)

func permissionGroupUpdates(first, second string) updates {
	return updates{
		base: settings{"name": "Agents", "description": "People who answer.", "permissions": []string{first}},
		second: map[string]update{
			"name":        {to: "Leads"},
			"description": {to: "People who lead.\nAnd who answer."},
			"permissions": {to: []string{first, second}},
		},
	}
}

func sipAccountUpdates() updates {
	return updates{
		base: settings{
			"extension": "201", "name": "Desk", "type": "voip", "caller_id": firstOwned, "hide_caller_id": false, "enabled": true, "password": firstSIPPassword,
		},
		second: map[string]update{
			"extension":      {to: "202"},
			"name":           {to: "Desk by the window"},
			"type":           {to: "app"},
			"caller_id":      {to: secondOwned},
			"hide_caller_id": {to: true},
			"enabled":        {to: false},
			"password":       {to: secondSIPPassword},
		},
	}
}

func userGroupUpdates() updates {
	return updates{
		base: settings{"name": "Second language", "subgroups": []string{"German", "Ukrainian"}},
		second: map[string]update{
			"name":      {to: "Language"},
			"subgroups": {to: []string{"Czech", "German"}, effects: []string{"subgroup_ids"}},
		},
	}
}

func maatwerkUserUpdates(ids surroundingIDs) updates {
	own, other := ids.accounts[0], ids.accounts[1]
	oneFixedPhone := settings{
		"telephony.sip_account_ids": []string{own}, "telephony.app_sip_account_id": "", "telephony.mobile_fallback_number": "", "telephony.forward_numbers": []string{},
		"telephony.active_destination": own, "click_to_dial.follow_availability": false, "click_to_dial.sip_account_id": own,
	}
	return updates{
		base: settings{
			"email": "alice@example.com", "first_name": "Alice", "middle_name": "van der", "last_name": "Berg", "enabled": true,
			"permission_group_ids": []string{ids.groups[0]}, "password": firstPassword,
			"telephony.extension": "301", "telephony.sip_account_ids": []string{own, other}, "telephony.app_sip_account_id": own,
			"telephony.mobile_fallback_number": firstOutside, "telephony.forward_numbers": []string{firstOutside}, "telephony.available": false,
			"telephony.active_destination": own, "telephony.caller_id": firstOwned,
			"click_to_dial.follow_availability": true, "click_to_dial.auto_answer": false,
			"locale.language": "nl", "security.two_factor_required": false,
		},
		second: map[string]update{
			"email":                            {to: "alice.berg@example.com"},
			"first_name":                       {to: "Alicia"},
			"middle_name":                      {to: "van den"},
			"last_name":                        {to: "Bos"},
			"enabled":                          {to: false},
			"send_invitation":                  {to: true, base: settings{"send_invitation": false}, effects: []string{"invited_at"}},
			"permission_group_ids":             {to: ids.groups[:]},
			"password":                         {to: secondPassword},
			"telephony.extension":              {to: "302"},
			"telephony.sip_account_ids":        {to: []string{own}},
			"telephony.app_sip_account_id":     {to: other},
			"telephony.mobile_fallback_number": {to: secondOutside},
			"telephony.forward_numbers":        {to: []string{firstOutside, secondOutside}},
			"telephony.available":              {to: true},
			"telephony.active_destination":     {to: firstOutside},
			"telephony.caller_id":              {to: secondOwned},
			"click_to_dial.follow_availability": {
				to: false, base: oneFixedPhone.with(settings{"click_to_dial.follow_availability": true, "click_to_dial.sip_account_id": nil}),
				with: settings{"click_to_dial.sip_account_id": own},
			},
			"click_to_dial.sip_account_id": {
				to: other, base: oneFixedPhone,
				with: settings{"telephony.sip_account_ids": []string{other}, "telephony.active_destination": other},
			},
			"click_to_dial.auto_answer":    {to: true},
			"locale.language":              {to: "en"},
			"security.two_factor_required": {to: true},
		},
	}
}

func engageUserUpdates(ids surroundingIDs) updates {
	return updates{
		base: settings{
			"username": "alice", "email": "alice@example.com", "first_name": "Alice", "last_name": "Jansen", "enabled": true,
			"permission_group_ids": []string{ids.groups[0]}, "locale.language": "nl",
			"webcare.suffixes": map[string]string{"x": "^AJ"}, "webcare.default_accounts": map[string]string{"x": "x_delfin"}, "webcare.mobile_number": firstOutside,
			"webcare.notify_on_assignment": false, "webcare.notify_on_failed_publication": false, "webcare.mail_forwarding": "reply", "webcare.landing_page": "inbox",
			"webcare.login_availability": "online", "webcare.avatar": ids.pictures[0], "webcare.crm_user": "AFAS-1",
		},
		second: map[string]update{
			"username":             {to: "alicia"},
			"email":                {to: "alice.jansen@example.com"},
			"first_name":           {to: "Alicia"},
			"last_name":            {to: "Jansen-Smit"},
			"enabled":              {to: false},
			"send_invitation":      {to: true, base: settings{"send_invitation": false}, effects: []string{"invited_at"}},
			"permission_group_ids": {to: []string{ids.groups[1]}},
			"locale.language":      {to: "fr"},

			"webcare.suffixes":                     {to: map[string]string{"x": "^AS", "facebook": "Alice"}},
			"webcare.default_accounts":             {to: map[string]string{"facebook": "facebook_delfin"}},
			"webcare.mobile_number":                {to: secondOutside},
			"webcare.notify_on_assignment":         {to: true},
			"webcare.notify_on_failed_publication": {to: true},
			"webcare.mail_forwarding":              {to: "own_program"},
			"webcare.landing_page":                 {to: "drafts"},
			"webcare.login_availability":           {to: "online_and_chat"},
			"webcare.avatar":                       {to: ids.pictures[1], effects: []string{"webcare.avatar_sha256"}},
			"webcare.crm_user":                     {to: "AFAS-2"},
		},
	}
}

func samoobsluhaUserUpdates(ids surroundingIDs) updates {
	return updates{
		base: settings{
			"email": "alice@example.com", "first_name": "Alena", "last_name": "Nováková", "enabled": true, "description": "Mornings.",
			"permission_group_ids": []string{ids.groups[0]}, "password": firstPassword,
			"telephony.extension": "301", "telephony.pbx_id": "warszawa", "telephony.sip_account_ids": []string{ids.accounts[0]},
			"security.two_factor_required": false,
			"licence.product":              "omnichannel", "licence.edition": "mini", "licence.helpdesk_id": "wsparcie",
			"licence.call_control_api": false, "licence.statutory_representative": false, "licence.billed": true,
		},
		second: map[string]update{
			"email":                        {to: "alena@example.com"},
			"first_name":                   {to: "Alenka"},
			"last_name":                    {to: "Svobodová"},
			"enabled":                      {to: false},
			"send_invitation":              {to: true, base: settings{"send_invitation": false}, effects: []string{"invited_at"}},
			"description":                  {to: "Mornings.\nSpeaks Polish."},
			"permission_group_ids":         {to: []string{ids.groups[1]}},
			"password":                     {to: secondPassword},
			"telephony.extension":          {to: "302"},
			"telephony.pbx_id":             {to: "warszawa", base: settings{"telephony.pbx_id": "", "licence.product": "helpdesk"}},
			"telephony.sip_account_ids":    {to: ids.accounts[:]},
			"security.two_factor_required": {to: true},

			"licence.product":                  {to: "omnichannel", base: settings{"licence.product": "callcentrum", "licence.edition": "mini"}},
			"licence.edition":                  {to: "profi"},
			"licence.helpdesk_id":              {to: "wsparcie", base: settings{"licence.product": "callcentrum", "licence.helpdesk_id": ""}},
			"licence.call_control_api":         {to: true},
			"licence.statutory_representative": {to: true},
			"licence.billed":                   {to: false},
		},
	}
}

func telecubeUserUpdates(ids surroundingIDs) updates {
	return updates{
		base: settings{
			"email": "alicja@delfin.example.com", "first_name": "Alicja", "last_name": "Nowak", "enabled": true,
			"permission_group_ids": []string{ids.groups[0]}, "password": firstPassword,
			"telephony.sip_assignment": "static", "telephony.sip_account_ids": []string{ids.accounts[0]},
			"telephony.caller_ids": []string{firstOwned}, "telephony.sms_senders": []string{"DELFIN", firstOwned},
			"directory.business_number": firstOutside, "directory.user_group_ids": ids.subgroups[:1],
		},
		second: map[string]update{
			"email":                     {to: "alicja.nowak@delfin.example.com"},
			"first_name":                {to: "Ala"},
			"last_name":                 {to: "Nowak-Lis"},
			"enabled":                   {to: false},
			"send_invitation":           {to: true, base: settings{"send_invitation": false}, effects: []string{"invited_at"}},
			"permission_group_ids":      {to: []string{ids.groups[1]}},
			"password":                  {to: secondPassword},
			"telephony.sip_assignment":  {to: "dynamic", with: settings{"telephony.sip_account_ids": []string{}}},
			"telephony.sip_account_ids": {to: []string{ids.accounts[1]}},
			"telephony.caller_ids":      {to: []string{firstOwned, secondOwned}},
			"telephony.sms_senders":     {to: []string{}},
			"directory.business_number": {to: secondOutside},
			"directory.user_group_ids":  {to: ids.subgroups[1:]},
		},
	}
}

func vaxelUserUpdates(ids surroundingIDs) updates {
	return updates{
		base: settings{
			"email": "alva@example.com", "first_name": "Alva", "last_name": "Berg", "enabled": true, "description": "Mornings.", "password": firstPassword,
			"telephony.extension": "0101", "telephony.sip_account_ids": []string{ids.accounts[0]}, "telephony.caller_id": firstOwned,
			"telephony.incoming_numbers": []string{firstOwned},
			"telephony.hide_caller_id":   false, "telephony.ring_seconds": 30, "telephony.call_waiting": true, "telephony.busy_on_all_devices": false,
			"telephony.default_profile": "available", "telephony.recording": "never", "telephony.billing_number": firstOwned,
			"directory.hidden": false, "directory.exchange_alias": "alva", "locale.country": "SE", "locale.time_zone": "Europe/Stockholm", "locale.language": "sv",
			"security.skip_sso": false,
			"voicemail.enabled": true, "voicemail.pin": firstPIN, "voicemail.email": "alva@example.com", "voicemail.sms_number": firstOutside,
		},
		second: map[string]update{
			"email":                         {to: "alva.berg@example.com"},
			"first_name":                    {to: "Alva-Lisa"},
			"last_name":                     {to: "Berg O'Hara"},
			"enabled":                       {to: false},
			"send_invitation":               {to: true, base: settings{"send_invitation": false}, effects: []string{"invited_at"}},
			"description":                   {to: "Mornings.\nSpeaks Polish."},
			"password":                      {to: secondPassword},
			"telephony.extension":           {to: "0102"},
			"telephony.sip_account_ids":     {to: ids.accounts[:]},
			"telephony.caller_id":           {to: secondOwned},
			"telephony.incoming_numbers":    {to: []string{firstOwned, secondOwned}},
			"telephony.hide_caller_id":      {to: true},
			"telephony.ring_seconds":        {to: 45},
			"telephony.call_waiting":        {to: false},
			"telephony.busy_on_all_devices": {to: true},
			"telephony.default_profile":     {to: "lunch"},
			"telephony.recording":           {to: "on_demand"},
			"telephony.billing_number":      {to: secondOwned},
			"directory.hidden":              {to: true},
			"directory.exchange_alias":      {to: "alva.berg"},
			"locale.country":                {to: "FI"},
			"locale.time_zone":              {to: "Europe/Helsinki"},
			"locale.language":               {to: "fi"},
			"security.skip_sso":             {to: true},
			"voicemail.enabled":             {to: false},
			"voicemail.pin":                 {to: secondPIN},
			"voicemail.email":               {to: "messages@example.com"},
			"voicemail.sms_number":          {to: secondOutside},
		},
	}
}
