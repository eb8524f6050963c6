package provider

import (
	"context"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

func sipAccountKind() kind[portal.SIPAccount] {
	return kind[portal.SIPAccount]{
		table: sipAccountTable(), title: "extension", identities: []string{"extension"},
		doc: "A SIP account: what a phone or an app registers with (RFC 3261).",
		calls: func(c *client.Client) calls[portal.SIPAccount] {
			return calls[portal.SIPAccount]{c.GetSIPAccount, c.CreateSIPAccount, c.ReplaceSIPAccount}
		},
		index: func(v *view) *index[portal.SIPAccount] { return &v.accounts },
		hooks: sipAccountHooks{plainHooks[portal.SIPAccount]{portal.NounSIPAccount, (*client.Client).DeleteSIPAccount}},
	}
}

func sipAccountTable() field.Table {
	return field.Table{Noun: portal.NounSIPAccount, Fields: append([]field.Field{
		id(portal.NounSIPAccount),
		{Name: "extension", Use: field.Required, Format: field.Extension(), Doc: "Internal number. It is unique in the organisation, over users and SIP accounts."},
		{Name: "name", Doc: "What the account is called, such as *Alice, desk*."},
		{Name: "type", Doc: "`voip` for a phone, `app` for an app."},
		{Name: "caller_id", Format: field.PhoneNumber(), Doc: "Number shown on outgoing calls. The organisation must own it."},
		{Name: "hide_caller_id", Type: field.Flag, Doc: "Hide the number on outgoing calls."},
		{Name: "enabled", Type: field.Flag, Doc: "Whether the account may register and call."},
		{Name: "password", Use: field.Secret, Doc: "SIP password of this account alone. Left out, the portal generates one that nobody is shown. " +
			"It is kept only as a digest (RFC 8760). A new extension needs no new password."},
		{Name: "sip_username", Use: field.Assigned, Doc: "User part of the SIP address and digest username. The portal gives it once, and it stays the same under another " +
			"extension. An account that version 0.1.0 made keeps the extension that it had then as its SIP username."},
		{Name: "sip_domain", Use: field.ReadOnly, Doc: "Host part of the SIP address and digest realm. It belongs to the organisation."},
	}, lifecycle(portal.NounSIPAccount)...)}
}

func id(noun portal.Noun) field.Field {
	return field.Field{Name: "id", Use: field.Assigned, Doc: "Id of the " + noun.Title() + ", given by the portal."}
}

type sipAccountHooks struct{ plainHooks[portal.SIPAccount] }

func (sipAccountHooks) settle(_ context.Context, _ operation, organization portal.Organization, _ *portal.SIPAccount, answer field.Tree) {
	answer["sip_domain"] = organization.SIPDomain
}
